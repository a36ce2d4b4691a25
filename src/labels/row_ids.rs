//! Ids of rows, by which labels are matched to rows in any order.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::classes::Classes;
use super::read::named_classes;
use super::{LabelOptions, Labels, hexadecimal, shown_specs};
use crate::error::{Error, Fault};

/// Ids that a message names at most.
const NAMED: usize = 5;

/// A name for each row, no two of them equal.
#[derive(Debug, Clone, PartialEq)]
pub struct RowIds {
    /// The ids as named on the command line, for messages.
    pub spec: String,
    /// The place of each row in `names`.
    places: Vec<u32>,
    /// The ids in natural order.
    names: Vec<String>,
}

impl RowIds {
    /// Reads the ids that `specs` name, in all the formats of labels: whole numbers or text. Streams are spooled to scratch
    /// files in `scratch`.
    ///
    /// # Errors
    /// When a file cannot be read, a row has no id, or two rows have the same.
    pub fn read(specs: &[impl AsRef<str>], delimiter: Option<u8>, scratch: &Path) -> Result<RowIds, Error> {
        let options = LabelOptions { delimiter, ..LabelOptions::default() };
        let spec = shown_specs(specs);
        let (places, names) =
            named_classes(specs, Classes::of_ids(), &options, scratch).map_err(|error| match error {
                Error::Labels { path, fault } => Error::Ids { path, fault },
                other => other,
            })?;
        let ids = RowIds { spec, places, names };
        if ids.names.len() < ids.len() { Err(ids.error(ids.repeated())) } else { Ok(ids) }
    }

    /// The id of the row.
    pub fn of(&self, row: usize) -> &str {
        &self.names[self.places[row] as usize]
    }

    /// The place of the row among all, sorted by their ids: the same for one id in every order of the rows.
    pub(crate) fn place(&self, row: usize) -> u32 {
        self.places[row]
    }

    /// Every row's id, in the order of the rows.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|&place| self.names[place as usize].as_str())
    }

    /// The same, in memory that can be shared.
    pub fn texts(&self) -> Arc<[String]> {
        self.iter().map(str::to_owned).collect()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// SHA-256, in hexadecimal, over id and class name of every row in the order of the ids, separated by a tab and followed by a
    /// newline: equal for the same labelled rows in any order.
    pub(super) fn sha256_with(&self, class_of: impl Fn(usize) -> String) -> String {
        let mut rows: Vec<usize> = (0..self.len()).collect();
        rows.sort_unstable_by_key(|&row| self.places[row]);
        let mut hash = Sha256::new();
        for row in rows {
            hash.update(format!("{}\t{}\n", self.of(row), class_of(row)));
        }
        hexadecimal(hash)
    }

    fn error(&self, fault: Fault) -> Error {
        Error::Ids { path: self.spec.clone(), fault }
    }

    /// The fault of ids that several rows share.
    fn repeated(&self) -> Fault {
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); self.names.len()];
        self.places.iter().enumerate().for_each(|(row, &place)| rows[place as usize].push(row));
        let repeated: Vec<String> = (self.names.iter().zip(&rows))
            .filter(|(_, rows)| rows.len() > 1)
            .map(|(name, rows)| format!("`{name}` in rows {} and {}", rows[0], rows[1]))
            .collect();
        Fault::content(format_args!("expected a different id in every row, found {}", some_of(&repeated)))
            .hint("name a column with a different value in every row")
    }
}

