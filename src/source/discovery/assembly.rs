//! The layers in a set of files: one each, or concatenated if the files are parts.

use std::path::PathBuf;

use super::selection::Selection;
use super::shards::{Parts, Set};
use crate::error::Fault;
use crate::source::contents;
use crate::source::contents::content::Content;
use crate::source::contents::file_layer::{FileContents, FileLayer, PassedOver};
use crate::source::contents::layout::Layout;
use crate::source::contents::weight_names::are_weight_like;
use crate::source::formats;
use crate::source::matrix::Matrix;
use crate::source::stack::Stack;

/// A layer by the names that it may be shown by.
pub(super) struct NamedLayer {
    /// After its file where it is alone in that, otherwise after its array or column.
    pub(super) name: String,
    /// After its array or column where it is alone and this has a name.
    pub(super) own_name: Option<String>,
    pub(super) files: Vec<PathBuf>,
    pub(super) activations: Result<Box<dyn Matrix>, Fault>,
    /// Columns beside it.
    pub(super) passed_over: Vec<PassedOver>,
}

/// A file, and the layers in it or why it cannot be read.
type OpenedFile = (PathBuf, Result<FileContents, Fault>);

/// What tells a layer from the others in the same files: its array or column, and its place in that.
type LayerKey = (String, Option<usize>);

/// A file, and its part of a layer or why that cannot be read.
type LayerPart = (PathBuf, Result<Box<dyn Matrix>, Fault>);

/// The layers in the files of `set`; a file that cannot be read is one layer that cannot.
pub(super) fn layers(set: Set, selection: &Selection, layout: &Layout) -> Vec<NamedLayer> {
    let whole = set.check();
    let open = |path: PathBuf| {
        let layout = Layout { labels: selection.label_columns(&path), ..*layout };
        let opened = match selection.in_memory.open_layers(&path) {
            Some(content) => Ok(content),
            None => formats::open(&path, &selection.scratch(), selection.delimiter),
        };
        let found = opened.and_then(|content| match content {
            Content::Array(_) if selection.is_labels(&path) => {
                let hint = "name the file of the activations".into();
                Err(Fault::NothingToScore { problem: "these are the labels".into(), hint })
            }
            content => contents::layers(content, &layout).map(|found| refuse_weights(found, selection.rows)),
        });
        (path, found)
    };
    // In a directory, a file of labels alone goes without saying.
    let is_layer = |(path, found): &OpenedFile| set.is_named || found.is_ok() || !selection.is_labels(path);
    let opened: Vec<OpenedFile> = set.files.into_iter().map(open).filter(is_layer).collect();
    let is_one = opened.len() > 1 && are_parts(&opened, set.parts, selection.rows);
    match whole {
        Err(fault) if !opened.is_empty() => {
            let files = opened.into_iter().map(|(path, _)| path).collect();
            vec![NamedLayer::refused(set.name, files, fault)]
        }
        _ if is_one => stack_parts(&set.name, opened),
        // Layers with numbers in their names, in a directory of their own: a checkpoint of its own.
        _ if set.is_directory && opened.len() > 1 => Vec::new(),
        _ => {
            let is_alone = opened.len() == 1;
            let by_itself = |(path, found): OpenedFile| {
                let name = if is_alone { set.name.clone() } else { formats::stem(&path) };
                layers_of_file(name, path, found)
            };
            opened.into_iter().flat_map(by_itself).collect()
        }
    }
}

/// What is found in a file, without the weights of a model if that is what it has: none fits so many labels.
fn refuse_weights(found: FileContents, rows: Option<usize>) -> FileContents {
    let fits = |layer: &FileLayer| {
        layer.activations.as_ref().is_ok_and(|matrix| rows.is_none_or(|rows| matrix.rows() == rows))
    };
    if found.layers.iter().any(fits) || !are_weight_like(found.layers.iter().map(|layer| layer.array.as_str())) {
        return found;
    }
    let refuse = |layer: FileLayer| {
        let fault = Fault::no_layer("this looks like a model's weights, not like activations")
            .hint("name the files of the activations; in a directory, --exclude leaves others out");
        FileLayer { activations: layer.activations.and(Err(fault)), ..layer }
    };
    FileContents { layers: found.layers.into_iter().map(refuse).collect(), ..found }
}

/// Whether the files are the parts of one layer: by what they say, by the number of labels, or by what they are called.
fn are_parts(opened: &[OpenedFile], parts: Parts, labels: Option<usize>) -> bool {
    let rows_in = |(_, found): &OpenedFile| {
        let first = found.as_ref().ok()?.layers.iter().find_map(|found| found.activations.as_ref().ok())?;
        Some(first.rows())
    };
    let rows: Option<Vec<usize>> = opened.iter().map(rows_in).collect();
    match (parts, labels, rows) {
        (Parts::Surely, ..) => true,
        (_, Some(labels), Some(rows)) if rows.iter().sum::<usize>() == labels => true,
        (_, Some(labels), Some(rows)) if rows.iter().all(|&rows| rows == labels) => false,
        _ => parts == Parts::Likely,
    }
}

