//! The rows of a layer that are scored: who they are and whom they meet, how they are prepared, and what their masses say
//! of them.

use super::loss::{Form, Mean, Meets};
use super::side::RowSet;
use super::survey::Survey;
use crate::block::{Preparation, RowTag};
use crate::definition::{Definition, Singletons, TemperatureUnit};
use crate::distance::Distance;
use crate::error::Fault;
use crate::labels::Labels;
use crate::pairing::{Ids, Pairing};
use crate::tally::{Masses, Relation, Tally};

/// The rows of one layer that are kept, checked for everything no score could be made of.
pub(super) struct ScoredRows {
    /// All rows that are kept, or those that were drawn across all that are kept.
    pub(super) pairing: Pairing<RowSet>,
    /// The distance that a temperature of 1 stands for.
    pub(super) unit: f64,
    /// Temperatures in units of prepared distances.
    pub(super) temperatures: Vec<f64>,
    /// Ids of the rows that meet themselves, too.
    own_zeros: Vec<u32>,
    form: Form,
}

/// The masses that every score gathers.
pub(super) fn masses(tally: &Tally) -> &Masses {
    tally.masses().unwrap_or_else(|| unreachable!("a score is made of masses"))
}

/// Temperatures, in units of prepared distances, that the kernels' exponents are made for.
const SENSIBLE: std::ops::RangeInclusive<f64> = 1e-15..=1e15;

impl ScoredRows {
    /// The rows that `survey` kept; `prepared` as those of an earlier run were, if its tally is to be continued.
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
        let distance = definition.distance;
        let preparation = prepared.map_or_else(|| prepare(survey, distance), Ok)?;
        let unit = match definition.unit {
            TemperatureUnit::Raw => 1.0,
            TemperatureUnit::Mean => distance.mean_from(survey.mean_squared_distance),
        };
        let mut rows = ScoredRows {
            own_zeros: if distance.is_scale_free() { survey.zero_rows.clone() } else { Vec::new() },
            temperatures: temperatures(definition, unit, distance.scaled(preparation.scale))?,
            pairing: Pairing::Within(RowSet::new(tags, labels.names.len(), preparation)),
            unit,
            form: Form { epsilon: definition.epsilon, counts_singletons: definition.singletons == Singletons::Cap },
        };
        let alone = rows.population().iter().find(|tag| rows.is_alone(tag));
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
            let counted: Vec<RowTag> = rows.counted().copied().collect();
            let drawn = draw.of(&counted, |tag| tag.id);
            let tags: Vec<RowTag> = (0..).zip(drawn).map(|(slot, tag)| RowTag { slot, ..tag }).collect();
            let references = rows.pairing.met().clone();
            let queries = RowSet::new(tags, labels.names.len(), references.preparation.clone());
            rows.pairing = Pairing::Across { queries, references, ids: Ids::Shared };
        }
        Ok(rows)
    }

    /// The rows that a score is of, or is an estimate of.
    fn population(&self) -> &[RowTag] {
        &self.pairing.met().tags
    }

    /// The rows whose loss is computed, each with the slot of its tally.
    pub(super) fn scored(&self) -> impl Iterator<Item = &RowTag> {
        self.pairing.gaining().tags.iter().filter(|tag| self.form.counts(self.same_neighbors(tag)))
    }

    /// The rows that have a loss.
    pub(super) fn counted(&self) -> impl Iterator<Item = &RowTag> {
        self.population().iter().filter(|tag| self.form.counts(self.same_neighbors(tag)))
    }

    /// Rows in each class that have a loss.
    pub(super) fn counted_of_classes(&self) -> Vec<usize> {
        let sizes = &self.pairing.met().class_sizes;
        sizes.iter().map(|&size| if size > 0 && self.form.counts(size - 1) { size } else { 0 }).collect()
    }

    /// Pairs of rows to compute.
    pub(super) fn pairs(&self) -> u64 {
        self.pairing.map(|rows| rows.tags.len()).pairs()
    }

    /// Rows that this one meets in its own class.
    fn same_neighbors(&self, tag: &RowTag) -> usize {
        self.pairing.met().class_sizes[tag.class as usize] - 1
    }

    fn is_alone(&self, tag: &RowTag) -> bool {
        self.same_neighbors(tag) == 0
    }

    /// Number of rows alone in their class.
    pub(super) fn singletons(&self) -> usize {
        self.population().iter().filter(|tag| self.is_alone(tag)).count()
    }

    /// Whether all rows are of one class.
    pub(super) fn of_one_class(&self) -> bool {
        self.same_neighbors(&self.population()[0]) + 1 == self.population().len()
    }

    /// The value at T → ∞.
    pub(super) fn chance(&self) -> f64 {
        let others = self.population().len() - 1;
        let chance = |tag: &RowTag| {
            let same = self.same_neighbors(tag);
            self.form.chance(same, others - same)
        };
        let chances: Vec<f64> = self.counted().map(chance).collect();
        Mean::of(&chances).mean
    }

    /// The loss of a row from the masses at its slot and the `position`-th temperature.
    pub(super) fn loss(&self, tag: &RowTag, masses: &Masses, position: usize, temperature: f64) -> f64 {
        let masses = masses.at(tag.slot as usize, position);
        let [same, other] = Relation::BOTH.map(|relation| masses[relation as usize]);
        let meets = if self.own_zeros.binary_search(&tag.id).is_ok() { Meets::OwnZero } else { Meets::Others };
        self.form.loss(same, other, temperature, meets)
    }
}

