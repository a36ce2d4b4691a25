//! A small handmade document for the tests of every format, which change the parts they test.

use super::renderer::{Renderer, Screen};
use crate::report::cell::{Cell, CellValue, Edge};
use crate::report::checks::{CheckResult, CheckStatus, Checks};
use crate::report::document::{Document, Metrics};
use crate::report::grid::{Folding, Grid, number, text};
use crate::report::records::{ColumnValues, RecordColumn, Records};

/// Two layers at two temperatures with their sum, and every section that a document can have.
pub(super) fn document() -> Document {
    let column = |name, values| RecordColumn { name, values };
    let check = |layer: &str, status, message: &str| CheckResult {
        rule: "code".into(),
        limit: "max".into(),
        layer: layer.into(),
        temperature: Some(0.1),
        status,
        is_reported_only: false,
        message: message.into(),
    };
    Document {
        title: "x".into(),
        headline: Some("x passes".into()),
        grids: vec![grid()],
        figures: Vec::new(),
        thumbnails: None,
        command: Some("snnl-score x".into()),
        notes: vec!["2 rows of *x*".into()],
        json: Ok("{\n  \"schema_version\": 1\n}".into()),
        records: Some(Records {
            columns: vec![
                column("layer", ColumnValues::Texts(vec!["a,\"b\"\nc".into(), "enc10".into()])),
                column("dim", ColumnValues::Counts(vec![500, 70])),
                column("snnl", ColumnValues::Numbers(vec![0.1 + 0.2, 1.0])),
                column("relative", ColumnValues::OptionalNumbers(vec![None, Some(1e-9)])),
                column("paired", ColumnValues::OptionalFlags(vec![Some(true), None])),
            ],
            metadata: Some(r#"{"definition":{"preset":"exact"}}"#.into()),
        }),
        checks: Some(Checks {
            made_by: "snnl-score gate".into(),
            subject: "x".into(),
            are_estimates: false,
            seconds: Some(1.5),
            checks: vec![
                check("enc1", CheckStatus::Passed, "0.5 allowed"),
                check("enc10", CheckStatus::Failed, "0.7 is above 0.5"),
                check("head", CheckStatus::NotMade, "no such layer"),
            ],
        }),
        metrics: Some(Metrics {
            name: "snnl",
            groups: [("enc1".to_owned(), [("best".to_owned(), 0.5), ("T=0.1".to_owned(), 1.0)].into())].into(),
        }),
    }
}

/// Layers down, temperatures across, the lowest value of each layer marked.
pub(super) fn grid() -> Grid {
    let headings = ["dim", "T=0.01", "T=1", "chance", "relative", "best T"].map(number);
    let mut grid = Grid::new("layers", [text("layer")].into_iter().chain(headings));
    grid.folding = Folding::Columns { names: 1, groups: vec![1, 1, 1, 3] };
    let snnl = |snnl: f64, is_best| Cell { shade: Some(snnl / 2.303), is_best, ..CellValue::Snnl(snnl).into() };
    let row = |name: &str, dim, [low, high]: [Cell; 2], share, temperature, edge| {
        let name = [CellValue::text(name), CellValue::Count(dim)].map(Cell::from);
        let best = CellValue::BestTemperature { temperature, edge: Some(edge) };
        let summary = [CellValue::Snnl(2.303), CellValue::Share(share), best].map(Cell::from);
        name.into_iter().chain([low, high]).chain(summary).collect::<Vec<_>>()
    };
    grid.push(row("enc1", 500, [snnl(0.598_71, true), snnl(2.1, false)], 0.26, 0.01, Edge::Lowest));
    grid.push(row("enc10", 70, [snnl(0.25, false), snnl(1e-9, true)], 4.3e-10, 1.0, Edge::Highest));
    let [sum, empty] = [CellValue::text("sum"), CellValue::Empty];
    let sums = [CellValue::Snnl(0.848_71), CellValue::Snnl(2.1)];
    grid.push([sum, empty.clone()].into_iter().chain(sums).chain([empty.clone(), empty.clone(), empty]));
    grid.has_total = true;
    grid
}

/// `document` in a format, where there is no terminal.
pub(super) fn rendered(format: &Renderer, document: &Document) -> Vec<u8> {
    let mut out = Vec::new();
    (format.render)(document, Screen::default(), &mut out).unwrap();
    out
}
