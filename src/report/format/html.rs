//! A page with pictures, for a browser.

use std::io::{self, Write};

use super::renderer::{Export, Renderer, Screen};
use crate::report::document::Document;
use crate::report::html::page;

pub(super) const HTML: Renderer = Renderer {
    needs: None,
    is_printed: false,
    export: Some(Export { flag: "export-html", content: "one HTML page with pictures" }),
    render,
};

fn render(document: &Document, _: Screen, out: &mut dyn Write) -> io::Result<()> {
    let page = page(document).map_err(|problem| io::Error::new(io::ErrorKind::InvalidData, problem))?;
    out.write_all(page.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::sample::{document, rendered};
    use super::*;

    #[test]
    fn a_page_holds_the_result_and_asks_for_nothing_from_outside() {
        let mut document = document();
        document.notes = vec!["<script>alert(1)</script>".into()];
        let page = String::from_utf8(rendered(&HTML, &document)).unwrap();
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("<h1>x passes</h1>"));
        assert!(page.contains("{\"schema_version\":1}"), "{page}");
        // The script alone makes an address, of what is in the page.
        let (markup, script) = page.rsplit_once("<script>").unwrap();
        for outside in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!markup.contains(outside), "{outside}");
        }
        for outside in ["http", "src", "fetch", "XMLHttpRequest", "import"] {
            assert!(!script.contains(outside), "{outside}");
        }
    }

    #[test]
    fn what_json_cannot_hold_is_an_error() {
        let document = Document { json: Err("`stderr` is not a finite number".into()), ..document() };
        let error = render(&document, Screen::default(), &mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
