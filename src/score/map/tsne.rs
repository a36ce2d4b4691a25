//! t-SNE (van der Maaten and Hinton 2008), which keeps near rows near.

use std::io;

use bhtsne::{Neighbor, tSNE};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use crate::error::Fault;

/// Neighbors that a row is to keep, about.
const PERPLEXITY: f32 = 30.0;

/// Neighbors that are looked at, for each of those.
const LOOKED_AT: f32 = 3.0;

/// Rounds, as in scikit-learn.
const EPOCHS: usize = 1000;

/// How far forces are taken together (Barnes and Hut 1986).
const THETA: f32 = 0.5;

/// The width at which it begins, as in scikit-learn.
const START: f32 = 1e-4;

/// Each of `rows` in two dimensions. It begins with `start`, where they lie along their main axes, so that no chance is in it.
///
/// # Errors
/// Where the machine gives no thread.
pub(super) fn tsne(rows: &[&[f32]], start: &[[f32; 2]]) -> Result<Vec<[f32; 2]>, Fault> {
    // A row has no more neighbors than there are others.
    let looked_at = (PERPLEXITY * LOOKED_AT).min(rows.len() as f32 - 1.0).floor();
    let spread = (start.iter().map(|[x, _]| x * x).sum::<f32>() / rows.len() as f32).sqrt();
    // Nor is there anything to be found where all are equal.
    if looked_at < LOOKED_AT || spread <= f32::MIN_POSITIVE || !spread.is_finite() {
        return Ok(start.to_vec());
    }
    let neighbors = neighbors(rows, looked_at as usize);
    let begin: Vec<f32> = start.iter().flatten().map(|x| x * (START / spread)).collect();
    // Several threads would add up in the order in which they happen to end.
    let pool = ThreadPoolBuilder::new().num_threads(1).build().map_err(|error| Fault::Io(io::Error::other(error)))?;
    Ok(pool.install(|| {
        let mut fit = tSNE::<f32, &[f32], 2>::new(rows);
        fit.perplexity(looked_at / LOOKED_AT).epochs(EPOCHS).initial_embedding(begin);
        fit.barnes_hut_with_neighbors(THETA, &neighbors);
        fit.embedding().as_chunks::<2>().0.to_vec()
    }))
}

/// The `count` nearest neighbors of each row, the nearest first, and of those at one distance the first.
fn neighbors(rows: &[&[f32]], count: usize) -> Vec<Vec<Neighbor<f32>>> {
    let of_row = |(own, row): (usize, &&[f32])| {
        let others = rows.iter().enumerate().filter(|(other, _)| *other != own);
        let mut all: Vec<(f32, usize)> = others.map(|(other, features)| (distance(row, features), other)).collect();
        let nearer = |a: &(f32, usize), b: &(f32, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if count < all.len() {
            all.select_nth_unstable_by(count, nearer);
            all.truncate(count);
        }
        all.sort_unstable_by(nearer);
        all.into_iter().map(|(distance, index)| Neighbor { index, distance }).collect()
    };
    rows.par_iter().enumerate().map(of_row).collect()
}

/// The Euclidean distance, by sums that the compiler may keep beside each other.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut sums = [0.0_f32; 16];
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += (a - b) * (a - b));
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
    (sums.iter().sum::<f32>() + rest).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_of_equals_the_first() {
        let rows = [[0.0_f32], [1.0], [-1.0], [5.0], [1.0]];
        let rows: Vec<&[f32]> = rows.iter().map(<[f32; 1]>::as_slice).collect();
        let found: Vec<Vec<usize>> =
            neighbors(&rows, 2).iter().map(|of| of.iter().map(|neighbor| neighbor.index).collect()).collect();
        assert_eq!(found, [[1, 2], [4, 0], [0, 1], [1, 4], [1, 0]]);
        let [a, b] = [[0.5_f32; 40], [1.0; 40]];
        assert!((distance(&a, &b) - 10.0_f32.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn groups_stay_together() {
        let rows: Vec<Vec<f32>> =
            (0..120).map(|row| vec![(row % 2) as f32 * 50.0, (row % 13) as f32 / 13.0, 1.0]).collect();
        let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
        let start: Vec<[f32; 2]> = rows.iter().map(|row| [row[0], row[1]]).collect();
        let places = tsne(&rows, &start).unwrap();
        let group = |odd: usize| places.iter().skip(odd).step_by(2).map(|[x, _]| *x);
        let (left, right) = (group(0), group(1));
        let [low, high] = [left.clone().fold(f32::MAX, f32::min), left.fold(f32::MIN, f32::max)];
        let [other_low, other_high] = [right.clone().fold(f32::MAX, f32::min), right.fold(f32::MIN, f32::max)];
        assert!(high < other_low || other_high < low, "{low}..{high} {other_low}..{other_high}");
        assert_eq!(tsne(&rows[..3], &start[..3]).unwrap(), start[..3]);
    }
}
