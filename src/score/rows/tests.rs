//! Which rows count, which rows they meet, and which rows cannot be scored.

use super::*;
use crate::definition::{NonFinite, Preset, Wishes};
use crate::draw::Draw;
use crate::score::halves::Halves;
use crate::score::reading::shared;
use crate::source::{Matrix, Memory};

fn definition(change: impl FnOnce(&mut Wishes)) -> Definition {
    let mut wishes = Wishes { ladder: Some("0.5,2".parse().unwrap()), ..Wishes::of(Preset::Exact) };
    change(&mut wishes);
    Definition::new(wishes).unwrap()
}

/// Rows of one feature, of classes by their numbers.
fn scored(values: &[f64], classes: &[u32], definition: &Definition) -> Result<ScoredRows, Fault> {
    let memory = Memory::new(1, values.to_vec());
    let chunks = shared(memory.scan(0..values.len())?);
    let survey = Survey::of(1, chunks, definition.measured_distance(), NonFinite::Drop, &|_| false, 0, Halves::NONE)?;
    let names = (0..=*classes.iter().max().unwrap()).map(|class| class.to_string()).collect::<Vec<_>>();
    let ignored = vec![false; names.len()];
    let labels = Labels { spec: "y".into(), classes: classes.to_vec(), names, ignored, ..Labels::default() };
    ScoredRows::new(&Pairing::Within(Surveyed { survey: &survey, labels: &labels }), definition, None)
}

fn ids<'a>(tags: impl Iterator<Item = &'a RowTag>) -> Vec<u32> {
    tags.map(|tag| tag.id).collect()
}

#[test]
fn rows_alone_in_their_class_are_met_and_not_counted() {
    let rows = scored(&[1.0, 2.0, f64::NAN, 3.0, 4.0], &[0, 1, 0, 0, 2], &definition(|_| ())).unwrap();
    assert_eq!((ids(rows.scored()), ids(rows.population().tags.iter())), (vec![0, 3], vec![0, 1, 3, 4]));
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
