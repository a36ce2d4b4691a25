//! NumPy's `.npy` files as matrices of any numeric type, byte order and axis order, read in blocks; what the file
//! promises is checked in `header`, what its bytes mean stands in `element`.

mod element;
mod header;
mod literal;

use std::ops::Range;
use std::path::Path;

pub(crate) use self::element::widen;
pub(crate) use self::header::{Dtype, Header, Shape};
use super::array::Array;
use super::region::Region;
use super::{CHUNK_BYTES, Matrix, Rows, Scan};
use crate::error::Fault;

/// Opens the matrix in the `.npy` file `path`. Axes after the first are flattened as NumPy's `reshape` does; a complex
/// number becomes its real and imaginary part, side by side.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Matrix>, Fault> {
    Array::open_npy(path)?.matrix()
}

/// A matrix whose elements lie in a file as they are.
pub(crate) struct Npy {
    region: Region,
    header: Header,
    shape: Shape,
}

impl Matrix for Npy {
    fn rows(&self) -> usize {
        self.shape.rows
    }

    fn dim(&self) -> usize {
        self.shape.dim
    }

    fn dtype(&self) -> &str {
        &self.shape.dtype
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let step = (CHUNK_BYTES / (self.shape.elements * self.header.dtype.width)).max(1);
        let mut bytes = Vec::new();
        Ok(Box::new(range.clone().step_by(step).map(move |start| {
            self.read(start..range.end.min(start + step), &mut bytes)?;
            Ok(Rows { start, dim: self.dim(), values: widen(&self.header.dtype, &bytes) })
        })))
    }
}

impl Npy {
    /// The matrix that `header` describes, in `region`, whose length agrees with it.
    pub(crate) fn new(region: Region, header: Header) -> Result<Npy, Fault> {
        let shape = header.matrix()?;
        Ok(Npy { region, header, shape })
    }

    /// Fills `bytes` with the stored rows of `range`, row-major.
    fn read(&self, range: Range<usize>, bytes: &mut Vec<u8>) -> Result<(), Fault> {
        let width = self.header.dtype.width;
        let offset = |element: usize| self.header.data_start + (element * width) as u64;
        bytes.resize(range.len() * self.shape.elements * width, 0);
        if !self.header.fortran {
            return self.region.read_at(bytes, offset(range.start * self.shape.elements));
        }
        let mut column = vec![0; range.len() * width];
        for feature in 0..self.shape.elements {
            self.region.read_at(&mut column, offset(self.column_of(feature) * self.shape.rows + range.start))?;
            let cells = bytes[feature * width..].chunks_mut(self.shape.elements * width);
            for (cell, element) in cells.zip(column.chunks_exact(width)) {
                cell[..width].copy_from_slice(element);
            }
        }
        Ok(())
    }

    /// Where feature `feature` of the C flattening stands among the columns of a Fortran-ordered file.
    fn column_of(&self, mut feature: usize) -> usize {
        let (mut column, mut stride) = (0, self.shape.elements);
        for axis in self.header.shape[1..].iter().rev() {
            stride /= axis;
            column += feature % axis * stride;
            feature /= axis;
        }
        column
    }
}
