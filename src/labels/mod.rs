//! Labels of any type become dense class ids, class names and class sizes; matching them with layers is left to `score`.

mod array;
mod classes;
mod column;
mod text;

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Fault};
use crate::source::array::Array;
use crate::source::{npz, safetensors};

/// The class of every row of a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    /// The labels as named on the command line, for messages.
    pub spec: String,
    /// Class of each row: an index into `names`.
    pub classes: Vec<u32>,
    /// Name of each class, in natural order: whole numbers by value, then text.
    pub names: Vec<String>,
}

impl Labels {
    /// Reads the labels that `spec` names: `y.npy`, `y.npz[:array]`, `y.safetensors[:tensor]`, `y.parquet[:column]`,
    /// `y.csv[:column]`, or `y.txt` with a label a line.
    ///
    /// Labels are whole numbers (`3.0` is `3`), booleans (`False`, `True`), text, or one-hot rows in a 2-D array.
    ///
    /// # Errors
    /// When the file cannot be read, and when a row has no label or a number that is not whole.
    pub fn read(spec: &str) -> Result<Labels, Error> {
        let (path, column) = Labels::locate(spec);
        let read = match suffix(&path).as_deref() {
            Some("npy") if column.is_some() => {
                Err(Fault::content("expected no column: an array has none").hint("name the file alone"))
            }
            Some("npy") => Array::open_npy(&path).and_then(array::read),
            Some("npz") => npz::arrays(&path).and_then(|arrays| array::read_named(arrays, column.as_deref())),
            Some("safetensors") => {
                safetensors::arrays(&path).and_then(|arrays| array::read_named(arrays, column.as_deref()))
            }
            Some("parquet") => column::read(&path, column.as_deref()),
            Some("csv") => text::read_csv(&path, column.as_deref()),
            Some("txt") if column.is_some() => {
                Err(Fault::content("expected no column: each line is one label").hint("name the file alone"))
            }
            Some("txt") => text::read_lines(&path),
            _ => Err(Fault::content("expected a file ending in .npy, .npz, .parquet, .safetensors, .csv or .txt")
                .hint("the suffix tells the format: y.npy, or table.csv:column for one column")),
        };
        let labels = read.map(|classes| {
            let (classes, names) = classes.finish();
            Labels { spec: spec.to_owned(), classes, names }
        });
        labels.map_err(|fault| Error::Labels { path: spec.to_owned(), fault })
    }

    /// The file that `spec` names, and the column after a colon.
    pub fn locate(spec: &str) -> (PathBuf, Option<String>) {
        let after_file = |&(colon, _): &(usize, &str)| suffix(Path::new(&spec[..colon])).is_some();
        match spec.match_indices(':').find(after_file) {
            Some((colon, _)) if !Path::new(spec).exists() => (spec[..colon].into(), Some(spec[colon + 1..].to_owned())),
            _ => (spec.into(), None),
        }
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
        let mut hash = Sha256::new();
        for &class in &self.classes {
            hash.update(&self.names[class as usize]);
            hash.update("\n");
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The suffix of `path` in lower case, if labels come in such files.
fn suffix(path: &Path) -> Option<String> {
    let suffix = path.extension()?.to_str()?.to_ascii_lowercase();
    ["npy", "npz", "parquet", "safetensors", "csv", "txt"].contains(&suffix.as_str()).then_some(suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_separates_a_column_only_after_a_file() {
        let locate = |spec| {
            let (path, column) = Labels::locate(spec);
            (path.display().to_string(), column.unwrap_or_default())
        };
        let expected = |path: &str, column: &str| (path.to_owned(), column.to_owned());
        assert_eq!(locate("y.npy"), expected("y.npy", ""));
        assert_eq!(locate("a/meta.csv:split:1"), expected("a/meta.csv", "split:1"));
        assert_eq!(locate(r"C:\y.parquet"), expected(r"C:\y.parquet", ""));
        assert_eq!(locate(r"C:\y.parquet:fine"), expected(r"C:\y.parquet", "fine"));
        assert_eq!(locate("run:3/Y.TXT"), expected("run:3/Y.TXT", ""));
    }

    #[test]
    fn sizes_and_hash_follow_the_rows() {
        let labels = Labels { spec: "y".into(), classes: vec![1, 0, 1], names: vec!["a".into(), "b".into()] };
        assert_eq!(labels.sizes(), [1, 2]);
        // printf 'b\na\nb\n' | sha256sum
        assert_eq!(labels.sha256(), "7cafa1b24cf9d8d1f03cdc8c03cbe7343e2c7345af2dccce72a830042858a984");
    }
}
