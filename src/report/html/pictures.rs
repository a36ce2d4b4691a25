//! The pictures of rows, which the script of the page cuts from one sheet.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::escape::{escaped, script_json};
use crate::report::figure::PicturedRow;
use crate::report::thumbnails::Thumbnails;

/// What the script cuts from.
#[derive(Serialize)]
struct Sheet {
    /// Four bytes for each row, the lowest first, in Base64.
    rows: String,
    height: usize,
    width: usize,
    columns: usize,
    /// The sheet as the address of a picture.
    png: String,
}

/// The sheet, once for the page.
pub(super) fn sheet(thumbnails: &Thumbnails) -> String {
    let rows: Vec<u8> = thumbnails.rows.iter().flat_map(|row| row.to_le_bytes()).collect();
    let [height, width] = thumbnails.size;
    let png = format!("data:image/png;base64,{}", STANDARD.encode(&thumbnails.png));
    let sheet = Sheet { rows: STANDARD.encode(rows), height, width, columns: thumbnails.columns, png };
    let json = serde_json::to_string(&sheet).unwrap_or_default();
    format!("<script type=\"application/json\" id=\"thumbnails\">{}</script>\n", script_json(&json))
}

/// A card for each row, with its neighbors.
pub(super) fn cards(rows: &[PicturedRow]) -> String {
    let thumbnail = |(row, caption): &(u32, String)| {
        format!("<span><i class=\"thumb\" data-row=\"{row}\"></i>{}</span>", escaped(caption))
    };
    let card = |row: &PicturedRow| {
        let pictures: String = row.pictures.iter().map(thumbnail).collect();
        format!("<li><p>{}</p>{pictures}</li>", escaped(&row.note))
    };
    format!("<ul class=\"cards\">{}</ul>", rows.iter().map(card).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_a_place_for_each_picture() {
        let row = PicturedRow { note: "row 3 <b>".into(), pictures: vec![(3, "cat".into()), (9, "dog".into())] };
        let html = cards(&[row]);
        assert!(
            html.contains("data-row=\"3\"></i>cat") && html.contains("data-row=\"9\"") && html.contains("&lt;b&gt;")
        );
        let sheet = sheet(&Thumbnails { rows: vec![3, 9], size: [2, 4], columns: 2, png: vec![1, 2, 3] });
        assert!(sheet.contains("\"rows\":\"AwAAAAkAAAA=\"") && sheet.contains("data:image/png;base64,AQID"), "{sheet}");
    }
}
