//! The lowest value of a layer over all temperatures, not only those of the ladder.

use serde::{Deserialize, Serialize};

use crate::temperature::Ladder;

/// Multiples of the mean distance between which the minimum is searched: Frosst, Papernot & Hinton minimise over T > 0, and beyond
/// these nothing changes but nearest neighbors' ties on one side, and the last digits of chance on the other.
pub(super) const RANGE: [f64; 2] = [1e-3, 1e2];

/// The largest part of the value by which the minimum is missed.
const TOLERANCE: f64 = 1e-4;

/// Passes over all pairs at most, beside that at the ladder.
const PASSES: usize = 4;

/// Temperatures of a pass, odd so that one is in the middle.
const TEMPERATURES: i32 = 7;

/// ln of the ratio of two neighbors among them.
const STEP: f64 = 0.04;

/// ln of a ratio of neighbors within which a polynomial through them is trusted.
const NEAR: f64 = 0.12;

/// Values that a polynomial goes through.
const THROUGH: usize = 5;

/// Where the lowest value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MinimumPlace {
    /// Between temperatures with higher values.
    Interior,
    /// At the lowest temperature of the range, where nearest neighbors alone decide.
    ColdEdge,
    /// At the highest, where all rows are alike.
    HotEdge,
}

/// The lowest value of a layer over all temperatures from 1e-3 to 1e2 mean distances, to 1e-4 of itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Minimum {
    /// T, in units of the layer's `temperature_scale`.
    pub temperature: f64,
    /// Mean loss over the counted rows, in nats.
    pub snnl: f64,
    /// Standard error of that mean.
    pub stderr: f64,
    /// Where it lies.
    pub place: MinimumPlace,
    /// At the cold edge, the share of counted rows whose nearest neighbor is of another class: the leave-one-out error of a
    /// nearest-neighbor classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest_neighbor_error: Option<f64>,
}

/// A value at a temperature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    pub(super) temperature: f64,
    pub(super) value: f64,
}

/// Searches the minimum over the temperatures from `range[0]` to `range[1]`, which are those of [`RANGE`] in some unit, beginning with
/// what is `known` within it; `measure` gives the values at more temperatures.
///
/// # Errors
/// What `measure` meets.
pub(super) fn search<E>(
    mut known: Vec<Measured>,
    range: [f64; 2],
    mut measure: impl FnMut(&[f64]) -> Result<Vec<f64>, E>,
) -> Result<(Measured, MinimumPlace), E> {
    known.retain(|measured| (range[0]..=range[1]).contains(&measured.temperature));
    for _ in 0..PASSES {
        if known.len() < 3 {
            let unit = range[0] / RANGE[0];
            let wanted: Vec<f64> = Ladder::standard().temperatures().iter().map(|t| rounded(t * unit)).collect();
            let values = measure(&wanted)?;
            known = wanted.iter().zip(values).map(|(&temperature, value)| Measured { temperature, value }).collect();
            continue;
        }
        known.sort_by(|a, b| a.temperature.total_cmp(&b.temperature));
        let lowest = lowest(&known);
        let wanted = match (lowest.checked_sub(1), known.get(lowest + 1)) {
            (None, _) => between(range[0], known[lowest].temperature),
            (_, None) => between(known[lowest].temperature, range[1]),
            (Some(_), Some(_)) => around(&known, lowest),
        };
        let is_new = |t: &f64| known.iter().all(|measured| measured.temperature != *t);
        let wanted: Vec<f64> = wanted.into_iter().filter(is_new).collect();
        if wanted.is_empty() {
            break;
        }
        let values = measure(&wanted)?;
        known.extend(wanted.iter().zip(values).map(|(&temperature, value)| Measured { temperature, value }));
    }
    known.sort_by(|a, b| a.temperature.total_cmp(&b.temperature));
    let lowest = lowest(&known);
    let place = match lowest {
        0 => MinimumPlace::ColdEdge,
        last if last + 1 == known.len() => MinimumPlace::HotEdge,
        _ => MinimumPlace::Interior,
    };
    Ok((known[lowest], place))
}

/// The place of the lowest value; the first of equals.
fn lowest(known: &[Measured]) -> usize {
    (0..known.len()).fold(0, |best, next| if known[next].value < known[best].value { next } else { best })
}

/// Temperatures at equal ratios over what lies beyond one end of those that are known; none where nothing does.
fn between(low: f64, high: f64) -> Vec<f64> {
    if low >= high {
        return Vec::new();
    }
    let step = (high / low).ln() / f64::from(TEMPERATURES);
    (0..=TEMPERATURES).map(|at| rounded(low * (f64::from(at) * step).exp())).collect()
}