impl Labels {
    /// The labels of the rows that `rows` names, found by `own`, the ids of these. Labels that no row needs are left out.
    ///
    /// # Errors
    /// When there are not as many ids as labels, and when a row has no label.
    pub fn of_rows(&self, own: &RowIds, rows: RowIds) -> Result<Labels, Error> {
        if own.len() != self.len() {
            let problem = format!("expected an id for each of the {} labels, found {}", self.len(), own.len());
            return Err(
                own.error(Fault::content(problem).hint("--label-ids names the ids of the labels, one for each"))
            );
        }
        let classes: HashMap<&str, u32> = own.iter().zip(self.classes.iter().copied()).collect();
        let missing: Vec<String> =
            rows.iter().filter(|id| !classes.contains_key(id)).map(|id| format!("`{id}`")).collect();
        if !missing.is_empty() {
            let count = match missing.len() {
                1 => "a row has an id".to_owned(),
                count => format!("{count} of {} rows have ids", rows.len()),
            };
            let problem = format!("{count} that no label has: {}", some_of(&missing));
            let hint = format!("labels are found by their ids, `{}`; ids must be written alike in both", own.spec);
            return Err(rows.error(Fault::content(problem).hint(hint)));
        }
        let classes: Vec<u32> = rows.iter().map(|id| classes[id]).collect();
        let mut numbers = vec![None; self.names.len()];
        classes.iter().for_each(|&class| numbers[class as usize] = Some(0));
        (0..).zip(numbers.iter_mut().flatten()).for_each(|(next, number)| *number = next);
        let there = || numbers.iter().zip(self.names.iter().zip(&self.ignored)).filter(|(number, _)| number.is_some());
        Ok(Labels {
            spec: self.spec.clone(),
            classes: classes.iter().filter_map(|&class| numbers[class as usize]).collect(),
            names: there().map(|(_, (name, _))| name.clone()).collect(),
            ignored: there().map(|(_, (_, &ignored))| ignored).collect(),
            ids: Some(rows),
        })
    }
}

/// The first of what is found, and how many more there are.
fn some_of(found: &[String]) -> String {
    let named = found.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match found.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These ids, in natural order of their names.
    fn ids(rows: &[&str]) -> RowIds {
        let mut names: Vec<String> = rows.iter().map(|id| id.to_string()).collect();
        names.sort();
        names.dedup();
        let place = |id: &&str| names.iter().position(|name| name == id).unwrap() as u32;
        RowIds { spec: "ids".into(), places: rows.iter().map(place).collect(), names: names.clone() }
    }

    fn labels() -> Labels {
        let names = ["cat", "dog", "owl"].map(String::from).to_vec();
        Labels { spec: "y".into(), classes: vec![2, 0, 1, 0], names, ignored: vec![false, true, false], ids: None }
    }

    #[test]
    fn labels_follow_the_ids_and_not_the_order() {
        let own = ids(&["d", "a", "b", "c"]);
        let joined = labels().of_rows(&own, ids(&["b", "c", "a"])).unwrap();
        assert_eq!((joined.classes, joined.names), (vec![1, 0, 0], vec!["cat".to_owned(), "dog".into()]));
        assert_eq!(joined.ignored, [false, true]);
        let whole = |rows: &[&str]| labels().of_rows(&own, ids(rows)).unwrap();
        let (some, others) = (whole(&["a", "b", "c", "d"]), whole(&["d", "c", "a", "b"]));
        assert_eq!(some.rows_sha256(), others.rows_sha256());
        assert_ne!(some.sha256(), others.sha256());
        // printf 'a\tcat\nb\tdog\nc\tcat\nd\towl\n' | sha256sum
        let expected = "2b98a07287f725fdd9660383446bcc54b1660674f8bef66541ff3ed9415ba620";
        assert_eq!(some.rows_sha256().as_deref(), Some(expected));
        assert_ne!(some.rows_sha256(), whole(&["a", "b", "c"]).rows_sha256());
        assert_eq!((some.key(3), others.key(0)), (3, 3));
    }

    #[test]
    fn what_is_missing_or_double_is_named() {
        let said = |error: Error| std::error::Error::source(&error).unwrap().to_string();
        let own = ids(&["a", "b", "c", "d"]);
        let missing = said(labels().of_rows(&own, ids(&["a", "x", "b", "y"])).unwrap_err());
        assert_eq!(missing, "2 of 4 rows have ids that no label has: `x`, `y`");
        let missing = said(labels().of_rows(&own, ids(&["x"])).unwrap_err());
        assert_eq!(missing, "a row has an id that no label has: `x`");
        let fewer = said(labels().of_rows(&ids(&["a", "b"]), ids(&["a"])).unwrap_err());
        assert_eq!(fewer, "expected an id for each of the 4 labels, found 2");
        let repeated = ids(&["a", "b", "a", "c", "b"]).repeated().to_string();
        assert_eq!(repeated, "expected a different id in every row, found `a` in rows 0 and 2, `b` in rows 1 and 4");
        let many: Vec<String> = (0..7).map(|number| number.to_string()).collect();
        assert_eq!(some_of(&many), "0, 1, 2, 3, 4 and 2 more");
    }
}
