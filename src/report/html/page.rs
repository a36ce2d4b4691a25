//! The page: the summary, figures, tables, notes, and the complete result for programs.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::escape::{escaped, script_json};
use super::{curves, map, matrix, pictures, strips, tables};
use crate::compare::embedded;
use crate::report::document::Document;
use crate::report::figure::{Drawing, Figure};
use crate::report::grid::Grid;

const STYLE: &str = include_str!("page.css");

const SCRIPT: &str = include_str!("page.js");

/// The whole page.
///
/// # Errors
/// Why JSON cannot hold the result.
pub(in crate::report) fn page(document: &Document) -> Result<String, String> {
    let json = document.json.as_ref().map_err(Clone::clone)?;
    let json: serde_json::Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let title = escaped(document.headline.as_ref().unwrap_or(&document.title));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · snnl-score</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header><h1>{title}</h1>\n",
        policy()
    );
    // The first two say what the values are, and of what.
    let (facts, notes) = document.notes.split_at(document.notes.len().min(2));
    page.extend(facts.iter().map(|fact| format!("<p>{}</p>\n", escaped(fact))));
    page.push_str("</header>\n<main>\n");
    let about = |subject: Option<&str>| -> (Vec<&Grid>, Vec<&Figure>) {
        let grids = document.grids.iter().filter(|grid| grid.subject.as_deref() == subject).collect();
        (grids, document.figures.iter().filter(|figure| figure.subject.as_deref() == subject).collect())
    };
    let (grids, figures) = about(None);
    let (first, others) = grids.split_at(grids.len().min(1));
    first.iter().for_each(|grid| page += &section(grid.title, &tables::table(grid)));
    page += &drawn(&figures, &[]);
    others.iter().for_each(|grid| page += &section(grid.title, &tables::table(grid)));
    for subject in subjects(document) {
        let (grids, figures) = about(Some(subject));
        page += &section(subject, &drawn(&figures, &grids));
    }
    let notes: String = notes.iter().map(|note| format!("<li>{}</li>", escaped(note))).collect();
    page += &section("notes", &format!("<ul class=\"notes\">{notes}</ul>"));
    page.push_str("</main>\n<footer>");
    let made_by = format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    // A comparison and a gate are of several runs.
    let finished = json.pointer("/run/finished").and_then(serde_json::Value::as_str);
    let finished = finished.map_or(String::new(), |time| format!(", {}", escaped(time)));
    let _ = write!(page, "<p>made by {made_by}{finished}</p>");
    if let Some(command) = &document.command {
        let _ = write!(page, "<pre>{}</pre>", escaped(command));
    }
    let sheet = document.thumbnails.as_ref().map_or(String::new(), pictures::sheet);
    let _ = write!(
        page,
        "<p>This page also holds the whole result for programs.</p></footer>\n{sheet}{}{}{}\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        embedded::BEGIN,
        script_json(&json.to_string()),
        embedded::END
    );
    Ok(page)
}

/// What the page may do: show itself, run the one script that is in it, and nothing else.
fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT));
    format!("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; img-src data:")
}

/// What figures and grids are about, in the order of the figures.
fn subjects(document: &Document) -> Vec<&str> {
    let figures = document.figures.iter().filter_map(|figure| figure.subject.as_deref());
    let mut subjects: Vec<&str> = Vec::new();
    for subject in figures.chain(document.grids.iter().filter_map(|grid| grid.subject.as_deref())) {
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    subjects
}

fn section(title: &str, content: &str) -> String {
    format!("<section><h2>{}</h2>\n{content}\n</section>\n", escaped(title))
}

/// Figures and tables beside each other, as many as there is room for.
fn drawn(figures: &[&Figure], grids: &[&Grid]) -> String {
    let figure = |figure: &&Figure| {
        let title = &figure.title;
        let drawing = match &figure.drawing {
            Drawing::Curves(curves) => curves::draw(title, curves),
            Drawing::Bars(bars) => strips::bars(title, bars),
            Drawing::Limits(values) => strips::limits(title, values),
            Drawing::Matrix(matrix) => matrix::draw(title, matrix),
            Drawing::Map(rows) => map::draw(title, rows),
            Drawing::Pictures(rows) => pictures::cards(rows),
        };
        captioned(title, &drawing)
    };
    let tables = grids.iter().map(|grid| captioned(grid.title, &tables::table(grid)));
    let all: String = figures.iter().map(figure).chain(tables).collect();
    if all.is_empty() { all } else { format!("<div class=\"figures\">{all}</div>\n") }
}

fn captioned(caption: &str, content: &str) -> String {
    format!("<figure><figcaption>{}</figcaption>{content}</figure>", escaped(caption))
}
