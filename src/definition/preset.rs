//! Presets, and the plain definitions that they are bundles of.

use serde::{Deserialize, Serialize};

use crate::distance::Distance;

/// A bundle of definitions that reproduces what others compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// The definition, with nothing added: cosine distance, ε = 0, singletons left out.
    Exact,
    /// Agarap's PyTorch article: cosine distance, ε = 1e-5, singletons counted at −ln ε.
    Article,
    /// The code of Frosst, Papernot & Hinton: squared Euclidean distance, ε = 1e-5, singletons counted at −ln ε.
    Cleverhans,
    /// NCALoss of pytorch-metric-learning, T = 1/softmax_scale: squared Euclidean distance of unit rows, ε = 0, singletons left out.
    Pml,
    /// SoftNearestNeighborLoss of TensorFlow Similarity on unit rows: their squared Euclidean distance, ε = 1e-9 outside the ratio
    /// only, singletons counted at 0.
    Tfs,
    /// Entangled watermarks of Jia et al.: like the article, but with max(x, 0), and with weights clipped at 0.
    Watermark,
}

/// How ε enters the loss, with S the weights of a row's own class and A those of all rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EpsilonForm {
    /// −ln(ε + S/(ε + A)); the identity is subtracted from the weights, so a zero row has a negative weight for itself.
    #[default]
    Nested,
    /// The same, with negative weights clipped to 0.
    Clipped,
    /// −ln(ε + S/A).
    Outer,
}

/// What to do with rows alone in their class, whose loss the exact form does not define.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Singletons {
    /// Leave them out and count them.
    Drop,
    /// Count each at −ln ε; needs ε > 0.
    Cap,
    /// Count each at 0, which lowers the mean.
    Zero,
    /// Refuse to score.
    Error,
}

/// The plain definitions that a preset is a bundle of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bundle {
    /// The distance.
    pub distance: Distance,
    /// ε ≥ 0; 0 is the exact form.
    pub epsilon: f64,
    /// How ε enters the loss; [`EpsilonForm::Nested`] where it is 0.
    pub epsilon_form: EpsilonForm,
    /// The policy for rows alone in their class.
    pub singletons: Singletons,
    /// Whether max(x, 0) is taken of every number before all else.
    pub rectifies: bool,
}

impl Preset {
    /// The plain definitions it stands for.
    pub fn bundle(self) -> Bundle {
        let exact = Bundle {
            distance: Distance::Cosine,
            epsilon: 0.0,
            epsilon_form: EpsilonForm::Nested,
            singletons: Singletons::Drop,
            rectifies: false,
        };
        let article = Bundle { epsilon: 1e-5, singletons: Singletons::Cap, ..exact };
        let pml = Bundle { distance: Distance::UnitSqeuclidean, ..exact };
        match self {
            Preset::Exact => exact,
            Preset::Article => article,
            Preset::Cleverhans => Bundle { distance: Distance::Sqeuclidean, ..article },
            Preset::Pml => pml,
            Preset::Tfs => {
                Bundle { epsilon: 1e-9, epsilon_form: EpsilonForm::Outer, singletons: Singletons::Zero, ..pml }
            }
            Preset::Watermark => Bundle { epsilon_form: EpsilonForm::Clipped, rectifies: true, ..article },
        }
    }

    /// The preset that stands for these definitions, if any.
    pub(super) fn of(bundle: Bundle) -> Option<Preset> {
        <Preset as clap::ValueEnum>::value_variants().iter().copied().find(|preset| preset.bundle() == bundle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_presets_are_one_bundle() {
        for preset in <Preset as clap::ValueEnum>::value_variants() {
            assert_eq!(Preset::of(preset.bundle()), Some(*preset));
        }
        let custom = Bundle { rectifies: true, ..Preset::Exact.bundle() };
        assert_eq!(Preset::of(custom), None);
    }
}
