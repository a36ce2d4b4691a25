//! The formats of activations, recognised by their suffix. Adding one takes a file or folder here, and its lines in
//! this file.

pub(super) mod delimited;
pub(crate) mod ipc;
mod npy;
mod npz;
pub(super) mod parquet;
mod pt;
mod safetensors;
pub(super) mod stream;

use std::path::{Path, PathBuf};

use self::delimited::{DelimitedTable, is_delimited};
use self::ipc::Ipc;
pub(super) use self::npy::parse_dtype;
use self::parquet::ParquetFile;
use self::stream::{StreamContent, open_stream};
use crate::error::Fault;
use crate::source::contents::content::Content;
use crate::source::files::codec::Codec;
use crate::source::files::stream::stream_name;

/// A format of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileFormat {
    Ipc,
    Npy,
    Npz,
    PackedNpy(Codec),
    Parquet,
    Pt,
    Safetensors,
    SafetensorsIndex,
}

/// Every suffix, and the format of such files.
const SUFFIXES: [(&str, FileFormat); 12] = [
    (".arrow", FileFormat::Ipc),
    (".feather", FileFormat::Ipc),
    (".ipc", FileFormat::Ipc),
    (".npy", FileFormat::Npy),
    (".npy.gz", FileFormat::PackedNpy(Codec::Gzip)),
    (".npy.zst", FileFormat::PackedNpy(Codec::Zstd)),
    (".npz", FileFormat::Npz),
    (".parquet", FileFormat::Parquet),
    (".pt", FileFormat::Pt),
    (".pth", FileFormat::Pt),
    (".safetensors", FileFormat::Safetensors),
    (".safetensors.index.json", FileFormat::SafetensorsIndex),
];

/// Opens `path`, which is a stream, text in columns, or has one of the suffixes. A stream is spooled to a scratch file in
/// `scratch`; columns of text are separated by `delimiter`, or by what their header tells.
pub(crate) fn open(path: &Path, scratch: &Path, delimiter: Option<u8>) -> Result<Content, Fault> {
    if is_delimited(path) {
        return DelimitedTable::open(path, delimiter).map(Content::table);
    }
    if stream_name(path).is_none() {
        return open_file(path);
    }
    match open_stream(path, scratch)? {
        StreamContent::Content(content) => Ok(content),
        StreamContent::Text(_) => Err(Fault::content("expected .npy or Arrow from a stream, found neither")
            .hint("write it with `numpy.save(sys.stdout.buffer, x)`, or as an Arrow stream")),
    }
}

/// Opens the file `path`, which has one of the suffixes.
pub(crate) fn open_file(path: &Path) -> Result<Content, Fault> {
    let Some((_, _, format)) = split(path) else {
        let problem = format!("expected a file ending in {}", suffixes());
        return Err(Fault::content(problem).hint("the suffix tells the format"));
    };
    match format {
        FileFormat::Ipc => Ipc::open(path).map(Content::table),
        FileFormat::Npy => npy::open(path).map(Content::Array),
        FileFormat::Npz => npz::open(path).map(Content::Arrays),
        FileFormat::PackedNpy(codec) => npy::open_packed(path, codec).map(Content::Array),
        FileFormat::Parquet => ParquetFile::open(path).map(Content::table),
        FileFormat::Pt => pt::open(path),
        FileFormat::Safetensors => safetensors::open(path).map(Content::Arrays),
        FileFormat::SafetensorsIndex => safetensors::open_index(path).map(Content::Arrays),
    }
}

/// Other files that `path` stands for, which are not inputs beside it.
pub(super) fn files_behind(path: &Path) -> Vec<PathBuf> {
    match split(path) {
        Some((_, _, FileFormat::SafetensorsIndex)) => safetensors::indexed_files(path),
        _ => Vec::new(),
    }
}

/// The suffix of `path`, as the table writes it; `None` where it has none of them.
pub(crate) fn suffix(path: &Path) -> Option<&'static str> {
    split(path).map(|(_, suffix, _)| suffix)
}

/// The name of `path` without its suffix, and without that of a compression.
pub(super) fn stem(path: &Path) -> String {
    if let Some((stem, ..)) = split(path) {
        return stem.to_owned();
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let unpacked = Path::new(Codec::split(&name).map_or(name.as_ref(), |(unpacked, _)| unpacked));
    unpacked.file_stem().unwrap_or(unpacked.as_os_str()).to_string_lossy().into_owned()
}

/// Whether `path` has a suffix of tables.
pub(super) fn is_table(path: &Path) -> bool {
    matches!(split(path), Some((_, _, FileFormat::Ipc | FileFormat::Parquet)))
}

/// The suffixes there are, for messages.
pub(crate) fn suffixes() -> String {
    let [others @ .., last] = SUFFIXES.map(|(suffix, _)| suffix);
    format!("{} or {last}", others.join(", "))
}

fn split(path: &Path) -> Option<(&str, &'static str, FileFormat)> {
    let name = path.file_name()?.to_str()?;
    SUFFIXES.iter().find_map(|&(suffix, format)| {
        let (stem, found) = name.split_at_checked(name.len().checked_sub(suffix.len())?)?;
        (!stem.is_empty() && found.eq_ignore_ascii_case(suffix)).then_some((stem, suffix, format))
    })
}
