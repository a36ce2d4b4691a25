//! Turns labels of any type into dense class ids, class names and class sizes.

mod array;
mod classes;
mod column;
mod delimited;
mod inputs;
mod json;
mod lines;
mod options;
mod read;
mod row_ids;
mod several_hot;
mod spec;
mod text_format;

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use self::classes::{Classes, MISSING, class_name};
pub use self::inputs::LabelInputs;
pub use self::options::LabelOptions;
use self::read::named_classes;
pub use self::row_ids::RowIds;
use self::text_format::TextFormat;
use crate::disk::is_file;
use crate::error::Error;
use crate::source::{LabelFile, natural};

/// Labels that a message names at most.
const NAMED: usize = 10;

/// Files of labels of which each is named in a message.
const NAMED_SPECS: usize = 3;

/// The class of every row of a dataset.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labels {
    /// The labels as named on the command line, for messages.
    pub spec: String,
    /// Class of each row: an index into `names`.
    pub classes: Vec<u32>,
    /// Name of each class, in natural order: whole numbers by value, then text.
    pub names: Vec<String>,
    /// For each class, whether its rows are left out, as if they were not there.
    pub ignored: Vec<bool>,
    /// What the rows are called, where they are called anything (`--ids`).
    pub ids: Option<RowIds>,
}

impl Labels {
    /// Reads the labels that `specs` name, one after the other: `y.npy`, `y.npz[:array]`, `y.parquet[:column]`,
    /// `y.csv[:column]`, `y.json[:key]`, `y.txt[:header]` with one label per line, any other format of activations, or
    /// a directory of such files. Rows of the classes named `ignored` are left out.
    ///
    /// Labels are whole numbers (`3.0` is `3`), booleans (`False`, `True`), text, or one-hot rows in a 2-D array.
    ///
    /// # Errors
    /// When a file cannot be read, and when a row has no label or a number that is not whole.
    pub fn read(specs: &[impl AsRef<str>], ignored: &[String]) -> Result<Labels, Error> {
        let options = LabelOptions { ignored: ignored.to_vec(), ..LabelOptions::default() };
        Labels::read_with(specs, &options, &std::env::temp_dir())
    }

    /// As [`Labels::read`], with what else is said of them. Streams are spooled to scratch files in `scratch`.
    ///
    /// # Errors
    /// As [`Labels::read`].
    pub fn read_with(specs: &[impl AsRef<str>], options: &LabelOptions, scratch: &Path) -> Result<Labels, Error> {
        let (classes, names) = named_classes(specs, Classes::ignoring(&options.ignored), options, scratch)?;
        let is_ignored = |name: &String| options.ignored.iter().any(|ignored| class_name(ignored) == name.as_str());
        let ignored = names.iter().map(is_ignored).collect();
        Ok(Labels { spec: shown_specs(specs), classes, names, ignored, ids: None })
    }

    /// Checks that each of the labels `ignored` is one in `all`: a misspelt one would leave in what was to be left out.
    ///
    /// # Errors
    /// A usage error that names the labels there are.
    pub fn check_ignored(ignored: &[String], all: &[&Labels]) -> Result<(), Error> {
        let mut names: Vec<&String> = all.iter().flat_map(|labels| &labels.names).collect();
        let is_known =
            |label: &&String| *label == MISSING || names.iter().any(|name| class_name(label) == name.as_str());
        let Some(unknown) = ignored.iter().find(|label| !is_known(label)) else {
            return Ok(());
        };
        names.sort_by(|a, b| natural(a, b).then_with(|| a.cmp(b)));
        names.dedup();
        let named: Vec<&str> = names.iter().take(NAMED).map(|name| name.as_str()).collect();
        let more = match names.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let hint = format!("there are: {}{more}", named.join(", "));
        Err(Error::usage(format_args!("`--ignore-label {unknown}`"), "no row has this label", hint))
    }

