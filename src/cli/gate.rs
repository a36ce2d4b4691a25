//! The command line of `gate`.

use std::path::PathBuf;

use clap::Args;

use super::definition::DefinitionFlags;
use super::exports::{ExportFlags, Exported, printed};
use super::input::{Input, ReferenceFlags};
use super::output::{RunFlags, ScreenFlags};
use super::resume::ResumeFlags;
use super::sample::SampleFlags;
use crate::compare::checkpoint::Checkpoint;
use crate::definition::Definition;
use crate::disk::read_text;
use crate::error::{Error, Fault};
use crate::gate::GateReport;
use crate::gate::rules::{FlagRules, Regression, Rules, parse_limit, parse_regression};
use crate::plan::{BaselineUpdate, GatePlan, ScorePlan};
use crate::report::format::Format;
use crate::report::score::Listing;
use crate::temperature::parse_temperature;

const EXAMPLES: &str = "\
Examples:
  snnl-score gate checkpoint/ --labels y.npy --max 0.8
      fails if any layer is above 0.8 at its best temperature
  snnl-score gate checkpoint/ --labels y.npy --baseline base.json --max-regression 2%
      fails if any layer is more than 2 % worse than in the baseline
  snnl-score gate checkpoint/ --labels y.npy --baseline base.json --rules gate.toml --export-junit gate.xml
      rules by layer, and a report for CI
  snnl-score gate checkpoint/ --labels y.npy --baseline base.json --rules gate.toml --init --update-baseline
      the first run, which writes the baseline

Exit codes:
  0  passed     1  a rule is broken       2  wrong usage
  3  bad input
  4  nothing failed, but something could not be checked: a layer or the baseline is missing
  5  the baseline has other data or another definition
  75 a temporary problem with the machine; running again may help
";

/// The arguments of `gate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
#[command(override_usage = "snnl-score gate [OPTIONS] <CANDIDATE>")]
#[command(mut_arg("inputs", |path| path.value_name("CANDIDATE")
    .help("The candidate: a directory of layers, or the result of an earlier run (.json)").long_help(None)))]
pub(super) struct GateArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    references: ReferenceFlags,
    #[command(flatten)]
    definition: DefinitionFlags,
    #[command(flatten)]
    sample: SampleFlags,

    /// The result that the candidate is compared with, written by --export-json; base.rows.parquet (--export-rows) beside
    /// base.json allows pairing the two row by row
    #[arg(long, value_name = "FILE", help_heading = "Gate")]
    baseline: Option<PathBuf>,

    /// Rules by layer and temperature (docs/gating.md)
    #[arg(long, value_name = "FILE", help_heading = "Gate")]
    rules: Option<PathBuf>,

    /// Highest value allowed for any layer
    #[arg(long, value_name = "SNNL", value_parser = parse_limit, allow_hyphen_values = true, help_heading = "Gate")]
    max: Option<f64>,

    /// Largest increase over the baseline allowed for any layer: 2% of the baseline's value, or 0.01nats
    #[arg(long, value_name = "CHANGE", value_parser = parse_regression, allow_hyphen_values = true, help_heading = "Gate")]
    max_regression: Option<Regression>,

    /// Temperature at which --max and --max-regression are checked, on the ladder or not [default: candidate and baseline each
    /// at its own lowest value]
    #[arg(long, value_name = "T", value_parser = parse_temperature, allow_hyphen_values = true, help_heading = "Gate")]
    at: Option<f64>,

    /// Also judge layers in which more than half of the rows are zero or equal to another row
    #[arg(long, help_heading = "Gate")]
    allow_degenerate: bool,

    /// For the first run: accept a baseline that is missing or that lacks something
    #[arg(long, help_heading = "Gate")]
    init: bool,

    /// If the gate passes, put every better value into the baseline, for each layer at each temperature
    #[arg(long, requires = "baseline", help_heading = "Gate")]
    update_baseline: bool,

    /// Replace the whole baseline with the candidate, whatever the gate decides
    #[arg(long, requires = "baseline", help_heading = "Gate")]
    accept: bool,

    /// Report, but exit with 0 whatever the gate decides; errors still fail the command
    #[arg(long, help_heading = "Gate")]
    exit_zero: bool,

    /// What to print
    #[arg(long, value_parser = printed::<GateReport>(), default_value = "table", help_heading = "Output")]
    format: Format,

    /// Also show the candidate's score for each class, and name the worst
    #[arg(long, help_heading = "Output")]
    per_class: bool,

    #[command(flatten)]
    exports: ExportFlags<GateReport>,
    #[command(flatten)]
    screen: ScreenFlags,

    #[command(flatten)]
    resume: ResumeFlags,
    #[command(flatten)]
    run: RunFlags,
}

