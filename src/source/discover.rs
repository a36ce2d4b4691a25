//! Which layers the inputs hold, by name and in natural order; what is in a file is left to the formats, and which files
//! may be parts of one layer to `shards`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobMatcher};

use super::found::{self, Named};
use super::inputs;
use super::layout::Layout;
use super::units::Units;
use super::{Layer, Matrix, Pool, natural, place};
use crate::error::{Error, Fault};

/// What to take from the inputs. The default takes every layer whole.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Globs over layer names; empty takes all. Only layers that are taken need to be readable.
    pub layers: Vec<String>,
    /// In tables, a glob of numeric columns that together form one layer, a feature each, in natural order.
    pub columns: Option<String>,
    /// In tables, the number of features in each value of a column of raw bytes, which is a layer then.
    pub dim: Option<usize>,
    /// The axis of an array along which layers are stacked, counted from 0.
    pub layer_axis: Option<usize>,
    /// What becomes of the tokens of rows × tokens × features.
    pub pool: Option<Pool>,
    /// The features to take of each layer.
    pub units: Option<Range<usize>>,
    /// The files of the labels, which are never taken for layers. A file of several arrays or columns may hold layers
    /// beside them.
    pub labels: Vec<LabelFile>,
    /// The number of labels where it is known: it tells the parts of one layer from layers with numbers in their names.
    pub rows: Option<usize>,
}

/// Where labels lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelFile {
    /// A file, or a directory of files that are read one after the other.
    pub path: PathBuf,
    /// The column or array in it, where one is named.
    pub column: Option<String>,
}

/// The layers in `inputs` that `selection` takes, in natural order of their names. An input is a file or a directory: of
/// files, and of directories whose files are the parts of one layer each. A layer is named after its file or its
/// directory of parts, or after its column or array where there are several.
///
/// # Errors
/// When an input or a layer that is taken cannot be read, when nothing is found, when two layers share a name, and when
/// `selection` asks for what is not there.
pub fn discover(inputs: &[PathBuf], selection: &Selection) -> Result<Vec<Layer>, Error> {
    look(inputs, selection)?.into_iter().collect()
}

/// The layers that [`discover`] finds, each with why it cannot be read if so.
///
/// # Errors
/// As [`discover`], but for layers that cannot be read.
pub fn look(inputs: &[PathBuf], selection: &Selection) -> Result<Vec<Result<Layer, Error>>, Error> {
    let layer_globs = selection.layers.iter().map(|glob| compile("--layers", glob)).collect::<Result<Vec<_>, _>>()?;
    let column_glob = selection.columns.as_deref().map(|glob| compile("--columns", glob)).transpose()?;
    let layout = Layout {
        columns: column_glob.as_ref(),
        dim: selection.dim,
        layer_axis: selection.layer_axis,
        pool: selection.pool,
        labels: Vec::new(),
    };
    let sets = inputs::sets_in(inputs, selection)?;
    let mut found: Vec<Named> = sets.into_iter().flat_map(|set| found::layers(set, selection, &layout)).collect();
    if found.is_empty() {
        return Err(inputs::no_layers(inputs));
    }
    found.sort_by(|a, b| natural(&a.name, &b.name));
    let taken = take(found, &layer_globs)?;
    if let Some([first, second]) = taken.array_windows().find(|[a, b]| a.name == b.name) {
        let problem = format!("layer `{}` is also in `{}`", first.name, place(&first.files));
        return Err(Fault::content(problem)
            .hint("names must differ within a run; score each in its own")
            .in_input(place(&second.files)));
    }
    Ok(taken.into_iter().map(|layer| layer.open(selection.units.clone())).collect())
}

impl Named {
    fn open(self, units: Option<Range<usize>>) -> Result<Layer, Error> {
        let Named { name, files, activations } = self;
        let sliced = activations.and_then(|whole| match units {
            Some(units) => Units::of(whole, units).map(|slice| Box::new(slice) as Box<dyn Matrix>),
            None => Ok(whole),
        });
        match sliced {
            Ok(activations) => Ok(Layer { name, files, activations }),
            Err(fault) => Err(Error::Layer { layer: name, path: place(&files), fault }),
        }
    }
}

fn compile(flag: &str, glob: &str) -> Result<GlobMatcher, Error> {
    let unfit = |error: globset::Error| {
        Error::usage(format_args!("`{flag} {glob}`"), error.kind(), "`*` stands for any text, `[ab]` for a or b")
    };
    Ok(Glob::new(glob).map_err(unfit)?.compile_matcher())
}

/// The layers that match any of `globs`, each of which must match one.
fn take(found: Vec<Named>, globs: &[GlobMatcher]) -> Result<Vec<Named>, Error> {
    for glob in globs {
        if !found.iter().any(|layer| glob.is_match(&layer.name)) {
            let names: Vec<&str> = found.iter().map(|layer| layer.name.as_str()).collect();
            let argument = format!("`--layers {}`", glob.glob());
            return Err(Error::usage(
                argument,
                "no layer has such a name",
                format_args!("there are: {}", names.join(", ")),
            ));
        }
    }
    let is_taken = |layer: &Named| globs.is_empty() || globs.iter().any(|glob| glob.is_match(&layer.name));
    Ok(found.into_iter().filter(is_taken).collect())
}

impl Selection {
    /// Whether labels lie in `path`, a file, or in its directory.
    pub(super) fn is_labels(&self, path: &Path) -> bool {
        self.labels.iter().any(|labels| labels.is_in(path))
    }

    /// The columns or arrays of the file `path` that are labels.
    pub(super) fn label_columns(&self, path: &Path) -> Vec<&str> {
        let here = self.labels.iter().filter(|labels| labels.is_in(path));
        here.filter_map(|labels| labels.column.as_deref()).collect()
    }
}

impl LabelFile {
    fn is_in(&self, path: &Path) -> bool {
        let is_same = |path: &Path| matches!((self.path.canonicalize(), path.canonicalize()), (Ok(a), Ok(b)) if a == b);
        is_same(path) || (self.path.is_dir() && path.parent().is_some_and(is_same))
    }
}
