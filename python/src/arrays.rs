//! NumPy's arrays as the files that plans name, without a copy.

use std::collections::BTreeMap;

use bytes::Bytes;
use numpy::{PyArray1, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::prelude::*;
use snnl_score::source::{InMemory, MemoryArray};

use crate::failure::exception;

/// An array as `_arrays.py` describes it.
#[derive(FromPyObject)]
pub(crate) struct Described {
    name: String,
    /// Its bytes.
    flat: Py<PyArray1<u8>>,
    descr: String,
    shape: Vec<usize>,
    columns_first: bool,
}

/// Layers and labels by the names of the files that they stand for.
#[derive(FromPyObject)]
pub(crate) struct Given {
    layers: BTreeMap<String, Vec<Described>>,
    labels: BTreeMap<String, Described>,
}

impl Given {
    /// The files.
    pub(crate) fn in_memory(self, py: Python<'_>) -> PyResult<InMemory> {
        let mut files = InMemory::default();
        for (file, layers) in self.layers {
            let layers = layers.into_iter().map(|array| array.borrowed(py)).collect::<PyResult<Vec<_>>>()?;
            files = files.with_layers(&file, layers).map_err(|error| exception(py, &error))?;
        }
        for (file, labels) in self.labels {
            files = files.with_labels(&file, labels.borrowed(py)?).map_err(|error| exception(py, &error))?;
        }
        Ok(files)
    }
}

impl Described {
    fn borrowed(self, py: Python<'_>) -> PyResult<MemoryArray> {
        let Described { name, flat, descr, shape, columns_first } = self;
        Ok(MemoryArray { name, bytes: Bytes::from_owner(Borrowed::of(py, flat)?), descr, shape, columns_first })
    }
}

/// The bytes of an array that Python holds, too.
struct Borrowed {
    start: *const u8,
    len: usize,
    /// Keeps them where they are.
    _array: Py<PyArray1<u8>>,
}

impl Borrowed {
    fn of(py: Python<'_>, array: Py<PyArray1<u8>>) -> PyResult<Borrowed> {
        let bound = array.bind(py);
        if !bound.is_contiguous() {
            return Err(pyo3::exceptions::PyTypeError::new_err("expected bytes that lie one after the other"));
        }
        let (start, len) = (bound.data().cast_const(), bound.len());
        Ok(Borrowed { start, len, _array: array })
    }
}

#[expect(unsafe_code, reason = "the bytes belong to NumPy")]
impl AsRef<[u8]> for Borrowed {
    fn as_ref(&self) -> &[u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: `of` found `len` contiguous bytes from `start` on; NumPy neither moves nor frees them while `_array` refers to
        // them. Whoever writes to an array while it is scored gets the score of some of both, as from every function of NumPy that
        // runs without the lock of the interpreter.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }
}

// SAFETY: a pointer to bytes that are only read, which any thread may do.
#[expect(unsafe_code, reason = "the bytes are read by the threads that compute")]
unsafe impl Send for Borrowed {}
