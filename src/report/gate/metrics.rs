//! The candidate's values as nested numbers, as DVC and other trackers of metrics read them.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::score::table::ScoreTable;

/// Writes `{"snnl": {"layer": {"best": 0.72, "T=0.1": 0.73}}}` as JSON; an estimate under the name `snnl_estimate`.
///
/// # Errors
/// What `out` reports.
pub fn write(table: &ScoreTable, out: &mut dyn Write) -> io::Result<()> {
    let mut layers = Map::new();
    for layer in &table.layers {
        let mut values = Map::new();
        values.insert("best".into(), json!(layer.best.snnl));
        for score in &layer.scores {
            values.insert(format!("T={}", score.temperature), json!(score.snnl));
        }
        layers.insert(layer.name.clone(), Value::Object(values));
    }
    let name = if table.definition.sample.is_some() { "snnl_estimate" } else { "snnl" };
    serde_json::to_writer_pretty(&mut *out, &json!({ name: layers }))?;
    writeln!(out)
}
