//! Failures as Python's exceptions.

use std::error::Error as _;

use pyo3::prelude::*;
use snnl_score::error::{Error, Explanation, Fault};

/// The exception of an error, which `_errors.py` chooses and words.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    let Explanation { headline, causes, hint } = Explanation::from(error);
    let system = match error.source().and_then(|fault| fault.downcast_ref::<Fault>()) {
        Some(Fault::Io(error)) => Some(error.raw_os_error().unwrap_or(0)),
        _ => None,
    };
    let made = || {
        let errors = py.import("snnl_score._errors")?;
        errors.call_method1("exception", (headline, causes, hint, error.exit_code(), system))
    };
    made().map_or_else(|failed| failed, PyErr::from_value)
}
