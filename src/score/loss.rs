//! Computes the loss of a row from its masses, and a score from losses.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::table::Interval;
use crate::definition::{Definition, EpsilonForm, Singletons};
use crate::tally::Mass;

/// Which form of the loss, and what happens to rows alone in their class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Form {
    /// ε ≥ 0; 0 is the exact form.
    pub(super) epsilon: f64,
    /// How it enters the loss.
    pub(super) epsilon_form: EpsilonForm,
    /// Whether singletons count, and at what; at −ln ε only where ε > 0.
    pub(super) singletons: Singletons,
}

/// What a row's loss is made of, beside its masses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meets {
    /// The other rows only.
    Others,
    /// Itself too: programs that subtract the identity from the matrix of exp(−d/T) leave exp(−1/T) − 1 where a zero
    /// row meets itself at cosine distance 1.
    OwnZero,
}

impl Form {
    /// That of a definition.
    pub(super) fn of(definition: &Definition) -> Form {
        let Definition { epsilon, epsilon_form, singletons, .. } = *definition;
        Form { epsilon, epsilon_form, singletons }
    }

    /// The loss of one row from the masses of its own and of other classes, in nats; NaN where an ε form has none,
    /// because the self-term of a row that [`Meets::OwnZero`] makes its probability negative.
    ///
    /// # Formula
    /// ε = 0: ln(1 + other/same) (Frosst, Papernot & Hinton 2019, arXiv:1902.01889, in the form that keeps small
    /// losses). ε > 0: −ln(ε + same/(ε + same + other)) (their code, and Agarap's), or −ln(ε + same/(same + other))
    /// (TensorFlow Similarity's). A singleton that counts at 0: 0.
    pub(super) fn loss(&self, same: Mass, other: Mass, temperature: f64, meets: Meets) -> f64 {
        if self.singletons == Singletons::Zero && same.is_zero() {
            return 0.0;
        }
        if self.epsilon == 0.0 {
            return other.ln_1p_over(same);
        }
        let pick = match (self.epsilon_form, meets) {
            (EpsilonForm::Outer, _) => {
                let mut all = other;
                all.add(same);
                (same.ln() - all.ln()).exp()
            }
            (EpsilonForm::Clipped, _) | (EpsilonForm::Nested, Meets::Others) => {
                let mut all = Mass::exp(self.epsilon.ln());
                all.add(same);
                all.add(other);
                (same.ln() - all.ln()).exp()
            }
            (EpsilonForm::Nested, Meets::OwnZero) => {
                let same = same.ln().exp() + (-1.0 / temperature).exp_m1();
                same / (self.epsilon + same + other.ln().exp())
            }
        };
        -(self.epsilon + pick).ln()
    }

    /// The loss of a row with so many neighbors of its own class and of others when each is as likely as any other, as
    /// they are at T → ∞.
    pub(super) fn chance(&self, same: usize, other: usize) -> f64 {
        let mass = |count: usize| Mass::new(count as f64, 0);
        self.loss(mass(same), mass(other), f64::INFINITY, Meets::Others)
    }

    /// The hint if a mean of losses is not a number.
    pub(super) fn hint(&self) -> &'static str {
        match self.epsilon {
            0.0 => "rescale the layer, or try --precision f64",
            _ => {
                "in the nested ε form the self-term of a zero row makes its probability negative; --epsilon 0 has no such term"
            }
        }
    }

    /// Whether a row with so many neighbors of its own class counts.
    pub(super) fn counts(&self, same: usize) -> bool {
        same > 0 || matches!(self.singletons, Singletons::Cap | Singletons::Zero)
    }
}

/// Mean and standard error of some losses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mean {
    /// The mean; NaN of nothing.
    pub(super) mean: f64,
    /// Sample standard deviation over √n; 0 for a single loss.
    pub(super) stderr: f64,
    /// Number of losses.
    pub(super) n: usize,
}

/// Confidence of the intervals of estimates.
const CONFIDENCE: f64 = 0.95;

impl Mean {
    /// As [`Mean::of`], of a simple random sample of `population` losses: the error is that of the sampling alone, 0 where
    /// all were drawn.
    ///
    /// # Formula
    /// s/√n · √(1 − n/N), with the finite-population correction (Cochran, Sampling Techniques, 1977, section 2.6).
    pub(super) fn of_sample(losses: &[f64], population: usize) -> Mean {
        let mean = Mean::of(losses);
        Mean { stderr: mean.stderr * (1.0 - mean.n as f64 / population as f64).max(0.0).sqrt(), ..mean }
    }

    /// Where the mean of the population lies with 95 % probability: mean ± t(0.975, n − 1) · stderr; unknown for
    /// a single loss.
    pub(super) fn interval(&self) -> Interval {
        let t = StudentsT::new(0.0, 1.0, self.n as f64 - 1.0)
            .map_or(f64::INFINITY, |t| t.inverse_cdf(0.5 + CONFIDENCE / 2.0));
        // Of a population that was drawn whole the error is 0, whatever t is.
        let half = if self.stderr == 0.0 { 0.0 } else { t * self.stderr };
        Interval { low: self.mean - half, high: self.mean + half }
    }