/// Temperatures around the lowest value, which has neighbors on either side; none where it is near enough to the minimum.
fn around(known: &[Measured], lowest: usize) -> Vec<f64> {
    let [left, middle, right] = [lowest - 1, lowest, lowest + 1].map(|at| known[at].temperature.ln());
    let predicted = |count: usize| {
        let start = lowest.saturating_sub(count / 2).min(known.len().saturating_sub(count));
        let through = &known[start..known.len().min(start + count)];
        let at = |step: i32| left + (right - left) * f64::from(step) / 400.0;
        let values = (0..=400).map(at).map(|at| (at, polynomial(through, at)));
        values.min_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap_or((middle, known[lowest].value))
    };
    let is_near = middle - left <= NEAR && right - middle <= NEAR;
    let (best, _) = predicted(THROUGH);
    // Far from its values a polynomial is trusted where others agree with it.
    let (value, counts) = (known[lowest].value, if is_near { THROUGH..=THROUGH } else { 3..=THROUGH });
    if counts.into_iter().all(|count| value - predicted(count).1 <= TOLERANCE / 4.0 * value.abs()) {
        return Vec::new();
    }
    // Where the polynomial is trusted, only its own minimum is asked for.
    let reach = if is_near { 1 } else { TEMPERATURES / 2 };
    let step = if is_near { STEP / 8.0 } else { STEP };
    (-reach..=reach).map(|at| rounded((best + f64::from(at) * step).exp())).collect()
}

/// The polynomial in ln T through some values, by Lagrange's formula.
fn polynomial(through: &[Measured], at: f64) -> f64 {
    let term = |own: &Measured| {
        let others = through.iter().filter(|other| other.temperature != own.temperature);
        let factor = |other: &Measured| {
            let [own, other] = [own, other].map(|measured| measured.temperature.ln());
            (at - other) / (own - other)
        };
        own.value * others.map(factor).product::<f64>()
    };
    through.iter().map(term).sum()
}

/// Four digits, as a reader may type them.
fn rounded(temperature: f64) -> f64 {
    format!("{temperature:.3e}").parse().unwrap_or(temperature)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found for a curve, and after how many passes.
    fn found(curve: impl Fn(f64) -> f64) -> (Measured, MinimumPlace, usize) {
        let measured = |&temperature: &f64| Measured { temperature, value: curve(temperature) };
        let known: Vec<Measured> = Ladder::standard().temperatures().iter().map(measured).collect();
        let mut passes = 0;
        let measure = |temperatures: &[f64]| -> Result<Vec<f64>, ()> {
            passes += 1;
            assert!(temperatures.iter().all(|t| (RANGE[0]..=RANGE[1]).contains(t)), "{temperatures:?}");
            Ok(temperatures.iter().map(|&t| curve(t)).collect())
        };
        let (measured, place) = search(known, RANGE, measure).unwrap();
        (measured, place, passes)
    }

    #[test]
    fn minima_between_the_rungs_are_found_in_a_pass_or_two() {
        // The shape of a loss: it grows as 1/T on the left and to chance on the right.
        for (scale, depth) in [(0.013, 0.3), (0.03, 0.6), (0.037, 0.2), (0.08, 0.5), (0.31, 0.7), (0.7, 0.1)] {
            let curve = |t: f64| depth + scale * 0.2 / t + 2.0 * (t / (t + 3.0 * scale)).powi(2);
            let (measured, place, passes) = found(curve);
            let exact =
                (0..200_000).map(|at| curve(1e-3 * (f64::from(at) * 5.7e-5).exp())).fold(f64::INFINITY, f64::min);
            assert!(measured.value / exact - 1.0 < TOLERANCE, "{scale}: {measured:?}, {exact}");
            assert_eq!((place, measured.value), (MinimumPlace::Interior, curve(measured.temperature)));
            assert!(passes <= 2, "{scale}: {passes} passes");
        }
    }

    #[test]
    fn edges_are_reached_and_named() {
        let (cold, place, passes) = found(|t| 1.0 + t);
        assert_eq!((cold.temperature, place), (RANGE[0], MinimumPlace::ColdEdge));
        assert_eq!(passes, 1);
        let (hot, place, _) = found(|t| 1.0 / t);
        assert_eq!((hot.temperature, place), (RANGE[1], MinimumPlace::HotEdge));
    }

    #[test]
    fn a_minimum_beyond_the_ladder_is_found() {
        let (measured, place, passes) = found(|t| (t.ln() - 0.004_f64.ln()).powi(2) + 1.0);
        assert!((measured.temperature / 0.004 - 1.0).abs() < 0.01 && place == MinimumPlace::Interior, "{measured:?}");
        assert!(passes <= 3);
    }

    #[test]
    fn flat_curves_and_single_rungs_end() {
        assert_eq!(found(|_| 2.0).0.value, 2.0);
        // One rung, wherever it lies, even outside the range and in other units.
        for (rung, unit) in [(1.0, 1.0), (5e-4, 1.0), (1e-3, 1.0), (1e-9, 1.0), (1e9, 1.0), (1e-9, 1e-4), (0.3, 250.0)]
        {
            let curve = |t: f64| ((t / unit).ln() + 2.0).powi(2) + 0.5;
            let known = vec![Measured { temperature: rung, value: curve(rung) }];
            let measure = |t: &[f64]| -> Result<Vec<f64>, ()> { Ok(t.iter().map(|&t| curve(t)).collect()) };
            let (measured, place) = search(known, RANGE.map(|end| end * unit), measure).unwrap();
            assert!(
                (measured.value - 0.5).abs() < 1e-3 && place == MinimumPlace::Interior,
                "{rung}: {measured:?}, {place:?}"
            );
        }
    }
}
