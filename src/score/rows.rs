//! The rows of a layer that are scored: which they are, which rows they meet, how they are prepared, and their losses
//! from their masses.

use super::loss::{Form, Mean, Meets};
use super::reading::Reading;
use super::side::{RowSet, Side, sides};
use super::survey::Survey;
use crate::block::{Preparation, RowTag};
use crate::definition::{Definition, Singletons, TemperatureUnit};
use crate::distance::Distance;
use crate::error::Fault;
use crate::labels::Labels;
use crate::pairing::{Ids, Pairing};
use crate::tally::{Column, Mass, Masses, Relation, Tally};

/// The rows of one layer that are not left out, checked for everything that prevents a score.
pub(super) struct ScoredRows {
    /// All rows that are kept, or those that were drawn across all that they meet.
    pub(super) pairing: Pairing<RowSet>,
    /// All rows of which some were drawn, where those do not meet them.
    drawn_from: Option<RowSet>,
    /// The distance that a temperature of 1 means.
    pub(super) unit: f64,
    /// The mean distance over all pairs, in such units; 1 where it is not known.
    pub(super) mean_distance: f64,
    /// Temperatures in units of prepared distances.
    pub(super) temperatures: Vec<f64>,
    /// Ids of the rows that meet themselves, too.
    own_zeros: Vec<u32>,
    /// Which form of the loss.
    pub(super) form: Form,
}

/// What is known of the rows on one side.
#[derive(Clone, Copy)]
pub(super) struct Surveyed<'a> {
    pub(super) survey: &'a Survey,
    pub(super) labels: &'a Labels,
}

impl Surveyed<'_> {
    fn row_set(&self, preparation: &Preparation) -> RowSet {
        let tag = |(slot, &id): (u32, &u32)| RowTag { id, slot, class: self.labels.classes[id as usize] };
        let tags = (0..).zip(&self.survey.kept).map(tag).collect();
        RowSet::new(tags, self.labels.names.len(), preparation.clone())
    }
}

/// The masses that every score gathers.
pub(super) fn masses(tally: &Tally) -> &Masses {
    tally.masses().unwrap_or_else(|| unreachable!("a score is made of masses"))
}

/// A mean cosine distance below this is rounding error: directions are rounded to 1e-16, and distances to their squares and their
/// dimension's share of that.
const SAME_DIRECTION: f64 = 1e-14;

/// Whole numbers up to this are exact in f32, and so are their sums.
const EXACT_F32: f64 = 16_777_216.0;

/// Temperatures, in units of prepared distances, that the kernels' exponents are made for.
const SENSIBLE: std::ops::RangeInclusive<f64> = 1e-15..=1e15;

