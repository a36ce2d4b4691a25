//! What the score is: presets, distances, policies and temperatures, resolved and checked.

mod maps;
mod preset;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::maps::{MapMethod, Maps};
pub use self::preset::{Bundle, EpsilonForm, Preset, Singletons};
use crate::distance::Distance;
use crate::draw::{BatchDraws, Draw};
use crate::error::Error;
use crate::temperature::Ladder;

/// The arithmetic of the products; sums are always f64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// f32 where the self-check finds errors of at most 1e-5, f64 elsewhere.
    Auto,
    /// f32 everywhere; the self-check only reports.
    F32,
    /// f64 everywhere.
    F64,
    /// Products of f32 rounded to TF32, three decimal digits, on CUDA devices only; the self-check only reports.
    Tf32,
}

/// What to do with rows that hold a NaN, an infinity, or in tables a null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NonFinite {
    /// Refuse to score.
    Error,
    /// Leave them out and count them.
    Drop,
}

/// What a temperature of 1 is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TemperatureUnit {
    /// A distance of 1.
    Raw,
    /// Each layer's mean distance, or for `euclidean` the root of the mean squared one.
    Mean,
}

/// Shows each of these types under the name that it has in results and on the command line.
macro_rules! display_by_name {
    ($($name:ty),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.serialize(f)
            }
        }
    )*};
}

display_by_name!(Preset, EpsilonForm, Singletons, NonFinite, TemperatureUnit);

/// The score, defined: what of a plan changes its values.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The preset that the definition equals, if any.
    pub preset: Option<Preset>,
    /// The distance.
    pub distance: Distance,
    /// ε ≥ 0.
    pub epsilon: f64,
    /// How it enters the loss.
    pub epsilon_form: EpsilonForm,
    /// The policy for rows alone in their class.
    pub singletons: Singletons,
    /// Whether max(x, 0) is taken of every number before all else.
    pub rectifies: bool,
    /// The policy for rows that are not finite.
    pub non_finite: NonFinite,
    /// The arithmetic of the products.
    pub precision: Precision,
    /// The temperatures.
    pub ladder: Ladder,
    /// What a temperature of 1 is.
    pub unit: TemperatureUnit,
    /// The sample of rows from which the score is estimated; `None` where it is computed.
    pub draw: Option<Draw>,
    /// The random batches that are scored by themselves, too, if any.
    pub batches: Option<BatchDraws>,
    /// Whether the lowest value over all temperatures is searched, too.
    pub minimises: bool,
    /// Whether values are explained by classes and neighbors, too.
    pub explains: bool,
    /// How many of the rows with the highest losses are described.
    pub worst: usize,
    /// The temperature of the ladder at which values are explained and rows described; `None` for each layer's best.
    pub explained_at: Option<f64>,
    /// Whether companions of the score are computed, too.
    pub companions: bool,
    /// The pictures of rows that are made, if any.
    pub maps: Option<Maps>,
}

/// Definitions as they may be asked for, each overriding the preset.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// Where to start from.
    pub preset: Preset,
    /// Instead of the preset's.
    pub distance: Option<Distance>,
    /// Instead of the preset's.
    pub epsilon: Option<f64>,
    /// Instead of the preset's.
    pub epsilon_form: Option<EpsilonForm>,
    /// Instead of the preset's.
    pub singletons: Option<Singletons>,
    /// Instead of the preset's.
    pub rectifies: Option<bool>,
    /// The policy for rows that are not finite.
    pub non_finite: NonFinite,
    /// The arithmetic of the products.
    pub precision: Precision,
    /// The standard ladder where nothing is asked for.
    pub ladder: Option<Ladder>,
    /// Raw for a ladder that was asked for, and for distances of directions in programs that a preset reproduces; otherwise mean.
    pub unit: Option<TemperatureUnit>,
}

impl Wishes {
    /// A preset, and nothing else.
    pub fn of(preset: Preset) -> Wishes {
        Wishes {
            preset,
            distance: None,
            epsilon: None,
            epsilon_form: None,
            singletons: None,
            rectifies: None,
            non_finite: NonFinite::Error,
            precision: Precision::Auto,
            ladder: None,
            unit: None,
        }
    }
}

impl Definition {
    /// Settles what is left open and checks what is not.
    ///
    /// # Errors
    /// [`Error::Usage`] for an ε that is negative or not finite, and a form of ε or a cap without ε.
    pub fn new(wishes: Wishes) -> Result<Definition, Error> {
        let of_preset = wishes.preset.bundle();
        let mut bundle = Bundle {
            distance: wishes.distance.unwrap_or(of_preset.distance),
            epsilon: wishes.epsilon.unwrap_or(of_preset.epsilon),
            epsilon_form: wishes.epsilon_form.unwrap_or(of_preset.epsilon_form),
            singletons: wishes.singletons.unwrap_or(of_preset.singletons),
            rectifies: wishes.rectifies.unwrap_or(of_preset.rectifies),
        };
        check_epsilon(&bundle, wishes.epsilon_form)?;
        if bundle.epsilon == 0.0 {
            bundle.epsilon_form = EpsilonForm::default();
        }
        // Layers compare at multiples of their own mean distance. The temperatures of programs are distances, and where those
        // are of directions, they are of one size in every layer.
        let of_program = wishes.preset != Preset::Exact && bundle.distance.is_scale_free();
        let unit = match (wishes.unit, &wishes.ladder) {
            (Some(unit), _) => unit,
            (None, None) if !of_program => TemperatureUnit::Mean,
            (None, _) => TemperatureUnit::Raw,
        };
        let Bundle { distance, epsilon, epsilon_form, singletons, rectifies } = bundle;
        Ok(Definition {
            preset: Preset::of(bundle),
            distance,
            epsilon,
            epsilon_form,
            singletons,
            rectifies,
            non_finite: wishes.non_finite,
            precision: wishes.precision,
            ladder: wishes.ladder.unwrap_or_else(Ladder::standard),
            unit,
            draw: None,
            batches: None,
            minimises: false,
            explains: false,
            worst: 0,
            explained_at: None,
            companions: false,
            maps: None,
        })
    }

