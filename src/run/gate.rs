//! Deciding whether a checkpoint may pass: every report is written before the verdict becomes the outcome.

use std::fs::OpenOptions;
use std::io::{Write, stderr};
use std::path::Path;

use super::checkpoint::{find, labels, scored};
use super::interruption::Interruption;
use super::rows::RowsOutput;
use super::{open, refuse_to_overwrite};
use crate::compare::checkpoint::Checkpoint;
use crate::compare::rows_file;
use crate::definition::Definition;
use crate::error::{Error, Fault};
use crate::gate::{GateReport, Outcome};
use crate::labels::Labels;
use crate::plan::GatePlan;
use crate::report::destination::Destination;
use crate::report::gate::{self, GateFormat};
use crate::report::{Format, Table};
use crate::score::table::ScoreTable;

/// Bytes of a job summary; GitHub refuses a larger one whole.
const LARGEST_SUMMARY: usize = (1 << 20) - 1;

/// Holds the candidate to the rules, writes every report, and ends with the verdict.
pub(super) fn run(plan: &GatePlan) -> Result<(), Error> {
    let destinations = open(&plan.outputs)?;
    let labels = labels(&plan.score)?;
    let layers = find(&plan.candidate, labels.as_ref(), &plan.score)?;
    let read = [&plan.candidate].into_iter().chain(layers.iter().flat_map(|layer| &layer.files)).chain(&plan.baseline);
    refuse_to_overwrite(destinations.iter().map(|(_, destination)| destination), read, &plan.score)?;
    let baseline = baseline(plan)?;
    let interruption = Interruption::watch()?;
    let definition = Definition { ladder: plan.ladder.clone(), ..plan.score.definition.clone() };
    let mut candidate = scored(&plan.candidate, &layers, labels.as_ref(), &definition, &plan.score, &interruption)?;
    if !Checkpoint::is_result(&plan.candidate) {
        candidate.search_first(plan.score.definition.ladder.temperatures().len());
    }
    let report = GateReport::of(&plan.rules, &candidate, baseline.as_ref(), plan.init)?;

    let classes = plan.shows_classes.then_some(&candidate.table);
    for (format, destination) in destinations {
        destination.finish(|out| match format {
            GateFormat::Report(format) => gate::write(&report, classes, format, out),
            GateFormat::Junit => gate::write_junit(&report, out),
            GateFormat::Metrics => gate::write_metrics(&candidate.table, out),
        })?;
    }
    if let Some(summary) = &plan.summary {
        append(&report, classes, summary)
            .map_err(|error| Error::Output { path: summary.display().to_string(), fault: Fault::Io(error) })?;
    }
    if plan.annotate {
        // The exit code says it too where standard error is closed.
        let _ = gate::write_annotations(&report, &mut stderr());
    }
    if let (Some(path), Outcome::Pass, true) = (&plan.baseline, report.outcome, plan.update_baseline) {
        update(path, plan, &candidate, labels.as_ref())?;
    }
    match report.error() {
        Some(error) if !plan.exit_zero => Err(error),
        _ => Ok(()),
    }
}

/// The baseline; `None` where there is none yet and that is fine.
fn baseline(plan: &GatePlan) -> Result<Option<Checkpoint>, Error> {
    match &plan.baseline {
        None => Ok(None),
        Some(path) if path.exists() => Checkpoint::read(path).map(Some),
        Some(_) if plan.init => Ok(None),
        Some(path) => Err(Fault::NothingToScore {
            problem: "there is no such baseline".into(),
            hint: "--init is for the first run; with --update-baseline it writes the baseline".into(),
        }
        .in_input(path)),
    }
}

/// Appends the report as Markdown to the job summary `path`, as far as there is room.
fn append(report: &GateReport, classes: Option<&ScoreTable>, path: &Path) -> std::io::Result<()> {
    let mut markdown = Vec::new();
    gate::write(report, classes, Format::Markdown, &mut markdown)?;
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let used = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let room = LARGEST_SUMMARY.saturating_sub(used);
    if markdown.len() > room {
        // Whole lines, so that no table row and no character is torn.
        let end = markdown[..room].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        markdown.truncate(end);
    }
    file.write_all(&markdown)
}

/// Makes `candidate`, which was scored now or read from a result, the baseline in `path`: the losses of its rows first,
/// which are of no use without the result.
fn update(path: &Path, plan: &GatePlan, candidate: &Checkpoint, labels: Option<&Labels>) -> Result<(), Error> {
    let rows_path = rows_file::beside(path);
    let fault = |path: &Path, error: std::io::Error| Error::Output {
        path: path.display().to_string(),
        fault: Fault::Io(error),
    };
    let earlier = rows_file::beside(&plan.candidate);
    match labels {
        Some(labels) if !Checkpoint::is_result(&plan.candidate) => {
            let mut output = RowsOutput::start(Destination::create(&rows_path)?)?;
            for (layer, rows) in &candidate.rows {
                output.write(layer, rows, labels)?;
            }
            output.finish()?;
        }
        _ if !candidate.rows.is_empty() => {
            let mut file = std::fs::File::open(&earlier).map_err(|error| fault(&earlier, error))?;
            Destination::create(&rows_path)?.finish(|out| std::io::copy(&mut file, out).map(drop))?;
        }
        // The losses of another result would be worse than none.
        _ => match std::fs::remove_file(&rows_path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(fault(&rows_path, error)),
            _ => {}
        },
    }
    let json = Format::Json.exporter(Table::default());
    Destination::create(path)?.finish(|out| json.export(&candidate.table, out)).map(drop)
}
