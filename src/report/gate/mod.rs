//! A [`GateReport`] in the formats that people and CI systems read, one file a format beside table, Markdown and JSON; who
//! reads which is left to `run`.

mod annotations;
mod junit;
mod metrics;

use std::io::{self, Write};

pub use self::annotations::write as write_annotations;
pub use self::junit::write as write_junit;
pub use self::metrics::write as write_metrics;
use super::grid::{Grid, number, text};
use super::number::temperature;
use super::{Format, classes};
use crate::gate::{Finding, GateReport, Outcome};
use crate::score::table::{LayerScore, ScoreTable};

/// The formats that a gate can be written in beside those of every report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateFormat {
    /// As every report: table, Markdown or JSON.
    Report(Format),
    /// One test case a check.
    Junit,
    /// Nested numbers.
    Metrics,
}

/// Writes the report as a table, Markdown, or JSON, which `docs/gate.schema.json` describes; for people, with the classes
/// of `classes` if that is given.
///
/// # Errors
/// What `out` reports, and `InvalidInput` for a format that gates have none of.
pub fn write(report: &GateReport, classes: Option<&ScoreTable>, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let by_class = classes.and_then(classes::grid);
    match format {
        Format::Table => {
            grid(report).draw(out)?;
            by_class.iter().try_for_each(|grid| grid.draw(out))?;
            notes(report, classes).iter().try_for_each(|note| writeln!(out, "{note}"))
        }
        Format::Markdown => {
            writeln!(out, "### {}\n", super::markdown::escaped(&verdict(report)))?;
            grid(report).markdown(out)?;
            writeln!(out)?;
            if let Some(grid) = by_class {
                grid.markdown(out)?;
                writeln!(out)?;
            }
            notes(report, classes)[1..]
                .iter()
                .try_for_each(|note| writeln!(out, "- {}", super::markdown::escaped(note)))
        }
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, report)?;
            writeln!(out)
        }
        Format::Csv | Format::Parquet => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "a gate is written as a table, Markdown or JSON"))
        }
    }
}

/// Checks down, with why.
fn grid(report: &GateReport) -> Grid {
    let mut grid = Grid::new([text(""), text("layer"), number("T"), text("rule"), text("check"), text("why")]);
    for found in &report.findings {
        grid.push([
            word(found).to_owned(),
            found.layer.clone(),
            found.temperature.map_or(String::new(), temperature),
            found.rule.clone(),
            found.check.clone(),
            found.why.clone(),
        ]);
    }
    grid
}

/// What became of a check, in a word.
fn word(found: &Finding) -> &'static str {
    match (found.outcome, found.report_only) {
        (Outcome::Pass, _) => "pass",
        (Outcome::Fail, false) => "FAIL",
        (Outcome::Fail, true) => "fail, reported only",
        (Outcome::Missing, false) => "MISSING",
        (Outcome::Missing, true) => "missing, reported only",
    }
}

/// The outcome in a sentence.
fn verdict(report: &GateReport) -> String {
    let count = |outcome| report.findings.iter().filter(|found| found.outcome == outcome && !found.report_only).count();
    let candidate = super::printable(&report.candidate);
    match report.outcome {
        Outcome::Pass => format!("{candidate} passes the gate"),
        Outcome::Fail => {
            format!("{candidate} fails the gate: {} of {} checks", count(Outcome::Fail), report.findings.len())
        }
        Outcome::Missing => {
            let (missing, all) = (count(Outcome::Missing), report.findings.len());
            format!("{candidate} does not pass the gate: {missing} of {all} checks could not be made")
        }
    }
}

fn notes(report: &GateReport, classes: Option<&ScoreTable>) -> Vec<String> {
    let mut notes = vec![verdict(report), super::notes::number(&report.definition), super::notes::data(&report.data)];
    let worst = |layer: &LayerScore| Some(format!("{} {}", super::printable(&layer.name), classes::worst(layer)?));
    let worst: Vec<String> = classes.iter().flat_map(|table| &table.layers).filter_map(worst).collect();
    if !worst.is_empty() {
        notes.push(format!("most entangled class: {}", worst.join("; ")));
    }
    if let Some(baseline) = &report.baseline {
        let paired = || report.findings.iter().filter_map(|found| found.change.as_ref());
        let how = match paired().next().is_some() && paired().all(|change| change.paired) {
            true => ", paired row by row",
            false => "",
        };
        notes.push(format!("baseline: {}{how}", super::printable(baseline)));
    }
    notes
}
