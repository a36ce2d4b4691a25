//! Directories of several datasets, `train` and `test`, one of which a run uses.

use std::io;
use std::path::{Path, PathBuf};

use super::listing::{data_files, entries};
use super::saved;
use super::shards::sets;
use crate::disk::{Entry, Kind, is_directory};
use crate::error::Fault;
use crate::source::formats;

/// What the datasets of a directory are called.
const NAMES: [&str; 10] =
    ["train", "training", "test", "testing", "validation", "valid", "val", "dev", "eval", "evaluation"];

/// Where a dataset is in a directory.
#[derive(Debug, PartialEq)]
pub(crate) enum Split {
    /// All of the directory.
    Whole,
    /// Another directory in it.
    Directory(PathBuf),
    /// Some of its files.
    Files(Vec<PathBuf>),
}

/// The dataset called `split` in `directory`, or the only one that is there.
///
/// # Errors
/// Where several are there and none is named, where the one that is named is not there, and where the directory cannot be read.
pub(crate) fn choose(directory: &Path, split: Option<&str>) -> Result<Split, Fault> {
    if let Some(inner) = only_data(directory)? {
        return choose_in(&inner, split)
            .map(|chosen| if chosen == Split::Whole { Split::Directory(inner) } else { chosen });
    }
    choose_in(directory, split)
}

/// The directory `data` in `directory`, if it has tables and there is nothing else that may be layers.
fn only_data(directory: &Path) -> io::Result<Option<PathBuf>> {
    let data = directory.join("data");
    let is_other = |entry: &Entry| {
        let is_directory = entry.kind == Some(Kind::Directory);
        (is_directory && entry.path != data) || formats::suffix(&entry.path).is_some()
    };
    if !is_directory(&data) || entries(directory)?.iter().any(is_other) {
        return Ok(None);
    }
    Ok(data_files(&data)?.iter().any(|path| formats::is_table(path)).then_some(data))
}

/// As [`choose`], but for datasets in another directory.
fn choose_in(directory: &Path, split: Option<&str>) -> Result<Split, Fault> {
    let mut found = splits(directory, split)?;
    let names: Vec<String> = found.iter().map(|(name, _)| name.clone()).collect();
    let there = names.join(", ");
    match (split, names.len()) {
        (None, 0) => Ok(Split::Whole),
        (None, 1) => Ok(found.remove(0).1),
        (None, _) => {
            let flags = names.iter().map(|name| format!("--split {name}")).collect::<Vec<_>>().join(" or ");
            Err(Fault::content(format_args!("expected one dataset, found the splits {there}"))
                .hint(format_args!("{flags} chooses one")))
        }
        (Some(split), count) => match names.iter().position(|name| name == split) {
            Some(at) => Ok(found.remove(at).1),
            None => Err(Fault::content(format_args!("it has no split `{split}`")).hint(match count {
                0 => "files named `train-…` and `test-…` are splits, and so are the folders of a `DatasetDict`"
                    .to_owned(),
                _ => format!("there are: {there}"),
            })),
        },
    }
}

/// The datasets in `directory` by name, if there are several; with one `asked` for, also where that is the only one.
fn splits(directory: &Path, asked: Option<&str>) -> io::Result<Vec<(String, Split)>> {
    if let Some(names) = saved::splits(directory)? {
        return Ok(names.into_iter().map(|name| (name.clone(), Split::Directory(directory.join(name)))).collect());
    }
    let tables = data_files(directory)?.into_iter().filter(|path| formats::is_table(path)).collect();
    let name_of = |set: &str| {
        let word = set.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default().to_owned();
        let is_asked = asked.is_some_and(|asked| asked == set || asked == word);
        match asked.filter(|_| is_asked) {
            Some(asked) => Some(asked.to_owned()),
            None => NAMES.contains(&word.as_str()).then_some(word),
        }
    };
    let found = sets(tables).into_iter().filter_map(|set| Some((name_of(&set.name)?, Split::Files(set.files))));
    let found: Vec<(String, Split)> = found.collect();
    Ok(if found.len() > 1 || asked.is_some() { found } else { Vec::new() })
}
