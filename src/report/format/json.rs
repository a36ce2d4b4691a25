//! The whole result as JSON, which the schemas in `docs/` describe.

use std::io::{self, Write};

use super::renderer::{Export, Renderer, Screen};
use crate::report::document::Document;

pub(super) const JSON: Renderer =
    Renderer { needs: None, is_printed: true, export: Some(Export { flag: "export-json", content: "JSON" }), render };

/// The text, with a newline at the end.
fn render(document: &Document, _: Screen, out: &mut dyn Write) -> io::Result<()> {
    match &document.json {
        Ok(text) => writeln!(out, "{text}"),
        Err(problem) => Err(io::Error::new(io::ErrorKind::InvalidData, problem.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{document, rendered};
    use super::*;

    #[test]
    fn the_text_ends_its_line() {
        let text = String::from_utf8(rendered(&JSON, &document())).unwrap();
        assert_eq!(text, document().json.unwrap() + "\n");
    }

    #[test]
    fn what_json_cannot_hold_is_an_error() {
        let document = Document { json: Err("`stderr` is not a finite number".into()), ..document() };
        let error = render(&document, Screen::default(), &mut Vec::new()).unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (io::ErrorKind::InvalidData, document.json.unwrap_err()));
    }
}
