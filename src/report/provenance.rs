//! The origin of records: the definition, the program and the time, beside each record and as metadata.

use serde::Serialize;

use super::records::{ColumnValues, RecordColumn};
use crate::score::table::{Dataset, DefinitionRecord, ScoreTable, Tool};

/// What the records of a result alone do not say; the names are those of the JSON.
#[derive(Serialize)]
struct Provenance<'a> {
    schema_version: u32,
    tool: &'a Tool,
    definition: &'a DefinitionRecord,
    data: &'a Dataset,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished: Option<&'a String>,
}

/// All of it, as JSON.
pub(super) fn metadata(table: &ScoreTable) -> Option<String> {
    json(table, table.run.finished.as_ref())
}

/// All but the time, for files of which equal runs make equal bytes.
pub fn timeless(table: &ScoreTable) -> Option<String> {
    json(table, None)
}

fn json(table: &ScoreTable, finished: Option<&String>) -> Option<String> {
    let provenance = Provenance {
        schema_version: table.schema_version,
        tool: &table.tool,
        definition: &table.definition,
        data: &table.data,
        finished,
    };
    serde_json::to_string(&provenance).ok()
}

/// The columns that every record ends with, so that records of several runs can lie in one table: `tables` are the results that
/// they come from, one for each record.
pub(super) fn columns(tables: &[&ScoreTable]) -> Vec<RecordColumn> {
    let texts = |name, of: fn(&ScoreTable) -> String| RecordColumn {
        name,
        values: ColumnValues::Texts(tables.iter().map(|table| of(table)).collect()),
    };
    let finished = tables.iter().map(|table| table.run.finished.clone()).collect();
    vec![
        texts("distance", |table| table.definition.distance.to_string()),
        texts("preset", |table| table.definition.preset_name()),
        texts("temperature_unit", |table| table.definition.temperature_unit.to_string()),
        texts("tool_version", |table| table.tool.version.clone()),
        RecordColumn { name: "finished", values: ColumnValues::OptionalTexts(finished) },
    ]
}
