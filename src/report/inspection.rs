//! An [`Inspection`] as a table for people and as JSON for programs.

use std::io::{self, Write};
use std::time::Duration;

use indicatif::{DecimalBytes, HumanDuration};

use super::grid::{Grid, number, text};
use super::number::significant;
use super::printable;
use crate::score::inspection::{Inspection, LayerSeen};

/// Writes a table with what a run would cost under it.
///
/// # Errors
/// What `out` reports.
pub fn write_table(inspection: &Inspection, out: &mut dyn Write) -> io::Result<()> {
    let mut grid = Grid::new([
        text("layer"),
        number("files"),
        number("rows"),
        number("dim"),
        text("dtype"),
        text("order"),
        number("size"),
        text(""),
    ]);
    inspection.layers.iter().for_each(|layer| grid.push(cells(layer, inspection.labels.is_some())));
    grid.draw(out)?;
    if let Some(labels) = &inspection.labels {
        let mut said =
            format!("labels {}: {} rows in {} classes", printable(&labels.name), labels.rows, labels.classes);
        if labels.singletons > 0 {
            said += &format!(", {} alone in their class", labels.singletons);
        }
        if labels.ignored_rows > 0 {
            said += &format!(", {} left out for their label", labels.ignored_rows);
        }
        writeln!(out, "{said}")?;
    }
    let cost = &inspection.cost;
    writeln!(
        out,
        "a run: {} pairs, {} on {}, {} threads, with about {} of memory",
        significant(cost.pairs as f64, 2),
        duration(cost.seconds),
        printable(&inspection.device),
        inspection.threads,
        DecimalBytes(cost.memory_bytes)
    )
}

/// Writes JSON, which `docs/inspection.schema.json` describes.
///
/// # Errors
/// What `out` reports.
pub fn write_json(inspection: &Inspection, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, inspection)?;
    writeln!(out)
}

fn cells(layer: &LayerSeen, has_labels: bool) -> [String; 8] {
    let [rows, dim, dtype, order, size] = match &layer.shape {
        Some(shape) => [
            shape.rows.to_string(),
            shape.dim.to_string(),
            shape.dtype.clone(),
            shape.order.clone(),
            DecimalBytes(shape.bytes).to_string(),
        ],
        None => ["–"; 5].map(str::to_owned),
    };
    let verdict = match &layer.problem {
        Some(problem) => problem.clone(),
        None if has_labels => "labels align".to_owned(),
        None => String::new(),
    };
    [layer.name.clone(), layer.files.len().to_string(), rows, dim, dtype, order, size, verdict]
}

fn duration(seconds: f64) -> String {
    match seconds {
        ..0.1 => "0.1 s at most".to_owned(),
        ..120.0 => format!("about {} s", significant(seconds, 2)),
        _ => format!("about {}", HumanDuration(Duration::from_secs_f64(seconds))),
    }
}
