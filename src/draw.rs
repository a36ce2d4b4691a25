//! A simple random sample of rows, the same on every machine and in every version.

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

/// So many rows, by a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// Number of rows drawn, at least 2; all where there are no more.
    pub rows: usize,
    /// Another seed draws other rows.
    pub seed: u64,
}

impl Draw {
    /// Draws from `population`, of which each has an id; ascending if the population is.
    ///
    /// Each id has a ticket, the hash XXH3 of its four bytes (the lowest first) under the seed, and those with the lowest
    /// tickets are drawn: every set of so many rows is equally likely, a larger draw holds all of a smaller one, and no
    /// state has to be kept.
    pub fn of<T: Copy>(&self, population: &[T], id: impl Fn(&T) -> u32) -> Vec<T> {
        if population.len() <= self.rows {
            return population.to_vec();
        }
        let ticket = |(place, member): (usize, &T)| (self.ticket(id(member)), place);
        let mut tickets: Vec<(u64, usize)> = population.iter().enumerate().map(ticket).collect();
        tickets.select_nth_unstable(self.rows);
        let mut places: Vec<usize> = tickets[..self.rows].iter().map(|&(_, place)| place).collect();
        places.sort_unstable();
        places.into_iter().map(|place| population[place]).collect()
    }

    fn ticket(&self, id: u32) -> u64 {
        XxHash3_64::oneshot_with_seed(self.seed, &id.to_le_bytes())
    }
}

/// Random batches, each drawn by itself, so that one row may be in several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchDraws {
    /// Rows in a batch, at least 2.
    pub size: usize,
    /// Number of batches; more of them by one seed begin with the fewer.
    pub count: usize,
    /// Another seed draws other batches.
    pub seed: u64,
}

impl BatchDraws {
    /// The `batch`-th of them. Its seed is the hash XXH3 of the eight bytes of its number (the lowest first) under theirs.
    pub fn draw(&self, batch: usize) -> Draw {
        Draw { rows: self.size, seed: XxHash3_64::oneshot_with_seed(self.seed, &(batch as u64).to_le_bytes()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rows: usize, seed: u64, population: u32) -> Vec<u32> {
        Draw { rows, seed }.of(&(0..population).collect::<Vec<_>>(), |&id| id)
    }

    #[test]
    fn a_draw_is_ascending_without_repetition_and_holds_a_smaller_one() {
        let (few, many) = (drawn(10, 1, 1000), drawn(100, 1, 1000));
        assert!(many.len() == 100 && many.array_windows().all(|[a, b]| a < b));
        assert!(few.len() == 10 && few.iter().all(|id| many.contains(id)));
        assert_eq!(drawn(2000, 1, 1000).len(), 1000);
    }

    #[test]
    fn a_seed_draws_these_rows_for_ever() {
        assert_eq!(drawn(5, 1, 1000), drawn(5, 1, 1000));
        assert_ne!(drawn(5, 1, 1000), drawn(5, 2, 1000));
    }

    #[test]
    fn rows_come_together_in_batches_as_often_as_by_chance() {
        let draws = BatchDraws { size: 10, count: 2000, seed: 3 };
        let all: Vec<u32> = (0..50).collect();
        let mut counts = [[0; 50]; 50];
        for batch in (0..draws.count).map(|batch| draws.draw(batch).of(&all, |&id| id)) {
            for (&a, &b) in batch.iter().flat_map(|a| batch.iter().map(move |b| (a, b))) {
                counts[a as usize][b as usize] += 1;
            }
        }
        // Two of 50 rows are in a batch of 10 with probability 90/2450: of 2,000 batches, in 73.5 ± 8.4.
        let pairs = (0..50).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| counts[a][b]);
        assert!(pairs.clone().all(|count| (32..116).contains(&count)), "{counts:?}");
        let spread = pairs.map(|count| f64::from(count - 73).powi(2)).sum::<f64>() / 1225.0;
        assert!((60.0..82.0).contains(&spread), "{spread}");
        assert_eq!(draws.draw(5), BatchDraws { count: 6, ..draws }.draw(5));
    }

    #[test]
    fn every_row_is_drawn_equally_often() {
        // Each of 50 rows is in a draw of 10 with probability 0.2; of 2,000 draws, 400 ± 18 on average.
        let mut counts = [0; 50];
        (0..2000).for_each(|seed| drawn(10, seed, 50).iter().for_each(|&id| counts[id as usize] += 1));
        assert!(counts.iter().all(|count| (320..480).contains(count)), "{counts:?}");
        // Σ (count − 400)²/320 is about χ² with 49 degrees of freedom: 99.99 % lie below 93.
        let squares: f64 = counts.iter().map(|&count| f64::from(count - 400).powi(2) / 320.0).sum();
        assert!(squares < 93.0, "{squares}");
    }
}
