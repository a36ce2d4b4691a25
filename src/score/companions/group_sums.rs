//! Sums of rows by group, the same to the last bit whatever the number of threads.

use rayon::prelude::*;

/// Features that one thread adds up at a time: a few cache lines of every row.
const STRIPE: usize = 64;

/// Σ x over the rows of each group. Threads share the features, not the rows, so each sum adds its rows in their order.
pub(super) struct GroupSums {
    groups: usize,
    /// The sums of [`STRIPE`] features each, group after group.
    stripes: Vec<Vec<f64>>,
}

impl GroupSums {
    /// No rows in any group.
    pub(super) fn zero(groups: usize, dim: usize) -> GroupSums {
        let width = |start: usize| STRIPE.min(dim - start);
        GroupSums { groups, stripes: (0..dim).step_by(STRIPE).map(|start| vec![0.0; groups * width(start)]).collect() }
    }

    /// Adds rows, each `factor` times, to the groups that they come with.
    pub(super) fn add<T: Copy + Into<f64> + Sync>(&mut self, rows: &[(usize, &[T])], factor: f64) {
        let groups = self.groups;
        self.stripes.par_iter_mut().enumerate().for_each(|(stripe, sums)| {
            let width = sums.len() / groups;
            for (group, row) in rows {
                let sums = &mut sums[group * width..][..width];
                sums.iter_mut().zip(&row[stripe * STRIPE..]).for_each(|(sum, &x)| *sum += factor * x.into());
            }
        });
    }

    /// The sum of one group, feature by feature.
    pub(super) fn of(&self, group: usize) -> impl Iterator<Item = f64> {
        self.stripes.iter().flat_map(move |sums| {
            let width = sums.len() / self.groups;
            sums[group * width..][..width].iter().copied()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_added_to_their_groups_and_taken_away() {
        for dim in [1, STRIPE - 1, STRIPE, STRIPE + 1, 2 * STRIPE + 3] {
            let row = |times: usize| (0..dim).map(|feature| (times * feature) as f32).collect::<Vec<_>>();
            let rows = [row(1), row(2), row(3)];
            let mut sums = GroupSums::zero(2, dim);
            sums.add(&[(1, &rows[0]), (0, &rows[1]), (1, &rows[2])], 1.0);
            sums.add(&[(1, rows[0].as_slice())], -1.0);
            let expected = |times: usize| (0..dim).map(|feature| (times * feature) as f64).collect::<Vec<_>>();
            assert_eq!(sums.of(0).collect::<Vec<_>>(), expected(2));
            assert_eq!(sums.of(1).collect::<Vec<_>>(), expected(3));
        }
    }
}
