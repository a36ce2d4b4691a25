//! One look at all rows of a layer before anything is computed: which can be used, and how they are distributed.

use rayon::prelude::*;

use super::halves::Halves;
use super::row_glance::{fingerprint, largest_whole};
use super::rows_hash::RowsHash;
use crate::block::{Chunks, inverse_norm};
use crate::definition::NonFinite;
use crate::distance::Distance;
use crate::error::Fault;
use crate::source::Values;

/// The result of the survey.
pub(crate) struct Survey {
    /// Rows without NaN or infinity, ascending.
    pub(crate) kept: Vec<u32>,
    /// Rows with one.
    pub(crate) non_finite: usize,
    /// Kept rows of zeros only, ascending.
    pub(crate) zero_rows: Vec<u32>,
    /// Kept rows that equal an earlier one.
    pub(crate) duplicates: usize,
    /// Mean of the kept rows, or of the directions of those that have one; zeros if no mean is needed.
    pub(crate) mean: Vec<f64>,
    /// Mean squared Euclidean distance of two different kept rows, or of their directions; 0 if no mean is needed.
    pub(crate) mean_squared_distance: f64,
    /// The largest magnitude, where all numbers of kept rows are whole and that is wanted; `None` where one is not.
    pub(crate) largest_whole: Option<f64>,
    /// Those of the half-precision types looked for that hold every number of all rows.
    pub(crate) halves: Halves,
    /// The hash of all rows, kept or not.
    pub(crate) hash: String,
    /// The hash of those before the mark.
    pub(crate) hash_at_mark: String,
}

impl Survey {
    /// Looks at every row of `dim` features in `chunks` except those that `ignores` selects by their index. Means are those that
    /// `distance` needs, of the rows' directions x̂ = x/‖x‖ where it depends on nothing else.
    ///
    /// # Formula
    /// Mean over i ≠ j of ‖x_i − x_j‖² = 2 · (mean‖x‖² − ‖mean x‖²) · N/(N − 1), with x taken relative to the first
    /// row so that a common offset does not cancel digits away. Under `cosine` a row without a direction is at the squared
    /// distance 2 from all.
    ///
    /// The rows before `mark` are hashed by themselves, too. Of half-precision types only `halves` are looked for.
    ///
    /// # Errors
    /// What the source meets, and a row that is not finite unless the policy drops it.
    pub(crate) fn of(
        dim: usize,
        chunks: Chunks<Fault>,
        distance: Option<Distance>,
        policy: NonFinite,
        ignores: &(dyn Fn(usize) -> bool + Sync),
        mark: usize,
        halves: Halves,
    ) -> Result<Survey, Fault> {
        let mut looking = Looking {
            survey: Survey {
                kept: Vec::new(),
                non_finite: 0,
                zero_rows: Vec::new(),
                duplicates: 0,
                mean: vec![0.0; dim],
                mean_squared_distance: 0.0,
                largest_whole: distance.filter(|distance| !distance.is_scale_free()).map(|_| 0.0),
                halves,
                hash: String::new(),
                hash_at_mark: String::new(),
            },
            distance,
            policy,
            ignores,
            measured: 0,
            origin: None,
            hash: RowsHash::default(),
            mark,
            fingerprints: Vec::new(),
            squares: 0.0,
        };
        for rows in chunks {
            let rows = rows?;
            match &rows.values {
                Values::F32(values) => looking.at(rows.start, rows.dim, values)?,
                Values::F64(values) => looking.at(rows.start, rows.dim, values)?,
            }
        }
        Ok(looking.finish())
    }
}

/// A survey in progress.
struct Looking<'a> {
    /// Its `mean` holds sums relative to the origin until it is finished.
    survey: Survey,
    /// Whose mean is wanted.
    distance: Option<Distance>,
    policy: NonFinite,
    ignores: &'a (dyn Fn(usize) -> bool + Sync),
    /// How many were added up.
    measured: usize,
    /// The first of them.
    origin: Option<Vec<f64>>,
    hash: RowsHash,
    mark: usize,
    fingerprints: Vec<u64>,
    /// Σ ‖x‖² relative to the origin.
    squares: f64,
}

