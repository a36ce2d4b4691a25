//! Sentences that several kinds of reports have in common.

use crate::definition::{EpsilonForm, TemperatureUnit};
use crate::draw::Draw;
use crate::score::table::{Dataset, DefinitionRecord};

/// What the values are.
pub(super) fn definition(definition: &DefinitionRecord) -> String {
    let DefinitionRecord { distance, epsilon, epsilon_form, sample, rectify, .. } = definition;
    let preset = definition.preset_name();
    let sample = sample.map_or(String::new(), |Draw { rows, seed }| {
        format!("ESTIMATE from a random sample of {rows} rows (seed {seed}), each against all rows: ")
    });
    let form = match epsilon_form {
        EpsilonForm::Nested => "",
        EpsilonForm::Clipped => " clipped",
        EpsilonForm::Outer => " outside the ratio",
    };
    let epsilon = if *epsilon == 0.0 { String::new() } else { format!(", ε = {epsilon:e}{form}") };
    let rows = if *rectify { " of rectified rows" } else { "" };
    format!("{sample}SNNL ({preset}{epsilon}) by {distance} distance{rows}: 0 = classes apart, chance = random labels")
}

/// What a temperature of 1 is, where it is not 1.
pub(super) fn unit(definition: &DefinitionRecord) -> Option<String> {
    (definition.temperature_unit == TemperatureUnit::Mean)
        .then(|| format!("T is a multiple of each layer's {} distance", definition.distance.mean_name()))
}

/// The rows that were scored.
pub(super) fn dataset(data: &Dataset) -> String {
    let classes = counted(data.classes, "class", "classes");
    let ignored = match data.ignored_rows {
        0 => String::new(),
        ignored => format!("; {ignored} left out because of their label"),
    };
    let references = data.references.as_ref().map_or(String::new(), |references| {
        format!("; each compared with the {} rows of the references, labels {}", references.rows, references.labels)
    });
    let ids = data.ids.as_ref().map_or(String::new(), |ids| format!(" found by the ids {ids}"));
    format!("{} rows in {classes}, labels {}{ids}{ignored}{references}", data.rows, data.labels)
}

/// The columns that are not part of a layer though they might have been meant, each named once; `None` where there are none.
pub(super) fn passed_over<'a>(columns: impl Iterator<Item = &'a String>) -> Option<String> {
    let mut named: Vec<&str> = columns.map(String::as_str).collect();
    named.sort_unstable();
    named.dedup();
    (!named.is_empty()).then(|| format!("skipped: {}", named.join(", ")))
}

/// A number with the word for what it counts.
pub(super) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
