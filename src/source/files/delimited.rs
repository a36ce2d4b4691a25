//! Text in columns: CSV, and the same with other delimiters.

use std::io::{BufRead, BufReader, Read};

use super::text::{TextFile, text_fault};
use crate::error::Fault;

/// The separators of columns that are detected by default, the likelier first.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Bytes of a header line that are searched for a delimiter.
const HEADER_BYTES: u64 = 1 << 20;

/// What to try where the columns are not those that were meant.
pub(crate) const SAY_DELIMITER: &str = "if another character separates the columns, give it as --delimiter";

/// Text in columns, and what separates them.
#[derive(Debug)]
pub(crate) struct DelimitedText<'a> {
    text: &'a TextFile,
    delimiter: u8,
}

impl DelimitedText<'_> {
    /// The columns of `text`; where nothing is said of the delimiter, it is the comma, semicolon or tab that is most frequent in
    /// the first line outside of quotes.
    pub(crate) fn of(text: &TextFile, delimiter: Option<u8>) -> Result<DelimitedText<'_>, Fault> {
        let delimiter = delimiter.map_or_else(|| find_delimiter(text), Ok)?;
        Ok(DelimitedText { text, delimiter })
    }

    /// A reader of the lines from the first on, which may be a header. Space around cells does not count.
    pub(crate) fn reader(&self, has_header: bool) -> Result<csv::Reader<impl Read + Send + use<>>, Fault> {
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(self.delimiter).has_headers(has_header).trim(csv::Trim::All);
        Ok(builder.from_reader(self.text.reader()?))
    }
}

fn find_delimiter(text: &TextFile) -> Result<u8, Fault> {
    let (mut line, mut is_quoted, mut counts) = (Vec::new(), false, [0_usize; DELIMITERS.len()]);
    BufReader::new(text.reader()?).take(HEADER_BYTES).read_until(b'\n', &mut line).map_err(text_fault)?;
    for byte in line {
        is_quoted ^= byte == b'"';
        if let Some(place) = DELIMITERS.iter().position(|&delimiter| delimiter == byte && !is_quoted) {
            counts[place] += 1;
        }
    }
    // Of equals, the last is the maximum.
    let frequent = DELIMITERS.into_iter().zip(counts).rev().max_by_key(|&(_, count)| count);
    Ok(frequent.map_or(b',', |(delimiter, _)| delimiter))
}

/// What a failed read of columns means.
pub(crate) fn csv_fault(error: csv::Error) -> Fault {
    let line = |position: Option<csv::Position>| position.map_or(0, |position| position.line());
    match error.into_kind() {
        csv::ErrorKind::Io(error) => text_fault(error),
        csv::ErrorKind::Utf8 { pos, err } => {
            Fault::content(format_args!("line {} is not valid Unicode: {err}", line(pos)))
        }
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            Fault::content(format_args!("expected {expected_len} columns in line {}, found {len}", line(pos)))
                .hint(SAY_DELIMITER)
        }
        other => Fault::content(format_args!("not a CSV file: {other:?}")),
    }
}
