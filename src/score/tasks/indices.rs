//! Sets of numbers as text, as in `17,40-43`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whole numbers, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Indices {
    /// First and last of each run of consecutive numbers, ascending and apart.
    runs: Vec<(u32, u32)>,
}

impl Indices {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.runs.iter().map(|(first, last)| (last - first) as usize + 1).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.runs.iter().flat_map(|&(first, last)| first..=last)
    }

    /// Whether `number` is one of them.
    pub fn contains(&self, number: u32) -> bool {
        let place = self.runs.partition_point(|&(_, last)| last < number);
        self.runs.get(place).is_some_and(|&(first, _)| first <= number)
    }

    /// The highest.
    pub fn last(&self) -> Option<u32> {
        self.runs.last().map(|&(_, last)| last)
    }

    /// Of runs in any order, which may overlap.
    fn of_runs(mut runs: Vec<(u32, u32)>) -> Indices {
        runs.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::new();
        for (first, last) in runs {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Indices { runs: merged }
    }
}

impl FromIterator<u32> for Indices {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Indices {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for number in numbers {
            match runs.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
                _ => runs.push((number, number)),
            }
        }
        Indices::of_runs(runs)
    }
}

impl fmt::Display for Indices {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        for (place, (first, last)) in self.runs.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            match first == last {
                true => write!(out, "{comma}{first}")?,
                false => write!(out, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Indices {
    type Err = String;

    fn from_str(text: &str) -> Result<Indices, String> {
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let run = |part: &str| {
            let run = match part.split_once('-') {
                Some((first, last)) => number(first).zip(number(last)),
                None => number(part).map(|number| (number, number)),
            };
            run.filter(|(first, last)| first <= last)
                .ok_or_else(|| format!("expected numbers and ranges of them, as in 17,40-43, found `{part}`"))
        };
        match text.trim().is_empty() {
            true => Ok(Indices::default()),
            false => text.split(',').map(run).collect::<Result<_, _>>().map(Indices::of_runs),
        }
    }
}

impl Serialize for Indices {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Indices {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Indices, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in ["", "0", "17,40-43", "0-1,3,4294967295"] {
            let indices: Indices = text.parse().unwrap();
            assert_eq!(indices.to_string(), text);
            assert_eq!(indices, indices.iter().collect());
            assert_eq!(indices.len(), indices.iter().count());
        }
        assert_eq!("5,1-3,2-4, 9 ".parse::<Indices>().unwrap().to_string(), "1-5,9");
        assert_eq!([7, 3, 4, 3].into_iter().collect::<Indices>().to_string(), "3-4,7");
        for text in ["a", "3-1", "-1", "1,,2", "1-", "4294967296"] {
            assert!(text.parse::<Indices>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_among_them() {
        let indices: Indices = "2-4,9".parse().unwrap();
        let found: Vec<u32> = (0..12).filter(|&number| indices.contains(number)).collect();
        assert_eq!(found, [2, 3, 4, 9]);
        assert_eq!((indices.last(), Indices::default().last()), (Some(9), None));
    }
}
