//! The formats that documents are rendered in, one file each. A format depends on documents and not on the results that
//! they were made from.

mod annotations;
mod csv;
mod html;
mod json;
mod junit;
mod markdown;
mod metrics;
mod parquet;
mod plot;
mod renderer;
#[cfg(test)]
mod sample;
mod shade;
mod table;

use std::io::{self, Write};

use clap::ValueEnum;

use self::renderer::Renderer;
pub use self::renderer::{Export, Screen};
use super::document::{Document, Report};

/// A format of reports. The order is that in which `--format` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, on a terminal.
    Table,
    /// For people, in a merge request or a README.
    Markdown,
    /// For people, in a browser.
    Html,
    /// Everything, for programs.
    Json,
    /// The records, for spreadsheets.
    Csv,
    /// The records with their types, for data frames.
    Parquet,
    /// The checks, for CI systems.
    Junit,
    /// The metrics, for trackers of experiments.
    Metrics,
    /// The checks that did not pass, for GitHub Actions.
    Annotations,
}

impl Format {
    fn renderer(self) -> &'static Renderer {
        match self {
            Format::Table => &table::TABLE,
            Format::Markdown => &markdown::MARKDOWN,
            Format::Html => &html::HTML,
            Format::Json => &json::JSON,
            Format::Csv => &csv::CSV,
            Format::Parquet => &parquet::PARQUET,
            Format::Junit => &junit::JUNIT,
            Format::Metrics => &metrics::METRICS,
            Format::Annotations => &annotations::ANNOTATIONS,
        }
    }

    /// The formats that reports of the kind `R` can be written in.
    pub fn of<R: Report>() -> impl Iterator<Item = Format> {
        let has_section =
            |format: &Format| format.renderer().needs.is_none_or(|section| R::SECTIONS.contains(&section));
        Format::value_variants().iter().copied().filter(has_section)
    }

    /// Whether it is text to print on standard output.
    pub fn is_printed(self) -> bool {
        self.renderer().is_printed
    }

    /// How it is exported to a file, if it is.
    pub fn export(self) -> Option<Export> {
        self.renderer().export
    }

    /// Writes `document` to `out`, to the last newline; only [`Format::Table`] depends on the screen.
    ///
    /// # Errors
    /// What `out` reports, `InvalidData` where the format cannot hold the document, or `InvalidInput` where the document
    /// lacks what the format is about.
    pub fn render(self, document: &Document, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
        (self.renderer().render)(document, screen, out)
    }
}

#[cfg(test)]
mod tests {
    use super::sample::document;
    use super::*;
    use crate::report::document::Section;

    struct PlainReport;

    impl Report for PlainReport {
        const SECTIONS: &'static [Section] = &[];
    }

    struct CheckedReport;

    impl Report for CheckedReport {
        const SECTIONS: &'static [Section] = &[Section::Checks];
    }

    #[test]
    fn each_format_is_what_its_name_says() {
        let starts = [
            (Format::Table, "╭─"),
            (Format::Markdown, "### x passes\n"),
            (Format::Html, "<!doctype html>"),
            (Format::Json, "{\n"),
            (Format::Csv, "layer,dim,"),
            (Format::Parquet, "PAR1"),
            (Format::Junit, "<?xml"),
            (Format::Metrics, "{\n"),
            (Format::Annotations, "::error "),
        ];
        assert_eq!(starts.map(|(format, _)| format), Format::value_variants());
        for (format, start) in starts {
            let mut out = Vec::new();
            format.render(&document(), Screen::default(), &mut out).unwrap();
            assert!(out.starts_with(start.as_bytes()), "{format:?}");
        }
    }

    #[test]
    fn a_report_has_the_formats_that_its_sections_allow() {
        let plain = [Format::Table, Format::Markdown, Format::Html, Format::Json];
        assert_eq!(Format::of::<PlainReport>().collect::<Vec<_>>(), plain);
        let checked: Vec<Format> = Format::of::<CheckedReport>().collect();
        assert_eq!(checked, [&plain[..], &[Format::Junit, Format::Annotations]].concat());
    }

    #[test]
    fn a_section_that_is_not_there_is_an_error() {
        let mut document = document();
        (document.records, document.checks, document.metrics) = (None, None, None);
        for format in [Format::Csv, Format::Parquet, Format::Junit, Format::Metrics, Format::Annotations] {
            let error = format.render(&document, Screen::default(), &mut Vec::new()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{format:?}");
        }
    }
}