/// Centres on the mean and brings the root mean squared distance near 1, by a power of two that rounds nothing.
fn prepare(survey: &Survey, distance: Distance) -> Result<Preparation, Fault> {
    let size = survey.mean_squared_distance.sqrt();
    if !distance.is_scale_free() && !size.is_finite() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::{NonFinite, Precision, Preset, Wishes};
    use crate::draw::Draw;
    use crate::score::halves::Halves;
    use crate::source::{Matrix, Memory};

    fn definition(change: impl FnOnce(&mut Wishes)) -> Definition {
        let mut wishes = Wishes {
            preset: Preset::Exact,
            distance: None,
            epsilon: None,
            singletons: None,
            non_finite: NonFinite::Error,
            precision: Precision::Auto,
            ladder: Some("0.5,2".parse().unwrap()),
            unit: None,
        };
        change(&mut wishes);
        Definition::new(wishes).unwrap()
    }

    /// Rows of one feature, of classes by their numbers.
    fn scored(values: &[f64], classes: &[u32], definition: &Definition) -> Result<ScoredRows, Fault> {
        let memory = Memory::new(1, values.to_vec());
        let chunks = memory.scan(0..values.len())?;
        let survey = Survey::of(1, chunks, NonFinite::Drop, &|_| false, 0, Halves::NONE)?;
        let names = (0..=*classes.iter().max().unwrap()).map(|class| class.to_string()).collect::<Vec<_>>();
        let ignored = vec![false; names.len()];
        let labels = Labels { spec: "y".into(), classes: classes.to_vec(), names, ignored };
        ScoredRows::new(&survey, &labels, definition, None)
    }

    fn ids<'a>(tags: impl Iterator<Item = &'a RowTag>) -> Vec<u32> {
        tags.map(|tag| tag.id).collect()
    }

    #[test]
    fn rows_alone_in_their_class_are_met_and_not_counted() {
        let rows = scored(&[1.0, 2.0, f64::NAN, 3.0, 4.0], &[0, 1, 0, 0, 2], &definition(|_| ())).unwrap();
        assert_eq!((ids(rows.scored()), ids(rows.population().iter())), (vec![0, 3], vec![0, 1, 3, 4]));
        assert_eq!((rows.singletons(), rows.pairs(), rows.counted_of_classes()), (2, 6, vec![2, 0, 0]));
        // One of three neighbors is of the own class.
        assert!((rows.chance() - 3f64.ln()).abs() < 1e-15);
        let capped = definition(|wishes| wishes.preset = Preset::Article);
        assert_eq!(ids(scored(&[1.0, 2.0, 3.0], &[0, 1, 0], &capped).unwrap().scored()), [0, 1, 2]);
    }

    #[test]
    fn a_draw_is_queries_across_all_rows() {
        let drawn = Definition { draw: Some(Draw { rows: 3, seed: 1 }), ..definition(|_| ()) };
        let (values, classes): (Vec<f64>, Vec<u32>) = (0..9).map(|row| (f64::from(row), u32::from(row == 4))).unzip();
        let rows = scored(&values, &classes, &drawn).unwrap();
        let Pairing::Across { queries, references, ids: Ids::Shared } = &rows.pairing else { panic!("a draw") };
        assert_eq!((queries.tags.len(), references.tags.len(), rows.pairs()), (3, 9, 27));
        assert!(queries.tags.iter().zip(0..).all(|(tag, slot)| tag.slot == slot && tag.id != 4), "{queries:?}");
        assert_eq!(rows.counted().count(), 8);
    }

    #[test]
    fn temperatures_are_in_units_of_prepared_distances() {
        let mean = definition(|wishes| {
            wishes.distance = Some(Distance::Sqeuclidean);
            wishes.unit = Some(TemperatureUnit::Mean);
        });
        // Squared distances 16, 64 and 16; their root mean is near 4√2, and so the scale is 1/4 or 1/8.
        let rows = scored(&[0.0, 4.0, 8.0], &[0, 0, 0], &mean).unwrap();
        assert!((rows.unit - 32.0).abs() < 1e-12);
        let scale = rows.pairing.gaining().preparation.scale;
        assert!(scale.log2().fract() == 0.0 && (0.5..2.0).contains(&(scale * 32f64.sqrt())), "{scale}");
        assert_eq!(rows.temperatures, [0.5, 2.0].map(|t| t * 32.0 * scale * scale));
    }

    #[test]
    fn what_no_score_can_be_made_of_is_refused() {
        let refused = |values: &[f64], classes: &[u32], definition: &Definition| {
            scored(values, classes, definition).err().unwrap().to_string()
        };
        let plain = definition(|_| ());
        assert!(refused(&[1.0, f64::NAN], &[0, 0], &plain).contains("at least 2 rows"));
        assert!(refused(&[1.0, 2.0], &[0, 1], &plain).contains("alone in its class"));
        let strict = definition(|wishes| wishes.singletons = Some(Singletons::Error));
        assert_eq!(refused(&[1.0, 2.0, 3.0], &[0, 1, 0], &strict), "row 1 is alone in its class `1`");
        let mean = definition(|wishes| {
            wishes.distance = Some(Distance::Euclidean);
            wishes.unit = Some(TemperatureUnit::Mean);
        });
        assert!(refused(&[2.0, 2.0], &[0, 0], &mean).contains("is 0 in f64"));
        let cold = definition(|wishes| wishes.ladder = Some("1e-300".parse().unwrap()));
        assert!(refused(&[1.0, 2.0], &[0, 0], &cold).contains("out of proportion"));
    }
}
