//! A [`GateReport`] in the formats that people and CI systems read, one file a format beside table, Markdown and JSON; who
//! reads which is left to `run`.

mod annotations;
mod junit;
mod metrics;

use std::io::{self, Write};

pub use self::annotations::write as write_annotations;
pub use self::junit::write as write_junit;
pub use self::metrics::write as write_metrics;
use super::Format;
use super::grid::{Grid, number, text};
use super::number::temperature;
use crate::gate::{Finding, GateReport, Outcome};

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

/// Writes the report as a table, Markdown, or JSON, which `docs/gate.schema.json` describes.
///
/// # Errors
/// What `out` reports, and `InvalidInput` for a format that gates have none of.
pub fn write(report: &GateReport, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => {
            grid(report).draw(out)?;
            notes(report).iter().try_for_each(|note| writeln!(out, "{note}"))
        }
        Format::Markdown => {
            writeln!(out, "### {}\n", super::markdown::escaped(&verdict(report)))?;
            grid(report).markdown(out)?;
            writeln!(out)?;
            notes(report)[1..].iter().try_for_each(|note| writeln!(out, "- {}", super::markdown::escaped(note)))
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

fn notes(report: &GateReport) -> Vec<String> {
    let mut notes = vec![verdict(report), super::notes::number(&report.definition), super::notes::data(&report.data)];
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
