//! The part of the command line that says what is computed, shared by every command that scores.

use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::definition::{Definition, EpsilonForm, NonFinite, Precision, Preset, Singletons, TemperatureUnit, Wishes};
use crate::distance::Distance;
use crate::error::Error;
use crate::temperature::Ladder;

/// Distance, temperatures and policies.
#[derive(Debug, clap::Args)]
pub(super) struct DefinitionFlags {
    /// Temperatures: 0.1,0.5,1 or octaves:0.01..10 or log:0.01..10:13 or epoch:12 (annealed); for `compare` also anneal,
    /// the annealed temperature of the epoch in each checkpoint's name
    /// [default: 0.01,0.02,0.05,0.1,0.2,0.5,1,2]
    #[arg(short = 'T', long, value_name = "LADDER", allow_hyphen_values = true, help_heading = "Score")]
    temperatures: Option<Temperatures>,

    /// What a temperature of 1 means: a distance of 1, or each layer's mean distance
    /// [default: mean for the default ladder, but raw with the presets article, pml, tfs and watermark; raw with -T]
    #[arg(long, value_name = "UNIT", help_heading = "Score")]
    temperature_unit: Option<TemperatureUnit>,

    /// Reproduce what another program computes; the flags below override parts of it
    #[arg(long, value_enum, default_value_t = Preset::Exact, help_heading = "Score")]
    preset: Preset,

    /// Distance between rows [default: cosine]
    #[arg(long, value_parser = distances(), help_heading = "Score")]
    distance: Option<Distance>,

    /// ε added to prevent division by zero; it inverts rankings at low temperatures [default: 0, the exact form]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, help_heading = "Score")]
    epsilon: Option<f64>,

    /// How ε enters the loss, with S the weights of a row's own class and A the weights of all rows [default: nested]
    #[arg(long, value_name = "FORM", help_heading = "Score")]
    epsilon_form: Option<EpsilonForm>,

    /// What to do with rows alone in their class: leave them out, count them at −ln ε or at 0, or refuse [default: drop]
    #[arg(long, value_name = "POLICY", help_heading = "Score")]
    singletons: Option<Singletons>,

    /// Apply max(x, 0) to every number first, as a ReLU would
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true,
        help_heading = "Score"
    )]
    rectify: Option<bool>,

    /// Arithmetic of the products; auto uses f64 at the temperatures where f32 is measured to be too inaccurate
    #[arg(long, value_enum, default_value_t = Precision::Auto, help_heading = "Score")]
    precision: Precision,

    /// What to do with rows that have a NaN, an infinity, or in tables a null
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = NonFinite::Error, help_heading = "Score")]
    non_finite: NonFinite,
}

/// Temperatures as they may be asked for.
#[derive(Debug, Clone)]
enum Temperatures {
    /// These.
    Ladder(Ladder),
    /// One for each checkpoint, by the epoch in its name.
    Anneal,
}

impl FromStr for Temperatures {
    type Err = String;

    fn from_str(text: &str) -> Result<Temperatures, String> {
        if text == "anneal" { Ok(Temperatures::Anneal) } else { text.parse().map(Temperatures::Ladder) }
    }
}

/// The distances by their names, for help and completions, too.
fn distances() -> impl TypedValueParser<Value = Distance> {
    let value = |distance: Distance| PossibleValue::new(distance.name()).help(distance.formula());
    PossibleValuesParser::new(Distance::ALL.map(value)).try_map(|name| name.parse::<Distance>())
}

impl DefinitionFlags {
    /// Whether every checkpoint is to be scored at the annealed temperature of its epoch.
    pub(super) fn is_annealed(&self) -> bool {
        matches!(self.temperatures, Some(Temperatures::Anneal))
    }

    /// Refuses temperatures by epochs where there is one checkpoint.
    pub(super) fn check_not_annealed(&self) -> Result<(), Error> {
        let hint =
            "`-T epoch:12` is the annealed temperature of epoch 12; `snnl-score compare` reads epochs from names";
        match self.is_annealed() {
            true => Err(Error::usage("`-T anneal`", "epochs are read only when checkpoints are compared", hint)),
            false => Ok(()),
        }
    }

    /// The definition asked for, checked; where it is annealed, with the temperature of epoch 0.
    pub(super) fn definition(self) -> Result<Definition, Error> {
        Definition::new(Wishes {
            preset: self.preset,
            distance: self.distance,
            epsilon: self.epsilon,
            epsilon_form: self.epsilon_form,
            singletons: self.singletons,
            rectifies: self.rectify,
            non_finite: self.non_finite,
            precision: self.precision,
            ladder: self.temperatures.map(|temperatures| match temperatures {
                Temperatures::Ladder(ladder) => ladder,
                Temperatures::Anneal => Ladder::of(1.0),
            }),
            unit: self.temperature_unit,
        })
    }
}
