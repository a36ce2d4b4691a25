//! Metrics as nested numbers in JSON, as DVC and other trackers read them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::renderer::{Export, Renderer, Screen};
use crate::report::document::{Document, Section};

pub(super) const METRICS: Renderer = Renderer {
    needs: Some(Section::Metrics),
    is_printed: false,
    export: Some(Export { flag: "export-metrics", content: "nested numbers in JSON" }),
    render,
};

/// `{"snnl": {"layer": {"T=0.1": 0.73, "best": 0.72}}}`.
fn render(document: &Document, _: Screen, out: &mut dyn Write) -> io::Result<()> {
    let metrics = document.metrics()?;
    serde_json::to_writer_pretty(&mut *out, &BTreeMap::from([(metrics.name, &metrics.groups)]))?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{document, rendered};
    use super::*;

    #[test]
    fn numbers_are_nested_by_group() {
        let text = String::from_utf8(rendered(&METRICS, &document())).unwrap();
        assert!(text.ends_with("}\n"));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value, serde_json::json!({"snnl": {"enc1": {"best": 0.5, "T=0.1": 1.0}}}));
    }
}
