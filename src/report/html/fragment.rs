//! The tables and notes of a document as a part of another page, for example a notebook.

use super::escape::escaped;
use super::tables::table;
use crate::report::document::Document;
use crate::report::grid::Grid;

const STYLE: &str = include_str!("fragment.css");

/// The outcome if there is one, every table, and the notes. It brings its own style and no script.
pub fn fragment(document: &Document) -> String {
    let headline = document.headline.iter().map(|headline| format!("<p><strong>{}</strong></p>", escaped(headline)));
    // The first table says by itself what it is.
    let titled = |(place, grid): (usize, &Grid)| match (place, &grid.subject) {
        (0, _) => table(grid),
        (_, None) => format!("<p><strong>{}</strong></p>{}", escaped(grid.title), table(grid)),
        (_, Some(subject)) => {
            format!("<p><strong>{}: {}</strong></p>{}", escaped(subject), escaped(grid.title), table(grid))
        }
    };
    let grids = document.grids.iter().enumerate().map(titled);
    let notes: String = document.notes.iter().map(|note| format!("<li>{}</li>", escaped(note))).collect();
    let parts: String = headline.chain(grids).collect();
    format!("<div class=\"snnl-score\"><style>{STYLE}</style>{parts}<ul>{notes}</ul></div>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::score::{Listing, document, sample};

    #[test]
    fn a_fragment_is_tables_and_notes_without_a_script() {
        let mut document = document(&sample::sample(), Listing::default());
        document.notes.push("<b> & co".into());
        let html = fragment(&document);
        assert!(html.starts_with("<div class=\"snnl-score\">") && html.ends_with("</ul></div>"));
        assert!(html.contains("<th scope=\"row\">enc1</th>") && html.contains("<li>&lt;b&gt; &amp; co</li>"), "{html}");
        assert!(!html.contains("<script") && !html.contains("<html"));
        // The style is for what is in the fragment alone.
        let (_, style) = html.split_once("<style>").unwrap();
        let selectors = style.split_once("</style>").unwrap().0.split('}').filter_map(|rule| rule.split_once('{'));
        assert!(selectors.flat_map(|(all, _)| all.split(',')).all(|one| one.trim().starts_with(".snnl-score")));
    }
}
