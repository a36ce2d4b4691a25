//! The grid of layers and temperatures, with the sum of all layers under it.

use crate::report::cell::{Cell, CellValue, Edge};
use crate::report::grid::{Folding, Grid, Heading, number, text};
use crate::report::number::temperature;
use crate::score::minimum::{Minimum, MinimumPlace};
use crate::score::table::{Interval, LayerScore, Score, ScoreTable};

/// Columns beside the name of a layer, which sum it up.
const SUMMARY: [&str; 2] = ["relative", "best T"];

/// Columns after the temperatures: those of the lowest value over all temperatures, where it was searched.
const MINIMUM: [&str; 2] = ["minimum", "at T"];

/// Layers down, temperatures across; their sum below where there are several.
pub(super) fn grid(table: &ScoreTable) -> Grid {
    let temperatures = table.sum.iter().map(|sum| number(format!("T={}", temperature(sum.temperature))));
    let after: Vec<&str> = ["chance"].into_iter().chain(MINIMUM.into_iter().filter(|_| has_minimum(table))).collect();
    let headings = [text("layer")].into_iter().chain(SUMMARY.map(number)).chain([number("dim")]);
    let headings = headings.chain(temperatures).chain(after.iter().map(|name| number(*name)));
    let mut grid = Grid::new("layers", headings.collect::<Vec<Heading>>());
    let alone = std::iter::repeat_n(1, 1 + table.sum.len());
    grid.folding = Folding::Columns { names: 1 + SUMMARY.len(), groups: alone.chain([after.len()]).collect() };
    for layer in &table.layers {
        grid.push(row(layer, table.sum.len()).chain(minimum_cells(layer).into_iter().flatten()));
    }
    if table.layers.len() != 1 {
        grid.push(total(table).chain(after.iter().map(|_| CellValue::Empty)));
        grid.has_total = true;
    }
    grid
}

/// The end of the ladder that the best temperature stands at. A ladder of one temperature has no ends.
pub(super) fn edge(layer: &LayerScore) -> Option<Edge> {
    let is_lowest = layer.scores.iter().all(|score| layer.best.temperature <= score.temperature);
    (layer.best.at_edge && layer.scores.len() > 1).then_some(if is_lowest { Edge::Lowest } else { Edge::Highest })
}

fn has_minimum(table: &ScoreTable) -> bool {
    table.layers.iter().any(|layer| layer.minimum.is_some())
}

/// The lowest value and its temperature, where it was searched.
fn minimum_cells(layer: &LayerScore) -> Option<[Cell; 2]> {
    let Minimum { temperature, snnl, place, .. } = layer.minimum?;
    let edge = match place {
        MinimumPlace::ColdEdge => Some(Edge::Lowest),
        MinimumPlace::HotEdge => Some(Edge::Highest),
        MinimumPlace::Interior => None,
    };
    let value = match layer.scores.iter().any(|score| score.interval.is_some()) {
        true => CellValue::Estimate { snnl, margin: None },
        false => CellValue::Snnl(snnl),
    };
    Some([value, CellValue::BestTemperature { temperature, edge }].map(Cell::from))
}

fn row(layer: &LayerScore, temperatures: usize) -> impl Iterator<Item = Cell> {
    let best = CellValue::BestTemperature { temperature: layer.best.temperature, edge: edge(layer) };
    let relative = layer.relative_at_best().map_or(CellValue::Missing, CellValue::Share);
    let names = [CellValue::text(&layer.name), relative, best, CellValue::Count(layer.dim)];
    let values = (0..temperatures).map(|at| layer.scores.get(at).map_or(CellValue::Empty.into(), |s| value(layer, s)));
    names.map(Cell::from).into_iter().chain(values).chain([CellValue::Snnl(layer.chance).into()])
}

/// An estimate is never without its error.
fn value(layer: &LayerScore, score: &Score) -> Cell {
    let snnl = score.snnl;
    let value = match score.interval {
        Some(Interval { low, high }) => CellValue::Estimate { snnl, margin: Some((high - low) / 2.0) },
        None => CellValue::Snnl(snnl),
    };
    Cell { shade: score.relative, is_best: score.temperature == layer.best.temperature, ..value.into() }
}

fn total(table: &ScoreTable) -> impl Iterator<Item = CellValue> {
    let is_estimate = table.definition.sample.is_some();
    let sums = table.sum.iter().map(move |sum| match is_estimate {
        true => CellValue::Estimate { snnl: sum.snnl, margin: None },
        false => CellValue::Snnl(sum.snnl),
    });
    let names = [CellValue::text("sum"), CellValue::Empty, CellValue::Empty, CellValue::Empty];
    names.into_iter().chain(sums)
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;
    use crate::draw::Draw;

    fn column(grid: &Grid, at: usize) -> Vec<String> {
        grid.rows.iter().map(|row| row[at].value.to_string()).collect()
    }

    #[test]
    fn columns_read_as_the_table_says() {
        let grid = grid(&sample());
        let headings: Vec<&str> = grid.headings.iter().map(|heading| heading.text.as_str()).collect();
        assert_eq!(headings, ["layer", "relative", "best T", "dim", "T=0.01", "T=1", "chance"]);
        assert_eq!(column(&grid, 0), ["enc1", "enc10", "sum"]);
        assert_eq!(column(&grid, 1), ["0.26", "4.3e-10", ""]);
        assert_eq!(column(&grid, 2), ["0.01 ↓", "1 ↑", ""]);
        assert_eq!(column(&grid, 4), ["0.5987", "0.2500", "0.8487"]);
        assert_eq!(column(&grid, 5), ["2.100", "1.000e-9", "2.100"]);
        assert!(grid.rows[0][4].is_best && !grid.rows[0][5].is_best);
        assert_eq!(grid.rows[0][4].shade, sample().layers[0].scores[0].relative);
    }

    #[test]
    fn estimates_have_their_errors() {
        let mut table = sample();
        table.definition.sample = Some(Draw { rows: 100, seed: 1 });
        table.layers[0].scores[0].interval = Some(Interval { low: 0.5, high: 0.7 });
        assert_eq!(column(&grid(&table), 4), ["≈0.5987 ±0.10", "0.2500", "≈0.8487"]);
    }

    #[test]
    fn the_edge_says_which_end() {
        let mut table = sample();
        table.layers[1].best.at_edge = false;
        assert_eq!(edge(&table.layers[1]), None);
        table.layers[0].scores.truncate(1);
        assert_eq!(edge(&table.layers[0]), None, "one temperature has no ends");
    }

    #[test]
    fn a_single_class_has_no_relative_value() {
        let mut table = sample();
        table.layers[0].scores[0].relative = None;
        assert_eq!(table.layers[0].relative_at_best(), None);
    }

    #[test]
    fn one_layer_is_its_own_sum() {
        let mut table = sample();
        table.layers.truncate(1);
        assert_eq!(column(&grid(&table), 0), ["enc1"]);
    }

    #[test]
    fn no_layer_leaves_the_sum() {
        let mut table = sample();
        table.layers.clear();
        assert_eq!(column(&grid(&table), 0), ["sum"]);
    }
}
