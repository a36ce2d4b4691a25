//! The next baseline: for every layer at every temperature, the better of baseline and candidate, or the whole
//! candidate.

use std::collections::BTreeMap;

use serde::Serialize;

use super::pairs::paired;
use super::rules::{Direction, Rules};
use crate::compare::checkpoint::Checkpoint;
use crate::score::RowLosses;
use crate::score::extremes::Extremes;
use crate::score::table::{Best, ClassScore, LayerScore, Score, ScoreTable, SumScore};
use crate::source::natural;

/// What a new baseline takes from a candidate.
#[derive(Debug, Clone, Copy)]
pub enum Takes<'a> {
    /// What is better, in the direction of these rules.
    Better(&'a Rules),
    /// All of it.
    All,
}

/// What happens to a layer of the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Renewal {
    /// It was not there, and is now.
    Added,
    /// It is the candidate's.
    Replaced,
    /// It is the candidate's at some temperatures.
    Partly,
    /// It stays as it was.
    Kept,
    /// It was there, and is not in the candidate.
    Removed,
}

/// What happens to one layer of the baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RenewedLayer {
    /// The layer.
    pub layer: String,
    /// What happens to it.
    pub renewal: Renewal,
    /// The temperatures at which its value is now the candidate's.
    pub temperatures: Vec<f64>,
}

/// A new baseline.
#[derive(Debug)]
pub struct Renewed {
    /// Its values.
    pub checkpoint: Checkpoint,
    /// Where they come from, in natural order of the layers.
    pub layers: Vec<RenewedLayer>,
}

impl Renewed {
    /// Whether the losses of the rows of some layer are no longer known, though those of `baseline` were.
    pub fn loses_rows(&self, baseline: Option<&Checkpoint>) -> bool {
        let knows_all = |of: &Checkpoint| of.table.layers.iter().all(|layer| of.rows.contains_key(&layer.name));
        baseline.is_some_and(knows_all) && !knows_all(&self.checkpoint)
    }

    /// Whether anything differs from the baseline before.
    pub fn differs(&self) -> bool {
        self.layers.iter().any(|layer| layer.renewal != Renewal::Kept)
    }
}

/// The baseline that follows `baseline`, if there is one, after `candidate`. Layers that only the baseline has stay, unless all of
/// what is `asked_for` is taken.
pub fn renew(
    baseline: Option<&Checkpoint>,
    candidate: &Checkpoint,
    takes: Takes,
    asked_for: &dyn Fn(&str) -> bool,
) -> Renewed {
    let mut parts: Vec<(LayerScore, Option<RowLosses>, RenewedLayer)> = Vec::new();
    let mut before: Vec<&LayerScore> = baseline.iter().flat_map(|baseline| &baseline.table.layers).collect();
    for layer in &candidate.table.layers {
        let after = Side { layer, rows: candidate.rows.get(&layer.name) };
        let Some((baseline, old)) = baseline.and_then(|of| Some((of, paired(of, candidate, &layer.name)?))) else {
            parts.push(after.whole(Renewal::Added));
            continue;
        };
        before.retain(|other| other.name != old.name);
        parts.push(merge(Side { layer: old, rows: baseline.rows.get(&old.name) }, after, takes));
    }
    let mut removed = Vec::new();
    for layer in before {
        match takes {
            Takes::All if asked_for(&layer.name) => {
                removed.push(RenewedLayer {
                    layer: layer.name.clone(),
                    renewal: Renewal::Removed,
                    temperatures: Vec::new(),
                });
            }
            _ => {
                let rows = baseline.and_then(|baseline| baseline.rows.get(&layer.name));
                parts.push(Side { layer, rows }.whole(Renewal::Kept));
            }
        }
    }
    parts.sort_by(|(a, ..), (b, ..)| natural(&a.name, &b.name));
    let checkpoint = Checkpoint {
        name: candidate.name.clone(),
        table: ScoreTable { layers: Vec::new(), ..candidate.table.clone() },
        rows: BTreeMap::new(),
        maps: BTreeMap::new(),
        ids: candidate.ids.clone(),
    };
    let mut new = Renewed { checkpoint, layers: removed };
    if let Some(baseline) = baseline.filter(|_| candidate.ids.is_none()) {
        // The rows are those of the baseline, in its order.
        let data = &mut new.checkpoint.table.data;
        new.checkpoint.ids.clone_from(&baseline.ids);
        data.ids.clone_from(&baseline.table.data.ids);
        data.rows_sha256.clone_from(&baseline.table.data.rows_sha256);
    }
    for (layer, rows, renewed) in parts {
        new.checkpoint.rows.extend(rows.map(|rows| (layer.name.clone(), rows)));
        new.checkpoint.table.layers.push(layer);
        new.layers.push(renewed);
    }
    new.layers.sort_by(|a, b| natural(&a.layer, &b.layer));
    new.checkpoint.table.sum = sum(&new.checkpoint.table);
    new
}

