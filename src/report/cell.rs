//! One cell of a grid: a value with its meaning, and how it is shown.

use std::fmt;

use indicatif::DecimalBytes;

use super::number::{DIGITS, significant, temperature};

/// A value, and how it stands out where grids are shaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What it says.
    pub value: CellValue,
    /// From 0 (cold) to 1 (hot), and beyond; `None` where it is not shaded.
    pub shade: Option<f64>,
    /// Whether it is the best of its row.
    pub is_best: bool,
    /// Whether it says that something is wrong.
    pub is_alarm: bool,
}

/// What a cell says. `Display` is how it reads, without padding.
#[derive(Debug, Clone, PartialEq)]
pub enum CellValue {
    /// Nothing, for there is nothing to say.
    Empty,
    /// Something that is not there.
    Missing,
    /// Text as it was found: a format escapes what it must.
    Text(String),
    /// Number of things.
    Count(usize),
    /// Number of bytes.
    Bytes(u64),
    /// An SNNL, in nats.
    Snnl(f64),
    /// An estimate of an SNNL, and half of its 95 % interval where that is known.
    Estimate {
        /// The estimate.
        snnl: f64,
        /// Half of the interval.
        margin: Option<f64>,
    },
    /// A share of a whole: 0.5 is half.
    Share(f64),
    /// A probability among many, to two decimals: a dot where nothing of it would be left.
    Probability(f64),
    /// A share of right answers, to three decimals.
    Accuracy(f64),
    /// An index from −1 to 1, of which 1 is the best.
    Index(f64),
    /// A temperature.
    Temperature(f64),
    /// The temperature at which a layer is lowest.
    BestTemperature {
        /// The temperature.
        temperature: f64,
        /// The end of the ladder that it stands at, if it does.
        edge: Option<Edge>,
    },
    /// The change of an SNNL, in nats.
    Change(f64),
    /// A change relative to what it was: 0.5 is half as much again.
    RelativeChange(f64),
    /// The interval that a change lies in.
    ChangeInterval {
        /// Its lower end.
        low: f64,
        /// Its upper end.
        high: f64,
    },
}

/// An end of a ladder of temperatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The lowest temperature.
    Lowest,
    /// The highest.
    Highest,
}

impl From<CellValue> for Cell {
    fn from(value: CellValue) -> Self {
        Cell { value, shade: None, is_best: false, is_alarm: false }
    }
}

impl CellValue {
    /// Text as it was found.
    pub fn text(text: impl Into<String>) -> CellValue {
        CellValue::Text(text.into())
    }
}

impl fmt::Display for CellValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CellValue::Empty => Ok(()),
            CellValue::Missing => f.write_str("–"),
            CellValue::Text(text) => f.write_str(text),
            CellValue::Count(count) => write!(f, "{count}"),
            CellValue::Bytes(bytes) => write!(f, "{}", DecimalBytes(*bytes)),
            CellValue::Snnl(snnl) => f.write_str(&significant(*snnl, DIGITS)),
            CellValue::Estimate { snnl, margin } => {
                write!(f, "≈{}", significant(*snnl, DIGITS))?;
                margin.map_or(Ok(()), |margin| write!(f, " ±{}", significant(margin, 2)))
            }
            CellValue::Share(share) => f.write_str(&significant(*share, 2)),
            CellValue::Probability(probability) if *probability < 0.005 => f.write_str("·"),
            CellValue::Probability(probability) => write!(f, "{probability:.2}"),
            CellValue::Accuracy(share) => write!(f, "{share:.3}"),
            CellValue::Index(index) if *index < 0.0 => write!(f, "−{:.3}", -index),
            CellValue::Index(index) => write!(f, "{index:.3}"),
            CellValue::Temperature(value) => f.write_str(&temperature(*value)),
            CellValue::BestTemperature { temperature: best, edge } => {
                f.write_str(&temperature(*best))?;
                edge.map_or(Ok(()), |edge| write!(f, " {edge}"))
            }
            CellValue::Change(change) => f.write_str(&signed(*change)),
            CellValue::RelativeChange(change) => write!(f, "{}{:.1}", sign(*change), 100.0 * change.abs()),
            CellValue::ChangeInterval { low, high } => write!(f, "{} … {}", signed(*low), signed(*high)),
        }
    }
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Edge::Lowest => "↓",
            Edge::Highest => "↑",
        })
    }
}

/// Three digits with a sign.
fn signed(value: f64) -> String {
    format!("{}{}", sign(value), significant(value.abs(), 3))
}

fn sign(value: f64) -> char {
    if value < 0.0 { '−' } else { '+' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_reads_by_its_meaning() {
        let edge = Some(Edge::Lowest);
        let cells = [
            (CellValue::Empty, ""),
            (CellValue::Missing, "–"),
            (CellValue::text("enc1"), "enc1"),
            (CellValue::Count(500), "500"),
            (CellValue::Bytes(1_500_000), "1.50 MB"),
            (CellValue::Snnl(0.598_71), "0.5987"),
            (CellValue::Estimate { snnl: 0.598_71, margin: Some(0.012_3) }, "≈0.5987 ±0.012"),
            (CellValue::Estimate { snnl: 0.598_71, margin: None }, "≈0.5987"),
            (CellValue::Share(0.256), "0.26"),
            (CellValue::Probability(0.678), "0.68"),
            (CellValue::Probability(0.0049), "·"),
            (CellValue::Accuracy(0.8125), "0.812"),
            (CellValue::Index(0.2564), "0.256"),
            (CellValue::Index(-0.2564), "−0.256"),
            (CellValue::Temperature(1e-6), "1e-6"),
            (CellValue::BestTemperature { temperature: 0.01, edge }, "0.01 ↓"),
            (CellValue::BestTemperature { temperature: 0.1, edge: None }, "0.1"),
            (CellValue::Change(-0.034_56), "−0.0346"),
            (CellValue::RelativeChange(2.38), "+238.0"),
            (CellValue::ChangeInterval { low: -0.34, high: 3.77 }, "−0.340 … +3.77"),
        ];
        for (value, text) in cells {
            assert_eq!(value.to_string(), text, "{value:?}");
        }
    }
}
