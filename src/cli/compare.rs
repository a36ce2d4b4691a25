//! The command line of `compare`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::definition::DefinitionFlags;
use super::input::{Input, ReferenceFlags};
use super::maps::MapFlags;
use super::output::{OutputFlags, RunFlags};
use super::resume::{ResumeFlags, numbered};
use super::sample::SampleFlags;
use crate::compare::checkpoint::{Checkpoint, epoch_of, in_order, names_of};
use crate::compare::{CLUSTERS, Comparison, Shown};
use crate::definition::{Definition, TemperatureUnit};
use crate::error::Error;
use crate::labels::LabelInputs;
use crate::plan::{ComparePlan, PlannedCheckpoint, ScorePlan};
use crate::report::score::Listing;
use crate::score::Resume;
use crate::source::suffix;
use crate::temperature::{Ladder, parse_temperature};

const EXAMPLES: &str = "\
Examples:
  snnl-score compare init/ plain/ snnl/ --labels y.npy
      each at its lowest value, and all at 0.2 mean distances; changes from the first
  snnl-score compare epoch_*/ --labels y.npy -T anneal
      each epoch at its annealed temperature, in natural order
  snnl-score compare init/ snnl/ --labels y.npy --at 0.03,0.2
      among nearest neighbors, and among clusters
  snnl-score compare base.json candidate/ --labels y.npy
      the result of an earlier run, paired row by row if base.rows.parquet is beside it

Exit codes:
  0  done            2  wrong usage        3  bad input
  4  nothing, or not everything, could be scored
  5  the checkpoints cannot be compared: different data or definitions
  75 a temporary problem with the machine; running again may help
";

/// The arguments of `compare`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
#[command(mut_arg("inputs", |paths| paths.value_name("CHECKPOINT").help("Checkpoints: directories of layers, or results of \
    earlier runs (.json); the others are compared with the first").long_help(None)))]
pub(super) struct CompareArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    references: ReferenceFlags,
    #[command(flatten)]
    definition: DefinitionFlags,
    #[command(flatten)]
    sample: SampleFlags,

    /// Compare at these temperatures, on the ladder or not [default: each checkpoint at its own lowest value, and all at
    /// 0.2 mean distances, among clusters]
    #[arg(long, value_name = "T,...", value_parser = parse_temperature, value_delimiter = ',', allow_hyphen_values = true, help_heading = "Score")]
    at: Vec<f64>,

    /// Show every temperature
    #[arg(long, conflicts_with = "at", help_heading = "Output")]
    curve: bool,

    #[command(flatten)]
    output: OutputFlags<Comparison>,

    #[command(flatten)]
    maps: MapFlags,

    /// Also show each class in every checkpoint, and name the worst
    #[arg(long, help_heading = "Output")]
    per_class: bool,

    #[command(flatten)]
    resume: ResumeFlags,
    #[command(flatten)]
    run: RunFlags,
}

impl CompareArgs {
    pub(super) fn plan(mut self) -> Result<ComparePlan, Error> {
        self.input.resolve(&mut self.references)?;
        self.input.check_labels(&self.input.inputs)?;
        let paths = std::mem::take(&mut self.input.inputs);
        let checkpoints = in_order(self.references.of_checkpoints(paths.clone())?, |(path, _)| path);
        let is_annealed = self.definition.is_annealed();
        let outputs = self.output.outputs()?;
        let maps = self.maps.maps(&outputs, self.sample.seed);
        let definition = Definition { draw: self.sample.draw(), maps, ..self.definition.definition()? };
        let resume = self.resume.resume()?;
        let shown = match (is_annealed, self.at.is_empty(), self.curve) {
            (true, true, true) => {
                let problem = "`-T anneal` sets one temperature for each checkpoint";
                return Err(Error::usage("`--curve`", problem, "leave one of them out"));
            }
            (true, true, false) => {
                let annealed = |(path, _): &(PathBuf, _)| Ok(Ladder::annealed(epoch_of(&Checkpoint::name_of(path))?));
                Shown::Annealed(checkpoints.iter().map(annealed).collect::<Result<_, Error>>()?)
            }
            (true, false, _) => {
                let hint = "leave one of them out";
                return Err(Error::usage("`--at`", "`-T anneal` sets one temperature for each checkpoint", hint));
            }
            (false, false, _) => Shown::Temperatures(self.at),
            (false, true, true) => Shown::Curve,
            (false, true, false) => Shown::BestAndClusters,
        };
        let ladder = |number: usize| match &shown {
            Shown::Temperatures(temperatures) => definition.ladder.with(temperatures),
            Shown::BestAndClusters if definition.unit == TemperatureUnit::Mean => definition.ladder.with(&[CLUSTERS]),
            Shown::BestAndClusters | Shown::Curve => definition.ladder.clone(),
            // The first is what each of the others is compared with, at the other's temperature.
            Shown::Annealed(temperatures) => {
                let own = Ladder::of(temperatures[number]);
                if number == 0 { own.with(temperatures) } else { own }
            }
        };
        let keeping = |number: usize| {
            resume.as_ref().map(|Resume { path, every }| Resume { path: numbered(path, number + 1), every: *every })
        };
        let names = names_of(&checkpoints.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>());
        let checkpoint = |(number, (path, references)): (usize, (PathBuf, Vec<PathBuf>))| {
            Ok(PlannedCheckpoint {
                labels: self.input.label_inputs(&labelled(&path, &paths), &self.references)?,
                path,
                name: names[number].clone(),
                ladder: ladder(number),
                references,
                keeping: keeping(number),
            })
        };
        let checkpoints = checkpoints.into_iter().enumerate().map(checkpoint).collect::<Result<Vec<_>, Error>>()?;
        let selection = self.input.selection(checkpoints.iter().map(|checkpoint| &checkpoint.labels));
        let score = ScorePlan {
            inputs: Vec::new(),
            selection,
            labels: LabelInputs::default(),
            definition,
            outputs,
            references: Vec::new(),
            details: Vec::new(),
            rows_output: None,
            thumbnails: None,
            keeping: None,
            per_class: self.per_class,
            screen: self.output.screen(),
            listing: Listing::default(),
            command: None,
            verbosity: self.run.verbosity(),
            resources: self.run.resources()?,
        };
        Ok(ComparePlan { checkpoints, score, shown })
    }
}

/// Where `:column` of a checkpoint is: in its own files, or, if these are arrays without columns, in those of the first
/// checkpoint that has columns.
fn labelled(path: &Path, all: &[PathBuf]) -> Vec<PathBuf> {
    let has_columns = |path: &&PathBuf| suffix(path).is_none_or(|suffix| !suffix.starts_with(".npy"));
    let own = path.to_owned();
    let is_result = Checkpoint::is_result(path);
    let scored = || all.iter().filter(|path| !Checkpoint::is_result(path)).filter(has_columns);
    let first = scored().next().filter(|_| !is_result && !has_columns(&&own));
    vec![first.cloned().unwrap_or(own)]
}