/// The layers added up, where all of them have a value.
fn sum(table: &ScoreTable) -> Vec<SumScore> {
    let at = |&SumScore { temperature, .. }: &SumScore| {
        let values = table.layers.iter().map(|layer| value_at(layer, temperature));
        Some(SumScore { temperature, snnl: values.sum::<Option<f64>>()? })
    };
    table.sum.iter().filter_map(at).collect()
}

/// The value of the layer at this temperature.
fn value_at(layer: &LayerScore, temperature: f64) -> Option<f64> {
    layer.scores.iter().find(|score| score.temperature == temperature).map(|score| score.snnl)
}

/// A layer, and the losses of its rows where they are known.
#[derive(Clone, Copy)]
struct Side<'a> {
    layer: &'a LayerScore,
    rows: Option<&'a RowLosses>,
}

impl Side<'_> {
    /// It alone.
    fn whole(self, renewal: Renewal) -> (LayerScore, Option<RowLosses>, RenewedLayer) {
        let temperatures = match renewal {
            Renewal::Kept => Vec::new(),
            _ => self.layer.scores.iter().map(|score| score.temperature).collect(),
        };
        let renewed = RenewedLayer { layer: self.layer.name.clone(), renewal, temperatures };
        (self.layer.clone(), self.rows.cloned(), renewed)
    }

    /// Whether both count the same rows, as far as is known.
    fn counts_rows_of(self, other: Side) -> bool {
        let n = |side: Side| side.layer.scores.first().map(|score| score.n);
        n(self) == n(other) && self.rows.zip(other.rows).is_none_or(|(own, others)| own.rows == others.rows)
    }
}

/// The layer as the next baseline has it.
fn merge(before: Side, after: Side, takes: Takes) -> (LayerScore, Option<RowLosses>, RenewedLayer) {
    let is_taken = |score: &Score| match (takes, value_at(before.layer, score.temperature)) {
        (Takes::All, _) | (_, None) => true,
        (Takes::Better(rules), Some(was)) => match rules.direction_at(&after.layer.name, score.temperature) {
            Some(Direction::Lower) => score.snnl < was,
            Some(Direction::Higher) => score.snnl > was,
            None => false,
        },
    };
    let taken: Vec<bool> = after.layer.scores.iter().map(is_taken).collect();
    let only_before = |score: &&Score| value_at(after.layer, score.temperature).is_none();
    let has_others = before.layer.scores.iter().any(|score| only_before(&score));
    let is_all = matches!(takes, Takes::All) || (taken.iter().all(|&is| is) && !has_others);
    // Rows left out of one side would make a bad checkpoint look good.
    let is_like = matches!(takes, Takes::All) || before.counts_rows_of(after);
    if !taken.contains(&true) || !is_like {
        return before.whole(Renewal::Kept);
    }
    let (mut layer, rows, renewed) = if is_all { after.whole(Renewal::Replaced) } else { mixed(before, after, &taken) };
    layer.kept = extremes(before.layer, &layer);
    (layer, rows, renewed)
}

