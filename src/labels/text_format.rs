//! The formats of text that labels come in, told by their suffix.

use std::path::Path;

use crate::source::Codec;

/// A format of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFormat {
    /// Columns, and what separates them unless the header line tells.
    Delimited(Option<u8>),
    /// A label a line.
    Lines,
    /// A list of labels, a list of objects or an object of lists.
    Json,
    /// A label or an object a line.
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
