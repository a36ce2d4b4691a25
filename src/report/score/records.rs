//! The long form: one record per layer and temperature, layers in order and temperatures in order within each; then, if
//! classes are requested, one for each class.

use crate::report::provenance;
use crate::report::records::{ColumnValues, RecordColumn, Records};
use crate::score::batch_scores::BatchScore;
use crate::score::companions::record::ClusterAgreement;
use crate::score::table::{ClassScore, ClassValue, LayerScore, Score, ScoreTable};

/// One record.
#[derive(Clone, Copy)]
struct Record<'a> {
    layer: &'a LayerScore,
    score: &'a Score,
    /// The class that it is of; `None` for all rows of the layer.
    class: Option<(&'a ClassScore, &'a ClassValue)>,
}

impl<'a> Record<'a> {
    /// The layer, where the record is of all its rows.
    fn whole(&self) -> Option<&'a LayerScore> {
        self.class.is_none().then_some(self.layer)
    }

    fn batch_score(&self) -> Option<&'a BatchScore> {
        let mut scores = self.whole()?.batches.iter().flat_map(|batches| &batches.scores);
        scores.find(|of_batches| of_batches.temperature == self.score.temperature)
    }
}

pub(super) fn records(table: &ScoreTable) -> Records {
    let all: Vec<Record> = table.layers.iter().flat_map(records_of).collect();
    let texts = |name, of: fn(&Record) -> String| column(name, ColumnValues::Texts(all.iter().map(of).collect()));
    let counts = |name, of: fn(&Record) -> usize| {
        column(name, ColumnValues::Counts(all.iter().map(|record| of(record) as u64).collect()))
    };
    let numbers = |name, of: fn(&Record) -> f64| column(name, ColumnValues::Numbers(all.iter().map(of).collect()));
    let optional = |name, of: fn(&Record) -> Option<f64>| {
        column(name, ColumnValues::OptionalNumbers(all.iter().map(of).collect()))
    };
    let class = all.iter().map(|record| record.class.map(|(class, _)| class.class.clone())).collect();
    let mut columns = vec![texts("layer", |record| record.layer.name.clone())];
    let mut part = |is_there: bool, part: Vec<RecordColumn>| columns.extend(part.into_iter().filter(|_| is_there));
    let any = |has: fn(&LayerScore) -> bool| table.layers.iter().any(has);
    part(any(|layer| layer.classes.is_some()), vec![column("class", ColumnValues::OptionalTexts(class))]);
    part(
        true,
        vec![
            counts("dim", |record| record.layer.dim),
            texts("dtype", |record| record.layer.dtype.clone()),
            numbers("temperature", |record| record.score.temperature),
            numbers("temperature_scale", |record| record.layer.temperature_scale),
            numbers("snnl", |record| record.class.map_or(record.score.snnl, |(_, value)| value.snnl)),
            numbers("stderr", |record| record.class.map_or(record.score.stderr, |(_, value)| value.stderr)),
            optional("relative", |record| record.whole().and(record.score.relative)),
            counts("n", |record| record.class.map_or(record.score.n, |(class, _)| class.n)),
            optional("chance", |record| record.whole().map(|layer| layer.chance)),
            texts("precision", |record| record.score.precision.clone()),
            counts("singletons", |record| record.layer.singletons),
            counts("zero_rows", |record| record.layer.zero_rows),
            counts("non_finite_rows", |record| record.layer.non_finite_rows),
            counts("duplicate_rows", |record| record.layer.duplicate_rows),
        ],
    );
    part(
        any(|layer| layer.scores.iter().any(|score| score.interval.is_some())),
        vec![
            optional("low", |record| record.whole().and(record.score.interval).map(|interval| interval.low)),
            optional("high", |record| record.whole().and(record.score.interval).map(|interval| interval.high)),
        ],
    );
    part(
        any(|layer| layer.minimum.is_some()),
        vec![
            optional("minimum", |record| Some(record.whole()?.minimum?.snnl)),
            optional("minimum_temperature", |record| Some(record.whole()?.minimum?.temperature)),
        ],
    );
    part(
        any(|layer| layer.explanation.is_some()),
        vec![
            optional("knn_1", |record| accuracy(record.whole()?, 1)),
            optional("knn_5", |record| accuracy(record.whole()?, 5)),
            optional("knn_20", |record| accuracy(record.whole()?, 20)),
        ],
    );
    part(
        any(|layer| layer.batches.is_some()),
        vec![
            optional("batch_snnl", |record| Some(record.batch_score()?.snnl)),
            optional("batch_stderr", |record| Some(record.batch_score()?.stderr)),
            optional("batch_difference", |record| Some(record.batch_score()?.difference)),
        ],
    );
    part(
        any(|layer| layer.companions.is_some()),
        vec![
            optional("silhouette", |record| record.whole()?.companions.as_ref()?.silhouette),
            optional("r_squared", |record| record.whole()?.companions.as_ref()?.r_squared),
            optional("k_means_accuracy", |record| Some(clusters(record)?.accuracy)),
            optional("k_means_nmi", |record| Some(clusters(record)?.nmi)),
            optional("k_means_ari", |record| Some(clusters(record)?.ari)),
            optional("k_means_rows", |record| Some(clusters(record)?.rows as f64)),
        ],
    );
    part(true, provenance::columns(&vec![table; all.len()]));
    Records { columns, metadata: provenance::metadata(table) }
}

