//! The candidate's values as nested numbers, as DVC and other trackers of metrics read them.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::score::table::ScoreTable;

/// Writes `{"snnl": {"layer": {"best": 0.72, "T=0.1": 0.73}}}` as JSON.
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
    serde_json::to_writer_pretty(&mut *out, &json!({ "snnl": layers }))?;
    writeln!(out)
}
