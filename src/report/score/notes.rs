//! The notes below the table, one plain sentence each and only if it applies.

use super::batches;
use super::by_layer::{by_layer, count};
use super::classes::most_entangled;
use super::companions;
use super::explanation;
use super::layers::edge;
use super::odd_rows::odd_rows;
use crate::definition::Precision;
use crate::report::number::{significant, temperature};
use crate::report::sentences::{self, counted};
use crate::score::explanation::MOST_CLASSES;
use crate::score::table::{LayerScore, ScoreTable};

/// A value relative to chance from which random labels would do as well.
const NEAR_CHANCE: f64 = 0.98;

/// What that may mean.
const NOT_IN_ORDER: &str = "no value is below that of random labels: the labels may not be in the order of the rows; --ids finds \
                             them by the ids of the rows";

/// The ratio of temperatures over which a curve falls below chance anywhere, if its classes are apart at all.
const SPAN: f64 = 20.0;

/// Fewer rows may be at chance by accident.
const FEW: usize = 30;

/// The notes that apply to this table, in reading order.
pub(super) fn notes(table: &ScoreTable) -> Vec<String> {
    let definition = &table.definition;
    let of_layers = |what: &str, describe: &dyn Fn(&LayerScore) -> Option<String>| {
        by_layer(&table.layers, describe).map(|layers| format!("{what}: {layers}"))
    };
    let when = |applies: bool, note: &str| applies.then(|| note.to_owned());
    [
        Some(sentences::definition(definition)),
        Some(sentences::dataset(&table.data)),
        sentences::unit(definition),
        when(definition.sample.is_some(), "± half of the 95 % interval, for the sampling only; chance is exact"),
        when(
            table.layers.iter().any(|layer| edge(layer).is_some()),
            "↓ ↑ best at the lowest or highest T asked for: a lower value may lie beyond",
        ),
        when(
            table.layers.iter().flat_map(|layer| &layer.scores).any(|score| score.relative.is_none()),
            "no value relative to chance where chance is 0: all neighbors are of one class",
        ),
        minima(table),
        of_layers("minimum at the cold edge, where nearest neighbors decide; their classification error", &|layer| {
            layer.minimum?.nearest_neighbor_error.map(|error| format!("{:.1} %", 100.0 * error))
        }),
        explanation::note(table),
        of_layers(&format!("more than {MOST_CLASSES} classes, so which class picks which is not shown"), &|layer| {
            let classes = &layer.explanation.as_ref()?.classes;
            classes.iter().all(|class| class.picks.is_none()).then(|| classes.len().to_string())
        }),
        batches::note(table),
        of_layers("batches left out because none of their rows has a loss", &|layer| {
            count(layer.batches.as_ref().map_or(0, |batches| batches.skipped))
        }),
        when(is_near_chance(table) && table.data.ids.is_none(), NOT_IN_ORDER),
        of_layers("rows of several files, concatenated", &|layer| {
            (layer.files > 1).then(|| format!("{} files", layer.files))
        }),
        sentences::passed_over(table.layers.iter().flat_map(|layer| &layer.passed_over)),
        most_entangled(&table.layers),
    ]
    .into_iter()
    .flatten()
    .chain(odd_rows(table))
    .chain((definition.precision == Precision::Auto).then(|| of_layers("needed f64", &needed_f64)).flatten())
    .chain(companions::notes(table))
    .chain([run(table)])
    .collect()
}

/// What the minimum is, where it was searched.
fn minima(table: &ScoreTable) -> Option<String> {
    let any = table.layers.iter().any(|layer| layer.minimum.is_some());
    any.then(|| {
        "minimum: the lowest value over T from 1e-3 to 1e2 mean distances, to a relative accuracy of 1e-4".to_owned()
    })
}

/// Whether all layers are at chance or above it at all temperatures, of which there are enough that few are so by their nature.
fn is_near_chance(table: &ScoreTable) -> bool {
    let temperatures = || table.sum.iter().map(|sum| sum.temperature);
    let (low, high) = (temperatures().fold(f64::INFINITY, f64::min), temperatures().fold(0.0, f64::max));
    let is_wide = high >= SPAN * low && table.data.rows >= FEW;
    let mut scores = table.layers.iter().flat_map(|layer| &layer.scores).peekable();
    let is_any = scores.peek().is_some();
    is_wide && is_any && scores.all(|score| score.relative.is_some_and(|relative| relative >= NEAR_CHANCE))
}

/// The temperatures of a layer that f32 could not serve.
fn needed_f64(layer: &LayerScore) -> Option<String> {
    let needed: Vec<String> = layer
        .scores
        .iter()
        .filter(|score| score.precision == "f64")
        .map(|score| temperature(score.temperature))
        .collect();
    match needed.len() {
        0 => None,
        all if all == layer.scores.len() => Some("every T".to_owned()),
        _ => Some(format!("T={}", needed.join(", "))),
    }
}

