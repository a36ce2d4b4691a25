//! The content of a report, whatever format it is written in.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::checks::Checks;
use super::figure::Figure;
use super::grid::Grid;
use super::records::Records;
use super::thumbnails::Thumbnails;

/// A result, ready to be rendered in any format. Its text is as it was found: formats escape what they must.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it is, in a few words.
    pub title: String,
    /// The outcome in a sentence, if there is one.
    pub headline: Option<String>,
    /// Tables for people.
    pub grids: Vec<Grid>,
    /// Pictures for people.
    pub figures: Vec<Figure>,
    /// Thumbnails of the rows that figures show.
    pub thumbnails: Option<Thumbnails>,
    /// What a reader must know beside the tables, a plain sentence each.
    pub notes: Vec<String>,
    /// The whole result as JSON, whose names, order and numbers are an API; or why JSON cannot hold it.
    pub json: Result<String, String>,
    /// The command that made the result, as a shell reads it, where it is known.
    pub command: Option<String>,
    /// [`Section::Records`].
    pub records: Option<Records>,
    /// [`Section::Checks`].
    pub checks: Option<Checks>,
    /// [`Section::Metrics`].
    pub metrics: Option<Metrics>,
}

/// What only some kinds of reports have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Flat records.
    Records,
    /// Checks.
    Checks,
    /// Nested numbers.
    Metrics,
}

/// A result that documents are made from.
pub trait Report {
    /// What its documents have beside grids, notes and JSON.
    const SECTIONS: &'static [Section];
}

/// Numbers by name, in groups, as trackers of metrics read them.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// What the numbers are.
    pub name: &'static str,
    /// The numbers of each group.
    pub groups: BTreeMap<String, BTreeMap<String, f64>>,
}

/// `result` as the JSON of a document, or why it cannot be.
pub(super) fn json(result: &impl Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(result).map_err(|error| error.to_string())
}

impl Document {
    /// Its records.
    ///
    /// # Errors
    /// `InvalidInput` where reports of this kind have none, as with every other section.
    pub fn records(&self) -> io::Result<&Records> {
        self.records.as_ref().ok_or_else(|| lacks("records"))
    }

    /// Its checks.
    ///
    /// # Errors
    /// `InvalidInput` where reports of this kind have none.
    pub fn checks(&self) -> io::Result<&Checks> {
        self.checks.as_ref().ok_or_else(|| lacks("checks"))
    }

    /// Its metrics.
    ///
    /// # Errors
    /// `InvalidInput` where reports of this kind have none.
    pub fn metrics(&self) -> io::Result<&Metrics> {
        self.metrics.as_ref().ok_or_else(|| lacks("metrics"))
    }

    /// The sections that it has, in their order.
    #[cfg(test)]
    pub(super) fn sections(&self) -> Vec<Section> {
        let sections = [
            self.records.as_ref().map(|_| Section::Records),
            self.checks.as_ref().map(|_| Section::Checks),
            self.metrics.as_ref().map(|_| Section::Metrics),
        ];
        sections.into_iter().flatten().collect()
    }
}

/// The command line offers no format that a report lacks the section for.
fn lacks(section: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("reports of this kind have no {section}"))
}