impl ScoredRows {
    /// The rows that the surveys of both sides kept, whose labels number the classes alike; `prepared` as those of an
    /// earlier run were, if its tally is to be continued.
    pub(super) fn new(
        sides: &Pairing<Surveyed>,
        definition: &Definition,
        prepared: Option<Preparation>,
    ) -> Result<ScoredRows, Fault> {
        let least = if sides.is_mutual() { 2 } else { 1 };
        for found in [sides.gaining(), sides.met()].map(|side| side.survey.kept.len()) {
            if found < least {
                let problem = format!("expected at least {least} rows to compare, found {found}");
                return Err(Fault::content(problem).hint("a score needs neighbors"));
            }
        }
        let (distance, Surveyed { survey, labels }) = (definition.distance, *sides.met());
        let preparation = prepared.map_or_else(|| prepare(survey, distance), Ok)?;
        let mean = match distance.mean_from(survey.mean_squared_distance) {
            // Between directions that differ by rounding alone nothing can be told apart, in any unit.
            mean if distance.is_scale_free() && mean < SAME_DIRECTION => 1.0,
            mean => mean,
        };
        let unit = if definition.unit == TemperatureUnit::Mean { mean } else { 1.0 };
        // A row at distance 0 from itself has no weight left once the identity is subtracted.
        let meets_own_zeros = distance.of_zero_rows().is_some_and(|own| own > 0.0) && sides.ids() == Ids::Shared;
        let mut rows = ScoredRows {
            own_zeros: if meets_own_zeros { survey.zero_rows.clone() } else { Vec::new() },
            temperatures: temperatures(definition, unit, distance.scaled(preparation.scale))?,
            pairing: sides.map(|side| side.row_set(&preparation)),
            drawn_from: None,
            unit,
            mean_distance: mean / unit,
            form: Form::of(definition),
        };
        let alone = rows.population().tags.iter().find(|tag| rows.is_alone(tag));
        if let (Singletons::Error, Some(alone)) = (definition.singletons, alone) {
            let name = &labels.names[alone.class as usize];
            return Err(Fault::content(format!("row {} is alone in its class `{name}`", alone.id))
                .hint("--singletons drop leaves such rows out and counts them"));
        }
        // Where all count at 0, it would read as if all classes were apart.
        let nothing_counts = match definition.singletons {
            Singletons::Zero => rows.population().tags.iter().all(|tag| rows.is_alone(tag)),
            Singletons::Drop | Singletons::Cap | Singletons::Error => rows.counted().next().is_none(),
        };
        if nothing_counts {
            return Err(Fault::NothingToScore {
                problem: "every row is alone in its class, so none has a neighbor of its own class".into(),
                hint: "labels that number the rows are not classes".into(),
            });
        }
        if let Some(draw) = definition.draw {
            let counted: Vec<RowTag> = rows.counted().copied().collect();
            let labels = sides.gaining().labels;
            let drawn = draw.of(&counted, |tag| labels.key(tag.id));
            let tags: Vec<RowTag> = (0..).zip(drawn).map(|(slot, tag)| RowTag { slot, ..tag }).collect();
            let queries = RowSet::new(tags, labels.names.len(), rows.pairing.met().preparation.clone());
            let (population, references) = rows.pairing.both();
            let ids = sides.ids();
            rows.drawn_from = (ids == Ids::Apart).then_some(population);
            rows.pairing = Pairing::Across { queries, references, ids };
        }
        Ok(rows)
    }

    /// Takes the ladder of `definition`, which must otherwise equal the definition that the rows were made with.
    pub(super) fn set_ladder(&mut self, definition: &Definition) -> Result<(), Fault> {
        let scale = definition.distance.scaled(self.pairing.met().preparation.scale);
        self.temperatures = temperatures(definition, self.unit, scale)?;
        Ok(())
    }

    /// The rows that a score is of, or is an estimate of: queries that are references are drawn from them.
    pub(super) fn population(&self) -> &RowSet {
        match self.pairing.ids() {
            Ids::Shared => self.pairing.met(),
            Ids::Apart => self.drawn_from.as_ref().unwrap_or(self.pairing.gaining()),
        }
    }

    /// The rows whose loss is computed, each with the slot of its tally.
    pub(super) fn scored(&self) -> impl Iterator<Item = &RowTag> {
        self.pairing.gaining().tags.iter().filter(|tag| self.form.counts(self.same_neighbors(tag)))
    }

    /// The rows that have a loss.
    pub(super) fn counted(&self) -> impl Iterator<Item = &RowTag> {
        self.population().tags.iter().filter(|tag| self.form.counts(self.same_neighbors(tag)))
    }

    /// Rows in each class that have a loss.
    pub(super) fn counted_of_classes(&self) -> Vec<usize> {
        let mut counts = vec![0; self.population().class_sizes.len()];
        self.counted().for_each(|tag| counts[tag.class as usize] += 1);
        counts
    }

