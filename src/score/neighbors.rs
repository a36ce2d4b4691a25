//! How well the nearest neighbors of rows predict their class.

use super::explanation::NeighborAccuracy;
use super::rows::ScoredRows;
use crate::tally::{Nearest, Neighbor};

/// Numbers of neighbors that are asked.
const COUNTS: [usize; 3] = [1, 5, 20];

/// Whether the neighbors of some rows tell their class.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Hits {
    rows: usize,
    /// For each of [`COUNTS`], the rows whose class was told.
    told: [usize; COUNTS.len()],
}

impl Hits {
    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    fn add(&mut self, other: &Hits) {
        self.rows += other.rows;
        self.told.iter_mut().zip(other.told).for_each(|(own, other)| *own += other);
    }

    /// The hits of all of these rows together.
    pub(super) fn sum<'a>(hits: impl IntoIterator<Item = &'a Hits>) -> Hits {
        let mut sum = Hits::default();
        hits.into_iter().for_each(|hits| sum.add(hits));
        sum
    }

    /// The accuracy for each number of neighbors, of rows that there are.
    pub(super) fn accuracy(&self) -> Vec<NeighborAccuracy> {
        let of = |(k, told): (usize, usize)| NeighborAccuracy { k, accuracy: told as f64 / self.rows as f64 };
        COUNTS.into_iter().zip(self.told).map(of).collect()
    }
}

/// The hits of the scored rows of each class; `classes` has the class of each row that they meet, by its id.
pub(super) fn hits_of_classes(rows: &ScoredRows, nearest: &Nearest, classes: &[u32]) -> Vec<Hits> {
    let mut hits = vec![Hits::default(); rows.pairing.gaining().class_sizes.len()];
    for tag in rows.scored() {
        let class_of = |neighbor: Neighbor| classes[neighbor.id as usize];
        let neighbors: Vec<u32> = nearest.at(tag.slot as usize).iter().map(class_of).collect();
        let told = COUNTS.map(|k| usize::from(majority(&neighbors[..k.min(neighbors.len())]) == Some(tag.class)));
        hits[tag.class as usize].add(&Hits { rows: 1, told });
    }
    hits
}

/// The most frequent class; of several, the one that comes first.
fn majority(classes: &[u32]) -> Option<u32> {
    let count = |class: u32| classes.iter().filter(|&&other| other == class).count();
    let more = |most: Option<(u32, usize)>, &class: &u32| match (most, count(class)) {
        (Some((_, most_often)), often) if often <= most_often => most,
        (_, often) => Some((class, often)),
    };
    classes.iter().fold(None, more).map(|(class, _)| class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_majority_by_hand() {
        for (classes, expected) in [
            (&[][..], None),
            (&[4], Some(4)),
            (&[4, 7], Some(4)),
            (&[4, 7, 7], Some(7)),
            (&[4, 7, 9, 9, 7], Some(7)),
            (&[3, 9, 9, 7, 7, 7, 9], Some(9)),
        ] {
            assert_eq!(majority(classes), expected, "{classes:?}");
        }
    }

    #[test]
    fn hits_add_up() {
        let [one, other] = [[1, 0, 1], [1, 1, 0]].map(|told| Hits { rows: 1, told });
        let accuracy: Vec<f64> = Hits::sum([&one, &other]).accuracy().iter().map(|of| of.accuracy).collect();
        assert_eq!(accuracy, [1.0, 0.5, 0.5]);
    }
}
