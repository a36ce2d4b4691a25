//! The text formats of labels, recognised by suffix, or in a stream by its start.

use std::io::Read;
use std::path::Path;

use crate::error::Fault;
use crate::source::{Codec, TextFile, text_fault};

/// Bytes in which the first character is looked for.
const START_BYTES: u64 = 1 << 10;

/// A format of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFormat {
    /// Columns, and what separates them unless the header line tells.
    Delimited(Option<u8>),
    /// One label per line.
    Lines,
    /// A list of labels, a list of objects or an object of lists.
    Json,
    /// One label or object per line.
    JsonLines,
}

/// Every suffix, and the format of such files; each may be followed by that of a compression.
const SUFFIXES: [(&str, TextFormat); 6] = [
    (".csv", TextFormat::Delimited(None)),
    (".tsv", TextFormat::Delimited(Some(b'\t'))),
    (".txt", TextFormat::Lines),
    (".json", TextFormat::Json),
    (".jsonl", TextFormat::JsonLines),
    (".ndjson", TextFormat::JsonLines),
];

impl TextFormat {
    /// The format that the name of `path` says.
    pub(super) fn of(path: &Path) -> Option<TextFormat> {
        let name = path.file_name()?.to_str()?;
        let name = Codec::split(name).map_or(name, |(name, _)| name).to_ascii_lowercase();
        SUFFIXES
            .iter()
            .find(|(suffix, _)| name.len() > suffix.len() && name.ends_with(suffix))
            .map(|(_, format)| *format)
    }

    /// The format of a text without a suffix, by the bracket that it begins with if it is JSON.
    pub(super) fn found_in(text: &TextFile) -> Result<TextFormat, Fault> {
        let mut start = Vec::new();
        text.reader()?.take(START_BYTES).read_to_end(&mut start).map_err(text_fault)?;
        Ok(match start.trim_ascii_start().first() {
            Some(b'[') => TextFormat::Json,
            Some(b'{') => TextFormat::JsonLines,
            _ => TextFormat::Delimited(None),
        })
    }

    /// The suffixes there are, for messages.
    pub(super) fn suffixes() -> String {
        SUFFIXES.map(|(suffix, _)| suffix).join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_tells_the_format_below_a_compression() {
        let of = |name: &str| TextFormat::of(Path::new(name));
        assert_eq!(of("a/Y.TXT"), Some(TextFormat::Lines));
        assert_eq!(of("y.tsv.gz"), Some(TextFormat::Delimited(Some(b'\t'))));
        assert_eq!(of("y.jsonl.zst"), Some(TextFormat::JsonLines));
        assert_eq!((of(".csv"), of("y.gz"), of("y.npy"), of("csv")), (None, None, None, None));
    }
}
