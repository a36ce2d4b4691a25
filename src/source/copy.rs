//! A copy of a matrix in a scratch file, made while the matrix is read for the first time, for formats that are slow to
//! read again.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow_buffer::ToByteSlice;

use super::arrays::dtype::Dtype;
use super::arrays::header::ArrayHeader;
use super::arrays::plain::Plain;
use super::files::region::Region;
use super::matrix::Matrix;
use crate::disk::Scratch;
use crate::error::{Fault, is_passing};
use snnl_core::rows::{Rows, Values};

/// Bytes that are written at a time.
const WRITTEN: usize = 1 << 20;

/// A copy under way.
pub(crate) struct ScratchCopy {
    directory: PathBuf,
    out: BufWriter<Scratch>,
    dim: usize,
    rows: usize,
    /// Bytes of a number, as its chunks have them.
    width: usize,
}

impl ScratchCopy {
    /// Starts a copy of rows of `dim` features on the disk of `directory`.
    ///
    /// # Errors
    /// What the system says, with what to try.
    pub(crate) fn start(directory: &Path, dim: usize) -> Result<ScratchCopy, Fault> {
        let file = Scratch::create(directory).map_err(|error| write_fault(directory, &error))?;
        let out = BufWriter::with_capacity(WRITTEN, file);
        Ok(ScratchCopy { directory: directory.to_owned(), out, dim, rows: 0, width: size_of::<f32>() })
    }

    /// Appends the next rows.
    ///
    /// # Errors
    /// As [`ScratchCopy::start`].
    pub(crate) fn push(&mut self, rows: &Rows) -> Result<(), Fault> {
        let (bytes, width) = match &rows.values {
            Values::F32(values) => (values.as_slice().to_byte_slice(), size_of::<f32>()),
            Values::F64(values) => (values.as_slice().to_byte_slice(), size_of::<f64>()),
        };
        (self.rows, self.width) = (self.rows + rows.rows(), width);
        self.out.write_all(bytes).map_err(|error| write_fault(&self.directory, &error))
    }

    /// The copy, to be read from any row.
    ///
    /// # Errors
    /// As [`ScratchCopy::start`].
    pub(crate) fn finish(self) -> Result<Box<dyn Matrix>, Fault> {
        let ScratchCopy { directory, out, dim, rows, width } = self;
        let file = out.into_inner().map_err(|error| write_fault(&directory, error.error()))?.into_file();
        let dtype = Dtype { kind: b'f', width, big_endian: cfg!(target_endian = "big") };
        let header = ArrayHeader { dtype, shape: vec![rows, dim], strides: vec![dim, 1], data_start: 0 };
        Ok(Box::new(Plain::new(Region::of(file)?, header)?))
    }
}

fn write_fault(directory: &Path, error: &std::io::Error) -> Fault {
    let problem = format!("cannot write a scratch file in `{}`: {error}", directory.display());
    let hint = "--scratch names another directory; a larger --memory, or .npy files, need none";
    if is_passing(error.kind()) {
        Fault::Passing { problem, hint: hint.into() }
    } else {
        Fault::content(problem).hint(hint)
    }
}
