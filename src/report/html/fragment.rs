//! The tables and notes of a document as a part of another page, a notebook for one.

use super::escape::escaped;
use super::tables::table;
use crate::report::document::Document;

const STYLE: &str = include_str!("fragment.css");

/// The outcome if there is one, every table that is about the whole, and the notes. It brings its own style and no script.
pub fn fragment(document: &Document) -> String {
    let headline = document.headline.iter().map(|headline| format!("<p><strong>{}</strong></p>", escaped(headline)));
    let grids = document.grids.iter().filter(|grid| grid.subject.is_none()).map(table);
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
