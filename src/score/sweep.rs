//! One sweep: the pairs of a pairing, each once, in one arithmetic.

use half::{bf16, f16};

use super::means::Means;
use super::resume::ResumeFile;
use super::side::Side;
use super::walk::{Reach, Walk};
use crate::block::{PANEL, Panel, Scalar};
use crate::error::Fault;
use crate::pairing::Pairing;
use crate::tally::Tally;

/// What products and exponentials are computed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    /// Products of f16 as they are in the file, summed in f32.
    F16,
    /// As [`Arithmetic::F16`].
    Bf16,
    F32,
    F64,
}

impl Arithmetic {
    /// What files and notes call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Arithmetic::F16 => f16::NAME,
            Arithmetic::Bf16 => bf16::NAME,
            Arithmetic::F32 => f32::NAME,
            Arithmetic::F64 => f64::NAME,
        }
    }
}

/// What is swept.
pub(super) struct Sweep<'a> {
    pub(super) arithmetic: Arithmetic,
    pub(super) pairing: Pairing<Side<'a>>,
    pub(super) reach: Reach,
}

impl Sweep<'_> {
    /// What the pairs add to `nothing`.
    pub(super) fn run(&self, nothing: Tally, means: &mut Means) -> Result<Tally, Fault> {
        Ok(self.keeping("", nothing, means, None)?.0)
    }

    /// As [`Sweep::run`], for `layer` of a file from which it resumes and in which it keeps what was done, if there is one; with how
    /// many pairs earlier runs had done.
    pub(super) fn keeping(
        &self,
        layer: &str,
        nothing: Tally,
        means: &mut Means,
        resume: Option<&mut ResumeFile>,
    ) -> Result<(Tally, u64), Fault> {
        match self.arithmetic {
            Arithmetic::F16 => self.sweep::<f16>(layer, nothing, means, resume),
            Arithmetic::Bf16 => self.sweep::<bf16>(layer, nothing, means, resume),
            Arithmetic::F32 => self.sweep::<f32>(layer, nothing, means, resume),
            Arithmetic::F64 => self.sweep::<f64>(layer, nothing, means, resume),
        }
    }

    fn sweep<E: Scalar>(
        &self,
        layer: &str,
        nothing: Tally,
        means: &mut Means,
        resume: Option<&mut ResumeFile>,
    ) -> Result<(Tally, u64), Fault> {
        let pairing = self.pairing;
        let gaining = *pairing.gaining();
        let width = size_of::<Panel<E>>().div_ceil(PANEL);
        let shares = means.shares(gaining.tiles(), gaining.reading.matrix.dim(), width)?;
        let leaves_last = resume.is_some() && pairing.is_mutual();
        let walk = Walk { leaves_last, pairing, shares, reach: self.reach.clone() };
        let mut swept = walk.begin(nothing);
        let mut keeping = match resume {
            Some(file) => Some((file.sweep(layer, E::NAME, &mut swept)?, file)),
            None => None,
        };
        let met = walk.pairs_met(&swept);
        means.progress.resumed(met);
        let (stop, progress) = (means.stop, means.progress);
        let mut is_settled = walk.is_settled(&swept);
        let walked = walk.go::<E>(&mut swept, means.engine.as_mut(), progress, &mut |swept| {
            if let Some((sweep, file)) = keeping.as_mut().filter(|_| !is_settled) {
                is_settled = walk.is_settled(swept);
                if is_settled || file.is_due() {
                    // Only a warning: the result of the run does not depend on the file.
                    file.keep(*sweep, swept)
                        .unwrap_or_else(|fault| progress.warn(&format!("cannot save the sums: {fault}")));
                }
            }
            stop().map_or(Ok(()), |signal| Err(Fault::Stopped { signal, hint: String::new() }))
        });
        if let Err(fault) = walked {
            // Whatever ends the walk, what was done is not lost.
            let Some((sweep, file)) = keeping else { return Err(fault) };
            let kept = if is_settled { Ok(()) } else { file.keep(sweep, &swept) };
            return Err(match (fault, kept) {
                (fault @ Fault::Stopped { .. }, Ok(())) => fault.hint(file.how_to_go_on()),
                (Fault::Stopped { .. }, Err(unkept)) => unkept,
                (fault, _) => fault,
            });
        }
        Ok((swept.tally, met))
    }
}
