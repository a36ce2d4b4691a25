//! Results as reports.

use clap::ValueEnum;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use snnl_score::report::document::Document;
use snnl_score::report::format::{Format, Screen};
use snnl_score::report::html;
use snnl_score::report::records::ColumnValues;

/// A result, ready to be rendered in any format.
#[pyclass(frozen, module = "snnl_score._native")]
pub(crate) struct Rendered(pub(crate) Document);

#[pymethods]
impl Rendered {
    /// The report in `format`, one of the command's.
    fn render<'py>(&self, py: Python<'py>, format: &str) -> PyResult<Bound<'py, PyBytes>> {
        let format = Format::from_str(format, false).map_err(PyValueError::new_err)?;
        let mut bytes = Vec::new();
        format
            .render(&self.0, Screen::default(), &mut bytes)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Its tables and notes, as a part of a page.
    fn fragment(&self) -> String {
        html::fragment(&self.0)
    }

    /// The records, column by column.
    fn records<'py>(&self, py: Python<'py>) -> PyResult<Vec<(&'static str, Bound<'py, PyAny>)>> {
        let records = self.0.records().map_err(|error| PyValueError::new_err(error.to_string()))?;
        let values = |values: &ColumnValues| match values {
            ColumnValues::Texts(values) => values.into_bound_py_any(py),
            ColumnValues::OptionalTexts(values) => values.into_bound_py_any(py),
            ColumnValues::Counts(values) => values.into_bound_py_any(py),
            ColumnValues::OptionalCounts(values) => values.into_bound_py_any(py),
            ColumnValues::Numbers(values) => values.into_bound_py_any(py),
            ColumnValues::OptionalNumbers(values) => values.into_bound_py_any(py),
            ColumnValues::OptionalFlags(values) => values.into_bound_py_any(py),
        };
        records.columns.iter().map(|column| Ok((column.name, values(&column.values)?))).collect()
    }
}
