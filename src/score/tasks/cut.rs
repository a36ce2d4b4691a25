//! Cuts the pairs of a score into tasks of about equal work.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::block::TILE;
use crate::pairing::Pairing;

/// How the pairs are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cut {
    /// Every pair in one task, for both its rows; what a row gathers in several tasks is added up. With references, for the row that
    /// meets them.
    Squares,
    /// Every row in one task, with all that it meets: nothing is added up, for twice the work.
    Strips,
}

/// A part of the pairs: `rows` meet `columns`, by their places among the rows that are scored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The first row, and the one after the last.
    pub rows: [usize; 2],
    /// The first row that they meet, and the one after the last. Of squares, those before `rows`, and `rows` themselves where these
    /// are among them.
    pub columns: [usize; 2],
    /// Pairs of rows in one layer.
    pub pairs: u64,
}

/// Bands of so many tiles are cut at multiples of what a GPU takes at once, which changes their work little.
const LARGE: usize = 512;

/// Tiles that a GPU takes at once.
const UNIT: usize = 16;

/// Cuts what rows, or queries and references, of these numbers have to do into at most `count` tasks, which are in the order in which
/// every row meets the others.
pub(super) fn cut(rows: Pairing<usize>, kind: Cut, count: usize) -> Vec<Task> {
    let tasks = match (rows, kind) {
        (Pairing::Within(rows), Cut::Squares) => squares(rows, count.max(1)),
        (Pairing::Within(rows), Cut::Strips) => {
            let all = |band: Range<usize>| Area { columns: 0..rows.div_ceil(TILE), rows: band };
            bands(rows.div_ceil(TILE), count.max(1)).into_iter().map(all).collect()
        }
        (Pairing::Across { queries, references, .. }, kind) => rectangles(queries, references, kind, count.max(1)),
    };
    let (own, met) = rows.both();
    let task = |Area { rows: own_tiles, columns }: Area| {
        let rows_of = |tiles: Range<usize>, all: usize| [tiles.start * TILE, all.min(tiles.end * TILE)];
        let (own, met) = (rows_of(own_tiles, own), rows_of(columns, met));
        Task { rows: own, columns: met, pairs: pairs(rows.is_mutual(), kind, own, met) }
    };
    tasks.into_iter().map(task).collect()
}

/// Pairs to compute of rows and columns.
pub(super) fn pairs(is_mutual: bool, kind: Cut, rows: [usize; 2], columns: [usize; 2]) -> u64 {
    let among = Pairing::Within(rows[1] - rows[0]).pairs();
    let with = |others: usize| (rows[1] - rows[0]) as u64 * others as u64;
    match (is_mutual, kind) {
        (false, _) => with(columns[1] - columns[0]),
        (true, Cut::Strips) => with(columns[1] - columns[0] - (rows[1] - rows[0])) + among,
        (true, Cut::Squares) if columns[1] > rows[0] => with(rows[0] - columns[0]) + among,
        (true, Cut::Squares) => with(columns[1] - columns[0]),
    }
}

/// Tiles of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Area {
    rows: Range<usize>,
    columns: Range<usize>,
}

/// The triangle of all pairs of `rows` rows in bands of rows, each band in pieces: one more in each than in the one before it, so that
/// all are about as wide as high. Where that makes fewer than `count`, the last bands have one more each.
fn squares(rows: usize, count: usize) -> Vec<Area> {
    let tiles = rows.div_ceil(TILE);
    let pieces = pieces(count);
    let mut tasks: Vec<Area> = Vec::new();
    let (mut start, mut before) = (0, 0);
    for (band, &of_band) in pieces.iter().enumerate() {
        before += of_band;
        // The pairs of the first n rows are as n².
        let end = tiles as f64 * (before as f64 / count as f64).sqrt();
        let end = if band + 1 == pieces.len() { tiles } else { aligned(end, tiles, pieces.len()).clamp(start, tiles) };
        let height = end - start;
        if height == 0 {
            continue;
        }
        let width = (start as f64 + 0.5 * height as f64) / of_band as f64;
        let mut column = 0;
        for piece in 1..of_band {
            let until = aligned(piece as f64 * width, tiles, pieces.len()).min(start);
            if until > column {
                tasks.push(Area { rows: start..end, columns: column..until });
                column = until;
            }
        }
        tasks.push(Area { rows: start..end, columns: column..end });
        start = end;
    }
    tasks
}

/// How many pieces each band has.
fn pieces(count: usize) -> Vec<usize> {
    let triangle = |bands: usize| bands * (bands + 1) / 2;
    let bands = (1..).take_while(|&bands| triangle(bands) <= count).last().unwrap_or(1);
    let more = count - triangle(bands);
    if more == bands {
        // The first band is one square, which has no second piece.
        return (1..=bands).chain([bands]).collect();
    }
    (1..=bands).map(|band| band + usize::from(band > bands - more)).collect()
}

/// A border at about so many tiles.
fn aligned(border: f64, tiles: usize, bands: usize) -> usize {
    let unit = if tiles >= LARGE * bands { UNIT } else { 1 };
    (border / unit as f64).round() as usize * unit
}

/// `tiles` in at most `count` bands of about equal height.
fn bands(tiles: usize, count: usize) -> Vec<Range<usize>> {
    let border = |band: usize| aligned(tiles as f64 * band as f64 / count as f64, tiles, count).min(tiles);
    let band = |band: usize| border(band)..if band + 1 == count { tiles } else { border(band + 1) };
    (0..count).map(band).filter(|band| !band.is_empty()).collect()
}

