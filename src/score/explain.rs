//! One more sweep over a layer whose masses are known: which classes pick which, and which neighbors are near.

use super::explanation::{ExplainedClass, Explanation, MOST_CLASSES};
use super::means::Means;
use super::neighbors::{Hits, hits_of_classes};
use super::sweeps::{Sweeps, SweptLayer};
use crate::error::Fault;
use crate::labels::Labels;
use crate::tally::{Picks, Statistic, Tally};

/// Explains what was `swept` at the `position`-th temperature of the ladder; `met` are the labels of the rows that are met, which number the
/// classes as the rows do.
///
/// # Errors
/// What the sweep meets.
pub(super) fn explain(
    sweeps: &Sweeps,
    swept: &SweptLayer,
    position: usize,
    met: &Labels,
    means: &mut Means,
) -> Result<Explanation, Fault> {
    let (rows, names) = (sweeps.rows, &met.names);
    let nothing = Tally::nothing(rows.pairing.gaining().tags.len(), &[Statistic::Nearest]);
    let nothing = match names.len() <= MOST_CLASSES {
        true => {
            let masses = rows.whole_masses(&swept.tally, position);
            nothing.with_picks(Picks::nothing(names.len(), rows.temperatures[position], &masses))
        }
        false => nothing,
    };
    let tally = sweeps.gather(nothing, swept.losses[position].precision, means)?;
    let Some(nearest) = tally.nearest() else { unreachable!("neighbors were asked for") };
    let hits = hits_of_classes(rows, nearest, &met.classes);
    let can_be_picked = |class: &usize| rows.pairing.met().class_sizes[*class] > 0;
    let picked: Vec<usize> = (0..names.len()).filter(can_be_picked).collect();
    let describe = |(class, hits): (usize, &Hits)| ExplainedClass {
        class: names[class].clone(),
        n: hits.rows(),
        picks: tally
            .picks()
            .map(|picks| picked.iter().map(|&picked| picks.sum(class, picked) / hits.rows() as f64).collect()),
        accuracy: hits.accuracy(),
    };
    Ok(Explanation {
        temperature: sweeps.definition.ladder.temperatures()[position],
        classes: hits.iter().enumerate().filter(|(_, hits)| hits.rows() > 0).map(describe).collect(),
        accuracy: Hits::sum(&hits).accuracy(),
        picked: picked.into_iter().map(|class| names[class].clone()).collect(),
    })
}

#[cfg(test)]
mod tests;