/// How it was computed, and how far to trust it.
fn run(table: &ScoreTable) -> String {
    let run = &table.run;
    format!(
        "{} s{} on {}, {}{}, {} pairs/s; self-check of {} rows per layer: error ≤ {}",
        significant(run.seconds, 2),
        run.tasks.map_or_else(String::new, |tasks| format!(" in {}", counted(tasks, "task", "tasks"))),
        run.device,
        counted(run.threads, "thread", "threads"),
        run.device_reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})")),
        significant(run.pairs_per_second, 2),
        run.self_check.rows,
        significant(run.self_check.max_error, 2),
    )
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;
    use crate::definition::{EpsilonForm, Preset, Singletons, TemperatureUnit};
    use crate::distance::Distance;

    #[test]
    fn an_ordinary_run_needs_four_lines() {
        let expected = [
            "SNNL (exact) by cosine distance: 0 = classes apart, chance = random labels",
            "2000 rows in 10 classes, labels y.npy",
            "↓ ↑ best at the lowest or highest T asked for: a lower value may lie beyond",
            "0.40 s on cpu, avx512, 2 threads, 1.0e9 pairs/s; self-check of 64 rows per layer: error ≤ 3.1e-7",
        ];
        assert_eq!(notes(&sample()), expected);
    }

    #[test]
    fn odd_rows_are_counted() {
        let mut table = sample();
        table.layers[0].zero_rows = 7;
        table.layers[0].singletons = 3;
        table.layers[1].singletons = 3;
        table.layers[1].scores[0].precision = "f64".into();
        table.layers[0].scores[0].relative = None;
        table.layers.iter_mut().for_each(|layer| layer.passed_over = vec!["ids (Utf8, not numeric)".into()]);
        let notes = notes(&table);
        for expected in [
            "singletons, left out: 3 in every layer",
            "zero rows, at distance 1 from every row: enc1 7",
            "needed f64: enc10 T=0.01",
            "skipped: ids (Utf8, not numeric)",
            "no value relative to chance where chance is 0: all neighbors are of one class",
        ] {
            assert!(notes.iter().any(|note| note == expected), "{expected} in {notes:#?}");
        }
        assert!(!notes.iter().any(|note| note.contains("NaN")));
    }

    #[test]
    fn labels_in_another_order_are_suspected_where_every_value_is_near_chance() {
        let mut table = sample();
        let suspects = |table: &ScoreTable| notes(table).iter().any(|note| note.contains("in the order of the rows"));
        assert!(!suspects(&table));
        table.layers.iter_mut().flat_map(|layer| &mut layer.scores).for_each(|score| score.relative = Some(0.99));
        assert!(suspects(&table));
        table.data.rows = 3;
        assert!(!suspects(&table), "of three rows nothing is known");
        table.data.rows = 2000;
        table.layers[1].scores[0].relative = Some(0.97);
        assert!(!suspects(&table));
    }

    #[test]
    fn the_epsilon_form_names_its_cap_and_the_unit() {
        let mut table = sample();
        table.layers[0].singletons = 1;
        let definition = &mut table.definition;
        definition.preset = Some(Preset::Article);
        definition.epsilon = 1e-5;
        definition.singletons = Singletons::Cap;
        definition.distance = Distance::Euclidean;
        definition.temperature_unit = TemperatureUnit::Mean;
        let notes = notes(&table).join("\n");
        assert!(notes.contains("SNNL (article, ε = 1e-5) by euclidean distance"), "{notes}");
        assert!(notes.contains("counted at the cap −ln ε = 11.51: enc1 1"), "{notes}");
        assert!(notes.contains("each layer's root mean squared distance"), "{notes}");
    }

    #[test]
    fn what_presets_do_otherwise_is_said() {
        let mut table = sample();
        (table.layers[0].singletons, table.layers[0].zero_rows) = (1, 2);
        let definition = &mut table.definition;
        (definition.preset, definition.distance) = (Some(Preset::Tfs), Distance::UnitSqeuclidean);
        (definition.epsilon, definition.epsilon_form) = (1e-9, EpsilonForm::Outer);
        (definition.singletons, definition.rectify) = (Singletons::Zero, true);
        let notes = notes(&table).join("\n");
        for expected in [
            "SNNL (tfs, ε = 1e-9 outside the ratio) by unit-sqeuclidean distance of rectified rows: 0 =",
            "singletons, counted at 0: enc1 1",
            "zero rows, at distance 1 from every other row and 0 from each other: enc1 2",
        ] {
            assert!(notes.contains(expected), "{expected} in {notes}");
        }
    }
}
