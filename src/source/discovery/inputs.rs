//! The files that the inputs name, in sets that may be the parts of one layer.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::exclusion::Exclusion;
use super::listing::{data_files, directories};
use super::selection::Selection;
use super::shards::{Parts, Set, sets};
use super::splits::{Split, choose};
use crate::disk::{self, Kind, is_directory};
use crate::error::{Error, Fault};
use crate::source::contents::label_names::is_label_like;
use crate::source::files::stream::stream_name;
use crate::source::formats::{self, delimited::is_delimited};

/// The sets of files in `inputs`: those named one by one together, those in each directory, and each stream or input in memory.
pub(super) fn sets_in(inputs: &[PathBuf], selection: &Selection) -> Result<Vec<Set>, Error> {
    let excluded = Exclusion::of(&selection.exclude)?;
    let (mut all, mut named) = (Vec::new(), Vec::new());
    for input in inputs {
        if let Some(name) = selection.in_memory.name(input).or_else(|| stream_name(input)) {
            all.push(Set::of_stream(name, input));
            continue;
        }
        let kind = disk::kind(input).map_err(|error| Fault::Io(error).in_input(input))?;
        if kind == Kind::Directory {
            let found = in_directory(input, selection, &excluded).map_err(|fault| fault.in_input(input))?;
            if found.is_empty() {
                return Err(no_layers(inputs));
            }
            all.extend(found);
        } else {
            named.push(check_suffix(input).map_err(|fault| fault.in_input(input))?);
        }
    }
    all.extend(sets(named).into_iter().map(|set| Set { is_named: true, ..set }));
    Ok(all)
}

/// A file named on the command line.
fn check_suffix(input: &Path) -> Result<PathBuf, Fault> {
    match formats::suffix(input) {
        Some(_) => Ok(input.to_owned()),
        None if is_delimited(input) => Ok(input.to_owned()),
        None => Err(Fault::content(format_args!("expected a directory or a file ending in {}", formats::suffixes()))
            .hint("save each layer with `numpy.save`, or all in one with `numpy.savez`")),
    }
}

/// The error if `inputs` contain no layer.
pub(super) fn no_layers(inputs: &[PathBuf]) -> Error {
    let input = inputs.iter().find(|input| is_directory(input)).or(inputs.first()).cloned().unwrap_or_default();
    let entries = disk::entries(&input).unwrap_or_default();
    let deeper = entries.into_iter().find(|entry| entry.kind == Some(Kind::Directory)).map(|entry| entry.path);
    Fault::NothingToScore {
        problem: format!("found no layer: expected files ending in {}", formats::suffixes()),
        hint: match deeper {
            Some(deeper) => format!(
                "labels, hidden files, what --exclude names, and directories other than those of the parts of one layer \
                 are skipped; to score one checkpoint, name it: `{}`",
                deeper.display()
            ),
            None => "labels, hidden files and what --exclude names are skipped".into(),
        },
    }
    .in_input(input)
}

/// The sets in a directory, and those that the directories in it are; of several datasets the one that is meant.
fn in_directory(directory: &Path, selection: &Selection, excluded: &Exclusion) -> Result<Vec<Set>, Fault> {
    let directory = match choose(directory, selection.split.as_deref())? {
        Split::Whole => directory.to_owned(),
        Split::Directory(directory) => directory,
        Split::Files(files) => {
            return Ok(sets(files.into_iter().filter(|file| !excluded.covers(directory, file)).collect()));
        }
    };
    in_dataset(&directory, selection, excluded).map_err(Fault::Io)
}

/// The sets in a directory of one dataset, and those that the directories in it are.
fn in_dataset(directory: &Path, selection: &Selection, excluded: &Exclusion) -> io::Result<Vec<Set>> {
    let included = |path: &Path| !excluded.covers(directory, path);
    let mut found = sets(files(directory, &included)?);
    if let [set] = &mut found[..]
        && set.is_generic
        && let Some(name) = disk::canonical(directory)?.file_name()
    {
        set.name = name.to_string_lossy().into_owned();
    }
    let mut deeper: Vec<PathBuf> = directories(directory)?.into_iter().filter(|path| included(path)).collect();
    deeper.sort();
    for path in deeper {
        let is_labels =
            selection.is_labels(&path) || is_label_like(&formats::stem(&path)) || path.ends_with("metadata");
        let mut inside = if is_labels { Vec::new() } else { sets(files(&path, &included)?) };
        if inside.len() == 1 {
            found.extend(inside.pop().and_then(|set| as_directory(set, &path)));
        }
    }
    Ok(found)
}

/// The only set in a directory, called after it, if it may be the parts of one layer.
fn as_directory(set: Set, path: &Path) -> Option<Set> {
    // Numbers alone are layers or parts among other files, but parts where a directory names the layer.
    let parts = if set.is_numbers { Parts::Likely.max(set.parts) } else { set.parts };
    let may_be = parts > Parts::Perhaps || set.files.len() > 1;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    may_be.then_some(Set { name, parts, is_directory: true, ..set })
}

/// The files in a directory that are `included` and may be layers.
fn files(directory: &Path, included: &dyn Fn(&Path) -> bool) -> io::Result<Vec<PathBuf>> {
    let may_be =
        |path: &PathBuf| formats::suffix(path).is_some() && !is_label_like(&formats::stem(path)) && included(path);
    let mut files: Vec<PathBuf> = data_files(directory)?.into_iter().filter(may_be).collect();
    let parts: HashSet<PathBuf> = files.iter().flat_map(|path| formats::files_behind(path)).collect();
    files.retain(|path| !parts.contains(path));
    Ok(files)
}

/// The files of `inputs` that a column of labels goes on in: those that are parts of one layer with the first, or that alone.
pub(crate) fn first_parts(inputs: &[PathBuf]) -> Vec<PathBuf> {
    let (directories, files): (Vec<&PathBuf>, Vec<&PathBuf>) = inputs.iter().partition(|input| is_directory(input));
    match (directories.first(), sets(files.into_iter().cloned().collect()).into_iter().next()) {
        (Some(&directory), _) => vec![directory.clone()],
        (None, Some(set)) if set.parts > Parts::Perhaps => set.files,
        (None, set) => set.into_iter().flat_map(|set| set.files).take(1).collect(),
    }
}

/// The files in a directory that `may_be` parts of one table, in order.
///
/// # Errors
/// A fault where there are none, where they are not parts of one, and where some are missing.
pub(crate) fn parts_in(directory: &Path, may_be: fn(&Path) -> bool) -> Result<Vec<PathBuf>, Fault> {
    let files = data_files(directory)?.into_iter().filter(|path| may_be(path)).collect();
    match &mut sets(files)[..] {
        [set] => set.check().map(|()| std::mem::take(&mut set.files)),
        found => {
            let names: Vec<&str> = found.iter().map(|set| set.name.as_str()).collect();
            let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            Err(Fault::content(format_args!("expected files that are the parts of one table, found {found}"))
                .hint("name the file of the labels"))
        }
    }
}