    /// The rows of each side, and where they are read.
    pub(super) fn sides<'a>(&'a self, readings: &'a Pairing<Reading<'a>>) -> Pairing<Side<'a>> {
        sides(&self.pairing, readings)
    }

    /// Pairs of rows to compute.
    pub(super) fn pairs(&self) -> u64 {
        self.pairing.map(|rows| rows.tags.len()).pairs()
    }

    /// 1 where a row is among those that it meets, and so is not its own neighbor.
    fn itself(&self) -> usize {
        usize::from(self.pairing.ids() == Ids::Shared)
    }

    /// Rows that this one meets.
    fn neighbors(&self) -> usize {
        self.pairing.met().tags.len() - self.itself()
    }

    /// Rows that this one meets in its own class.
    fn same_neighbors(&self, tag: &RowTag) -> usize {
        self.pairing.met().class_sizes[tag.class as usize] - self.itself()
    }

    fn is_alone(&self, tag: &RowTag) -> bool {
        self.same_neighbors(tag) == 0
    }

    /// Number of rows without a neighbor of their class.
    pub(super) fn singletons(&self) -> usize {
        self.population().tags.iter().filter(|tag| self.is_alone(tag)).count()
    }

    /// Whether every neighbor of every row is of its class.
    pub(super) fn of_one_class(&self) -> bool {
        self.population().tags.iter().all(|tag| self.same_neighbors(tag) == self.neighbors())
    }

    /// The value at T → ∞.
    pub(super) fn chance(&self) -> f64 {
        let chance = |tag: &RowTag| {
            let same = self.same_neighbors(tag);
            self.form.chance(same, self.neighbors() - same)
        };
        let chances: Vec<f64> = self.counted().map(chance).collect();
        Mean::of(&chances).mean
    }

    /// The mass of all that each row meets, by slot, at a temperature of the ladder; `None` for rows without a loss.
    pub(super) fn whole_masses(&self, tally: &Tally, position: usize) -> Vec<Option<Mass>> {
        let mut of_rows = vec![None; self.pairing.gaining().tags.len()];
        let at = tally.columns().iter().find_map(|column| {
            let Column::Masses(masses) = column else { return None };
            let temperatures = masses.temperatures().iter();
            Some((masses, temperatures.clone().position(|t| *t == self.temperatures[position])?))
        });
        if let Some((masses, at)) = at {
            for tag in self.scored() {
                let [mut all, other] =
                    Relation::BOTH.map(|relation| masses.at(tag.slot as usize, at)[relation as usize]);
                all.add(other);
                of_rows[tag.slot as usize] = Some(all);
            }
        }
        of_rows
    }

    /// The loss of a row from the masses at its slot and the `position`-th temperature.
    pub(super) fn loss(&self, tag: &RowTag, masses: &Masses, position: usize, temperature: f64) -> f64 {
        let masses = masses.at(tag.slot as usize, position);
        let [same, other] = Relation::BOTH.map(|relation| masses[relation as usize]);
        let meets = if self.own_zeros.binary_search(&tag.id).is_ok() { Meets::OwnZero } else { Meets::Others };
        self.form.loss(same, other, temperature, meets)
    }
}

/// Centers on the mean and brings the root mean squared distance near 1, by a power of two, which is exact.
fn prepare(survey: &Survey, distance: Distance) -> Result<Preparation, Fault> {
    let size = survey.mean_squared_distance.sqrt();
    if !distance.is_scale_free() && !size.is_finite() {
        let problem = "expected squared distances within the range of f64, found numbers too large";
        return Err(Fault::content(problem).hint("rescale the layer, or use --distance cosine"));
    }
    let scale = if size.is_normal() { (-size.log2().round().clamp(-1000.0, 1000.0)).exp2() } else { 1.0 };
    // Of small whole numbers every product and distance is exact, as it would not be of their differences from a mean: so distances that
    // are equal stay equal, and neighbors keep their order.
    let dim = survey.mean.len();
    let is_exact = survey.largest_whole.is_some_and(|largest| 4.0 * dim as f64 * largest * largest <= EXACT_F32);
    let centre = if is_exact { vec![0.0; dim] } else { survey.mean.clone() };
    Ok(Preparation { distance, centre, scale })
}

/// The ladder in units of prepared distances.
fn temperatures(definition: &Definition, unit: f64, scale: f64) -> Result<Vec<f64>, Fault> {
    if unit == 0.0 {
        let problem = "the mean squared distance of the rows is 0 in f64, so it cannot be the unit of temperatures";
        let hint =
            "the rows are equal, or so small that their squares vanish: rescale the layer, or use --distance cosine";
        return Err(Fault::content(problem).hint(hint));
    }
    let prepared = |&temperature: &f64| {
        let prepared = temperature * unit * scale;
        if SENSIBLE.contains(&prepared) {
            return Ok(prepared);
        }
        let problem = format!("temperature {temperature:e} is out of proportion to the layer's distances");
        Err(Fault::content(problem).hint(match (definition.distance.is_scale_free(), definition.unit) {
            (true, _) => "distances of directions lie in 0..4; temperatures from 1e-6 to 1e6 make sense",
            (_, TemperatureUnit::Raw) => "--temperature-unit mean measures temperatures in mean distances",
            (_, TemperatureUnit::Mean) => "multiples of the mean distance from 1e-6 to 1e6 make sense",
        }))
    };
    definition.ladder.temperatures().iter().map(prepared).collect()
}

#[cfg(test)]
mod tests;
