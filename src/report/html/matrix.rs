//! A shade for every pair of names, drawn by the script of the page from one byte each.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::escape::{escaped, script_json};
use crate::report::figure::Matrix;

/// What the script draws.
#[derive(Serialize)]
struct Data<'a> {
    down: &'a [String],
    across: &'a [String],
    /// 255 · √share of each, row after row, in Base64.
    shades: String,
}

/// The canvas and its data.
pub(super) fn draw(title: &str, matrix: &Matrix) -> String {
    let shades: Vec<u8> =
        matrix.shares.iter().flatten().map(|share| (255.0 * share.clamp(0.0, 1.0).sqrt()).round() as u8).collect();
    let data = Data { down: &matrix.down, across: &matrix.across, shades: STANDARD.encode(shades) };
    let json = serde_json::to_string(&data).unwrap_or_default();
    format!(
        "<div class=\"matrix\"><canvas role=\"img\" aria-label=\"{}\"></canvas><script type=\"application/json\">{}</script></div>",
        escaped(title),
        script_json(&json)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_for_each_share() {
        let matrix = Matrix {
            down: vec!["</script>".into()],
            across: vec!["b".into(), "c".into()],
            shares: vec![vec![0.25, 1.0]],
        };
        let html = draw("picks", &matrix);
        assert!(html.contains("\"shades\":\"gP8=\"") && html.matches("</script>").count() == 1, "{html}");
    }
}
