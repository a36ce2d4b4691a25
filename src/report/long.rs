//! The long form, one record a layer and temperature, which CSV and Parquet share; how it is encoded is left to them.

use serde::Serialize;

use crate::score::table::ScoreTable;

/// One layer at one temperature. The names of the fields are the names of the columns.
#[derive(Debug, Serialize)]
pub(super) struct Record<'a> {
    pub(super) layer: &'a str,
    pub(super) dim: usize,
    pub(super) dtype: &'a str,
    pub(super) temperature: f64,
    pub(super) temperature_scale: f64,
    pub(super) snnl: f64,
    pub(super) stderr: f64,
    pub(super) relative: Option<f64>,
    pub(super) n: usize,
    pub(super) chance: f64,
    pub(super) precision: &'a str,
    pub(super) singletons: usize,
    pub(super) zero_rows: usize,
    pub(super) non_finite_rows: usize,
    pub(super) duplicate_rows: usize,
    /// Of an estimate, the bounds of its 95 % interval.
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
}

/// All records, layers in order and temperatures in order within each.
pub(super) fn records(table: &ScoreTable) -> Vec<Record<'_>> {
    let pairs = table.layers.iter().flat_map(|layer| layer.scores.iter().map(move |score| (layer, score)));
    pairs
        .map(|(layer, score)| Record {
            layer: &layer.name,
            dim: layer.dim,
            dtype: &layer.dtype,
            temperature: score.temperature,
            temperature_scale: layer.temperature_scale,
            snnl: score.snnl,
            stderr: score.stderr,
            relative: score.relative,
            n: score.n,
            chance: layer.chance,
            precision: &score.precision,
            singletons: layer.singletons,
            zero_rows: layer.zero_rows,
            non_finite_rows: layer.non_finite_rows,
            duplicate_rows: layer.duplicate_rows,
            low: score.interval.map(|interval| interval.low),
            high: score.interval.map(|interval| interval.high),
        })
        .collect()
}
