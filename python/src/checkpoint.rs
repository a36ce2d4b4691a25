//! Scores in memory, with the losses of their rows.

use std::path::PathBuf;

use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use snnl_score::compare::checkpoint::Checkpoint;
use snnl_score::report::score::{Detail, Listing, detail as detail_document, document};
use snnl_score::score::table::ClassValue;

use crate::failure::exception;
use crate::report::Rendered;

/// A checkpoint that was scored.
#[pyclass(frozen, module = "snnl_score._native")]
pub(crate) struct Scored(pub(crate) Checkpoint);

/// The names of classes, how many rows of each have a loss, its means class by class, and the standard errors of these.
type Classes = (Vec<String>, Vec<usize>, Vec<Vec<f64>>, Vec<Vec<f64>>);

/// The rows of a layer that have a loss, their classes, the classes' names, and the losses, temperature by temperature.
type Rows<'py> = (Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<u32>>, Vec<String>, Bound<'py, PyArray2<f64>>);

#[pymethods]
impl Scored {
    fn classes(&self, layer: &str) -> PyResult<Classes> {
        let of_rows = || Some(self.0.rows.get(layer)?.by_class());
        let saved = || self.0.layer(layer)?.classes.clone();
        let classes = of_rows().or_else(saved).ok_or_else(|| PyKeyError::new_err(layer.to_owned()))?;
        let values =
            |of: fn(&ClassValue) -> f64| classes.iter().map(|class| class.scores.iter().map(of).collect()).collect();
        let names = classes.iter().map(|class| class.class.clone()).collect();
        let counts = classes.iter().map(|class| class.n).collect();
        Ok((names, counts, values(|value| value.snnl), values(|value| value.stderr)))
    }

    fn rows<'py>(&self, py: Python<'py>, layer: &str) -> PyResult<Rows<'py>> {
        let rows = self.0.rows.get(layer).ok_or_else(|| PyKeyError::new_err(layer.to_owned()))?;
        let losses = PyArray1::from_vec(py, rows.losses.concat()).reshape([rows.losses.len(), rows.rows.len()])?;
        let (indices, classes) = (PyArray1::from_slice(py, &rows.rows), PyArray1::from_slice(py, &rows.classes));
        Ok((indices, classes, rows.names.to_vec(), losses))
    }

    /// The rows with the highest losses (`worst`), or what each class picks (`picks`), a record each.
    fn detail(&self, name: &str) -> PyResult<Rendered> {
        let detail = match name {
            "worst" => Detail::Worst,
            "picks" => Detail::Picks,
            _ => return Err(PyKeyError::new_err(name.to_owned())),
        };
        Ok(Rendered(detail_document(&self.0.table, detail)))
    }

    /// Writes it to `path` as JSON, and the losses of its rows beside that.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| snnl_score::run::save(&self.0, &path)).map_err(|error| exception(py, &error))
    }
}

/// The result in the file `path`, and the losses of its rows where they lie beside it.
#[pyfunction]
pub(crate) fn read(py: Python<'_>, path: PathBuf) -> PyResult<(Scored, Rendered)> {
    let checkpoint = py.detach(|| Checkpoint::read(&path)).map_err(|error| exception(py, &error))?;
    let document = document(&checkpoint.table, Listing::default());
    Ok((Scored(checkpoint), Rendered(document)))
}
