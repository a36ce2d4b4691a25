//! An [`Inspection`] as a document.

use std::time::Duration;

use indicatif::{DecimalBytes, HumanDuration};

use super::cell::CellValue;
use super::document::{Document, Report, Section, json};
use super::grid::{Folding, Grid, number, text};
use super::number::significant;
use super::sentences;
use crate::score::inspection::{Inspection, LabelsSeen, LayerSeen};

impl Report for Inspection {
    const SECTIONS: &'static [Section] = &[];
}

/// The layers, and what a run would cost.
pub fn document(inspection: &Inspection) -> Document {
    Document {
        title: "What a run would read".into(),
        headline: None,
        grids: vec![grid(inspection)],
        figures: Vec::new(),
        thumbnails: None,
        command: None,
        notes: notes(inspection),
        json: json(inspection),
        records: None,
        checks: None,
        metrics: None,
    }
}

fn notes(inspection: &Inspection) -> Vec<String> {
    let labels = inspection.labels.as_ref().map(labels);
    let passed_over = sentences::passed_over(inspection.passed_over.iter());
    labels.into_iter().chain(passed_over).chain([cost(inspection)]).collect()
}

fn grid(inspection: &Inspection) -> Grid {
    let headings = [
        text("layer"),
        number("files"),
        number("rows"),
        number("dim"),
        text("dtype"),
        text("order"),
        number("size"),
        text(""),
    ];
    let mut grid = Grid::new("layers", headings);
    grid.folding = Folding::LastColumn;
    inspection.layers.iter().for_each(|layer| grid.push(row(layer, inspection.labels.is_some())));
    grid
}

fn row(layer: &LayerSeen, has_labels: bool) -> [CellValue; 8] {
    let [rows, dim, dtype, order, size] = match &layer.shape {
        Some(shape) => [
            CellValue::Count(shape.rows),
            CellValue::Count(shape.dim),
            CellValue::text(&shape.dtype),
            CellValue::text(&shape.order),
            CellValue::Bytes(shape.bytes),
        ],
        None => [const { CellValue::Missing }; 5],
    };
    let verdict = match &layer.problem {
        Some(problem) => CellValue::text(problem),
        None if has_labels => CellValue::text("labels align"),
        None => CellValue::Empty,
    };
    [CellValue::text(&layer.name), CellValue::Count(layer.files.len()), rows, dim, dtype, order, size, verdict]
}

fn labels(labels: &LabelsSeen) -> String {
    let mut note = format!("labels {}: {} rows in {} classes", labels.name, labels.rows, labels.classes);
    if labels.singletons > 0 {
        note += &format!(", {} alone in their class", labels.singletons);
    }
    if labels.ignored_rows > 0 {
        note += &format!(", {} left out because of their label", labels.ignored_rows);
    }
    note
}

fn cost(inspection: &Inspection) -> String {
    let cost = &inspection.cost;
    format!(
        "a run: {} pairs, {} on {}, {} threads, with about {} of memory",
        significant(cost.pairs as f64, 2),
        duration(cost.seconds),
        inspection.device,
        inspection.threads,
        DecimalBytes(cost.memory_bytes)
    )
}

/// About how long.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        ..0.1 => "0.1 s at most".to_owned(),
        ..120.0 => format!("about {} s", significant(seconds, 2)),
        _ => format!("about {}", HumanDuration(Duration::from_secs_f64(seconds))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::score::sample::sample;
    use super::*;
    use crate::score::inspection::{Cost, ShapeSeen};

    #[test]
    fn layers_their_problems_and_the_cost() {
        let shape = ShapeSeen { rows: 8, dim: 2, dtype: "float32".into(), order: "rows".into(), bytes: 64 };
        let layer =
            |name: &str, shape, problem| LayerSeen { name: name.into(), files: vec!["x".into()], shape, problem };
        let labels = LabelsSeen { name: "y.npy".into(), rows: 8, classes: 2, ignored_rows: 3, singletons: 1 };
        let inspection = Inspection {
            schema_version: 1,
            tool: sample().tool,
            labels: Some(labels),
            passed_over: Vec::new(),
            layers: vec![layer("a", Some(shape), None), layer("b", None, Some("not a file".into()))],
            cost: Cost { pairs: 28, seconds: 7200.0, memory_bytes: 32_000_000 },
            device: "cpu, avx2".into(),
            threads: 2,
        };
        let document = document(&inspection);
        assert_eq!(document.sections(), Inspection::SECTIONS);
        let row = |at: usize| document.grids[0].rows[at].iter().map(|cell| cell.value.to_string()).collect::<Vec<_>>();
        assert_eq!(row(0), ["a", "1", "8", "2", "float32", "rows", "64 B", "labels align"]);
        assert_eq!(row(1), ["b", "1", "–", "–", "–", "–", "–", "not a file"]);
        let expected = [
            "labels y.npy: 8 rows in 2 classes, 1 alone in their class, 3 left out because of their label",
            "a run: 28 pairs, about 2 hours on cpu, avx2, 2 threads, with about 32.00 MB of memory",
        ];
        assert_eq!(document.notes, expected);
    }
}
