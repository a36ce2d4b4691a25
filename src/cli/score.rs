//! The command line of scoring, which needs no subcommand.

use std::path::PathBuf;

use super::definition::DefinitionFlags;
use super::input::{Input, ReferenceFlags};
use super::listing::ListingFlags;
use super::maps::MapFlags;
use super::output::{OutputFlags, RunFlags};
use super::resume::ResumeFlags;
use super::sample::{RANDOM, SampleFlags};
use crate::definition::Definition;
use crate::draw::BatchDraws;
use crate::error::Error;
use crate::plan::{DetailOutput, Output, ScorePlan};
use crate::report::format::Format;
use crate::report::score::Detail;
use crate::score::table::ScoreTable;
use crate::temperature::parse_temperature;

/// Rows that are described where a value is explained.
const WORST: u32 = 20;

/// The arguments of the command line without a subcommand.
#[derive(Debug, clap::Args)]
pub(super) struct ScoreArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    definition: DefinitionFlags,
    #[command(flatten)]
    output: OutputFlags<ScoreTable>,

    #[command(flatten)]
    references: ReferenceFlags,

    #[command(flatten)]
    listing: ListingFlags,

    /// Also write what --explain finds about the classes as .csv or .parquet: one line per layer, class and picked class
    #[arg(long, value_name = "FILE", requires = "explain", help_heading = "Output")]
    export_picks: Option<PathBuf>,

    /// Also write the rows of --worst or --explain as .csv or .parquet, one line per layer and row
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    export_worst: Option<PathBuf>,

    #[command(flatten)]
    sample: SampleFlags,

    /// Also show the mean over random batches of B rows, each row compared with its own batch only, as in a training log, and
    /// how far that is from the value of all rows
    #[arg(
        long,
        value_name = "B",
        value_parser = clap::value_parser!(u32).range(2..),
        group = RANDOM,
        conflicts_with = "reference",
        help_heading = "Score"
    )]
    emulate_batch: Option<u32>,

    /// Number of batches
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(2..),
        default_value_t = 100,
        requires = "emulate_batch",
        help_heading = "Score"
    )]
    batches: u32,

    /// Also find each layer's lowest value over all temperatures, from 1e-3 to 1e2 mean distances, in further passes over all
    /// pairs
    #[arg(long, help_heading = "Score")]
    minimise: bool,

    /// Also explain each layer's best value, in a further pass over all pairs: which classes its rows pick with which probability,
    /// how well their 1, 5 and 20 nearest neighbors predict their class, and, as with --worst, the 20 rows with the highest losses
    #[arg(long, help_heading = "Output")]
    explain: bool,

    /// Also describe the N rows of each layer with the highest losses: which class they would pick instead, and what their nearest
    /// neighbors are; label errors are likely to be among them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=10_000), help_heading = "Output")]
    worst: Option<u32>,

    /// The temperature for --explain and --worst, instead of each layer's best; it is also scored
    #[arg(
        long,
        value_name = "T",
        value_parser = parse_temperature,
        allow_hyphen_values = true,
        help_heading = "Output"
    )]
    at: Option<f64>,

    /// Also show statistics that cost little compared with the pairs: the silhouette, the share of the variance between the
    /// classes, and how well the clusters of k-means agree with the classes
    #[arg(long, help_heading = "Output")]
    companions: bool,

    #[command(flatten)]
    maps: MapFlags,

    /// Pictures of the rows for --export-html, shown on its maps and for the worst rows: N × H × W or N × H × W × 3, uint8
    #[arg(long, value_name = "FILE", requires = "export-html", help_heading = "Output")]
    thumbnails: Option<PathBuf>,

    #[command(flatten)]
    resume: ResumeFlags,
    #[command(flatten)]
    run: RunFlags,
}

impl ScoreArgs {
    pub(super) fn plan(mut self) -> Result<ScorePlan, Error> {
        self.input.resolve(&mut self.references)?;
        self.definition.check_not_annealed()?;
        if self.at.is_some() && !self.explain && self.worst.is_none() {
            let problem = "it is the temperature of --explain and --worst, neither of which is given";
            return Err(Error::usage("`--at`", problem, "-T sets the temperatures of the table"));
        }
        let worst = self.worst.unwrap_or(if self.explain { WORST } else { 0 }) as usize;
        if self.export_worst.is_some() && worst == 0 {
            let problem = "no rows are requested";
            return Err(Error::usage(
                "`--export-worst`",
                problem,
                "--worst 20 describes the 20 rows with the highest losses",
            ));
        }
        let details = [(Detail::Picks, self.export_picks), (Detail::Worst, self.export_worst)];
        let details = details.into_iter().filter_map(|(detail, path)| Some(detail_output(detail, path?)));
        let details = details.collect::<Result<Vec<DetailOutput>, Error>>()?;
        let definition = self.definition.definition()?;
        let draw = self.sample.draw();
        let (count, seed) = (self.batches as usize, self.sample.seed);
        let outputs = self.output.outputs()?;
        let maps = self.maps.maps(&outputs, seed);
        let batches = self.emulate_batch.map(|size| BatchDraws { size: size as usize, count, seed });
        let labels = self.input.label_inputs(&self.input.inputs, &self.references)?;
        Ok(ScorePlan {
            keeping: self.resume.resume()?,
            selection: self.input.selection([&labels]),
            labels,
            inputs: self.input.inputs,
            definition: Definition {
                draw,
                batches,
                minimises: self.minimise,
                explains: self.explain,
                worst,
                companions: self.companions,
                maps,
                explained_at: self.at,
                ladder: definition.ladder.with(self.at.as_slice()),
                ..definition
            },
            outputs,
            references: self.references.reference,
            details,
            per_class: self.listing.per_class,
            listing: self.listing.listing(),
            rows_output: self.listing.rows_output()?,
            thumbnails: self.thumbnails,
            screen: self.output.screen(),
            command: None,
            verbosity: self.run.verbosity(),
            resources: self.run.resources()?,
        })
    }
}

/// A part of the result in a file, whose name says in which format.
fn detail_output(detail: Detail, path: PathBuf) -> Result<DetailOutput, Error> {
    let format = match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Format::Csv,
        Some("parquet") => Format::Parquet,
        _ => {
            let argument = format!("`{}` for an export", path.display());
            return Err(Error::usage(argument, "its name does not show the format", "name it *.csv or *.parquet"));
        }
    };
    Ok(DetailOutput { detail, output: Output { format, path } })
}
