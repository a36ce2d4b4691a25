//! Rows in two dimensions, drawn by the script of the page from a few bytes per row.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::escape::{escaped, script_json};
use crate::report::figure::{ScatterPlot, ScatterPoint};

/// Steps of a coordinate or of a loss.
const STEPS: f64 = 65_535.0;

/// What the script draws. Numbers are in Base64, the lowest byte of each first.
#[derive(Serialize)]
struct Data<'a> {
    classes: &'a [String],
    /// For each row, its place across and up and its loss, each in 65,535 steps; then its class.
    points: String,
    /// The row of each, in four bytes.
    rows: String,
    /// What rows are called, where they are called anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    ids: Option<Vec<&'a str>>,
    /// The highest loss; a row without one has a step more than that has.
    highest: f64,
    /// Height over width.
    ratio: f64,
    /// Which of the rows are ringed.
    ringed: Vec<usize>,
}

/// The canvas, its data, and a button for each class.
pub(super) fn draw(title: &str, map: &ScatterPlot) -> String {
    let axis = |at: usize| {
        let all = map.points.iter().map(move |point| f64::from(point.place[at]));
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    };
    let [across, up] = [axis(0), axis(1)];
    let width = |(low, high): (f64, f64)| if high > low { high - low } else { 1.0 };
    let highest = map.points.iter().filter_map(|point| point.loss).fold(0.0, f64::max);
    let step = |share: f64| (share.clamp(0.0, 1.0) * STEPS).round() as u16;
    let numbers = |point: &ScatterPoint| {
        let place =
            [across, up].into_iter().zip(point.place).map(|(axis, x)| step((f64::from(x) - axis.0) / width(axis)));
        // The highest step is for rows without a loss.
        let loss = point.loss.map_or(u16::MAX, |loss| step(loss / highest.max(f64::MIN_POSITIVE)).min(u16::MAX - 1));
        place.chain([loss, point.class as u16]).flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let points: Vec<u8> = map.points.iter().flat_map(numbers).collect();
    let rows: Vec<u8> = map.points.iter().flat_map(|point| point.row.to_le_bytes()).collect();
    let ids = map.points.iter().map(|point| point.id.as_deref()).collect::<Option<Vec<&str>>>();
    let data = Data {
        classes: &map.classes,
        points: STANDARD.encode(points),
        rows: STANDARD.encode(rows),
        ids,
        highest,
        ratio: (width(up) / width(across)).clamp(0.4, 1.2),
        ringed: (0..).zip(&map.points).filter(|(_, point)| point.is_ringed).map(|(at, _)| at).collect(),
    };
    let json = serde_json::to_string(&data).unwrap_or_default();
    let title = escaped(title);
    format!(
        "<div class=\"map\"><canvas role=\"img\" aria-label=\"{title}\"></canvas><div class=\"classes\" role=\"group\" aria-label=\"classes\"></div>\
         <script type=\"application/json\">{}</script></div>",
        script_json(&json)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_twelve_bytes() {
        let point = |place, loss, class, row| ScatterPoint { place, loss, class, row, id: None, is_ringed: row == 7 };
        let map = ScatterPlot {
            classes: vec!["</script>".into(), "b".into()],
            points: vec![
                point([-1.0, 2.0], Some(2.0), 0, 3),
                point([1.0, 2.0], None, 1, 7),
                point([0.0, 3.0], Some(0.0), 1, 9),
            ],
        };
        let html = draw("map", &map);
        assert_eq!(html.matches("</script>").count(), 1);
        let json = html.split_once("json\">").unwrap().1.split_once("</script>").unwrap().0;
        let data: serde_json::Value = serde_json::from_str(json).unwrap();
        let bytes = STANDARD.decode(data["points"].as_str().unwrap()).unwrap();
        let numbers: Vec<u16> = bytes.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
        assert_eq!(numbers, [0, 0, 65534, 0, 65535, 0, 65535, 1, 32768, 65535, 0, 1]);
        assert_eq!((&data["ringed"], &data["highest"]), (&serde_json::json!([1]), &serde_json::json!(2.0)));
        assert!(!draw("none", &ScatterPlot { classes: Vec::new(), points: Vec::new() }).contains("null"));
    }
}
