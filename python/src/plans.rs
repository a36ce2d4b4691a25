//! Runs: a command line whose files may be arrays and results in memory, which writes nothing.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use snnl_score::cli::{Args, explain};
use snnl_score::compare::checkpoint::Checkpoint;
use snnl_score::plan::Plan;
use snnl_score::run::{self, Context};

use crate::arrays::Given;
use crate::checkpoint::Scored;
use crate::failure::exception;
use crate::listener;
use crate::report::Rendered;

/// Scores what `args` name.
#[pyfunction]
pub(crate) fn score(
    py: Python<'_>,
    args: Vec<OsString>,
    given: Given,
    listener: Bound<'_, PyAny>,
) -> PyResult<(Scored, Rendered)> {
    let Plan::Score(plan) = planned(py, args, given)? else { return Err(other("a score")) };
    let (checkpoint, document) =
        listener::run(py, &listener, |progress, stop| run::score(&plan, &Context::new(progress, stop)))?;
    Ok((Scored(checkpoint), Rendered(document)))
}

/// Results in memory, by the paths that stand for them.
type Results<'py> = BTreeMap<PathBuf, Bound<'py, Scored>>;

/// Compares what `args` name, under these names.
#[pyfunction]
pub(crate) fn compare(
    py: Python<'_>,
    args: Vec<OsString>,
    given: Given,
    results: Results<'_>,
    names: BTreeMap<PathBuf, String>,
    listener: Bound<'_, PyAny>,
) -> PyResult<Rendered> {
    let Plan::Compare(mut plan) = planned(py, args, given)? else { return Err(other("a comparison")) };
    for planned in &mut plan.checkpoints {
        if let Some(name) = names.get(&planned.path) {
            name.clone_into(&mut planned.name);
        }
    }
    let results = checkpoints(&results);
    let (_, document) = listener::run(py, &listener, |progress, stop| {
        run::compare(&plan, &Context { results, ..Context::new(progress, stop) })
    })?;
    Ok(Rendered(document))
}

/// Holds what `args` name to their rules.
#[pyfunction]
pub(crate) fn gate(
    py: Python<'_>,
    args: Vec<OsString>,
    given: Given,
    results: Results<'_>,
    listener: Bound<'_, PyAny>,
) -> PyResult<Rendered> {
    let Plan::Gate(plan) = planned(py, args, given)? else { return Err(other("a gate")) };
    let results = checkpoints(&results);
    let (_, document) = listener::run(py, &listener, |progress, stop| {
        run::gate(&plan, &Context { results, ..Context::new(progress, stop) })
    })?;
    Ok(Rendered(document))
}

fn checkpoints<'a>(results: &'a Results<'_>) -> BTreeMap<PathBuf, &'a Checkpoint> {
    results.iter().map(|(path, scored)| (path.clone(), &scored.get().0)).collect()
}

/// The plan of this command line.
fn planned(py: Python<'_>, args: Vec<OsString>, given: Given) -> PyResult<Plan> {
    let in_memory = given.in_memory(py)?;
    let plan = Args::try_parse_from(args).map_err(|error| explain(&error)).and_then(Args::plan);
    plan.map(|plan| plan.reading(&in_memory)).map_err(|error| exception(py, &error))
}

fn other(asked_for: &str) -> PyErr {
    PyValueError::new_err(format!("this command line asks for something else than {asked_for}"))
}