impl Looking<'_> {
    fn at<T: Copy + Into<f64> + Sync>(&mut self, start: usize, dim: usize, values: &[T]) -> Result<(), Fault> {
        let not_finite = |row: &[T]| row.iter().position(|&x| !x.into().is_finite());
        let sought = self.survey.halves;
        let seeks_directions = self.distance.is_some_and(Distance::is_scale_free);
        let seeks_whole = self.survey.largest_whole.is_some();
        let norm = |room: &mut Vec<f64>, row: &[T]| {
            room.clear();
            room.extend(row.iter().map(|&x| x.into()));
            inverse_norm(room)
        };
        let glance = |(bytes, numbers): &mut (Vec<u8>, Vec<f64>), row: &[T]| {
            let factors = if seeks_directions { norm(numbers, row) } else { (1.0, 1.0) };
            let whole = seeks_whole.then(|| largest_whole(row)).flatten();
            (not_finite(row), fingerprint(row, bytes), sought.that_hold(row), factors, whole)
        };
        let room = || (Vec::new(), Vec::new());
        let glances: Vec<_> = values.par_chunks(dim).map_init(room, glance).collect();
        let glances = values.chunks_exact(dim).zip(glances);
        for (id, (row, (not_finite, fingerprint, halves, factors, whole))) in (start..).zip(glances) {
            self.hash.push(fingerprint);
            self.survey.halves = self.survey.halves.and(halves);
            if id + 1 == self.mark {
                self.survey.hash_at_mark = self.hash.clone().finish();
            }
            if (self.ignores)(id) {
                continue;
            }
            match not_finite {
                Some(column) if self.policy == NonFinite::Error => {
                    let problem = format!("row {id}, column {column} is {}", row[column].into());
                    return Err(Fault::content(problem).hint("--non-finite drop leaves such rows out and counts them"));
                }
                Some(_) => self.survey.non_finite += 1,
                None => {
                    self.add(row, factors);
                    let largest = &mut self.survey.largest_whole;
                    *largest = largest.zip(whole).map(|(largest, whole)| largest.max(whole));
                    self.fingerprints.push(fingerprint);
                    self.survey.kept.push(id as u32);
                    if row.iter().all(|&x| x.into() == 0.0) {
                        self.survey.zero_rows.push(id as u32);
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds a row, or its direction: that times both factors, which are 0 for a row without one. Under `cosine` such a row is
    /// accounted for at the end, since no point is as far from itself as from all others.
    fn add<T: Copy + Into<f64>>(&mut self, row: &[T], (one, other): (f64, f64)) {
        match self.distance {
            None => return,
            Some(Distance::Cosine) if one == 0.0 => return,
            Some(_) => {}
        }
        self.measured += 1;
        let number = |x: &T| (*x).into() * one * other;
        let origin = self.origin.get_or_insert_with(|| row.iter().map(number).collect());
        let mut squared = 0.0;
        for ((sum, origin), x) in self.survey.mean.iter_mut().zip(origin).zip(row) {
            let moved = number(x) - *origin;
            *sum += moved;
            squared += moved * moved;
        }
        self.squares += squared;
    }

    fn finish(mut self) -> Survey {
        let mut survey = self.survey;
        survey.hash = self.hash.finish();
        let n = self.measured as f64;
        survey.mean.iter_mut().for_each(|sum| *sum /= n.max(1.0));
        let of_mean: f64 = survey.mean.iter().map(|mean| mean * mean).sum();
        let squared = 2.0 * (self.squares / n - of_mean) * n / (n - 1.0);
        survey.mean_squared_distance = match self.distance {
            None => 0.0,
            Some(Distance::Cosine) => {
                let pairs = |rows: f64| rows * (rows - 1.0);
                let (all, measured) = (pairs(survey.kept.len() as f64), pairs(n));
                let of_measured = if measured > 0.0 { measured * squared.max(0.0) } else { 0.0 };
                (of_measured + 2.0 * (all - measured)) / all
            }
            // Beyond f64's range ∞ − ∞ is not a number, which `max` would take for 0.
            Some(_) if squared.is_nan() => f64::INFINITY,
            Some(_) => squared.max(0.0),
        };
        survey.mean.iter_mut().zip(self.origin.iter().flatten()).for_each(|(mean, origin)| *mean += origin);
        self.fingerprints.par_sort_unstable();
        survey.duplicates = self.fingerprints.array_windows().filter(|[a, b]| a == b).count();
        survey
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::reading::shared;
    use crate::source::{Matrix, Memory};

    fn survey(dim: usize, values: Vec<f64>, policy: NonFinite) -> Result<Survey, Fault> {
        let memory = Memory::new(dim, values);
        let distance = Some(Distance::Sqeuclidean);
        Survey::of(dim, shared(memory.scan(0..memory.rows())?), distance, policy, &|_| false, 2, Halves::BOTH)
    }

    fn seen_by(distance: Distance, rows: &Memory) -> Survey {
        let chunks = shared(rows.scan(0..rows.rows()).unwrap());
        Survey::of(rows.dim(), chunks, Some(distance), NonFinite::Error, &|_| false, 0, Halves::NONE).unwrap()
    }

    #[test]
    fn mean_and_mean_distance_by_hand() {
        let seen = survey(2, vec![0.0, 0.0, 2.0, 0.0, 1.0, 3.0], NonFinite::Error).unwrap();
        assert_eq!(seen.mean, [1.0, 1.0]);
        // Squared distances 4, 10, 10.
        assert!((seen.mean_squared_distance - 8.0).abs() < 1e-14);
        assert_eq!((seen.zero_rows, seen.duplicates), (vec![0], 0));
    }

    #[test]
    fn the_mean_cosine_distance_is_that_of_all_pairs() {
        // Directions along the axes, one of them twice as long, and two rows of zeros.
        let rows = vec![3.0, 0.0, 0.0, 0.5, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let memory = Memory::new(2, rows);
        let seen = seen_by(Distance::Cosine, &memory);
        // Of ten pairs one is at distance 0, all others at 1.
        assert!((Distance::Cosine.mean_from(seen.mean_squared_distance) - 0.9).abs() < 1e-15);
        let zeros = Memory::new(1, vec![0.0; 3]);
        let seen = seen_by(Distance::Cosine, &zeros);
        assert_eq!(Distance::Cosine.mean_from(seen.mean_squared_distance), 1.0);
    }

    #[test]
    fn zero_rows_stay_zero_among_directions() {
        let memory = Memory::new(2, vec![0.0, 0.0, 3.0, 0.0, 0.0, 0.5, 6.0, 0.0, 0.0, 0.0]);
        let seen = seen_by(Distance::UnitSqeuclidean, &memory);
        // Of ten pairs two are at distance 0, six at 1, two at 2.
        assert!((seen.mean_squared_distance - 1.0).abs() < 1e-15);
        assert_eq!(seen.zero_rows, [0, 4]);
    }

    #[test]
    fn nearly_equal_directions_keep_their_digits() {
        let rows: Vec<f64> = (0..10).flat_map(|row| [1.0, f64::from(row) * 1e-9]).collect();
        let memory = Memory::new(2, rows);
        let seen = seen_by(Distance::Cosine, &memory);
        // ½ · mean (a − b)² over pairs of 0..10 is 2 · variance/2 · 10/9.
        let expected = 8.25 * 10.0 / 9.0 * 1e-18;
        assert!((Distance::Cosine.mean_from(seen.mean_squared_distance) / expected - 1.0).abs() < 1e-6);
    }

    #[test]
    fn an_offset_costs_no_digits() {
        let near: Vec<f64> = (0..20).map(|x| f64::from(x * x % 7)).collect();
        let far = near.iter().map(|x| x + 1e9).collect();
        let [near, far] = [near, far].map(|values| survey(2, values, NonFinite::Error).unwrap());
        assert!((near.mean_squared_distance / far.mean_squared_distance - 1.0).abs() < 1e-12);
        assert_eq!(near.duplicates, far.duplicates);
    }

    #[test]
    fn distances_beyond_all_numbers_are_infinite() {
        let seen = survey(1, vec![1e200, -1e200, 3e200], NonFinite::Error).unwrap();
        assert_eq!(seen.mean_squared_distance, f64::INFINITY);
    }

    #[test]
    fn the_hash_is_of_every_row_in_order() {
        let seen = |values: &[f64]| survey(1, values.to_vec(), NonFinite::Drop).unwrap();
        let three = seen(&[1.0, 2.0, 3.0]);
        assert_eq!(three.hash_at_mark, seen(&[1.0, 2.0]).hash);
        assert_eq!(three.hash_at_mark, seen(&[1.0, 2.0, 4.0]).hash_at_mark);
        for others in [[1.0, 2.0, 4.0], [2.0, 1.0, 3.0], [1.0, 2.0, f64::NAN]] {
            assert_ne!(three.hash, seen(&others).hash);
        }
    }

    #[test]
    fn rows_that_are_not_finite_are_named_or_dropped() {
        let values = vec![1.0, 2.0, 3.0, f64::NAN, 5.0, 6.0, 1.0, 2.0];
        let fault = survey(2, values.clone(), NonFinite::Error).err().unwrap();
        assert_eq!(fault.to_string(), "row 1, column 1 is NaN");
        let seen = survey(2, values, NonFinite::Drop).unwrap();
        assert_eq!((seen.kept, seen.non_finite, seen.duplicates), (vec![0, 2, 3], 1, 1));
    }
}
