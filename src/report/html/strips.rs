//! Values below each other, one per line: bars, and values between their limits.

use std::fmt::Write;

use super::escape::escaped;
use super::frame::{WIDTH, shortened};
use crate::report::figure::{Bar, LimitedValue};
use crate::report::number::significant;

/// Height of a line.
const LINE: f64 = 22.0;

/// Where names end and values begin.
const LEFT: f64 = 130.0;

/// Where values end and their numbers begin.
const RIGHT: f64 = WIDTH - 62.0;

/// Letters of a name.
const LETTERS: usize = 18;

/// Bars that are drawn, at most.
const MOST: usize = 40;

/// A bar a line, the first of them where there are very many.
pub(super) fn bars(title: &str, bars: &[Bar]) -> String {
    let shown = &bars[..bars.len().min(MOST)];
    let highest = shown.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let mut svg = begin(title, shown.len());
    for (line, bar) in shown.iter().enumerate() {
        let (y, length) = (line as f64 * LINE, (RIGHT - LEFT) * share(bar.value, highest));
        let _ = write!(
            svg,
            "<g>{}<rect class=\"bar\" x=\"{LEFT}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"{:.1}\"/>{}<title>{}</title></g>",
            name(&bar.name, y),
            y + 4.0,
            LINE - 8.0,
            number(bar.value, y),
            escaped(&bar.note)
        );
    }
    svg.push_str("</svg>");
    match bars.len() - shown.len() {
        0 => svg,
        more => svg + &format!("<p class=\"more\">and {more} more with lower values</p>"),
    }
}

/// One value per line, with its limit, its baseline and the range of that.
pub(super) fn limits(title: &str, values: &[LimitedValue]) -> String {
    let all = values.iter().flat_map(|value| {
        let limit = value.limit.map(|(limit, _)| limit);
        [Some(value.value), value.baseline, limit, value.history.map(|(_, high)| high)].into_iter().flatten()
    });
    let highest = all.filter(|value| value.is_finite()).fold(0.0, f64::max);
    let x = |value: f64| LEFT + (RIGHT - LEFT) * share(value, highest);
    let mut svg = begin(title, values.len());
    for (line, value) in values.iter().enumerate() {
        let y = line as f64 * LINE;
        let (top, bottom, middle) = (y + 3.0, y + LINE - 3.0, y + LINE / 2.0);
        let _ = write!(svg, "<g>{}", name(&value.name, y));
        if let Some((limit, is_upper)) = value.limit {
            let (from, to) = if is_upper { (x(limit), RIGHT) } else { (LEFT, x(limit)) };
            let _ = write!(
                svg,
                "<rect class=\"forbidden\" x=\"{from:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
                (to - from).max(0.0),
                bottom - top
            );
            let _ = write!(svg, "<path class=\"limit\" d=\"M{:.1} {top:.1}V{bottom:.1}\"/>", x(limit));
        }
        if let Some((low, high)) = value.history {
            let _ = write!(svg, "<path class=\"history\" d=\"M{:.1} {middle:.1}H{:.1}\"/>", x(low), x(high));
        }
        if let Some(baseline) = value.baseline {
            let _ = write!(svg, "<circle class=\"baseline\" cx=\"{:.1}\" cy=\"{middle:.1}\" r=\"4\"/>", x(baseline));
        }
        let kept = if value.is_kept { "kept" } else { "broken" };
        let _ = write!(
            svg,
            "<circle class=\"{kept}\" cx=\"{:.1}\" cy=\"{middle:.1}\" r=\"5\"/>{}<title>{}</title></g>",
            x(value.value),
            number(value.value, y),
            escaped(&value.note)
        );
    }
    svg + "</svg>"
}

fn begin(title: &str, lines: usize) -> String {
    let height = LINE * lines as f64;
    format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">", escaped(title))
}

fn share(value: f64, highest: f64) -> f64 {
    if highest > 0.0 { (value / highest).clamp(0.0, 1.0) } else { 0.0 }
}

fn name(name: &str, y: f64) -> String {
    let name = escaped(&shortened(name, LETTERS));
    format!("<text x=\"{:.1}\" y=\"{:.1}\" class=\"end\">{name}</text>", LEFT - 6.0, y + 15.5)
}

fn number(value: f64, y: f64) -> String {
    format!("<text x=\"{:.1}\" y=\"{:.1}\">{}</text>", RIGHT + 6.0, y + 15.5, significant(value, 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_reaches_the_end() {
        let bar = |value| Bar { name: "class <a>".into(), value, note: "n = 3".into() };
        let svg = bars("classes", &[bar(2.0), bar(1.0), bar(0.0)]);
        let width = |width: f64| format!("width=\"{width:.1}\"");
        assert!([RIGHT - LEFT, (RIGHT - LEFT) / 2.0, 0.0].iter().all(|w| svg.contains(&width(*w))), "{svg}");
        assert!(svg.contains("class &lt;a&gt;") && svg.contains("<title>n = 3</title>"));
        let many = bars("classes", &vec![bar(1.0); 45]);
        assert!(many.contains("and 5 more with lower values") && many.matches("<rect").count() == MOST);
        assert!(!bars("none", &[]).contains("NaN"));
    }

    #[test]
    fn a_value_lies_against_its_limit() {
        let value = LimitedValue {
            name: "enc".into(),
            value: 0.9,
            baseline: Some(0.5),
            history: Some((0.4, 0.6)),
            limit: Some((0.8, true)),
            is_kept: false,
            note: "0.9 is above 0.8".into(),
        };
        let svg = limits("checks", &[value.clone(), LimitedValue { limit: None, is_kept: true, ..value }]);
        let count = |class: &str| svg.matches(&format!("class=\"{class}\"")).count();
        assert_eq!(["broken", "kept", "limit", "baseline", "history"].map(count), [1, 1, 1, 2, 2]);
    }
}
