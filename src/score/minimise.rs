//! Finds the lowest value of a layer over all temperatures with further sweeps.

use super::minimum::{Measured, Minimum, MinimumPlace, RANGE, search};
use super::neighbors::{Hits, hits_of_classes};
use super::rows::ScoredRows;
use super::table::Score;
use crate::error::Fault;
use crate::tally::Tally;

/// Scores at more temperatures, and where nearest neighbors are sought, too, [`nearest_neighbor_error`].
pub(super) type More<'a> = dyn FnMut(&[f64], bool) -> Result<(Vec<Score>, Option<f64>), Fault> + 'a;

/// Searches the minimum, beginning with `scores`, those of the ladder; `mean_distance` is in units of their temperatures.
///
/// # Errors
/// What `more` meets.
pub(super) fn minimise(scores: &[Score], mean_distance: f64, more: &mut More) -> Result<Minimum, Fault> {
    let measured = |score: &Score| Measured { temperature: score.temperature, value: score.snnl };
    let mut all = scores.to_vec();
    let (lowest, place) =
        search(all.iter().map(measured).collect(), RANGE.map(|end| end * mean_distance), |temperatures| {
            let (scores, _) = more(temperatures, false)?;
            let values = scores.iter().map(|score| score.snnl).collect();
            all.extend(scores);
            Ok::<_, Fault>(values)
        })?;
    // Nothing else than who is nearest decides there.
    let nearest_neighbor_error = match place {
        MinimumPlace::ColdEdge => more(&[lowest.temperature], true)?.1,
        MinimumPlace::Interior | MinimumPlace::HotEdge => None,
    };
    let stderr =
        all.iter().find(|score| score.temperature == lowest.temperature).map_or(f64::NAN, |score| score.stderr);
    Ok(Minimum { temperature: lowest.temperature, snnl: lowest.value, stderr, place, nearest_neighbor_error })
}

/// The share of counted rows whose nearest neighbor is of another class, where nearest neighbors were sought; of two at one
/// distance, the nearest is that of the lower id. `classes` has the class of each row that they meet, by its id.
pub(super) fn nearest_neighbor_error(rows: &ScoredRows, tally: &Tally, classes: &[u32]) -> Option<f64> {
    let hits = hits_of_classes(rows, tally.nearest()?, classes);
    Hits::sum(&hits).accuracy().iter().find(|of| of.k == 1).map(|of| 1.0 - of.accuracy)
}
