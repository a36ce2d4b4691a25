//! Which layers the inputs contain, by name and in natural order.

mod assembly;
mod exclusion;
mod fitting;
pub(super) mod globs;
pub(super) mod inputs;
mod listing;
mod name_globs;
mod saved;
pub(super) mod selection;
mod shards;
pub(super) mod splits;

use std::collections::HashSet;
use std::ops::Range;
use std::path::PathBuf;

use globset::GlobMatcher;

use self::assembly::NamedLayer;
use self::name_globs::compile;
use self::selection::Selection;
use crate::error::{Error, Fault};
use crate::source::contents::layout::{Layout, is_named};
use crate::source::layer::{Layer, place};
use crate::source::matrix::Matrix;
use crate::source::natural::natural;
use crate::source::views::units::Units;

/// The layers in `inputs` that `selection` takes, in natural order of their names, or in the order of those in memory. An input is a file or a directory: of
/// files, and of directories whose files are the parts of one layer each. A layer is named after its column or array; where that
/// has no name, or two would have the same, one that is alone is named after its file or its directory of parts.
///
/// # Errors
/// When an input or a layer that is taken cannot be read, when nothing is found, when two layers share a name, when
/// `selection` asks for what is not there, and when some layers have as many rows as there are labels and others have not.
/// Where none has, they are returned.
pub fn discover(inputs: &[PathBuf], selection: &Selection) -> Result<Vec<Layer>, Error> {
    fitting::check(look(inputs, selection)?, inputs, selection.rows)
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
        nulls: selection.nulls,
        layers: &layer_globs,
        labels: Vec::new(),
    };
    let sets = inputs::sets_in(inputs, selection)?;
    let mut found: Vec<NamedLayer> =
        sets.into_iter().flat_map(|set| assembly::layers(set, selection, &layout)).collect();
    if found.is_empty() {
        return Err(inputs::no_layers(inputs));
    }
    prefer_own_names(&mut found);
    // Whoever has layers in memory has put them in order.
    if !inputs.iter().all(|input| selection.in_memory.name(input).is_some()) {
        found.sort_by(|a, b| natural(&a.name, &b.name));
    }
    let taken = take(found, &layer_globs)?;
    if let Some([first, second]) = taken.array_windows().find(|[a, b]| a.name == b.name) {
        let problem = format!("layer `{}` is also in `{}`", first.name, place(&first.files));
        return Err(Fault::content(problem)
            .hint("names must be unique within a run; score each in its own run")
            .in_input(place(&second.files)));
    }
    Ok(taken.into_iter().map(|layer| layer.open(selection.units.clone())).collect())
}

/// Calls layers that are alone in their files by their own names, unless two layers would share one.
fn prefer_own_names(found: &mut [NamedLayer]) {
    let mut names = HashSet::new();
    if found.iter().all(|layer| names.insert(layer.own_name.as_ref().unwrap_or(&layer.name))) {
        for layer in found {
            layer.name = layer.own_name.take().unwrap_or_else(|| std::mem::take(&mut layer.name));
        }
    }
}

impl NamedLayer {
    fn open(self, units: Option<Range<usize>>) -> Result<Layer, Error> {
        let NamedLayer { name, files, activations, passed_over, .. } = self;
        let sliced = activations.and_then(|whole| match units {
            Some(units) => Units::of(whole, units).map(|slice| Box::new(slice) as Box<dyn Matrix>),
            None => Ok(whole),
        });
        match sliced {
            Ok(activations) => {
                let passed_over = passed_over.iter().map(ToString::to_string).collect();
                Ok(Layer { name, files, activations, passed_over })
            }
            Err(fault) => Err(Error::Layer { layer: name, path: place(&files), fault }),
        }
    }
}

/// The layers that match any of `globs`, each of which must match one.
fn take(found: Vec<NamedLayer>, globs: &[GlobMatcher]) -> Result<Vec<NamedLayer>, Error> {
    for glob in globs {
        if !found.iter().any(|layer| is_named(glob, &layer.name)) {
            let names: Vec<&str> = found.iter().map(|layer| layer.name.as_str()).collect();
            let argument = format!("`--layers {}`", glob.glob());
            return Err(Error::usage(
                argument,
                "no layer has such a name",
                format_args!("there are: {}", names.join(", ")),
            ));
        }
    }
    let is_taken = |layer: &NamedLayer| globs.is_empty() || globs.iter().any(|glob| is_named(glob, &layer.name));
    Ok(found.into_iter().filter(is_taken).collect())
}
