//! Reads labels or ids from everything that a command line names, in order.

use std::path::Path;

use super::classes::Classes;
use super::spec::{is_readable, locate};
use super::text_format::TextFormat;
use super::{LabelOptions, array, column, delimited, json, lines};
use crate::disk::is_directory;
use crate::error::{Error, Fault};
use crate::source::{self, Content, LabelFile, StreamContent, TextFile, parts_in, stream_name};

/// Gathers in `classes` the class of every row that `specs` name, one after the other, and ends with them and their names.
pub(super) fn named_classes(
    specs: &[impl AsRef<str>],
    mut classes: Classes,
    options: &LabelOptions,
    scratch: &Path,
) -> Result<(Vec<u32>, Vec<String>), Error> {
    for spec in specs.iter().map(AsRef::as_ref) {
        let fault = |fault| Error::Labels { path: spec.to_owned(), fault };
        let LabelFile { path, column } = locate(spec);
        if let Some(content) = options.in_memory.open_labels(&path) {
            read_content(content, column.as_deref(), &mut classes).map_err(fault)?;
        } else if is_directory(&path) {
            for part in parts_in(&path, may_be_part).map_err(fault)? {
                let name = part.file_name().unwrap_or_default().to_string_lossy();
                read(&part, column.as_deref(), options, &mut classes).map_err(|error| fault(error.within(&name)))?;
            }
        } else if stream_name(&path).is_some() {
            let stream = source::open_stream(&path, scratch).map_err(fault)?;
            read_stream(stream, column.as_deref(), options, &mut classes).map_err(fault)?;
        } else {
            read(&path, column.as_deref(), options, &mut classes).map_err(fault)?;
        }
    }
    Ok(classes.finish())
}

/// Appends the labels in the file `path`.
fn read(path: &Path, column: Option<&str>, options: &LabelOptions, classes: &mut Classes) -> Result<(), Fault> {
    classes.next_file();
    if source::suffix(path).is_some() {
        return read_content(source::open_file(path)?, column, classes);
    }
    let format = TextFormat::of(path).ok_or_else(|| {
        let expected = format!("expected a file ending in {}, {}", TextFormat::suffixes(), source::suffixes());
        Fault::content(expected).hint("the suffix tells the format: y.npy, or table.csv:column for one column")
    })?;
    read_text(&TextFile::open(path)?, format, column, options, classes)
}

/// Appends the labels in a stream, whose text has no suffix to tell its format.
fn read_stream(
    stream: StreamContent,
    column: Option<&str>,
    options: &LabelOptions,
    classes: &mut Classes,
) -> Result<(), Fault> {
    classes.next_file();
    match stream {
        StreamContent::Content(content) => read_content(content, column, classes),
        StreamContent::Text(text) => read_text(&text, TextFormat::found_in(&text)?, column, options, classes),
    }
}

/// Appends the labels in a text of this format.
fn read_text(
    text: &TextFile,
    format: TextFormat,
    column: Option<&str>,
    options: &LabelOptions,
    classes: &mut Classes,
) -> Result<(), Fault> {
    match format {
        TextFormat::Delimited(delimiter) => delimited::read(text, options.delimiter.or(delimiter), column, classes),
        TextFormat::Lines => lines::read(text, column, classes),
        TextFormat::Json => json::read(text, column, classes),
        TextFormat::JsonLines => json::read_lines(text, column, classes),
    }
}

/// Appends the labels in an array or a table.
fn read_content(content: Content, column: Option<&str>, classes: &mut Classes) -> Result<(), Fault> {
    match content {
        Content::Array(_) if column.is_some() => {
            Err(Fault::content("expected no column: an array has none").hint("name the file alone"))
        }
        Content::Array(array) => array::read(array, classes),
        Content::Arrays(arrays) => array::read_named(arrays, column, classes),
        Content::Table(table) => column::read(table.as_ref(), column, classes),
    }
}

/// Whether `path` may be a part of the labels in a directory, where JSON describes the files beside it.
fn may_be_part(path: &Path) -> bool {
    is_readable(path) && TextFormat::of(path) != Some(TextFormat::Json)
}
