//! The numbers at the ticks of an axis.

/// Marks of an axis from 0 to at least `highest`, so many steps of 1, 2 or 5 times a power of ten; the last is the end of the axis.
pub(super) fn linear(highest: f64) -> Vec<f64> {
    let highest = if highest.is_finite() && highest > 0.0 { highest } else { 1.0 };
    let power = 10_f64.powf((highest / 5.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| highest / step <= 5.0);
    let step = step.unwrap_or(10.0 * power);
    let count = (highest / step).ceil() as usize;
    (0..=count).map(|at| at as f64 * step).collect()
}

/// Marks of a logarithmic axis from `lowest` to `highest`, both above 0: powers of ten, with their doubles and fives where there are few.
pub(super) fn logarithmic(lowest: f64, highest: f64) -> Vec<f64> {
    let decades = lowest.log10().floor() as i32..=highest.log10().ceil() as i32;
    let factors: &[f64] = match (highest / lowest).log10() {
        span if span < 4.0 => &[1.0, 2.0, 5.0],
        _ => &[1.0],
    };
    // Rounding must not lose the ends.
    let is_inside = |mark: &f64| *mark >= lowest * 0.999 && *mark <= highest * 1.001;
    decades.flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power))).filter(is_inside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_reach_the_end() {
        assert_eq!(linear(2.303), [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]);
        assert_eq!(linear(1.0), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(linear(0.0), linear(1.0));
        for highest in [1e-9, 0.3, 7.0, 12.0, 1e6, f64::NAN, f64::INFINITY] {
            let marks = linear(highest);
            assert!((2..=7).contains(&marks.len()), "{highest}: {marks:?}");
            assert!(!highest.is_finite() || *marks.last().unwrap() >= highest * 0.999_999, "{highest}: {marks:?}");
        }
        assert_eq!(logarithmic(0.01, 2.0), [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]);
        assert_eq!(logarithmic(1e-6, 10.0).len(), 8);
        assert_eq!(logarithmic(0.3, 0.3), [] as [f64; 0]);
    }
}
