//! The long form: one record a layer and temperature, layers in order and temperatures in order within each.

use serde::Serialize;

use crate::report::records::{ColumnValues, RecordColumn, Records};
use crate::score::batch_scores::BatchScore;
use crate::score::companions::record::ClusterAgreement;
use crate::score::table::{Dataset, DefinitionRecord, LayerScore, Score, ScoreTable, Tool};

/// What the records alone do not say; the names are those of the JSON.
#[derive(Serialize)]
struct Provenance<'a> {
    schema_version: u32,
    tool: &'a Tool,
    definition: &'a DefinitionRecord,
    data: &'a Dataset,
}

pub(super) fn records(table: &ScoreTable) -> Records {
    let pairs = table.layers.iter().flat_map(|layer| layer.scores.iter().map(move |score| (layer, score)));
    let pairs: Vec<(&LayerScore, &Score)> = pairs.collect();
    let texts = |name, of: fn(&LayerScore, &Score) -> String| {
        let values = pairs.iter().map(|(layer, score)| of(layer, score));
        RecordColumn { name, values: ColumnValues::Texts(values.collect()) }
    };
    let counts = |name, of: fn(&LayerScore, &Score) -> usize| {
        let values = pairs.iter().map(|(layer, score)| of(layer, score) as u64);
        RecordColumn { name, values: ColumnValues::Counts(values.collect()) }
    };
    let numbers = |name, of: fn(&LayerScore, &Score) -> f64| {
        let values = pairs.iter().map(|(layer, score)| of(layer, score));
        RecordColumn { name, values: ColumnValues::Numbers(values.collect()) }
    };
    let optional = |name, of: fn(&Score) -> Option<f64>| {
        let values = pairs.iter().map(|(_, score)| of(score));
        RecordColumn { name, values: ColumnValues::OptionalNumbers(values.collect()) }
    };
    let of_layer = |name, of: fn(&LayerScore) -> Option<f64>| {
        let values = pairs.iter().map(|(layer, _)| of(layer));
        RecordColumn { name, values: ColumnValues::OptionalNumbers(values.collect()) }
    };
    let of_batches = |name, of: fn(&BatchScore) -> f64| {
        let batch_score = |(layer, score): &(&LayerScore, &Score)| {
            let mut scores = layer.batches.iter().flat_map(|batches| &batches.scores);
            scores.find(|of_batches| of_batches.temperature == score.temperature).map(of)
        };
        RecordColumn { name, values: ColumnValues::OptionalNumbers(pairs.iter().map(batch_score).collect()) }
    };
    let columns = vec![
        texts("layer", |layer, _| layer.name.clone()),
        counts("dim", |layer, _| layer.dim),
        texts("dtype", |layer, _| layer.dtype.clone()),
        numbers("temperature", |_, score| score.temperature),
        numbers("temperature_scale", |layer, _| layer.temperature_scale),
        numbers("snnl", |_, score| score.snnl),
        numbers("stderr", |_, score| score.stderr),
        optional("relative", |score| score.relative),
        counts("n", |_, score| score.n),
        numbers("chance", |layer, _| layer.chance),
        texts("precision", |_, score| score.precision.clone()),
        counts("singletons", |layer, _| layer.singletons),
        counts("zero_rows", |layer, _| layer.zero_rows),
        counts("non_finite_rows", |layer, _| layer.non_finite_rows),
        counts("duplicate_rows", |layer, _| layer.duplicate_rows),
        optional("low", |score| score.interval.map(|interval| interval.low)),
        optional("high", |score| score.interval.map(|interval| interval.high)),
        of_layer("minimum", |layer| layer.minimum.map(|minimum| minimum.snnl)),
        of_layer("minimum_temperature", |layer| layer.minimum.map(|minimum| minimum.temperature)),
        of_layer("knn_1", |layer| accuracy(layer, 1)),
        of_layer("knn_5", |layer| accuracy(layer, 5)),
        of_layer("knn_20", |layer| accuracy(layer, 20)),
        of_batches("batch_snnl", |score| score.snnl),
        of_batches("batch_stderr", |score| score.stderr),
        of_batches("batch_difference", |score| score.difference),
        of_layer("silhouette", |layer| layer.companions.as_ref()?.silhouette),
        of_layer("r_squared", |layer| layer.companions.as_ref()?.r_squared),
        of_layer("k_means_accuracy", |layer| clusters(layer).map(|found| found.accuracy)),
        of_layer("k_means_nmi", |layer| clusters(layer).map(|found| found.nmi)),
        of_layer("k_means_ari", |layer| clusters(layer).map(|found| found.ari)),
        of_layer("k_means_rows", |layer| clusters(layer).map(|found| found.rows as f64)),
    ];
    Records { columns, metadata: provenance(table) }
}

/// How well k nearest neighbors tell the class, where that was asked for.
fn accuracy(layer: &LayerScore, k: usize) -> Option<f64> {
    layer.explanation.as_ref()?.accuracy.iter().find(|of| of.k == k).map(|of| of.accuracy)
}

/// What the records of a result alone do not say, as JSON.
pub(super) fn provenance(table: &ScoreTable) -> Option<String> {
    let provenance = Provenance {
        schema_version: table.schema_version,
        tool: &table.tool,
        definition: &table.definition,
        data: &table.data,
    };
    serde_json::to_string(&provenance).ok()
}

fn clusters(layer: &LayerScore) -> Option<&ClusterAgreement> {
    layer.companions.as_ref()?.k_means.as_ref()
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    #[test]
    fn a_record_for_each_layer_and_temperature() {
        let mut table = sample();
        table.layers[0].scores[0].relative = None;
        let records = records(&table);
        let column = |name: &str| &records.columns.iter().find(|column| column.name == name).unwrap().values;
        assert_eq!(records.len(), 4);
        let names = ["enc1", "enc1", "enc10", "enc10"].map(str::to_owned);
        assert_eq!(column("layer"), &ColumnValues::Texts(names.into()));
        assert_eq!(column("temperature"), &ColumnValues::Numbers(vec![0.01, 1.0, 0.01, 1.0]));
        assert_eq!(column("snnl"), &ColumnValues::Numbers(vec![0.598_71, 2.1, 0.25, 1e-9]));
        let relative = table.layers.iter().flat_map(|layer| &layer.scores).map(|score| score.relative);
        assert_eq!(column("relative"), &ColumnValues::OptionalNumbers(relative.collect()));
        assert_eq!(column("low"), &ColumnValues::OptionalNumbers(vec![None; 4]));
    }

    #[test]
    fn the_metadata_names_the_definition_and_the_data() {
        let table = sample();
        let metadata: serde_json::Value = serde_json::from_str(&records(&table).metadata.unwrap()).unwrap();
        assert_eq!(metadata["definition"], serde_json::to_value(&table.definition).unwrap());
        assert_eq!(metadata["data"]["rows"], 2000);
    }
}
