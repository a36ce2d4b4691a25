//! A [`Comparison`] in the formats of the report; what a cell reads is decided here, encoding is left to the formats.

mod classes;
mod long;

use std::io::{self, Write};

use super::Format;
use super::grid::{Grid, number, text};
use super::number::{DIGITS, significant, temperature};
use crate::compare::change::Change;
use crate::compare::{Compared, Comparison, LayerComparison};

/// Writes the whole comparison in one format.
///
/// # Errors
/// What `out` reports.
pub fn write(comparison: &Comparison, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => {
            grid(comparison).draw(out)?;
            classes::grid(comparison).iter().try_for_each(|grid| grid.draw(out))?;
            notes(comparison).iter().try_for_each(|note| writeln!(out, "{note}"))
        }
        Format::Markdown => {
            grid(comparison).markdown(out)?;
            writeln!(out)?;
            if let Some(grid) = classes::grid(comparison) {
                grid.markdown(out)?;
                writeln!(out)?;
            }
            notes(comparison).iter().try_for_each(|note| writeln!(out, "- {}", super::markdown::escaped(note)))
        }
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, comparison)?;
            writeln!(out)
        }
        Format::Csv => long::csv(comparison, out),
        Format::Parquet => long::parquet(comparison, out),
    }
}

/// Layers down, checkpoints across, each with its change against the first.
fn grid(comparison: &Comparison) -> Grid {
    let own = has_own_temperatures(comparison);
    let mut header = vec![text("layer")];
    if !own {
        header.push(number("T"));
    }
    for (at, checkpoint) in comparison.checkpoints.iter().enumerate() {
        header.push(number(checkpoint));
        if own {
            header.push(number("T"));
        }
        if at > 0 {
            header.extend([number("change"), number("%"), text("95 % interval")]);
        }
    }
    let mut grid = Grid::new(header);
    for layer in &comparison.layers {
        let mut cells = vec![layer.name.clone()];
        if !own {
            cells.push(shared_temperature(layer));
        }
        for (at, value) in layer.values.iter().enumerate() {
            cells.push(value.as_ref().map_or("–".to_owned(), |value| significant(value.snnl, DIGITS)));
            if own {
                cells.push(value.as_ref().map_or(String::new(), |value| temperature(value.temperature)));
            }
            if at > 0 {
                cells.extend(change(value.as_ref().and_then(|value| value.change.as_ref())));
            }
        }
        grid.push(cells);
    }
    grid
}

/// Whether a layer was scored at different temperatures in different checkpoints.
fn has_own_temperatures(comparison: &Comparison) -> bool {
    let differs = |layer: &LayerComparison| {
        let mut temperatures = layer.values.iter().flatten().map(|value| value.temperature);
        temperatures.next().is_some_and(|first| temperatures.any(|other| other != first))
    };
    comparison.layers.iter().any(differs)
}

fn shared_temperature(layer: &LayerComparison) -> String {
    layer.values.iter().flatten().next().map_or(String::new(), |value: &Compared| temperature(value.temperature))
}

/// The change, in percent, and its interval.
fn change(change: Option<&Change>) -> [String; 3] {
    let Some(change) = change else {
        return ["–".to_owned(), String::new(), String::new()];
    };
    let percent = |relative: f64| format!("{}{:.1}", sign(relative), 100.0 * relative.abs());
    let percent = change.relative.map_or(String::new(), percent);
    let interval = format!("{} … {}", signed(change.low), signed(change.high));
    [signed(change.absolute), percent, interval]
}

/// Three digits with a sign.
fn signed(value: f64) -> String {
    format!("{}{}", sign(value), significant(value.abs(), 3))
}

fn sign(value: f64) -> char {
    if value < 0.0 { '−' } else { '+' }
}

fn notes(comparison: &Comparison) -> Vec<String> {
    let first = super::printable(&comparison.checkpoints[0]);
    let changes =
        || comparison.layers.iter().flat_map(|layer| &layer.values).flatten().filter_map(|value| value.change);
    let mut notes = vec![super::notes::number(&comparison.definition), super::notes::data(&comparison.data)];
    notes.extend(classes::worst(comparison));
    if changes().next().is_some() {
        let how = match changes().all(|change| change.paired) {
            true => "over the same rows, one by one",
            false => "of means alone where the losses of the rows are not known",
        };
        notes.push(format!("change: against {first}, {how}; an interval without 0 is no accident"));
    }
    if comparison.layers.iter().any(|layer| layer.values.iter().any(Option::is_none)) {
        notes.push("–: a checkpoint lacks the layer".to_owned());
    }
    notes
}
