//! Curves over one axis, with a legend.

use std::fmt::Write;

use super::escape::escaped;
use super::frame::Frame;
use crate::report::figure::{Curve, CurvePoint, Curves};

/// Colours of the style sheet, each of which comes in [`DASHES`] kinds of lines.
const COLORS: usize = 7;

const DASHES: usize = 4;

/// The chart and its legend.
pub(super) fn draw(title: &str, curves: &Curves) -> String {
    let points = || curves.curves.iter().flat_map(|curve| &curve.points);
    let tops = points().map(|point| point.bounds.map_or(point.value, |(_, high)| high.max(point.value)));
    let highest = tops.chain(curves.reference.map(|(_, value)| value)).fold(0.0, f64::max);
    let frame = Frame::new(&curves.across, points().map(|point| point.across), highest);
    let mut svg = frame.begin(title, &curves.across, curves.up);
    if let Some((name, value)) = curves.reference {
        svg += &frame.reference(name, value);
    }
    for (number, curve) in curves.curves.iter().enumerate() {
        draw_curve(&mut svg, &frame, number, curve);
    }
    svg + "</svg>" + &legend(&curves.curves)
}

/// The classes of the `number`-th curve.
fn classes(number: usize) -> String {
    format!("c{} d{}", number % COLORS, number / COLORS % DASHES)
}

fn draw_curve(svg: &mut String, frame: &Frame, number: usize, curve: &Curve) {
    let place = |point: &CurvePoint, value: f64| format!("{:.1} {:.1}", frame.x(point.across), frame.y(value));
    let _ = write!(svg, "<g class=\"curve {}\">", classes(number));
    let bounded: Vec<(&CurvePoint, (f64, f64))> =
        curve.points.iter().filter_map(|point| Some((point, point.bounds?))).collect();
    if bounded.len() > 1 {
        let above = bounded.iter().map(|(point, (_, high))| place(point, *high));
        let below = bounded.iter().rev().map(|(point, (low, _))| place(point, *low));
        let _ = write!(svg, "<path class=\"band\" d=\"M{}Z\"/>", above.chain(below).collect::<Vec<_>>().join("L"));
    }
    let line: Vec<String> = curve.points.iter().map(|point| place(point, point.value)).collect();
    if !line.is_empty() {
        let _ = write!(svg, "<path class=\"line\" d=\"M{}\"/>", line.join("L"));
    }
    for point in &curve.points {
        let _ = write!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{}\"{}><title>{}</title></circle>",
            frame.x(point.across),
            frame.y(point.value),
            if point.is_best { 5 } else { 3 },
            if point.is_best { " class=\"best\"" } else { "" },
            escaped(&point.note)
        );
    }
    svg.push_str("</g>");
}

/// A line and a name for each curve; none for one alone.
fn legend(curves: &[Curve]) -> String {
    if curves.len() < 2 {
        return String::new();
    }
    let entry = |(number, curve): (usize, &Curve)| {
        format!(
            "<li class=\"{}\"><svg viewBox=\"0 0 26 8\" aria-hidden=\"true\"><path class=\"line\" d=\"M0 4H26\"/></svg>{}</li>",
            classes(number),
            escaped(&curve.name)
        )
    };
    format!("<ul class=\"legend\">{}</ul>", curves.iter().enumerate().map(entry).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figure::Axis;

    fn point(across: f64, value: f64, bounds: Option<(f64, f64)>) -> CurvePoint {
        CurvePoint { across, value, bounds, is_best: value < 1.0, note: format!("<{value}>") }
    }

    #[test]
    fn every_point_is_there_with_its_note() {
        let curve = |name: &str, points| Curve { name: name.into(), points };
        let curves = Curves {
            across: Axis::Logarithmic("T".into()),
            up: "SNNL",
            curves: vec![
                curve("a<b", vec![point(0.1, 0.5, None), point(1.0, 2.0, None)]),
                curve("c", vec![point(0.1, 1.5, Some((1.0, 2.0))), point(1.0, 1.5, Some((1.2, 9.0)))]),
            ],
            reference: Some(("random labels", 2.3)),
        };
        let svg = draw("over T", &curves);
        assert_eq!((svg.matches("<circle").count(), svg.matches("class=\"best\"").count()), (4, 1));
        assert!(svg.contains("<title>&lt;0.5&gt;</title>") && svg.contains("random labels 2.300"));
        assert!(svg.contains("a&lt;b</li>") && svg.matches("class=\"band\"").count() == 1);
        assert_eq!(svg.matches("<li").count(), 2);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