/// The candidate's layer where it is `taken`, at its temperatures, and the baseline's elsewhere.
fn mixed(before: Side, after: Side, taken: &[bool]) -> (LayerScore, Option<RowLosses>, RenewedLayer) {
    let position =
        |side: Side, temperature: f64| side.layer.scores.iter().position(|score| score.temperature == temperature);
    let at = |(position_after, score): (usize, &Score)| match taken[position_after] {
        true => Some((after, position_after)),
        false => position(before, score.temperature).map(|position| (before, position)),
    };
    let others = before.layer.scores.iter().enumerate();
    let others = others.filter(|(_, score)| position(after, score.temperature).is_none()).map(|(at, _)| (before, at));
    let places: Vec<(Side, usize)> = after.layer.scores.iter().enumerate().filter_map(at).chain(others).collect();
    let scores: Vec<Score> = places.iter().map(|(side, position)| side.layer.scores[*position].clone()).collect();
    let class = |class: &ClassScore| {
        let scores = places.iter().map(|(side, position)| {
            let own = side.layer.classes.iter().flatten().find(|other| other.class == class.class)?;
            own.scores.get(*position).cloned()
        });
        Some(ClassScore { scores: scores.collect::<Option<_>>()?, ..class.clone() })
    };
    let classes = after.layer.classes.as_ref().and_then(|classes| classes.iter().map(class).collect());
    let rows = before.rows.zip(after.rows).and_then(|(_, own)| {
        let losses = places.iter().map(|(side, position)| side.rows?.losses.get(*position).cloned());
        let temperatures = scores.iter().map(|score| score.temperature).collect();
        Some(RowLosses { temperatures, losses: losses.collect::<Option<_>>()?, ..own.clone() })
    });
    let temperatures = after.layer.scores.iter().zip(taken).filter(|(_, is_taken)| **is_taken);
    let renewed = RenewedLayer {
        layer: after.layer.name.clone(),
        renewal: Renewal::Partly,
        temperatures: temperatures.map(|(score, _)| score.temperature).collect(),
    };
    let best = best(&scores, [&before.layer.best, &after.layer.best]);
    let layer = LayerScore {
        scores,
        best,
        classes,
        // Of one model, and at one temperature.
        minimum: None,
        batches: None,
        explanation: None,
        worst: None,
        companions: None,
        ..after.layer.clone()
    };
    (layer, rows, renewed)
}

/// The lower of the values at the temperatures where either was lowest: others may have been scored only to be compared at.
fn best(scores: &[Score], of_sides: [&Best; 2]) -> Best {
    let [before, after] = of_sides.map(|best| {
        let score = scores.iter().find(|score| score.temperature == best.temperature);
        Best { snnl: score.map_or(best.snnl, |score| score.snnl), ..best.clone() }
    });
    if before.snnl < after.snnl { before } else { after }
}

/// The lowest and highest values that the layer ever had as a baseline, where it had any `before`.
fn extremes(before: &LayerScore, now: &LayerScore) -> Vec<Extremes> {
    let values = |layer: &LayerScore| -> Vec<Extremes> {
        let best = Extremes::of(None, layer.best.snnl);
        let others = layer.scores.iter().map(|score| Extremes::of(Some(score.temperature), score.snnl));
        [best].into_iter().chain(others).collect()
    };
    let mut all = before.kept.clone();
    for value in values(before) {
        match all.iter_mut().find(|other| other.temperature == value.temperature) {
            Some(other) => *other = other.and(value),
            None => all.push(value),
        }
    }
    for value in values(now) {
        all.iter_mut()
            .filter(|other| other.temperature == value.temperature)
            .for_each(|other| *other = other.and(value));
    }
    all
}

#[cfg(test)]
mod tests;
