//! The scores of random batches of each layer, and their difference from the value of all rows.

use crate::report::cell::CellValue;
use crate::report::grid::{Grid, Heading, number, text};
use crate::report::number::{DIGITS, significant, temperature};
use crate::report::sentences::counted;
use crate::score::batch_scores::{BatchScore, BatchScores};
use crate::score::table::ScoreTable;

/// Two lines per layer, temperatures across; `None` if no batches were requested.
pub(super) fn grid(table: &ScoreTable) -> Option<Grid> {
    let size = of_table(table)?.size;
    let temperatures = table.sum.iter().map(|sum| number(format!("T={}", temperature(sum.temperature))));
    let headings = [text(format!("batches of {size}"))].into_iter().chain(temperatures);
    let mut grid = Grid::new("batches", headings.collect::<Vec<Heading>>());
    grid.is_sortable = false;
    for layer in &table.layers {
        let scores = || layer.batches.iter().flat_map(|batches| &batches.scores);
        let mean = |score: &BatchScore| {
            CellValue::text(format!("{} ± {}", significant(score.snnl, DIGITS), significant(score.stderr, 2)))
        };
        grid.push([CellValue::text(&layer.name)].into_iter().chain(scores().map(mean)));
        let difference = |score: &BatchScore| CellValue::Change(score.difference);
        grid.push([CellValue::text("  off by")].into_iter().chain(scores().map(difference)));
    }
    Some(grid)
}

/// What the grid shows.
pub(super) fn note(table: &ScoreTable) -> Option<String> {
    let BatchScores { size, batches, seed, .. } = of_table(table)?;
    let batches = counted(*batches, "random batch", "random batches");
    Some(format!(
        "batches: mean ± standard error over {batches} of {size} rows (seed {seed}), compared only with each other; off by: this mean minus the value of all rows"
    ))
}

/// Those of the first layer: all layers have the same.
fn of_table(table: &ScoreTable) -> Option<&BatchScores> {
    table.layers.first()?.batches.as_ref()
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    #[test]
    fn the_mean_stands_over_its_difference() {
        let mut table = sample();
        assert_eq!((grid(&table), note(&table)), (None, None));
        for layer in &mut table.layers {
            let score = |(temperature, snnl)| BatchScore { temperature, snnl, stderr: 0.012_3, difference: snnl - 1.0 };
            let scores = [(0.01, 1.5), (1.0, 0.9)].map(score).to_vec();
            layer.batches = Some(BatchScores { size: 64, batches: 100, seed: 1, skipped: 0, scores });
        }
        let grid = grid(&table).unwrap();
        let rows: Vec<Vec<String>> =
            grid.rows.iter().map(|row| row.iter().map(|cell| cell.value.to_string()).collect()).collect();
        assert_eq!(rows[0], ["enc1", "1.500 ± 0.012", "0.9000 ± 0.012"]);
        assert_eq!(rows[1], ["  off by", "+0.500", "−0.100"]);
        assert_eq!((rows.len(), grid.headings[0].text.as_str()), (4, "batches of 64"));
        assert!(note(&table).unwrap().contains("over 100 random batches of 64 rows (seed 1)"));
    }
}