    /// Adds up in the order given, in two passes, so that equal losses have no deviation.
    pub(super) fn of(losses: &[f64]) -> Mean {
        let n = losses.len();
        let mean = losses.iter().sum::<f64>() / n as f64;
        let squares: f64 = losses.iter().map(|loss| (loss - mean).powi(2)).sum();
        let stderr = if n > 1 { (squares / (n - 1) as f64 / n as f64).sqrt() } else { 0.0 };
        Mean { mean, stderr, n }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXACT: Form = Form { epsilon: 0.0, epsilon_form: EpsilonForm::Nested, singletons: Singletons::Drop };
    const ARTICLE: Form = Form { epsilon: 1e-5, singletons: Singletons::Cap, ..EXACT };
    const WATERMARK: Form = Form { epsilon_form: EpsilonForm::Clipped, ..ARTICLE };
    const TFS: Form = Form { epsilon: 1e-9, epsilon_form: EpsilonForm::Outer, singletons: Singletons::Zero };

    fn mass(value: f64) -> Mass {
        Mass::exp(value.ln())
    }

    #[test]
    fn the_forms_by_hand() {
        assert!((EXACT.loss(mass(1.0), mass(3.0), 1.0, Meets::Others) - 4f64.ln()).abs() < 1e-15);
        let article = -(1e-5 + 1.0 / (4.0 + 1e-5_f64)).ln();
        assert!((ARTICLE.loss(mass(1.0), mass(3.0), 1.0, Meets::Others) - article).abs() < 1e-14);
        assert!((TFS.loss(mass(1.0), mass(3.0), 1.0, Meets::Others) + (1e-9 + 0.25_f64).ln()).abs() < 1e-14);
        let far = Mass::exp(-2000.0);
        assert!((TFS.loss(far, far, 1.0, Meets::Others) + (1e-9 + 0.5_f64).ln()).abs() < 1e-12);
    }

    #[test]
    fn a_small_loss_stays_what_it_is() {
        let loss = EXACT.loss(mass(1.0), mass(1e-9), 1.0, Meets::Others);
        assert!((loss / 1e-9 - 1.0).abs() < 1e-8);
    }

    #[test]
    fn singletons_are_capped_by_epsilon_or_count_at_0() {
        assert_eq!(ARTICLE.loss(Mass::ZERO, mass(3.0), 1.0, Meets::Others), -1e-5f64.ln());
        assert!((ARTICLE.chance(0, 9) - 11.512_925_464_970_229).abs() < 1e-12);
        assert!(!EXACT.counts(0) && ARTICLE.counts(0) && EXACT.counts(1));
        assert!(TFS.counts(0) && TFS.loss(Mass::ZERO, mass(3.0), 1.0, Meets::Others) == 0.0 && TFS.chance(0, 9) == 0.0);
    }

    #[test]
    fn a_zero_row_meets_itself_in_the_epsilon_form() {
        // Two zero rows of one class at T = 1: same = e⁻¹ + (e⁻¹ − 1), and nothing else.
        let (same, left) = ((-1f64).exp(), (-1f64).exp() - 1.0);
        let pick = (same + left) / (1e-5 + same + left);
        let loss = ARTICLE.loss(mass(same), Mass::ZERO, 1.0, Meets::OwnZero);
        assert!((loss + (1e-5 + pick).ln()).abs() < 1e-12);
        // Clipped at 0, nothing is left of its own weight.
        let clipped = WATERMARK.loss(mass(same), Mass::ZERO, 1.0, Meets::OwnZero);
        assert!((clipped + (1e-5 + same / (1e-5 + same)).ln()).abs() < 1e-12);
    }

    #[test]
    fn a_sample_of_all_has_no_error_and_of_few_that_of_a_mean() {
        let losses = [2.0, 4.0, 4.0, 4.0, 6.0];
        assert_eq!(Mean::of_sample(&losses, 5).stderr, 0.0);
        assert_eq!(Mean::of_sample(&losses, 5).interval(), Interval { low: 4.0, high: 4.0 });
        // s² = 2, and half of the population: √(2/5 · 1/2).
        let half = Mean::of_sample(&losses, 10);
        assert!((half.stderr - 0.2f64.sqrt()).abs() < 1e-15);
        // t(0.975, 4) = 2.7764.
        let Interval { low, high } = half.interval();
        assert!((high - 4.0 - 2.7764 * 0.2f64.sqrt()).abs() < 1e-4 && (low + high - 8.0).abs() < 1e-14);
        assert!((Mean::of_sample(&losses, 1 << 40).stderr - 0.4f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn mean_and_error_by_hand() {
        let Mean { mean, stderr, n } = Mean::of(&[1.0, 2.0, 3.0]);
        assert_eq!((mean, n), (2.0, 3));
        assert!((stderr - (1.0f64 / 3.0).sqrt()).abs() < 1e-15);
        assert_eq!(Mean::of(&[5.0]).stderr, 0.0);
    }
}
