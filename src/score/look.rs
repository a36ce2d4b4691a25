//! The first look at the rows of one side, and where they are read afterwards.

use std::thread::scope;

use super::halves::Halves;
use super::means::Means;
use super::reading::{Kept, Reading, Spent};
use super::survey::Survey;
use crate::block::TILE;
use crate::definition::{Definition, Precision};
use crate::error::Fault;
use crate::labels::Labels;
use crate::source::{Layer, Matrix, Rectified, ScratchCopy};

/// Rows of a layer, and their labels.
#[derive(Clone, Copy)]
pub(super) struct LabelledLayer<'a> {
    pub(super) layer: &'a Layer,
    pub(super) labels: &'a Labels,
}

impl<'a> LabelledLayer<'a> {
    /// The rows as `definition` takes them.
    pub(super) fn matrix(&self, definition: &Definition) -> Box<dyn Matrix + 'a> {
        let activations = self.layer.activations.as_ref();
        if definition.rectifies { Box::new(Rectified(activations)) } else { Box::new(activations) }
    }
}

/// What is seen of a layer at one look, and where its rows are read afterwards.
pub(super) type Look<'a> = (Survey, Again<'a>);

/// Where rows are read again.
pub(super) struct Again<'a> {
    /// Where they were, or a copy of them, where they will be read again and again, which their format or a network makes slow.
    pub(super) matrix: Box<dyn Matrix + 'a>,
    /// The rows themselves, where there is room for all of them.
    pub(super) kept: Kept,
}

/// One look at all rows, those before `mark` hashed by themselves, too, and for the types `halves`.
pub(super) fn survey<'a>(
    side: &LabelledLayer<'a>,
    definition: &Definition,
    means: &Means,
    mark: Option<usize>,
    halves: Halves,
    spent: &Spent,
) -> Result<Look<'a>, Fault> {
    let (whole, labels) = (side.matrix(definition), side.labels);
    let matrix = whole.as_ref();
    check_rows(matrix.rows(), labels)?;
    if let Some(slowness) = side.layer.slowness() {
        means.progress.warn(&slowness);
    }
    let tiles = matrix.rows().div_ceil(TILE);
    let shares = |width| means.shares(tiles, matrix.dim(), width);
    // What may have to be computed in f64 in the end must fit from the beginning.
    let shares = match definition.precision {
        Precision::F32 | Precision::Tf32 => shares(size_of::<f32>())?,
        Precision::Auto => shares(size_of::<f64>()).and_then(|_| shares(size_of::<f32>()))?,
        Precision::F64 => shares(size_of::<f64>())?,
    };
    // They leave the memory as the prepared rows fill it.
    let keeps = shares.staying == tiles && size_of::<f64>() * matrix.rows() * matrix.dim() <= means.memory / 2;
    let copies = match side.layer.is_remote() {
        true => !keeps,
        false => shares.staying < tiles && !matrix.is_seekable(),
    };
    let mut copy = copies.then(|| ScratchCopy::start(&means.scratch, matrix.dim())).transpose()?;
    let mut kept = Kept::default();
    let nothing_kept = Kept::default();
    let reading = Reading::of(matrix, &nothing_kept, means, spent);
    let mut seen = 0;
    let survey = scope(|scope| {
        let chunks = reading.all(scope)?.map(|chunk| {
            let chunk = chunk?;
            seen += chunk.rows();
            copy.as_mut().map_or(Ok(()), |copy| copy.push(&chunk))?;
            if keeps {
                kept.push(&chunk);
            }
            Ok(chunk)
        });
        let ignores = |row| labels.ignores(row);
        let distance = definition.measured_distance();
        Survey::of(matrix.dim(), Box::new(chunks), distance, definition.non_finite, &ignores, mark.unwrap_or(0), halves)
    })?;
    if seen != matrix.rows() {
        return Err(Fault::content(format_args!("expected {} rows, found {seen}", matrix.rows())));
    }
    let copy = copy.map(ScratchCopy::finish).transpose()?;
    Ok((survey, Again { matrix: copy.unwrap_or(whole), kept }))
}

/// Checks that `labels` are those of a layer of so many rows, and that it has no more than can be numbered.
pub(super) fn check_rows(rows: usize, labels: &Labels) -> Result<(), Fault> {
    if rows != labels.len() {
        let hint = match labels.first_line() {
            Some(line) if labels.len() == rows + 1 => {
                format!("is its first line, `{line}`, a header? `{}:{line}` treats it as one", labels.spec)
            }
            _ => "both must come from one pass; the exporter may have dropped the last partial batch".to_owned(),
        };
        return Err(
            Fault::content(format!("{rows} rows, but labels `{}` has {}", labels.spec, labels.len())).hint(hint)
        );
    }
    if u32::try_from(rows).is_err() {
        let problem = format!("expected at most {} rows, found {rows}", u32::MAX);
        return Err(Fault::content(problem).hint("score a sample of the rows"));
    }
    Ok(())
}
