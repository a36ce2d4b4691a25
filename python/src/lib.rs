//! The native half of the Python package `snnl_score`: the command, and runs over arrays in memory. What Python users see, its
//! names and its documentation, is in `snnl_score/`; here is what cannot be written in Python.

mod arrays;
mod checkpoint;
mod failure;
mod listener;
mod plans;
mod report;

use pyo3::prelude::*;

#[pymodule]
mod _native {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::checkpoint::{Scored, read};
    #[pymodule_export]
    use crate::plans::{compare, gate, score};
    #[pymodule_export]
    use crate::report::Rendered;

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "so Python calls it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// Whether files of this name are labels, and never layers.
    #[pyfunction]
    fn is_label_like(name: &str) -> bool {
        snnl_score::source::is_label_like(name)
    }

    /// Whether a path is that of a result rather than of activations.
    #[pyfunction]
    fn is_result(path: PathBuf) -> bool {
        snnl_score::compare::checkpoint::Checkpoint::is_result(&path)
    }

    /// Runs the command on `args`, of which the first is the program, and returns its exit code.
    #[pyfunction]
    fn command(py: Python<'_>, args: Vec<OsString>) -> u8 {
        py.detach(|| snnl_score::command::command(args.into_iter()))
    }
}
