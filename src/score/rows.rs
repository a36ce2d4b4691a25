//! The rows of a layer that are scored: who they are, how they are prepared, and what their sums say of them; reading
//! and sweeping them is left to `layer`.

use super::layer::pairs;
use super::loss::{Form, Mean, Meets};
use super::survey::Survey;
use crate::block::{Preparation, RowTag};
use crate::definition::{Definition, Singletons, TemperatureUnit};
use crate::distance::Distance;
use crate::engine::Sides;
use crate::error::Fault;
use crate::labels::Labels;
use crate::sums::{Relation, Sums};

/// The rows of one layer that are kept, checked for everything no score could be made of.
pub(super) struct ScoredRows {
    /// Kept rows, ascending by id; the slot is the place among them.
    pub(super) tags: Vec<RowTag>,
    pub(super) preparation: Preparation,
    /// The distance that a temperature of 1 stands for.
    pub(super) unit: f64,
    /// Temperatures in units of prepared distances.
    pub(super) temperatures: Vec<f64>,
    /// The rows whose loss is computed where that is not all that have one; the slot is the place among them.
    drawn: Option<Vec<RowTag>>,
    /// Kept rows in each class.
    sizes: Vec<usize>,
    /// Ids of the rows that meet themselves, too.
    own_zeros: Vec<u32>,
    form: Form,
}

/// Temperatures, in units of prepared distances, that the kernels' exponents are made for.
const SENSIBLE: std::ops::RangeInclusive<f64> = 1e-15..=1e15;

impl ScoredRows {
    /// The rows that `survey` kept; `prepared` as those of an earlier run were, if its sums are to be gone on with.
    pub(super) fn new(
        survey: &Survey,
        labels: &Labels,
        definition: &Definition,
        prepared: Option<Preparation>,
    ) -> Result<ScoredRows, Fault> {
        let tag = |(slot, &id): (u32, &u32)| RowTag { id, slot, class: labels.classes[id as usize] };
        let tags: Vec<RowTag> = (0..).zip(&survey.kept).map(tag).collect();
        if tags.len() < 2 {
            let problem = format!("expected at least 2 rows to compare, found {}", tags.len());
            return Err(Fault::content(problem).hint("a score needs neighbors"));
        }
        let mut sizes = vec![0; labels.names.len()];
        tags.iter().for_each(|tag| sizes[tag.class as usize] += 1);
        let distance = definition.distance;
        let preparation = prepared.map_or_else(|| prepare(survey, distance), Ok)?;
        let unit = match definition.unit {
            TemperatureUnit::Raw => 1.0,
            TemperatureUnit::Mean => survey.mean_distance(distance),
        };
        let mut rows = ScoredRows {
            own_zeros: if distance == Distance::Cosine { survey.zero_rows.clone() } else { Vec::new() },
            drawn: None,
            tags,
            temperatures: temperatures(definition, unit, distance.scaled(preparation.scale))?,
            preparation,
            unit,
            sizes,
            form: Form { epsilon: definition.epsilon, counts_singletons: definition.singletons == Singletons::Cap },
        };
        let alone = rows.tags.iter().find(|tag| rows.size(tag) == 1);
        if let (Singletons::Error, Some(alone)) = (definition.singletons, alone) {
            let name = &labels.names[alone.class as usize];
            return Err(Fault::content(format!("row {} is alone in its class `{name}`", alone.id))
                .hint("--singletons drop leaves such rows out and counts them"));
        }
        if rows.counted().next().is_none() {
            return Err(Fault::NothingToScore {
                problem: "every row is alone in its class, so none has a neighbor of its own class".into(),
                hint: "labels that number the rows are not classes".into(),
            });
        }
        if let Some(draw) = definition.draw {
            let ids: Vec<RowTag> = rows.counted().copied().collect();
            let drawn = draw.of(&ids, |tag| tag.id);
            rows.drawn = Some((0..).zip(drawn).map(|(slot, tag)| RowTag { slot, ..tag }).collect());
        }
        Ok(rows)
    }

