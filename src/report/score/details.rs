//! Parts of a result that are exported to their own files, because they have a record for every two classes, or for a
//! row.

use crate::report::document::Document;
use crate::report::provenance;
use crate::report::records::{ColumnValues, RecordColumn, Records};
use crate::score::explanation::{ExplainedClass, Explanation};
use crate::score::table::{LayerScore, ScoreTable};
use crate::score::worst_row::WorstRow;

/// A part of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// One record for each layer, class of rows and class that they pick.
    Picks,
    /// One record for each of the rows with the highest losses.
    Worst,
}

/// A part of a result, as a document of records.
pub fn detail(table: &ScoreTable, detail: Detail) -> Document {
    let mut columns = match detail {
        Detail::Picks => picks(table),
        Detail::Worst => worst(table),
    };
    let records = columns.first().map_or(0, |column| column.values.len());
    columns.extend(provenance::columns(&vec![table; records]));
    Document {
        title: "a part of a result".into(),
        headline: None,
        grids: Vec::new(),
        figures: Vec::new(),
        notes: Vec::new(),
        thumbnails: None,
        command: None,
        json: Err("a part of a result is not JSON".into()),
        records: Some(Records { columns, metadata: provenance::metadata(table) }),
        checks: None,
        metrics: None,
    }
}

/// A class of rows, a class that they pick, and how likely.
struct Pick<'a> {
    layer: &'a LayerScore,
    explanation: &'a Explanation,
    class: &'a ExplainedClass,
    picked: &'a String,
    probability: f64,
}

fn picks(table: &ScoreTable) -> Vec<RecordColumn> {
    let mut picks: Vec<Pick> = Vec::new();
    for layer in &table.layers {
        let Some(explanation) = &layer.explanation else { continue };
        for class in &explanation.classes {
            let named = explanation.picked.iter().zip(class.picks.iter().flatten());
            picks.extend(named.map(|(picked, &probability)| Pick { layer, explanation, class, picked, probability }));
        }
    }
    let texts = |name, of: fn(&Pick) -> String| column(name, ColumnValues::Texts(picks.iter().map(of).collect()));
    let numbers = |name, of: fn(&Pick) -> f64| column(name, ColumnValues::Numbers(picks.iter().map(of).collect()));
    vec![
        texts("layer", |pick| pick.layer.name.clone()),
        numbers("temperature", |pick| pick.explanation.temperature),
        texts("class", |pick| pick.class.class.clone()),
        column("n", ColumnValues::Counts(picks.iter().map(|pick| pick.class.n as u64).collect())),
        texts("picked", |pick| pick.picked.clone()),
        numbers("probability", |pick| pick.probability),
    ]
}

fn worst(table: &ScoreTable) -> Vec<RecordColumn> {
    let of_layer = |layer: &'_ LayerScore| -> Vec<(String, WorstRow)> {
        layer.worst.iter().flatten().map(|row| (layer.name.clone(), row.clone())).collect()
    };
    let rows: Vec<(String, WorstRow)> = table.layers.iter().flat_map(of_layer).collect();
    let numbers = |name, of: fn(&WorstRow) -> f64| {
        column(name, ColumnValues::Numbers(rows.iter().map(|(_, row)| of(row)).collect()))
    };
    let optional = |name, of: fn(&WorstRow) -> Option<f64>| {
        column(name, ColumnValues::OptionalNumbers(rows.iter().map(|(_, row)| of(row)).collect()))
    };
    let numbers_of = |name, of: fn(&WorstRow) -> Option<u32>| {
        column(name, ColumnValues::OptionalCounts(rows.iter().map(|(_, row)| of(row).map(u64::from)).collect()))
    };
    let texts = |name, of: fn(&WorstRow) -> Option<&String>| {
        column(name, ColumnValues::OptionalTexts(rows.iter().map(|(_, row)| of(row).cloned()).collect()))
    };
    let mut columns = vec![
        column("layer", ColumnValues::Texts(rows.iter().map(|(layer, _)| layer.clone()).collect())),
        numbers("temperature", |row| row.temperature),
        column("row", ColumnValues::Counts(rows.iter().map(|(_, row)| row.row.into()).collect())),
        column("class", ColumnValues::Texts(rows.iter().map(|(_, row)| row.class.clone()).collect())),
        numbers("loss", |row| row.loss),
        numbers("own_probability", |row| row.own_probability),
        texts("picks", |row| row.picks.as_ref()),
        optional("picks_probability", |row| row.picks_probability),
        numbers_of("nearest_own_row", |row| Some(row.nearest_own.as_ref()?.row)),
        optional("nearest_own_distance", |row| Some(row.nearest_own.as_ref()?.distance)),
        numbers_of("nearest_other_row", |row| Some(row.nearest_other.as_ref()?.row)),
        texts("nearest_other_class", |row| Some(&row.nearest_other.as_ref()?.class)),
        optional("nearest_other_distance", |row| Some(row.nearest_other.as_ref()?.distance)),
    ];
    if table.data.ids.is_some() {
        columns.push(texts("id", |row| row.id.as_ref()));
        columns.push(texts("nearest_own_id", |row| row.nearest_own.as_ref()?.id.as_ref()));
        columns.push(texts("nearest_other_id", |row| row.nearest_other.as_ref()?.id.as_ref()));
    }
    columns
}

fn column(name: &'static str, values: ColumnValues) -> RecordColumn {
    RecordColumn { name, values }
}
