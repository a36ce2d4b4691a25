//! Activations on disk: which layers there are, and their rows in order.
//!
//! From the ground up, each room using only those before it:
//!
//! - [`rows`](Rows), [`matrix`](Matrix) and `stack`: what is read, whatever the format, and matrices below each other.
//! - `files`: bytes of a file at any place, text in order, and what is compressed in files and archives.
//! - `arrays`: elements described by type, shape and strides, and the matrices in them.
//! - `views`: matrices made of matrices: some features, means over tokens, max(x, 0).
//! - `tables`: files of columns, and the matrices in them.
//! - `contents`: which of the arrays or columns in a file are layers.
//! - `formats`: a file or folder for each format, and the one `match` that opens a file by its suffix.
//! - `in_memory`: arrays that stand for files.
//! - `discovery`: which files are layers, parts of layers or labels.

mod ahead;
mod arrays;
mod contents;
mod copy;
mod discovery;
mod files;
mod formats;
mod in_memory;
mod layer;
mod matrix;
mod memory;
mod natural;
mod stack;
mod stamp;
mod tables;
mod views;

pub(crate) use self::ahead::{Meter, ahead};
pub(crate) use self::arrays::array::Array;
pub(crate) use self::arrays::dtype::Dtype;
pub(crate) use self::contents::content::{Arrays, Content};
pub(crate) use self::contents::images::Images;
pub use self::contents::label_names::is_label_like;
pub(crate) use self::copy::ScratchCopy;
pub use self::discovery::globs::expand;
pub(crate) use self::discovery::inputs::first_parts;
pub(crate) use self::discovery::inputs::parts_in;
pub use self::discovery::selection::{LabelFile, Selection};
pub(crate) use self::discovery::splits::{Split, choose as choose_split};
pub use self::discovery::{discover, look};
pub(crate) use self::files::codec::Codec;
pub(crate) use self::files::delimited::{DelimitedText, SAY_DELIMITER, csv_fault};
pub(crate) use self::files::region::{Region, read_fault};
pub(crate) use self::files::stream::stream_name;
pub(crate) use self::files::text::{TextFile, text_fault};
pub(crate) use self::formats::parquet::ParquetFile;
pub(crate) use self::formats::stream::{StreamContent, open_stream};
pub(crate) use self::formats::{ipc, open_file, suffix, suffixes};
pub use self::in_memory::{InMemory, MemoryArray};
pub use self::layer::Layer;
pub use self::matrix::{Matrix, Order, Scan, Shape};
pub use self::memory::Memory;
pub(crate) use self::natural::natural;
pub use self::stamp::Stamp;
pub(crate) use self::tables::column_path::ColumnPath;
pub use self::tables::nulls::Nulls;
pub(crate) use self::tables::numbers::{integers, widen};
pub(crate) use self::tables::references::References;
pub(crate) use self::tables::table;
pub(crate) use self::tables::text::texts;
pub(crate) use self::tables::types::is_numeric;
pub use self::views::pool::Pool;
pub(crate) use self::views::rectified::Rectified;
pub use snnl_core::rows::{Rows, Values};
