//! The losses of a layer's rows, one by one, and what they say about each class.

use std::sync::Arc;

use super::loss::Mean;
use super::table::{ClassScore, ClassValue};

/// The loss of every counted row of a layer at every temperature.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowLosses {
    /// Index of each counted row in the layer, ascending.
    pub rows: Vec<u32>,
    /// Its class, an index into `names`.
    pub classes: Vec<u32>,
    /// Name of each class.
    pub names: Arc<[String]>,
    /// Where the rows are a sample, the number of rows of each class that it was drawn from.
    pub population: Option<Vec<usize>>,
    /// The temperatures, in the requested order.
    pub temperatures: Vec<f64>,
    /// For each temperature, the loss of each counted row, in nats.
    pub losses: Vec<Vec<f64>>,
}

impl RowLosses {
    /// Appends the loss of a row at a temperature, which is the last one's or a new one; its class is asked for once. Whether the
    /// row is where it belongs: rows ascend, and are the same at every temperature.
    #[must_use]
    pub(crate) fn push(&mut self, row: u32, class: impl FnOnce() -> u32, temperature: f64, loss: f64) -> bool {
        if self.temperatures.last() != Some(&temperature) {
            self.temperatures.push(temperature);
            self.losses.push(Vec::new());
        }
        let Some(losses) = self.losses.last_mut() else { return false };
        losses.push(loss);
        if self.temperatures.len() > 1 {
            return self.rows.get(losses.len() - 1) == Some(&row);
        }
        let ascends = self.rows.last().is_none_or(|last| *last < row);
        self.rows.push(row);
        self.classes.push(class());
        ascends
    }

    /// Gives the row `i` the number `numbers[i]`, no two of which are equal.
    pub(crate) fn renumber(&mut self, numbers: &[u32]) {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_unstable_by_key(|&place| numbers[self.rows[place] as usize]);
        let sorted = |losses: &Vec<f64>| order.iter().map(|&place| losses[place]).collect();
        self.losses = self.losses.iter().map(sorted).collect();
        self.classes = order.iter().map(|&place| self.classes[place]).collect();
        self.rows = order.iter().map(|&place| numbers[self.rows[place] as usize]).collect();
    }

    /// The score of each class that has a counted row, over the rows of that class, in the order of the names.
    pub fn by_class(&self) -> Vec<ClassScore> {
        let mut places: Vec<Vec<usize>> = vec![Vec::new(); self.names.len()];
        for (place, &class) in self.classes.iter().enumerate() {
            places[class as usize].push(place);
        }
        let value = |class: usize, position: usize| {
            let own: Vec<f64> = places[class].iter().map(|&place| self.losses[position][place]).collect();
            let Mean { mean, stderr, .. } = match &self.population {
                Some(population) => Mean::of_sample(&own, population[class]),
                None => Mean::of(&own),
            };
            ClassValue { temperature: self.temperatures[position], snnl: mean, stderr }
        };
        let score = |(class, name): (usize, &String)| ClassScore {
            class: name.clone(),
            n: places[class].len(),
            scores: (0..self.temperatures.len()).map(|position| value(class, position)).collect(),
        };
        self.names.iter().enumerate().filter(|(class, _)| !places[*class].is_empty()).map(score).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_ascend_and_are_the_same_at_every_temperature() {
        let in_place = |rows: [u32; 4]| {
            let mut losses = RowLosses::default();
            rows.into_iter()
                .zip([0.1, 0.1, 1.0, 1.0])
                .all(|(row, temperature)| losses.push(row, || 0, temperature, 0.5))
        };
        assert!(in_place([3, 7, 3, 7]));
        for rows in [[7, 3, 7, 3], [3, 3, 3, 3], [3, 7, 7, 3], [3, 7, 3, 8]] {
            assert!(!in_place(rows), "{rows:?}");
        }
    }

    #[test]
    fn classes_by_hand() {
        let losses = vec![vec![1.0, 5.0, 3.0, 5.0], vec![0.0; 4]];
        let rows = RowLosses {
            rows: vec![0, 1, 3, 4],
            classes: vec![0, 2, 0, 2],
            names: ["a", "alone", "b"].map(String::from).into(),
            temperatures: vec![0.1, 1.0],
            losses,
            ..RowLosses::default()
        };
        let scores = rows.by_class();
        let shown: Vec<_> = scores.iter().map(|score| (score.class.as_str(), score.n, score.scores[0].snnl)).collect();
        assert_eq!(shown, [("a", 2, 2.0), ("b", 2, 5.0)]);
        assert_eq!((scores[0].scores[0].stderr, scores[0].scores[1].temperature), (1.0, 1.0));
    }
}
