//! Every column of a tally, stopped anywhere and resumed from the file.

use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::block::RowTag;
use crate::distance::Distance;
use crate::engine::Unobserved;
use crate::engine::cpu::Cpu;
use crate::pairing::{Ids, Pairing};
use crate::score::means::Means;
use crate::score::reading::{Kept, Reading, Spent};
use crate::score::shares::Shares;
use crate::score::side::{RowSet, Side};
use crate::score::walk::{Reach, Walk};
use crate::source::Memory;
use crate::tally::{Column, Statistic, Tally};

const ROWS: usize = 2 * TILE + 60;

fn numbers() -> Memory {
    Memory::new(2, (0..2 * ROWS).map(|at| (at * 2_654_435_761 % 1009) as f64).collect())
}

fn row_set(rows: usize) -> RowSet {
    let tags = (0..rows as u32).map(|id| RowTag { id, slot: id, class: id * 7 % 5 }).collect();
    let preparation = Preparation { distance: Distance::Euclidean, centre: vec![500.0; 2], scale: 2f64.powi(-9) };
    RowSet::new(tags, 5, preparation)
}

fn statistics() -> [Statistic; 2] {
    [Statistic::Masses(vec![0.1, 0.2, 3.0]), Statistic::Nearest]
}

/// A resume file of a run over one layer, which an earlier run may have left.
fn resume_file(path: &Path) -> ResumeFile {
    let file = path.exists().then(|| SavedFile::<Header>::open(path).unwrap());
    let layers = file.as_ref().map_or_else(Vec::new, |file| file.header.layers.clone());
    let run = Identity::for_tests(ROWS);
    let header = Header { version: VERSION, tool: "test".into(), run, layers };
    let path = path.to_owned();
    let mut file = ResumeFile { path, every: Duration::ZERO, header, file, last: Instant::now(), took: Duration::ZERO };
    file.add_layer("layer", "hash".into(), &row_set(1).preparation);
    file
}

/// Sweeps, keeping every step in `path`, and stops after so many; the tally, where it came to its end.
fn swept(pairing: &Pairing<RowSet>, path: &Path, steps: usize) -> Option<Tally> {
    let memory = numbers();
    let means = Means::new(Box::new(Cpu::new(2)), 2);
    let spent = Spent::default();
    let kept = Kept::default();
    let reading = Reading::of(&memory, &kept, &means, &spent);
    let pairing = pairing.as_ref().map(|&rows| Side { rows, reading: &reading });
    let leaves_last = pairing.is_mutual();
    let shares = Shares { staying: 1, passing: 1, block: 1, grain: 1 };
    let rows = pairing.gaining().rows.tags.len();
    let walk = Walk { pairing, shares, leaves_last, reach: Reach::Whole };
    let mut swept = Swept::new(rows, &statistics());
    let mut file = resume_file(path);
    let sweep = file.sweep("layer", "f64", &mut swept).unwrap();
    let mut left = steps;
    let walked = walk.go::<f64>(&mut swept, &mut Cpu::new(2), &Unobserved, &mut |swept| {
        file.keep(sweep, swept)?;
        left -= 1;
        if left == 0 { Err(Fault::content("enough")) } else { Ok(()) }
    });
    walked.is_ok().then_some(swept.tally)
}

#[test]
fn every_column_is_continued_to_the_same_bits_wherever_it_was_stopped() {
    let few = Pairing::Across { queries: row_set(70), references: row_set(ROWS), ids: Ids::Shared };
    for pairing in [Pairing::Within(row_set(ROWS)), few] {
        let directory = TempDir::new().unwrap();
        let whole = swept(&pairing, &directory.path().join("whole"), usize::MAX).unwrap();
        assert!(whole.nearest().is_some() && whole.masses().is_some());
        let mut stops = 0;
        for first in 1.. {
            let path = directory.path().join(format!("{first}.arrow"));
            if swept(&pairing, &path, first).is_some() {
                break;
            }
            stops += 1;
            let continued = swept(&pairing, &path, usize::MAX).unwrap();
            assert!(continued == whole, "after {first} steps");
        }
        assert!(stops >= 2, "{stops}");
    }
}

#[test]
fn sweeps_of_other_columns_lie_in_one_file() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("sums.arrow");
    let mut file = resume_file(&path);
    let tally = |statistics: &[Statistic], rows: usize| {
        let mut swept = Swept::new(rows, statistics);
        swept.met.fill(1);
        let tags: Vec<RowTag> = row_set(rows).tags;
        let mut gain = swept.tally.nothing_of(rows);
        for column in gain.columns_mut() {
            let fields = match column {
                Column::Masses(_) => {
                    let entries = rows * column.numbers_a_row();
                    let values = || crate::tally::Numbers::F64((0..entries).map(|at| at as f64).collect());
                    let exponents = || crate::tally::Numbers::I64(vec![-7; entries]);
                    vec![values(), exponents(), values(), exponents()]
                }
                Column::Nearest(_) => {
                    let numbers = 0..(rows * column.numbers_a_row()) as u32;
                    let distances = numbers.clone().map(|at| f64::from(at) / 8.0).collect();
                    vec![crate::tally::Numbers::F64(distances), crate::tally::Numbers::U32(numbers.collect())]
                }
            };
            assert!(column.read(0..rows, &fields));
        }
        swept.tally.merge_rows(&tags, &gain);
        swept
    };
    let of_masses = tally(&[Statistic::Masses(vec![0.5])], 10);
    let of_all = tally(&[Statistic::Masses(vec![1.0, 2.0]), Statistic::Nearest], 12);
    for (precision, kept) in [("f32", &of_masses), ("f64", &of_all)] {
        let mut nothing = Swept { met: vec![0; kept.met.len()], tally: kept.tally.nothing_of(kept.tally.rows()) };
        let sweep = file.sweep("layer", precision, &mut nothing).unwrap();
        file.keep(sweep, kept).unwrap();
    }
    let mut again = resume_file(&path);
    for (precision, kept) in [("f64", &of_all), ("f32", &of_masses)] {
        let mut found = Swept { met: vec![0; kept.met.len()], tally: kept.tally.nothing_of(kept.tally.rows()) };
        again.sweep("layer", precision, &mut found).unwrap();
        assert_eq!(&found, kept, "{precision}");
    }
    // What was kept at other temperatures is of no use.
    let mut other = Swept::new(10, &[Statistic::Masses(vec![0.6])]);
    again.sweep("layer", "f32", &mut other).unwrap();
    assert_eq!(other, Swept::new(10, &[Statistic::Masses(vec![0.6])]));
}
