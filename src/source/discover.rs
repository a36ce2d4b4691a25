//! Which layers the inputs hold, by name and in natural order; what is in them is left to the formats.

use std::collections::HashSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobMatcher};

use super::format::Format;
use super::parquet::Columns;
use super::units::Units;
use super::{Layer, Matrix, is_label_like, natural};
use crate::error::{Error, Fault};

/// What to take from the inputs. The default takes every layer whole.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Globs over layer names; empty takes all. Only layers that are taken need to be readable.
    pub layers: Vec<String>,
    /// In Parquet files, a glob of numeric columns that together form one layer, a feature each, in natural order.
    pub columns: Option<String>,
    /// The features to take of each layer.
    pub units: Option<Range<usize>>,
    /// The file of the labels, which is never taken for a layer. A file of several arrays or columns may hold layers beside
    /// them.
    pub labels: Option<PathBuf>,
    /// The column or array of the labels in that file, where one was named.
    pub label_column: Option<String>,
}

/// The layers in `inputs` (files, or directories of files, not deeper) that `selection` takes, in natural order of
/// their names. A layer is named after its file's stem, or its column or array where a file has several.
///
/// # Errors
/// When an input or a layer that is taken cannot be read, when nothing is found, when two layers share a name, and when
/// `selection` asks for what is not there.
pub fn discover(inputs: &[PathBuf], selection: &Selection) -> Result<Vec<Layer>, Error> {
    let layer_globs = selection.layers.iter().map(|glob| compile("--layers", glob)).collect::<Result<Vec<_>, _>>()?;
    let column_glob = selection.columns.as_deref().map(|glob| compile("--columns", glob)).transpose()?;
    let mut found = Vec::new();
    for input in inputs {
        let before = found.len();
        for path in files(input)? {
            found.extend(
                layers_in(input, &path, selection, column_glob.as_ref()).into_iter().map(|layer| (path.clone(), layer)),
            );
        }
        if found.len() == before {
            return Err(no_layers(input, selection));
        }
    }
    found.sort_by(|(_, a), (_, b)| natural(&a.name, &b.name));
    let taken = take(found, &layer_globs)?;
    if let Some([(first, layer), (second, _)]) = taken.array_windows().find(|[(_, a), (_, b)]| a.name == b.name) {
        let problem = format!("layer `{}` is also in `{}`", layer.name, first.display());
        return Err(Fault::content(problem)
            .hint("names must differ within a run; score each in its own")
            .in_input(second));
    }
    taken.into_iter().map(|(path, layer)| layer.open(&path, selection.units.clone())).collect()
}

/// A layer by name, and its activations or why they cannot be read.
pub(super) struct Found {
    name: String,
    activations: Result<Box<dyn Matrix>, Fault>,
}

impl Found {
    pub(super) fn new(name: &str, activations: Result<impl Matrix + 'static, Fault>) -> Found {
        Found::boxed(name, activations.map(|matrix| Box::new(matrix) as Box<dyn Matrix>))
    }

    pub(super) fn boxed(name: &str, activations: Result<Box<dyn Matrix>, Fault>) -> Found {
        Found { name: name.to_owned(), activations }
    }

    fn open(self, path: &Path, units: Option<Range<usize>>) -> Result<Layer, Error> {
        let Found { name, activations } = self;
        let path = path.display().to_string();
        let sliced = activations.and_then(|whole| match units {
            Some(units) => Units::of(whole, units).map(|slice| Box::new(slice) as Box<dyn Matrix>),
            None => Ok(whole),
        });
        match sliced {
            Ok(activations) => Ok(Layer { name, path, activations }),
            Err(fault) => Err(Error::Layer { layer: name, path, fault }),
        }
    }
}

fn compile(flag: &str, glob: &str) -> Result<GlobMatcher, Error> {
    let unfit = |error: globset::Error| {
        Error::usage(format_args!("`{flag} {glob}`"), error.kind(), "`*` stands for any text, `[ab]` for a or b")
    };
    Ok(Glob::new(glob).map_err(unfit)?.compile_matcher())
}

/// The file `input`, or the files in the directory `input` that may be layers.
fn files(input: &Path) -> Result<Vec<PathBuf>, Error> {
    let fault = |error| Fault::Io(error).in_input(input);
    if !fs::metadata(input).map_err(fault)?.is_dir() {
        if Format::of(input).is_none() {
            let problem = format!("expected a directory or a file ending in {}", Format::suffixes());
            let hint = "save each layer with `numpy.save`, or all in one with `numpy.savez`";
            return Err(Fault::content(problem).hint(hint).in_input(input));
        }
        return Ok(vec![input.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(input).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !is_hidden && !is_label_like(&stem(&path)) && Format::of(&path).is_some() && path.is_file() {
            files.push(path);
        }
    }
    let parts: HashSet<PathBuf> =
        files.iter().flat_map(|path| Format::of(path).map(|format| format.parts(path)).unwrap_or_default()).collect();
    files.retain(|path| !parts.contains(path));
    Ok(files)
}

fn no_layers(input: &Path, selection: &Selection) -> Error {
    let suffixes = Format::suffixes();
    let (problem, hint) = if is_labels(selection, input) {
        ("these are the labels".to_owned(), format!("name the activations, in files ending in {suffixes}"))
    } else {
        let hint = "labels, hidden files and subdirectories are passed over";
        (format!("found no layer, which would be a file ending in {suffixes}"), hint.to_owned())
    };
    Fault::NothingToScore { problem, hint }.in_input(input)
}

/// The layers in `path`, which is `input` or a file in it; a file that cannot be read is one layer that cannot.
fn layers_in(input: &Path, path: &Path, selection: &Selection, glob: Option<&GlobMatcher>) -> Vec<Found> {
    let Some(format) = Format::of(path) else {
        return Vec::new();
    };
    let is_labels = is_labels(selection, path);
    if is_labels && !format.has_columns() {
        return Vec::new();
    }
    let labels = selection.label_column.as_deref().filter(|_| is_labels);
    let stem = stem(path);
    match format.open(path, &stem, &Columns { glob, labels }) {
        Ok(found) => found,
        // In a directory, a file of labels alone goes without saying.
        Err(_) if is_labels && path != input => Vec::new(),
        Err(fault) => vec![Found { name: stem, activations: Err(fault) }],
    }
}

fn stem(path: &Path) -> String {
    let stem = Format::split(path).map(|(stem, _)| stem.to_owned());
    stem.unwrap_or_else(|| path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned())
}

fn is_labels(selection: &Selection, path: &Path) -> bool {
    selection.labels.as_deref().is_some_and(|labels| is_same_file(labels, path))
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// The layers that match any of `globs`, each of which must match one.
fn take(found: Vec<(PathBuf, Found)>, globs: &[GlobMatcher]) -> Result<Vec<(PathBuf, Found)>, Error> {
    for glob in globs {
        if !found.iter().any(|(_, layer)| glob.is_match(&layer.name)) {
            let names: Vec<&str> = found.iter().map(|(_, layer)| layer.name.as_str()).collect();
            let argument = format!("`--layers {}`", glob.glob());
            return Err(Error::usage(
                argument,
                "no layer has such a name",
                format_args!("there are: {}", names.join(", ")),
            ));
        }
    }
    let is_taken = |layer: &Found| globs.is_empty() || globs.iter().any(|glob| glob.is_match(&layer.name));
    Ok(found.into_iter().filter(|(_, layer)| is_taken(layer)).collect())
}
