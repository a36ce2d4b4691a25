//! How labels are named on the command line: a file or a directory, and the column after a colon.

use std::path::{Path, PathBuf};

use super::text_format::TextFormat;
use crate::disk::{exists, is_directory, split_root};
use crate::error::{Error, Fault};
use crate::source::{self, LabelFile, Split, choose_split, expand, first_parts, stream_name};

/// The file or directory that `spec` names, and the column after a colon.
pub(super) fn locate(spec: &str) -> LabelFile {
    let after_file = |&(colon, _): &(usize, &str)| {
        let path = Path::new(&spec[..colon]);
        // A glob of directories has no suffix either.
        is_readable(path)
            || stream_name(path).is_some()
            || expand(path).is_ok_and(|found| found.iter().all(|path| is_directory(path)))
    };
    // Those after the scheme of a URL and before its port separate nothing.
    let start = split_root(Path::new(spec)).map_or(0, |(root, _)| root.len());
    match spec.match_indices(':').filter(|(colon, _)| *colon >= start).find(after_file) {
        Some((colon, _)) if !exists(Path::new(spec)) => {
            LabelFile { path: spec[..colon].into(), column: Some(spec[colon + 1..].to_owned()) }
        }
        _ => LabelFile { path: spec.into(), column: None },
    }
}

/// What `specs` stand for, each a file or a directory of parts of one table: globs as what they match, directories of several
/// datasets as the one called `split`, and `:column` as that column in `inputs`, in the files that are parts of one layer.
///
/// # Errors
/// A glob that matches nothing, and a split that is not there or not named.
pub(super) fn resolve(specs: &[String], inputs: &[PathBuf], split: Option<&str>) -> Result<Vec<String>, Error> {
    let mut resolved = Vec::new();
    for spec in specs {
        let fault = |fault: Fault| Error::Labels { path: spec.clone(), fault };
        let (paths, column) = match spec.strip_prefix(':').filter(|_| !exists(Path::new(spec))) {
            Some(column) => (first_parts(inputs), Some(column.to_owned())),
            None => {
                let LabelFile { path, column } = locate(spec);
                (expand(&path).map_err(fault)?, column)
            }
        };
        for path in paths {
            let chosen = if is_directory(&path) { choose_split(&path, split).map_err(fault)? } else { Split::Whole };
            let files = match chosen {
                Split::Whole => vec![path],
                Split::Directory(directory) => vec![directory],
                Split::Files(files) => files,
            };
            let column = column.as_ref().map_or(String::new(), |column| format!(":{column}"));
            resolved.extend(files.into_iter().map(|file| format!("{}{column}", file.display())));
        }
    }
    Ok(resolved)
}

/// Whether `path` has a suffix of files that labels come in.
pub(super) fn is_readable(path: &Path) -> bool {
    TextFormat::of(path).is_some() || source::suffix(path).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_separates_a_column_only_after_a_file() {
        let locate = |spec| {
            let LabelFile { path, column } = super::locate(spec);
            (path.display().to_string(), column.unwrap_or_default())
        };
        let expected = |path: &str, column: &str| (path.to_owned(), column.to_owned());
        assert_eq!(locate("y.npy"), expected("y.npy", ""));
        assert_eq!(locate("a/meta.csv:split:1"), expected("a/meta.csv", "split:1"));
        assert_eq!(locate(r"C:\y.parquet"), expected(r"C:\y.parquet", ""));
        assert_eq!(locate(r"C:\y.parquet:fine"), expected(r"C:\y.parquet", "fine"));
        assert_eq!(locate("-:fine"), expected("-", "fine"));
        assert_eq!(locate("/dev/fd/63:fine"), expected("/dev/fd/63", "fine"));
        assert_eq!(locate("run:3/Y.TXT"), expected("run:3/Y.TXT", ""));
        assert_eq!(locate("http://host:80/y.csv:fine"), expected("http://host:80/y.csv", "fine"));
        assert_eq!(locate("y.json.gz:a.json"), expected("y.json.gz", "a.json"));
    }
}