impl Exported for GateReport {
    const SUBJECT: &'static str = "the outcome";
    const HELP: &'static [(Format, &'static str)] = &[
        (Format::Json, "Also write the outcome as JSON (docs/gate.schema.json)"),
        (Format::Markdown, "Also write the outcome as Markdown"),
        (Format::Junit, "Also write the outcome as JUnit XML, one test case per check"),
        (Format::Metrics, "Also write the candidate's values as nested numbers in JSON, for DVC"),
    ];
}

impl GateArgs {
    /// Reads the rules, too: they are part of what is asked for.
    pub(super) fn plan(mut self) -> Result<GatePlan, Error> {
        if self.definition.is_annealed() {
            return Err(Error::usage(
                "`-T anneal`",
                "a gate checks one checkpoint at fixed temperatures",
                "`-T epoch:12`",
            ));
        }
        self.input.resolve(&mut self.references)?;
        self.input.check_labels(&self.input.inputs)?;
        let [candidate] = &mut self.input.inputs[..] else {
            let found = format!("it names {} candidates", self.input.inputs.len());
            let hint = "a gate takes one; `snnl-score compare` shows several";
            return Err(Error::usage("this command line", found, hint));
        };
        let candidate = std::mem::take(candidate);
        let rules = self.rules()?;
        if rules.need_baseline() && self.baseline.is_none() {
            let problem = "max_regression and max_drift need a baseline, and none is given";
            return Err(Error::usage(
                "this command line",
                problem,
                "--baseline base.json, with --init on the first run",
            ));
        }
        let changes = self.accept || self.update_baseline;
        if let Some(path) = self.baseline.as_ref().filter(|path| changes && Checkpoint::is_report(path)) {
            let argument = format!("`--baseline {}`", path.display());
            return Err(Error::usage(
                argument,
                "a new baseline is written as JSON and would replace the report",
                "name a .json file",
            ));
        }
        let outputs = self.exports.outputs(self.format)?;
        let definition = Definition { draw: self.sample.draw(), ..self.definition.definition()? };
        let ladder = definition.ladder.with(&rules.temperatures());
        let labels = self.input.label_inputs(std::slice::from_ref(&candidate), &self.references)?;
        let score = ScorePlan {
            inputs: Vec::new(),
            selection: self.input.selection([&labels]),
            labels,
            definition,
            outputs: Vec::new(),
            references: self.references.reference,
            details: Vec::new(),
            rows_output: None,
            thumbnails: None,
            keeping: self.resume.resume()?,
            per_class: true,
            screen: self.screen.screen(),
            listing: Listing::default(),
            command: None,
            verbosity: self.run.verbosity(),
            resources: self.run.resources()?,
        };
        Ok(GatePlan {
            candidate,
            score,
            ladder,
            rules,
            baseline: self.baseline,
            init: self.init,
            update: match (self.accept, self.update_baseline) {
                (true, _) => Some(BaselineUpdate::All),
                (_, true) => Some(BaselineUpdate::Better),
                _ => None,
            },
            shows_classes: self.per_class,
            exit_zero: self.exit_zero,
            outputs,
            summary: std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from),
            annotate: std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
        })
    }

    /// The rules of the file, and the one that the flags make.
    fn rules(&self) -> Result<Rules, Error> {
        let mut rules = match &self.rules {
            Some(path) => {
                let text = read_text(path).map_err(|error| Fault::Io(error).in_input(path))?;
                Rules::parse(&text).map_err(|fault| fault.in_input(path))?
            }
            None => Rules { rules: Vec::new() },
        };
        let of_flags = FlagRules { at: self.at, max: self.max, max_regression: self.max_regression };
        let of_flags =
            of_flags.rules().map_err(|fault| Error::Usage { argument: "this command line".into(), fault })?;
        if self.at.is_some() && of_flags.is_empty() {
            let problem = "it is the temperature of --max and --max-regression, neither of which is given";
            return Err(Error::usage("`--at`", problem, "each rule in a file has its own `temperature`"));
        }
        rules.rules.extend(of_flags);
        rules.rules.iter_mut().for_each(|rule| rule.allows_degenerate |= self.allow_degenerate);
        match rules.rules.is_empty() {
            true => {
                let hint = "--max 0.8, --max-regression 2% with a --baseline, or --rules gate.toml";
                Err(Error::usage("this command line", "a gate without a rule lets everything pass", hint))
            }
            false => Ok(rules),
        }
    }
}
