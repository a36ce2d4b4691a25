//! Decides whether a checkpoint passes: every report is written before the verdict becomes the outcome.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write, stderr};
use std::path::Path;

use super::baseline;
use super::checkpoint::{Scoring, find, labels, score_checkpoint, sums_of};
use super::context::Context;
use super::data::{RunLabels, RunLayers};
use super::interruption::Interruption;
use super::outputs::{open, refuse_to_overwrite, write};
use super::saved::SavedPlace;
use crate::compare::align;
use crate::compare::checkpoint::Checkpoint;
use crate::compare::comparable::Comparable;
use crate::definition::Definition;
use crate::error::{Error, Fault};
use crate::gate::{GateReport, Outcome, Renewed, Takes, Verdict, renew};
use crate::plan::{BaselineUpdate, GatePlan};
use crate::progress::Bar;
use crate::report;
use crate::report::destination::Destination;
use crate::report::document::Document;
use crate::report::format::{Format, Screen};

/// Bytes of a job summary; GitHub refuses a larger one completely.
const LARGEST_SUMMARY: usize = (1 << 20) - 1;

/// Checks the rules on the candidate and writes every report, before the verdict becomes the outcome. If it cannot be decided, the
/// reports also say so.
pub(super) fn run(plan: &GatePlan) -> Result<Verdict, Error> {
    let destinations = open(&plan.outputs)?;
    let new_baseline = baseline::place(plan)?;
    plan.summary.as_deref().map_or(Ok(()), check_summary)?;
    let sums = sums_of(&plan.candidate, plan.score.keeping.as_ref())?;
    let found = labels_and_layers(plan);
    let nothing = RunLayers::NONE;
    let layers = found.as_ref().map_or(&nothing, |(_, layers)| layers);
    refuse_to_lose(plan, &destinations, new_baseline.as_ref(), sums.as_ref(), layers)?;
    let progress = Bar::new(plan.score.verbosity);
    let decided = found.and_then(|(labels, layers)| {
        let interruption = Interruption::watch()?;
        let stop = || interruption.signal();
        decide(plan, labels.as_ref(), &layers, &Context::new(&progress, &stop))
    });
    progress.finish();
    match decided {
        Ok(Decided { report, candidate, next }) => {
            report_all(plan, &document(plan, &report, &candidate), destinations)?;
            if let Some((place, next)) = new_baseline.zip(next) {
                place.write(&next)?;
            }
            Ok(Verdict::of(&report))
        }
        // Who stopped it knows.
        Err(error @ Error::Stopped { .. }) => Err(error),
        Err(error) => {
            // People read it on standard error.
            let is_read = |(format, destination): &(Format, Destination)| {
                *format != Format::Table || destination.replaces().is_some()
            };
            let destinations = destinations.into_iter().filter(is_read).collect();
            report_all(plan, &report::gate::undecided(&Checkpoint::name_of(&plan.candidate), &error), destinations)?;
            Err(error)
        }
    }
}

/// Checks the rules on the candidate and writes nothing: the outcome, and the content of a report.
///
/// # Errors
/// As [`super::run`].
pub fn gate(plan: &GatePlan, context: &Context) -> Result<(GateReport, Document), Error> {
    let (labels, layers) = labels_and_layers(plan)?;
    let Decided { report, candidate, .. } = decide(plan, labels.as_ref(), &layers, context)?;
    let document = document(plan, &report, &candidate);
    Ok((report, document))
}

/// The labels and the layers of the candidate, if it is not a result.
fn labels_and_layers(plan: &GatePlan) -> Result<(Option<RunLabels>, RunLayers), Error> {
    let labels = labels(&plan.score.labels, &plan.score.resources.scratch)?;
    let layers = find(&plan.candidate, &plan.score.references, labels.as_ref(), &plan.score)?;
    Ok((labels, layers))
}

fn document(plan: &GatePlan, report: &GateReport, candidate: &Checkpoint) -> Document {
    let document = report::gate::document(report, &candidate.table, plan.shows_classes);
    Document { command: plan.score.command.clone(), ..document }
}

/// The findings of a gate, and the result they are about.
struct Decided {
    report: GateReport,
    candidate: Checkpoint,
    /// The baseline that replaces the present one, if any does.
    next: Option<Checkpoint>,
}

/// Scores the candidate and checks the rules on it.
fn decide(
    plan: &GatePlan,
    labels: Option<&RunLabels>,
    layers: &RunLayers,
    context: &Context,
) -> Result<Decided, Error> {
    let definition = Definition { ladder: plan.ladder.clone(), ..plan.score.definition.clone() };
    let baseline = baseline::read(plan, context)?;
    if let (Some(baseline), Some(labels), false) = (&baseline, labels, Checkpoint::is_result(&plan.candidate)) {
        let planned = Comparable::planned(&plan.candidate, &definition, &labels.own, labels.met.as_ref());
        Comparable::of(baseline).check(&planned)?;
    }
    let mut candidate = match labels.filter(|_| !Checkpoint::is_result(&plan.candidate)) {
        None => context.result(&plan.candidate)?,
        Some(labels) => {
            let keeping = plan.score.keeping.as_ref();
            let scoring = Scoring { layers, labels, definition: &definition, keeping };
            let mut scored = score_checkpoint(Checkpoint::name_of(&plan.candidate), scoring, &plan.score, context)?;
            scored.search_first(plan.score.definition.ladder.temperatures().len());
            scored
        }
    };
    if let Some(baseline) = &baseline {
        align(baseline, &mut candidate);
    }
    let asked_for = |layer: &str| plan.score.selection.takes(layer);
    let mut report = GateReport::of(&plan.rules, &candidate, baseline.as_ref(), &asked_for, plan.init)?;
    let takes = match plan.update {
        Some(BaselineUpdate::All) => Some(Takes::All),
        Some(BaselineUpdate::Better) if report.outcome == Outcome::Pass => Some(Takes::Better(&plan.rules)),
        _ => None,
    };
    let next = takes.map(|takes| renew(baseline.as_ref(), &candidate, takes, &asked_for));
    report.new_baseline = next.as_ref().map(|next| next.layers.clone());
    report.loses_rows = next.as_ref().is_some_and(|next| next.differs() && next.loses_rows(baseline.as_ref()));
    let next = next.filter(Renewed::differs).map(|next| next.checkpoint);
    Ok(Decided { report, candidate, next })
}

/// Writes a document to every output, and to where CI systems look for it.
fn report_all(plan: &GatePlan, document: &Document, destinations: Vec<(Format, Destination)>) -> Result<(), Error> {
    write(document, plan.score.screen, destinations)?;
    if let Some(summary) = &plan.summary {
        append(document, summary).map_err(|error| unwritten_summary(summary, error))?;
    }
    if plan.annotate {
        // The exit code says it too where standard error is closed.
        let _ = Format::Annotations.render(document, Screen::default(), &mut stderr());
    }
    Ok(())
}

/// Refuses what would lose another output, or what is read. Of what is read, the new baseline replaces the old one, and may
/// replace a candidate that is a result.
fn refuse_to_lose(
    plan: &GatePlan,
    destinations: &[(Format, Destination)],
    new_baseline: Option<&SavedPlace>,
    sums: Option<&Destination>,
    layers: &RunLayers,
) -> Result<(), Error> {
    let files = || layers.files();
    let exports = || destinations.iter().map(|(_, destination)| destination).chain(sums);
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
