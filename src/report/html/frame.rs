//! The frame of a chart: its size, its axes, and the position of a value in it.

use std::fmt::Write;

use super::escape::escaped;
use super::ticks;
use crate::report::figure::Axis;
use crate::report::number::{significant, temperature};

/// Size of a chart, in units that are about a pixel on a small screen.
pub(super) const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 300.0;

const LEFT: f64 = 50.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 50.0;

/// The most names under an axis; of more, only some are shown.
const NAMES: usize = 8;

/// Letters of a name under an axis.
const LETTERS: usize = 12;

/// Where values lie.
pub(super) struct Frame {
    left: f64,
    right: f64,
    is_logarithmic: bool,
    marks: Vec<f64>,
}

impl Frame {
    /// For values from 0 to `highest`, over these places.
    pub(super) fn new(axis: &Axis, places: impl Iterator<Item = f64> + Clone, highest: f64) -> Frame {
        let is_logarithmic = matches!(axis, Axis::Logarithmic(_));
        let (low, high) = places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        // Few places stand in the middle of their axis.
        let (left, right) = match is_logarithmic {
            true if low < high => (low.ln(), high.ln()),
            true => (low.ln() - 1.0, low.ln() + 1.0),
            false if low < high => (low, high),
            false => (low - 1.0, low + 1.0),
        };
        Frame { left, right, is_logarithmic, marks: ticks::linear(highest) }
    }

    /// Where a place lies, from the left.
    pub(super) fn x(&self, place: f64) -> f64 {
        let place = if self.is_logarithmic { place.ln() } else { place };
        LEFT + (place - self.left) / (self.right - self.left) * (WIDTH - LEFT - RIGHT)
    }

    /// Where a value lies, from the top.
    pub(super) fn y(&self, value: f64) -> f64 {
        let end = self.marks.last().copied().unwrap_or(1.0);
        HEIGHT - BOTTOM - value.clamp(0.0, end) / end * (HEIGHT - TOP - BOTTOM)
    }

    /// Begins a chart with its axes; what is drawn in it, and the end, are to follow.
    pub(super) fn begin(&self, title: &str, axis: &Axis, up: &str) -> String {
        let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">", escaped(title));
        let (end, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for &mark in &self.marks {
            let y = self.y(mark);
            let number = if mark == 0.0 { "0".to_owned() } else { trimmed(&significant(mark, 3)) };
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{end}\"/><text x=\"{:.1}\" y=\"{:.1}\" class=\"end\">{number}</text>",
                LEFT - 6.0,
                y + 4.5
            );
        }
        let mut mark = |x: f64, text: &str, whole: &str| {
            let _ = write!(
                svg,
                "<text x=\"{x:.1}\" y=\"{:.1}\" class=\"middle\">{}<title>{}</title></text>",
                bottom + 18.0,
                escaped(text),
                escaped(whole)
            );
        };
        let label = match axis {
            Axis::Logarithmic(label) => {
                let marks = ticks::logarithmic(self.left.exp(), self.right.exp());
                let text = marks.iter().map(|&place| (self.x(place), temperature(place)));
                text.for_each(|(x, text)| mark(x, &text, &text));
                label.as_str()
            }
            Axis::Named(names) => {
                let every = names.len().div_ceil(NAMES).max(1);
                for (place, name) in names.iter().enumerate().step_by(every) {
                    mark(self.x(place as f64), &shortened(name, LETTERS), name);
                }
                ""
            }
        };
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" class=\"middle\">{}</text><text transform=\"translate(13 {:.1})rotate(-90)\" \
             class=\"middle\">{}</text>",
            (LEFT + end) / 2.0,
            HEIGHT - 8.0,
            escaped(label),
            (TOP + bottom) / 2.0,
            escaped(up)
        );
        svg
    }

    /// A line across at a value, with what it is.
    pub(super) fn reference(&self, name: &str, value: f64) -> String {
        let y = self.y(value);
        format!(
            "<path class=\"reference\" d=\"M{LEFT} {y:.1}H{:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" class=\"end\">{} {}</text>",
            WIDTH - RIGHT,
            WIDTH - RIGHT - 2.0,
            y - 5.0,
            escaped(name),
            significant(value, 4)
        )
    }
}

/// `name` in at most so many letters, of which the last says that some are missing.
pub(super) fn shortened(name: &str, letters: usize) -> String {
    match name.chars().count() > letters {
        true => name.chars().take(letters - 1).chain(['…']).collect(),
        false => name.to_owned(),
    }
}

/// A number without zeros that say nothing.
fn trimmed(number: &str) -> String {
    match number.contains('.') && !number.contains('e') {
        true => number.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_between_the_axes() {
        let axis = Axis::Logarithmic("T".into());
        let frame = Frame::new(&axis, [0.01, 0.1, 1.0].into_iter(), 2.0);
        assert_eq!((frame.x(0.01), frame.x(1.0)), (LEFT, WIDTH - RIGHT));
        assert!((frame.x(0.1) - (LEFT + WIDTH - RIGHT) / 2.0).abs() < 1e-9);
        assert_eq!((frame.y(0.0), frame.y(2.0)), (HEIGHT - BOTTOM, TOP));
        assert!([frame.y(-1.0), frame.y(9.0), frame.y(1.0)].iter().all(|y| (TOP..=HEIGHT - BOTTOM).contains(y)));
        let alone = Frame::new(&axis, [0.1].into_iter(), 0.0);
        assert!((alone.x(0.1) - (LEFT + WIDTH - RIGHT) / 2.0).abs() < 1e-9);
        let named = Frame::new(&Axis::Named(vec!["a".into()]), [0.0].into_iter(), 1.0);
        assert!(named.x(0.0).is_finite());
    }

    #[test]
    fn names_are_shortened_and_numbers_trimmed() {
        assert_eq!((shortened("größere", 5), shortened("klein", 5)), ("größ…".into(), "klein".into()));
        assert_eq!(["0.500", "2.00", "100", "1.00e9"].map(trimmed), ["0.5", "2", "100", "1.00e9"]);
    }
}
