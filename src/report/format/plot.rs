//! Curves drawn with characters, for a terminal.

use textplots::{Chart, LabelBuilder, LabelFormat, Plot, Shape};

use super::renderer::Screen;
use crate::report::figure::{Axis, Curve, Curves, Drawing, Figure};
use crate::report::number::{significant, temperature};
use crate::report::text::printable;

/// Characters in a line, where the terminal does not say or says more.
const WIDEST: usize = 76;

/// Characters that the numbers beside a chart take.
const NUMBERS: usize = 8;

/// The fewest that a chart can be drawn in.
const NARROWEST: usize = 16;

/// Lines of a chart.
const LINES: usize = 8;

/// Dots of Braille that a character is.
const DOTS: [usize; 2] = [2, 4];

/// A chart for each curve of the figure over a logarithmic axis, where there is something to draw.
pub(super) fn plots(figure: &Figure, screen: Screen) -> Vec<String> {
    let Drawing::Curves(curves @ Curves { across: Axis::Logarithmic(_), .. }) = &figure.drawing else {
        return Vec::new();
    };
    let name = |curve: &Curve| match &figure.subject {
        Some(subject) => format!("{subject}, {}", curve.name),
        None => curve.name.clone(),
    };
    let drawn = curves.curves.iter().filter(|curve| curve.points.len() > 1);
    let dots = curves.reference.map_or(String::new(), |(name, _)| format!(" (dots: {name})"));
    drawn.map(|curve| format!("{}{dots}\n{}", printable(&name(curve)), plot(curve, curves, screen))).collect()
}

/// The curve, with a dotted line where random labels would be.
fn plot(curve: &Curve, curves: &Curves, screen: Screen) -> String {
    let width = screen.width.unwrap_or(WIDEST).min(WIDEST).saturating_sub(NUMBERS).max(NARROWEST) * DOTS[0];
    let points: Vec<(f32, f32)> =
        curve.points.iter().map(|point| (point.across.ln() as f32, point.value as f32)).collect();
    let (left, right) = (points[0].0, points[points.len() - 1].0);
    let highest = curve.points.iter().map(|point| point.value).chain(curves.reference.map(|(_, value)| value));
    let top = highest.fold(f64::MIN_POSITIVE, f64::max) as f32;
    let step = (right - left) / width as f32 * 4.0;
    let dots = (0..width / 4).map(|at| left + at as f32 * step);
    let reference: Vec<(f32, f32)> =
        curves.reference.iter().flat_map(|&(_, value)| dots.clone().map(move |x| (x, value as f32))).collect();
    let (lines, dotted) = (Shape::Lines(&points), Shape::Points(&reference));
    let mut chart = Chart::new_with_y_range(width as u32, (LINES * DOTS[1]) as u32, left, right, 0.0, top);
    let chart = chart
        .x_label_format(LabelFormat::Custom(Box::new(|x| format!("T={}", temperature(f64::from(x).exp())))))
        .y_label_format(LabelFormat::Custom(Box::new(|y| significant(f64::from(y), 3))))
        .lineplot(&lines)
        .lineplot(&dotted);
    chart.x_axis();
    chart.figures();
    let drawn = chart.to_string();
    match screen.is_ascii {
        true => drawn.chars().map(ascii).collect(),
        false => drawn,
    }
}

/// A character of Braille as what every terminal has.
fn ascii(letter: char) -> char {
    match letter {
        '\u{2800}' => ' ',
        '\u{2801}'..='\u{28ff}' => '*',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figure::CurvePoint;

    fn figure(values: &[f64]) -> Figure {
        let point = |(at, &value): (usize, &f64)| CurvePoint {
            across: 0.01 * 10_f64.powi(at as i32),
            value,
            bounds: None,
            is_best: false,
            note: String::new(),
        };
        let points = values.iter().enumerate().map(point).collect();
        let curves = vec![Curve { name: "enc\u{1b}1".into(), points }];
        let across = Axis::Logarithmic("T".into());
        let drawing = Drawing::Curves(Curves { across, up: "SNNL", curves, reference: Some(("random labels", 2.3)) });
        Figure { title: "over T".into(), subject: None, drawing }
    }

    #[test]
    fn a_curve_is_drawn_in_dots_or_in_ascii() {
        let screen = Screen { width: Some(60), ..Screen::default() };
        let drawn = plots(&figure(&[2.0, 0.5, 1.0]), screen);
        assert!(drawn.len() == 1 && drawn[0].starts_with("enc\\u{1b}1 (dots: random labels)\n"), "{drawn:?}");
        assert!(drawn[0].contains("T=0.01") && drawn[0].contains("T=1") && drawn[0].contains("2.30"), "{}", drawn[0]);
        assert!(drawn[0].lines().all(|line| line.chars().count() <= 60), "{}", drawn[0]);
        let plain = plots(&figure(&[2.0, 0.5, 1.0]), Screen { is_ascii: true, ..screen });
        assert!(plain[0].is_ascii() && plain[0].contains("**"), "{}", plain[0]);
        for width in [None, Some(0), Some(10), Some(500)] {
            assert_eq!(plots(&figure(&[0.0, 0.0]), Screen { width, ..screen }).len(), 1);
        }
        assert!(plots(&figure(&[1.0]), screen).is_empty());
    }
}