    /// Both with the classes of either, so that one number stands for one class in both.
    pub fn numbered_alike(&self, other: &Labels) -> [Labels; 2] {
        let mut names: Vec<String> = self.names.iter().chain(&other.names).cloned().collect();
        names.sort_by(|a, b| natural(a, b).then_with(|| a.cmp(b)));
        names.dedup();
        [self, other].map(|labels| {
            let number = |name: &String| names.iter().position(|of_both| of_both == name).unwrap_or_default() as u32;
            let numbers: Vec<u32> = labels.names.iter().map(number).collect();
            let mut ignored = vec![false; names.len()];
            numbers.iter().zip(&labels.ignored).for_each(|(&number, &own)| ignored[number as usize] = own);
            let classes = labels.classes.iter().map(|&class| numbers[class as usize]).collect();
            Labels { spec: labels.spec.clone(), classes, names: names.clone(), ignored, ids: labels.ids.clone() }
        })
    }

    /// The file or directory that `spec` names, and the column after a colon.
    pub fn locate(spec: &str) -> LabelFile {
        spec::locate(spec)
    }

    /// What `specs` stand for, each a file or a directory of parts of one table: globs as what they match, directories of several
    /// datasets as the one called `split`, and `:column` as that column in `inputs`, in the files that are parts of one layer.
    ///
    /// # Errors
    /// A glob that matches nothing, and a split that is not there or not named.
    pub fn resolve(specs: &[String], inputs: &[PathBuf], split: Option<&str>) -> Result<Vec<String>, Error> {
        spec::resolve(specs, inputs, split)
    }

    /// The label of the first row where it was the first line of a text file, and so may be a header.
    pub(crate) fn first_line(&self) -> Option<&str> {
        let path = PathBuf::from(&self.spec);
        let is_text = matches!(TextFormat::of(&path), Some(TextFormat::Lines | TextFormat::Delimited(_)));
        let first = *self.classes.first().filter(|_| is_text && is_file(&path))?;
        self.names.get(first as usize).map(String::as_str)
    }

    /// Whether the row is left out.
    pub fn ignores(&self, row: usize) -> bool {
        self.ignored[self.classes[row] as usize]
    }

    /// Number of rows that are left out.
    pub fn ignored_rows(&self) -> usize {
        (0..self.len()).filter(|&row| self.ignores(row)).count()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// Number of rows in each class.
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.names.len()];
        for &class in &self.classes {
            sizes[class as usize] += 1;
        }
        sizes
    }

    /// SHA-256, in hexadecimal, over the class name of every row, each followed by a newline: equal labels in any
    /// format hash alike.
    pub fn sha256(&self) -> String {
        self.sha256_of(self.len())
    }

    /// As [`Labels::sha256`], of the first `rows` rows, of which there are no fewer.
    pub(crate) fn sha256_of(&self, rows: usize) -> String {
        let mut hash = Sha256::new();
        for &class in &self.classes[..rows] {
            hash.update(&self.names[class as usize]);
            hash.update("\n");
        }
        hexadecimal(hash)
    }

    /// As [`Labels::sha256`], with the ids of the rows and in their order, where rows have ids.
    pub fn rows_sha256(&self) -> Option<String> {
        let ids = self.ids.as_ref()?;
        Some(ids.sha256_with(|row| self.names[self.classes[row] as usize].clone()))
    }

    /// A number of the row that is the same in every order of the rows, where they have ids; otherwise its index.
    pub(crate) fn key(&self, row: u32) -> u32 {
        self.ids.as_ref().map_or(row, |ids| ids.place(row as usize))
    }
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How `specs` are called in a message.
fn shown_specs(specs: &[impl AsRef<str>]) -> String {
    let specs: Vec<&str> = specs.iter().map(AsRef::as_ref).collect();
    match &specs[..] {
        [first, .., last] if specs.len() > NAMED_SPECS => format!("{first} … {last}"),
        _ => specs.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_hash_follow_the_rows() {
        let names = vec!["a".into(), "b".into()];
        let labels =
            Labels { spec: "y".into(), classes: vec![1, 0, 1], names, ignored: vec![true, false], ..Labels::default() };
        assert_eq!(labels.sizes(), [1, 2]);
        assert_eq!((labels.ignored_rows(), labels.ignores(1), labels.ignores(2)), (1, true, false));
        // printf 'b\na\nb\n' | sha256sum
        assert_eq!(labels.sha256(), "7cafa1b24cf9d8d1f03cdc8c03cbe7343e2c7345af2dccce72a830042858a984");
    }
}