    /// The rows whose sums gain: all that are kept, or those that were drawn.
    pub(super) fn summed(&self) -> &[RowTag] {
        self.drawn.as_deref().unwrap_or(&self.tags)
    }

    /// The rows whose loss is computed, each with the slot of its sums.
    pub(super) fn scored(&self) -> impl Iterator<Item = &RowTag> {
        self.summed().iter().filter(|tag| self.form.counts(self.size(tag)))
    }

    /// Rows in each class that have a loss.
    pub(super) fn counted_of_classes(&self) -> Vec<usize> {
        self.sizes.iter().map(|&size| if self.form.counts(size) { size } else { 0 }).collect()
    }

    /// Whose sums gain where two blocks meet.
    pub(super) fn sides(&self) -> Sides {
        if self.drawn.is_some() { Sides::Rows } else { Sides::Both }
    }

    /// Pairs of rows to compute.
    pub(super) fn pairs(&self) -> u64 {
        match &self.drawn {
            Some(drawn) => drawn.len() as u64 * self.tags.len() as u64,
            None => pairs(self.tags.len()),
        }
    }

    /// Rows in the class of this one, itself included.
    fn size(&self, tag: &RowTag) -> usize {
        self.sizes[tag.class as usize]
    }

    /// The rows that have a loss.
    pub(super) fn counted(&self) -> impl Iterator<Item = &RowTag> {
        self.tags.iter().filter(|tag| self.form.counts(self.size(tag)))
    }

    /// Number of rows alone in their class.
    pub(super) fn singletons(&self) -> usize {
        self.tags.iter().filter(|tag| self.size(tag) == 1).count()
    }

    /// Whether all rows are of one class.
    pub(super) fn of_one_class(&self) -> bool {
        self.size(&self.tags[0]) == self.tags.len()
    }

    /// The value at T → ∞.
    pub(super) fn chance(&self) -> f64 {
        let chances: Vec<f64> = self.counted().map(|tag| self.form.chance(self.size(tag), self.tags.len())).collect();
        Mean::of(&chances).mean
    }

    /// The loss of a row from the sums at its slot and the `position`-th temperature summed.
    pub(super) fn loss(&self, tag: &RowTag, sums: &Sums, position: usize, temperature: f64) -> f64 {
        let masses = sums.at(tag.slot as usize, position);
        let [same, other] = [Relation::Same, Relation::Other].map(|relation| masses[relation as usize]);
        let meets = if self.own_zeros.binary_search(&tag.id).is_ok() { Meets::OwnZero } else { Meets::Others };
        self.form.loss(same, other, temperature, meets)
    }
}

/// Centres on the mean and brings the root mean squared distance near 1, by a power of two that rounds nothing.
fn prepare(survey: &Survey, distance: Distance) -> Result<Preparation, Fault> {
    let size = survey.mean_squared_distance.sqrt();
    if distance != Distance::Cosine && !size.is_finite() {
        let problem = "expected squared distances within the range of f64, found numbers too large";
        return Err(Fault::content(problem).hint("rescale the layer, or use --distance cosine"));
    }
    let scale = if size.is_normal() { (-size.log2().round().clamp(-1000.0, 1000.0)).exp2() } else { 1.0 };
    Ok(Preparation { distance, centre: survey.mean.clone(), scale })
}

/// The ladder in units of prepared distances.
fn temperatures(definition: &Definition, unit: f64, scale: f64) -> Result<Vec<f64>, Fault> {
    if unit == 0.0 {
        let problem = "the mean squared distance of the rows is 0 in f64, so it is no unit for temperatures";
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
        Err(Fault::content(problem).hint(match (definition.distance, definition.unit) {
            (Distance::Cosine, _) => "cosine distances lie in 0..2; temperatures from 1e-6 to 1e6 make sense",
            (_, TemperatureUnit::Raw) => "--temperature-unit mean measures temperatures in mean distances",
            (_, TemperatureUnit::Mean) => "multiples of the mean distance from 1e-6 to 1e6 make sense",
        }))
    };
    definition.ladder.temperatures().iter().map(prepared).collect()
}