    /// The distance whose mean over all pairs, or whose center, must be known before any pair is computed.
    pub(crate) fn measured_distance(&self) -> Option<Distance> {
        (!self.distance.is_scale_free() || self.unit == TemperatureUnit::Mean || self.minimises)
            .then_some(self.distance)
    }
}

/// Checks ε, and what makes no sense without one.
fn check_epsilon(bundle: &Bundle, form: Option<EpsilonForm>) -> Result<(), Error> {
    let epsilon = bundle.epsilon;
    if !(epsilon >= 0.0 && epsilon.is_finite()) || epsilon.is_subnormal() {
        let argument = format!("`--epsilon {epsilon}`");
        let problem = "expected 0 or a positive number";
        return Err(Error::usage(argument, problem, "0 is the exact form; other programs use 1e-5"));
    }
    if bundle.singletons == Singletons::Cap && epsilon == 0.0 {
        let problem = "it counts rows alone in their class at −ln ε, which is infinite without an ε";
        let hint = "give --epsilon 1e-5, or leave them out with --singletons drop";
        return Err(Error::usage("`--singletons cap`", problem, hint));
    }
    match form.filter(|_| epsilon == 0.0) {
        Some(form) => {
            let problem = "it has no effect without an ε";
            Err(Error::usage(format!("`--epsilon-form {form}`"), problem, "give --epsilon 1e-5, or leave it out"))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes() -> Wishes {
        Wishes::of(Preset::Exact)
    }

    #[test]
    fn flags_override_presets_and_find_their_names() {
        let article = Definition::new(Wishes { preset: Preset::Article, ..wishes() }).unwrap();
        assert_eq!((article.preset, article.epsilon), (Some(Preset::Article), 1e-5));
        let by_flags = Wishes { epsilon: Some(1e-5), singletons: Some(Singletons::Cap), ..wishes() };
        assert_eq!(Definition::new(by_flags).unwrap().preset, Some(Preset::Article));
        let own = Wishes { epsilon: Some(1e-3), ..wishes() };
        assert_eq!(Definition::new(own).unwrap().preset, None);
        let of_directions = Wishes { distance: Some(Distance::UnitSqeuclidean), ..wishes() };
        assert_eq!(Definition::new(of_directions).unwrap().preset, Some(Preset::Pml));
        let without_epsilon = Wishes { epsilon: Some(0.0), ..Wishes::of(Preset::Tfs) };
        assert_eq!(Definition::new(without_epsilon).unwrap().epsilon_form, EpsilonForm::Nested);
        let as_it_is = Wishes { rectifies: Some(false), ..Wishes::of(Preset::Watermark) };
        assert!(Definition::new(as_it_is).is_ok_and(|definition| !definition.rectifies && definition.preset.is_none()));
    }

    #[test]
    fn the_unit_follows_distance_and_ladder() {
        let unit = |distance, ladder: Option<&str>| {
            let ladder = ladder.map(|text| text.parse().unwrap());
            Definition::new(Wishes { distance: Some(distance), ladder, ..wishes() }).unwrap().unit
        };
        assert_eq!(unit(Distance::Cosine, None), TemperatureUnit::Mean);
        assert_eq!(unit(Distance::Cosine, Some("1,2")), TemperatureUnit::Raw);
        for program in [Preset::Article, Preset::Pml, Preset::Tfs, Preset::Watermark] {
            assert_eq!(Definition::new(Wishes::of(program)).unwrap().unit, TemperatureUnit::Raw);
        }
        assert_eq!(Definition::new(Wishes::of(Preset::Cleverhans)).unwrap().unit, TemperatureUnit::Mean);
        assert_eq!(unit(Distance::Euclidean, None), TemperatureUnit::Mean);
        assert_eq!(unit(Distance::Euclidean, Some("1,2")), TemperatureUnit::Raw);
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        use clap::ValueEnum;
        fn assert_named<T: ValueEnum + Serialize>() {
            for value in T::value_variants() {
                let name = value.to_possible_value().map(|name| name.get_name().to_owned());
                assert_eq!(serde_json::to_value(value).unwrap().as_str(), name.as_deref());
            }
        }
        assert_named::<Preset>();
        assert_named::<EpsilonForm>();
        assert_named::<Singletons>();
        assert_named::<Precision>();
        assert_named::<NonFinite>();
        assert_named::<TemperatureUnit>();
        assert_eq!(
            (Preset::Cleverhans.to_string(), TemperatureUnit::Raw.to_string()),
            ("cleverhans".into(), "raw".into())
        );
    }

    #[test]
    fn what_cannot_be() {
        for epsilon in [-1.0, f64::NAN, f64::INFINITY, 1e-310] {
            assert!(Definition::new(Wishes { epsilon: Some(epsilon), ..wishes() }).is_err());
        }
        assert!(Definition::new(Wishes { singletons: Some(Singletons::Cap), ..wishes() }).is_err());
        assert!(Definition::new(Wishes { epsilon_form: Some(EpsilonForm::Outer), ..wishes() }).is_err());
    }
}
