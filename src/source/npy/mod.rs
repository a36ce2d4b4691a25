//! NumPy's `.npy` files as matrices of any numeric type, byte order and axis order, read in blocks; what the file
//! promises is checked in `header`, what its bytes mean stands in `element`.

mod element;
mod header;
mod literal;

use std::fs::File;
use std::io;
use std::ops::Range;
#[cfg(unix)]
use std::os::unix::fs::FileExt;
use std::path::Path;

pub(crate) use self::element::widen;
pub(crate) use self::header::{Dtype, Header};
use super::{CHUNK_BYTES, Matrix, Rows, Scan};
use crate::error::Fault;

/// Opens the matrix in the `.npy` file `path`. Axes after the first are flattened as NumPy's `reshape` does; a complex
/// number becomes its real and imaginary part, side by side.
pub(crate) fn open(path: &Path) -> Result<Npy, Fault> {
    let (file, header) = Header::open(path)?;
    if header.dtype.is_text() {
        return Err(Fault::content("expected an array of numbers, found text")
            .hint("if these are labels, name them with `--labels`"));
    }
    let Some((&rows, axes)) = header.shape.split_first().filter(|(_, axes)| !axes.is_empty()) else {
        return Err(Fault::content(format_args!(
            "expected at least two axes (rows × features), found the shape {:?}",
            header.shape
        ))
        .hint("one number a row looks like labels (`--labels`); for one feature a row, save `array.reshape(-1, 1)`"));
    };
    if header.shape.contains(&0) {
        return Err(Fault::NothingToScore {
            problem: format!("there is nothing in an array of shape {:?}", header.shape),
            hint: "the exporter has written no rows or no features".into(),
        });
    }
    // No overflow: the header has found as many bytes in the file.
    let (elements, axes) = (axes.iter().product(), axes.to_vec());
    Ok(Npy { file, name: header.dtype.name(), rows, elements, axes, header })
}

/// A matrix in a `.npy` file.
pub(crate) struct Npy {
    file: File,
    header: Header,
    name: String,
    rows: usize,
    /// Stored elements a row.
    elements: usize,
    axes: Vec<usize>,
}

impl Matrix for Npy {
    fn rows(&self) -> usize {
        self.rows
    }

    fn dim(&self) -> usize {
        self.elements * element::parts(&self.header.dtype)
    }

    fn dtype(&self) -> &str {
        &self.name
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let step = (CHUNK_BYTES / (self.elements * self.header.dtype.width)).max(1);
        let mut bytes = Vec::new();
        Ok(Box::new(range.clone().step_by(step).map(move |start| {
            self.read(start..range.end.min(start + step), &mut bytes)?;
            Ok(Rows { start, dim: self.dim(), values: widen(&self.header.dtype, &bytes) })
        })))
    }
}

impl Npy {
    /// Fills `bytes` with the stored rows of `range`, row-major.
    fn read(&self, range: Range<usize>, bytes: &mut Vec<u8>) -> Result<(), Fault> {
        let width = self.header.dtype.width;
        let offset = |element: usize| self.header.data_start + (element * width) as u64;
        bytes.resize(range.len() * self.elements * width, 0);
        if !self.header.fortran {
            return read_at(&self.file, bytes, offset(range.start * self.elements));
        }
        let mut column = vec![0; range.len() * width];
        for feature in 0..self.elements {
            read_at(&self.file, &mut column, offset(self.column_of(feature) * self.rows + range.start))?;
            let cells = bytes[feature * width..].chunks_mut(self.elements * width);
            for (cell, element) in cells.zip(column.chunks_exact(width)) {
                cell[..width].copy_from_slice(element);
            }
        }
        Ok(())
    }

    /// Where feature `feature` of the C flattening stands among the columns of a Fortran-ordered file.
    fn column_of(&self, mut feature: usize) -> usize {
        let (mut column, mut stride) = (0, self.elements);
        for axis in self.axes.iter().rev() {
            stride /= axis;
            column += feature % axis * stride;
            feature /= axis;
        }
        column
    }
}

/// Fills `buffer` from `offset` on, without a cursor that threads would have to share.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> Result<(), Fault> {
    read_exact_at(file, buffer, offset).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            Fault::content(format_args!("the file ended before byte {}", offset + buffer.len() as u64))
                .hint("it was longer when it was opened: is it still being written?")
        }
        _ => Fault::Io(error),
    })
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    file.read_exact_at(buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, buffer, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        (buffer, offset) = (&mut buffer[read..], offset + read as u64);
    }
    Ok(())
}