/// Queries across references: the queries in as many bands as they can be, and of squares, only if these are too few, the references, too.
fn rectangles(queries: usize, references: usize, kind: Cut, count: usize) -> Vec<Area> {
    let rows = bands(queries.div_ceil(TILE), count);
    let of_columns = if kind == Cut::Squares { count / rows.len().max(1) } else { 1 };
    let columns = bands(references.div_ceil(TILE), of_columns.max(1));
    rows.iter()
        .flat_map(|rows| columns.iter().map(|columns| Area { rows: rows.clone(), columns: columns.clone() }))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::pairing::Ids;

    const COUNTS: [usize; 12] = [1, 2, 3, 4, 5, 6, 8, 16, 17, 20, 64, 500];

    /// How often each pair of tiles is computed.
    type Pairs = HashMap<(usize, usize), usize>;

    /// The partners of each tile in the order of the tasks.
    type Partners = HashMap<usize, Vec<usize>>;

    fn met(tasks: &[Task], is_mutual: bool) -> (Pairs, Partners) {
        let (mut pairs, mut partners) = (HashMap::new(), HashMap::<usize, Vec<usize>>::new());
        let tiles = |[start, end]: [usize; 2]| start / TILE..end.div_ceil(TILE);
        for task in tasks {
            for row in tiles(task.rows) {
                for column in tiles(task.columns).filter(|&column| !is_mutual || column <= row) {
                    *pairs.entry((row, column)).or_default() += 1;
                    partners.entry(row).or_default().push(column);
                    if is_mutual && row != column {
                        partners.entry(column).or_default().push(row);
                    }
                }
            }
        }
        (pairs, partners)
    }

    #[test]
    fn squares_have_every_pair_once_and_rows_meet_in_order() {
        for rows in [1, TILE, TILE + 1, 5 * TILE + 3, 157 * TILE - 5] {
            for count in COUNTS {
                let tasks = cut(Pairing::Within(rows), Cut::Squares, count);
                let tiles = rows.div_ceil(TILE);
                assert!(!tasks.is_empty() && tasks.len() <= count, "{rows} {count}");
                let (pairs, partners) = met(&tasks, true);
                assert_eq!(pairs.len(), tiles * (tiles + 1) / 2, "{rows} {count}");
                assert!(pairs.values().all(|&times| times == 1), "{rows} {count}");
                for partners in partners.values() {
                    let mut within_tasks = partners.clone();
                    within_tasks.sort_unstable();
                    assert_eq!(within_tasks, (0..tiles).collect::<Vec<_>>());
                }
                assert_eq!(tasks.iter().map(|task| task.pairs).sum::<u64>(), Pairing::Within(rows).pairs());
            }
        }
    }

    #[test]
    fn strips_have_every_row_once_and_with_all_others() {
        for (rows, count) in [(1, 3), (5 * TILE + 3, 2), (157 * TILE, 17)] {
            let tasks = cut(Pairing::Within(rows), Cut::Strips, count);
            assert!(tasks.iter().all(|task| task.columns == [0, rows]));
            let ends: Vec<usize> = tasks.iter().map(|task| task.rows[1]).collect();
            let starts: Vec<usize> = tasks.iter().map(|task| task.rows[0]).collect();
            assert_eq!((starts[0], ends.last()), (0, Some(&rows)));
            assert_eq!(starts[1..], ends[..ends.len() - 1]);
        }
    }

    #[test]
    fn queries_meet_every_reference_once() {
        for (queries, references, count) in [(10, 10, 4), (10 * TILE, 7 * TILE + 1, 3), (2 * TILE, 90 * TILE, 9)] {
            let tasks = cut(Pairing::Across { queries, references, ids: Ids::Apart }, Cut::Squares, count);
            assert!(tasks.len() <= count);
            let (pairs, partners) = met(&tasks, false);
            assert_eq!(pairs.len(), queries.div_ceil(TILE) * references.div_ceil(TILE));
            assert!(pairs.values().all(|&times| times == 1));
            assert!(partners.values().all(|partners| partners.is_sorted()));
            assert_eq!(tasks.iter().map(|task| task.pairs).sum::<u64>(), queries as u64 * references as u64);
        }
    }

    #[test]
    fn work_is_about_equal_and_tasks_are_as_many_as_asked_for() {
        for (rows, count, most) in [(60_000, 16, 1.25), (1_000_000, 64, 1.1), (50_000_000, 512, 1.1)] {
            for kind in [Cut::Squares, Cut::Strips] {
                let tasks = cut(Pairing::Within(rows), kind, count);
                assert_eq!(tasks.len(), count);
                let mean = tasks.iter().map(|task| task.pairs).sum::<u64>() as f64 / count as f64;
                let largest = tasks.iter().map(|task| task.pairs).max().unwrap() as f64;
                assert!(largest < most * mean, "{rows} {kind:?}: {}", largest / mean);
            }
        }
    }

    #[test]
    fn bands_and_their_pieces() {
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 16, 17].map(pieces),
            [
                vec![1],
                vec![1, 1],
                vec![1, 2],
                vec![1, 3],
                vec![1, 2, 2],
                vec![1, 2, 3],
                vec![1, 2, 3, 4, 6],
                vec![1, 2, 3, 5, 6]
            ]
        );
    }
}
