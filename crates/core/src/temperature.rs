//! Ladders of temperatures, and how they are parsed.

use std::str::FromStr;

/// One or more distinct temperatures, positive and finite, in the requested order.
#[derive(Debug, Clone, PartialEq)]
pub struct Ladder(Vec<f64>);

/// More temperatures than a report could show or memory should hold.
const LONGEST: usize = 4096;

impl Ladder {
    /// 0.01 to 2 in steps of 2 and 2.5: three chains of octaves, so that most exponentials are squares.
    pub fn standard() -> Ladder {
        Ladder(vec![0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0])
    }

    /// One temperature, which [`check_temperature`] holds for one.
    pub fn of(temperature: f64) -> Ladder {
        Ladder(vec![temperature])
    }

    /// These temperatures, which are distinct, and which [`check_temperature`] holds for such.
    pub fn of_distinct(temperatures: &[f64]) -> Ladder {
        Ladder(temperatures.to_vec())
    }

    /// The temperatures.
    pub fn temperatures(&self) -> &[f64] {
        &self.0
    }

    /// These temperatures, and after them those of `more` that are not among them.
    #[must_use]
    pub fn with(&self, more: &[f64]) -> Ladder {
        let mut temperatures = self.0.clone();
        for temperature in more {
            if !temperatures.contains(temperature) {
                temperatures.push(*temperature);
            }
        }
        Ladder(temperatures)
    }

    /// lowest, 2 · lowest, 4 · lowest … up to `highest`.
    fn octaves(lowest: f64, highest: f64) -> Vec<f64> {
        let doubled = std::iter::successors(Some(lowest), |t| Some(2.0 * t));
        // The last octave counts even where decimals make it miss `highest` by a rounding.
        doubled.take_while(|t| *t <= highest * (1.0 + 1e-12)).take(LONGEST + 1).collect()
    }

    /// `count` temperatures at equal ratios, ends included.
    fn logarithmic(lowest: f64, highest: f64, count: usize) -> Vec<f64> {
        let ratio = (highest / lowest).ln() / (count - 1) as f64;
        let inner = (1..count - 1).map(|step| lowest * (ratio * step as f64).exp());
        std::iter::once(lowest).chain(inner).chain([highest]).collect()
    }

    /// The annealed temperature of an epoch, counted from 0.
    ///
    /// # Formula
    /// T = 1 / (1 + epoch)^0.55 (Agarap & Azcarraga 2020, arXiv:2006.04535)
    pub fn annealed(epoch: u32) -> f64 {
        (1.0 + f64::from(epoch)).powf(0.55).recip()
    }
}

impl FromStr for Ladder {
    type Err = String;

    fn from_str(text: &str) -> Result<Ladder, String> {
        let temperatures = match text.split_once(':') {
            None => text.split(',').map(parse_temperature).collect::<Result<Vec<_>, _>>()?,
            Some(("octaves", range)) => {
                let (lowest, highest) = bounds(range)?;
                Ladder::octaves(lowest, highest)
            }
            Some(("log", rest)) => {
                let (range, count) = rest.rsplit_once(':').ok_or("expected log:LOWEST..HIGHEST:COUNT")?;
                let count = count.parse().ok().filter(|count| (2..=LONGEST).contains(count));
                let count = count.ok_or(format!("expected a count of 2 to {LONGEST} temperatures"))?;
                let (lowest, highest) = bounds(range)?;
                Ladder::logarithmic(lowest, highest, count)
            }
            Some(("epoch", epoch)) => {
                let epoch =
                    epoch.parse().map_err(|_| "expected epoch:NUMBER, a whole number of at least 0".to_owned())?;
                vec![Ladder::annealed(epoch)]
            }
            Some((form, _)) => return Err(format!("unknown form `{form}:`; expected octaves:, log: or epoch:")),
        };
        if temperatures.len() > LONGEST {
            return Err(format!("more than {LONGEST} temperatures"));
        }
        for (position, temperature) in temperatures.iter().enumerate() {
            if temperatures[..position].contains(temperature) {
                return Err(format!("temperature {temperature} is given twice"));
            }
        }
        Ok(Ladder(temperatures))
    }
}

/// A temperature as it is typed.
///
/// # Errors
/// What is wrong with it.
pub fn parse_temperature(text: &str) -> Result<f64, String> {
    check_temperature(text.trim().parse().map_err(|_| format!("`{}` is not a number", text.trim()))?)
}

/// `number`, if it can be a temperature.
///
/// # Errors
/// Why it cannot.
pub fn check_temperature(number: f64) -> Result<f64, String> {
    if number.is_normal() && number > 0.0 {
        return Ok(number);
    }
    Err(format!("a temperature must be positive and finite, found {number}"))
}

fn bounds(range: &str) -> Result<(f64, f64), String> {
    let (lowest, highest) = range.split_once("..").ok_or("expected a range LOWEST..HIGHEST")?;
    let (lowest, highest) = (parse_temperature(lowest)?, parse_temperature(highest)?);
    if lowest >= highest {
        return Err(format!("expected LOWEST below HIGHEST, found {lowest}..{highest}"));
    }
    Ok((lowest, highest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder(text: &str) -> Vec<f64> {
        text.parse::<Ladder>().unwrap().0
    }

    #[test]
    fn every_form() {
        assert_eq!(ladder("0.1, 0.5,1"), [0.1, 0.5, 1.0]);
        assert_eq!(ladder("octaves:0.25..3"), [0.25, 0.5, 1.0, 2.0]);
        assert_eq!(ladder("octaves:0.01..0.08").len(), 4);
        let log = ladder("log:0.01..10:13");
        assert_eq!((log.len(), log[0], log[12]), (13, 0.01, 10.0));
        assert!((log[4] - 0.1).abs() < 1e-15);
        assert_eq!(ladder("epoch:0"), [1.0]);
        assert!((ladder("epoch:12")[0] - 0.24396704).abs() < 1e-6);
    }

    #[test]
    fn more_temperatures_stand_behind_and_none_twice() {
        assert_eq!(Ladder(vec![0.1, 1.0]).with(&[0.3, 1.0, 0.3]).temperatures(), [0.1, 1.0, 0.3]);
    }

    #[test]
    fn what_is_no_ladder() {
        for text in [
            "",
            "0",
            "-1",
            "nan",
            "inf",
            "1,,2",
            "1,1",
            "cold",
            "octaves:1",
            "octaves:2..1",
            "log:1..2",
            "log:1..2:1",
            "log:1..2:99999999",
            "epoch:-1",
            "steps:1..2",
            "1e-320",
        ] {
            let parsed = text.parse::<Ladder>();
            assert!(parsed.is_err(), "{text}: {parsed:?}");
        }
    }
}
