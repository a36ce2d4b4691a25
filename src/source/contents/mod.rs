//! Which of the arrays or columns in a file are layers, decided once for all formats.

mod axes;
mod columns;
pub(super) mod content;
pub(super) mod file_layer;
pub(super) mod images;
pub(super) mod label_names;
pub(super) mod layout;
mod named;
pub(super) mod weight_names;
mod wide;

use self::content::Content;
use self::file_layer::FileContents;
use self::layout::Layout;
use crate::error::Fault;

/// The layers in a file of this content.
pub(super) fn layers(content: Content, layout: &Layout) -> Result<FileContents, Fault> {
    match content {
        Content::Array(array) => Ok(axes::layers("", Ok(array), layout).into()),
        Content::Arrays(arrays) => named::layers(arrays, layout),
        Content::Table(table) => columns::layers(table, layout),
    }
}
