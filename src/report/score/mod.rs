//! A [`ScoreTable`] as a document.

mod batches;
mod by_layer;
pub(super) mod classes;
mod companions;
mod details;
mod explanation;
mod figures;
mod json;
mod layers;
mod listing;
mod maps;
mod notes;
mod odd_rows;
mod pictures;
mod records;
#[cfg(test)]
pub(super) mod sample;
mod worst;

pub(super) use self::by_layer::listed;
pub use self::details::{Detail, detail};
pub(super) use self::figures::temperature_axis;
pub use self::listing::{LayerOrder, Listing};
pub use self::maps::map_figure;
pub(super) use self::odd_rows::odd_rows;
pub use self::pictures::worst_pictures;
use super::document::{Document, Report, Section};
use super::sentences::counted;
use crate::score::table::ScoreTable;

impl Report for ScoreTable {
    const SECTIONS: &'static [Section] = &[Section::Records];
}

/// Layers and, if requested, batches, classes and worst rows; notes; one record per layer and temperature.
/// Tables for people have the layers of `listing`.
pub fn document(table: &ScoreTable, listing: Listing) -> Document {
    let shown = listing.of(table);
    let shown = shown.as_ref();
    Document {
        title: format!("Soft Nearest Neighbor Loss of {}", counted(table.layers.len(), "layer", "layers")),
        headline: None,
        grids: [layers::grid(shown)]
            .into_iter()
            .chain(batches::grid(shown))
            .chain(classes::grid(shown))
            .chain(companions::grid(shown))
            .chain(explanation::grids(shown))
            .chain(worst::grid(shown))
            .collect(),
        figures: figures::figures(table),
        notes: listing.note(table).into_iter().chain(notes::notes(table)).collect(),
        json: json::text(table),
        thumbnails: None,
        command: None,
        records: Some(records::records(table)),
        checks: None,
        metrics: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::format::{Format, Screen};

    fn text(format: Format) -> String {
        let mut out = Vec::new();
        format.render(&document(&sample::sample(), Listing::default()), Screen::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_document_has_the_sections_of_its_kind() {
        let document = document(&sample::sample(), Listing::default());
        assert_eq!(document.sections(), ScoreTable::SECTIONS);
        assert_eq!(document.grids.len(), 1, "no classes were asked for");
    }

    #[test]
    fn the_table_and_its_notes_are_drawn_as_a_reader_expects() {
        let expected = "\
╭────────────────────────────────────────────────────────╮
│ layer  relative  best T  dim  T=0.01       T=1  chance │
├────────────────────────────────────────────────────────┤
│ enc1       0.26  0.01 ↓  500  0.5987     2.100   2.303 │
│ enc10   4.3e-10     1 ↑   70  0.2500  1.000e-9   2.303 │
├────────────────────────────────────────────────────────┤
│ sum                           0.8487     2.100         │
╰────────────────────────────────────────────────────────╯
SNNL (exact) by cosine distance";
        let text = text(Format::Table);
        assert!(text.starts_with(expected), "{text}");
    }

    #[test]
    fn the_sum_closes_the_table_in_markdown() {
        let text = text(Format::Markdown);
        assert!(text.contains("| sum |  |  |  | 0.8487 | 2.100 |  |\n\n- SNNL (exact)"), "{text}");
    }
}
