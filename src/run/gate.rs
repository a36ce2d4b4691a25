//! Deciding whether a checkpoint may pass: every report is written before the verdict becomes the outcome.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write, stderr};
use std::path::Path;

use super::baseline::{self, NewBaseline};
use super::checkpoint::{find, labels, score_or_read};
use super::data::RunLayers;
use super::interruption::Interruption;
use super::outputs::{open, refuse_to_overwrite, write};
use crate::compare::checkpoint::Checkpoint;
use crate::compare::comparable::Comparable;
use crate::definition::Definition;
use crate::error::{Error, Fault};
use crate::gate::{GateReport, Outcome, Verdict};
use crate::plan::GatePlan;
use crate::report::destination::Destination;
use crate::report::document::Document;
use crate::report::format::{Format, Screen};
use crate::report::gate;

/// Bytes of a job summary; GitHub refuses a larger one whole.
const LARGEST_SUMMARY: usize = (1 << 20) - 1;

/// Holds the candidate to the rules and writes every report, before the verdict becomes the outcome.
pub(super) fn run(plan: &GatePlan) -> Result<Verdict, Error> {
    let destinations = open(&plan.outputs)?;
    let new_baseline = NewBaseline::open(plan)?;
    plan.summary.as_deref().map_or(Ok(()), check_summary)?;
    let labels = labels(&plan.score)?;
    let layers = find(&plan.candidate, &plan.score.references, labels.as_ref(), &plan.score)?;
    refuse_to_lose(plan, &destinations, new_baseline.as_ref(), &layers)?;
    let definition = Definition { ladder: plan.ladder.clone(), ..plan.score.definition.clone() };
    let baseline = baseline::read(plan)?;
    if let (Some(baseline), Some(labels), false) = (&baseline, &labels, Checkpoint::is_result(&plan.candidate)) {
        let planned = Comparable::planned(&plan.candidate, &definition, &labels.own, labels.met.as_ref());
        Comparable::of(baseline).check(&planned)?;
    }
    let interruption = Interruption::watch()?;
    let mut candidate =
        score_or_read(&plan.candidate, &layers, labels.as_ref(), &definition, &plan.score, &interruption)?;
    if !Checkpoint::is_result(&plan.candidate) {
        candidate.search_first(plan.score.definition.ladder.temperatures().len());
    }
    let report = GateReport::of(&plan.rules, &candidate, baseline.as_ref(), plan.init)?;

    let document = gate::document(&report, &candidate.table, plan.shows_classes);
    write(&document, Screen::default(), destinations)?;
    if let Some(summary) = &plan.summary {
        append(&document, summary).map_err(|error| unwritten_summary(summary, error))?;
    }
    if plan.annotate {
        // The exit code says it too where standard error is closed.
        let _ = Format::Annotations.render(&document, Screen::default(), &mut stderr());
    }
    if let Some(new_baseline) = new_baseline.filter(|_| report.outcome == Outcome::Pass) {
        new_baseline.write(&candidate, &plan.candidate, labels.as_ref().map(|labels| &labels.own))?;
    }
    Ok(Verdict::of(&report))
}

/// Refuses what would lose another output, or what is read. Of what is read, the new baseline replaces the old one, and may
/// replace a candidate that is a result.
fn refuse_to_lose(
    plan: &GatePlan,
    destinations: &[(Format, Destination)],
    new_baseline: Option<&NewBaseline>,
    layers: &RunLayers,
) -> Result<(), Error> {
    let files = || layers.files();
    let exports = || destinations.iter().map(|(_, destination)| destination);
    refuse_to_overwrite(exports(), files().chain([&plan.candidate]).chain(&plan.baseline), &plan.score)?;
    refuse_to_overwrite(exports().chain(new_baseline.iter().flat_map(|new| new.destinations())), files(), &plan.score)
}

/// Checks that the job summary `path` can be written, without touching it.
fn check_summary(path: &Path) -> Result<(), Error> {
    match OpenOptions::new().append(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Destination::create(path).map(drop),
        Err(error) => Err(unwritten_summary(path, error)),
    }
}

fn unwritten_summary(path: &Path, error: io::Error) -> Error {
    Error::Output { path: path.display().to_string(), fault: Fault::Io(error) }
}

/// Appends the document as Markdown to the job summary `path`, as far as there is room.
fn append(document: &Document, path: &Path) -> std::io::Result<()> {
    let mut markdown = Vec::new();
    Format::Markdown.render(document, Screen::default(), &mut markdown)?;
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