/// The layers in one file, which `stem` names.
fn layers_of_file(stem: String, path: PathBuf, found: Result<FileContents, Fault>) -> Vec<NamedLayer> {
    match found {
        Err(fault) => vec![NamedLayer::refused(stem, vec![path], fault)],
        Ok(FileContents { layers, passed_over }) => {
            let is_alone = layers.windows(2).all(|pair| pair[0].array == pair[1].array);
            let named = |FileLayer { array, place, activations }: FileLayer| {
                NamedLayer::of(&stem, is_alone, (array, place), vec![path.clone()], activations, &passed_over)
            };
            layers.into_iter().map(named).collect()
        }
    }
}

/// The layers of which each file has a part, or of which each file has some whole.
fn stack_parts(name: &str, opened: Vec<OpenedFile>) -> Vec<NamedLayer> {
    let files: Vec<PathBuf> = opened.iter().map(|(path, _)| path.clone()).collect();
    let refused = |fault| vec![NamedLayer::refused(name.to_owned(), files.clone(), fault)];
    let mut layers: Vec<(LayerKey, Vec<LayerPart>)> = Vec::new();
    let mut passed_over: Vec<PassedOver> = Vec::new();
    for (path, found) in opened {
        let found = match found {
            Ok(found) => found,
            Err(fault) => return refused(fault.within(&file_name(&path))),
        };
        for column in found.passed_over {
            if !passed_over.contains(&column) {
                passed_over.push(column);
            }
        }
        for FileLayer { array, place, activations } in found.layers {
            let key = (array, place);
            match layers.iter_mut().find(|(known, _)| *known == key) {
                Some((_, parts)) => parts.push((path.clone(), activations)),
                None => layers.push((key, vec![(path.clone(), activations)])),
            }
        }
    }
    // Lists that differ in any part are no layer in the others either.
    layers.retain(|((array, _), _)| passed_over.iter().all(|column| column.column != *array));
    let have = |count: usize| layers.iter().all(|(_, parts)| parts.len() == count);
    if !have(files.len()) && !have(1) {
        let lacking = layers.iter().find(|(_, parts)| parts.len() < files.len());
        let (array, path) = lacking.map_or(("", &files[0]), |((array, _), parts)| {
            let lacks = |file: &&PathBuf| parts.iter().all(|(path, _)| path != *file);
            (array.as_str(), files.iter().find(lacks).unwrap_or(&files[0]))
        });
        return refused(
            Fault::content(format_args!("`{}` has no `{array}`, which other parts have", file_name(path)))
                .hint("every part must contain every layer; --layers chooses layers"),
        );
    }
    let is_alone = layers.windows(2).all(|pair| pair[0].0.0 == pair[1].0.0);
    let layer = |((array, place), parts): (LayerKey, Vec<LayerPart>)| {
        let files = parts.iter().map(|(path, _)| path.clone()).collect();
        let part = |(path, rows): LayerPart| {
            let name = file_name(&path);
            rows.map_err(|fault| fault.within(&name)).map(|rows| (name.clone(), rows))
        };
        let stack = parts.into_iter().map(part).collect::<Result<Vec<_>, _>>().and_then(Stack::of);
        let activations = stack.map(|stack| Box::new(stack) as Box<dyn Matrix>);
        NamedLayer::of(name, is_alone, (array, place), files, activations, &passed_over)
    };
    layers.into_iter().map(layer).collect()
}

impl NamedLayer {
    /// A layer that cannot be read.
    fn refused(name: String, files: Vec<PathBuf>, fault: Fault) -> NamedLayer {
        NamedLayer { name, own_name: None, files, activations: Err(fault), passed_over: Vec::new() }
    }

    /// A layer in files that `stem` names, where it may be alone.
    fn of(
        stem: &str,
        is_alone: bool,
        (array, place): LayerKey,
        files: Vec<PathBuf>,
        activations: Result<Box<dyn Matrix>, Fault>,
        passed_over: &[PassedOver],
    ) -> NamedLayer {
        let placed = |name: &str| place.map_or(name.to_owned(), |place| format!("{name}.{place}"));
        let own_name = (is_alone && is_telling(&array)).then(|| placed(&array));
        let name = placed(if is_alone { stem } else { &array });
        NamedLayer { name, own_name, files, activations, passed_over: passed_over.to_vec() }
    }
}

/// Whether a person chose this name, rather than a writer's default: not `arr_0`, as NumPy does, nor a number.
fn is_telling(array: &str) -> bool {
    !array.trim_start_matches("arr_").chars().all(|letter| letter.is_ascii_digit())
}

fn file_name(path: &std::path::Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