/// Those of one layer.
fn records_of(layer: &LayerScore) -> impl Iterator<Item = Record<'_>> {
    let whole = layer.scores.iter().map(move |score| Record { layer, score, class: None });
    let classes = layer.classes.iter().flatten();
    whole.chain(classes.flat_map(move |class| {
        let values = layer.scores.iter().zip(&class.scores);
        values.map(move |(score, value)| Record { layer, score, class: Some((class, value)) })
    }))
}

fn column(name: &'static str, values: ColumnValues) -> RecordColumn {
    RecordColumn { name, values }
}

/// How well k nearest neighbors tell the class, if requested.
fn accuracy(layer: &LayerScore, k: usize) -> Option<f64> {
    layer.explanation.as_ref()?.accuracy.iter().find(|of| of.k == k).map(|of| of.accuracy)
}

fn clusters<'a>(record: &Record<'a>) -> Option<&'a ClusterAgreement> {
    record.whole()?.companions.as_ref()?.k_means.as_ref()
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
        // What was not asked for is not there.
        for absent in ["class", "low", "minimum", "knn_1", "batch_snnl", "silhouette"] {
            assert!(records.columns.iter().all(|column| column.name != absent), "{absent}");
        }
        let last: Vec<&str> = records.columns.iter().rev().take(5).map(|column| column.name).collect();
        assert_eq!(last, ["finished", "tool_version", "temperature_unit", "preset", "distance"]);
    }

    #[test]
    fn classes_follow_their_layer() {
        let mut table = sample();
        let value = |temperature, snnl| ClassValue { temperature, snnl, stderr: 0.1 };
        let class = ClassScore { class: "cat".into(), n: 7, scores: vec![value(0.01, 0.3), value(1.0, 0.4)] };
        table.layers[0].classes = Some(vec![class]);
        let records = records(&table);
        let column = |name: &str| &records.columns.iter().find(|column| column.name == name).unwrap().values;
        let cat = || Some("cat".to_owned());
        assert_eq!(column("class"), &ColumnValues::OptionalTexts(vec![None, None, cat(), cat(), None, None]));
        assert_eq!(column("snnl"), &ColumnValues::Numbers(vec![0.598_71, 2.1, 0.3, 0.4, 0.25, 1e-9]));
        assert_eq!(column("n"), &ColumnValues::Counts(vec![2000, 2000, 7, 7, 2000, 2000]));
        let ColumnValues::OptionalNumbers(relative) = column("relative") else { panic!("{:?}", column("relative")) };
        assert_eq!(relative.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false, false, true, true]);
    }

    #[test]
    fn the_metadata_names_the_definition_and_the_data() {
        let table = sample();
        let metadata: serde_json::Value = serde_json::from_str(&records(&table).metadata.unwrap()).unwrap();
        assert_eq!(metadata["definition"], serde_json::to_value(&table.definition).unwrap());
        assert_eq!(metadata["data"]["rows"], 2000);
    }
}
