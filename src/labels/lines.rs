//! Labels in text without columns: one label per line.

use std::io::{BufRead, BufReader};

use super::classes::Classes;
use crate::error::Fault;
use crate::source::{TextFile, text_fault};

/// Reads one label per line; space around it and blank lines at the end do not count. If `header` is named, it must be the
/// first line, and is not a label.
pub(super) fn read(text: &TextFile, header: Option<&str>, classes: &mut Classes) -> Result<(), Fault> {
    let mut expected = header;
    for_each_line(text, |_, line| match expected.take() {
        None => classes.push_cell(line),
        Some(header) if header == line => Ok(()),
        Some(header) => Err(Fault::content(format_args!("expected `{header}` in the first line, found `{line}`"))
            .hint("without a header, name the file alone: each line is one label")),
    })?;
    match expected {
        Some(header) => Err(Fault::content(format_args!("expected `{header}` in the first line, found no line"))),
        None => Ok(()),
    }
}

/// The most blank lines at the end; an editor does not leave more.
const BLANK_LINES: usize = 1000;

/// Hands each line to `take` without the space around it, counted from 1, up to the last that is not blank; a blank one before
/// that is empty, and so is each of more than [`BLANK_LINES`].
pub(super) fn for_each_line(
    text: &TextFile,
    mut take: impl FnMut(usize, &str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let (mut lines, mut line, mut number, mut blank) = (BufReader::new(text.reader()?), String::new(), 0, 0);
    while lines.read_line(&mut line).map_err(text_fault)? > 0 {
        number += 1;
        // Windows editors put a byte order mark first.
        let content = line.trim_start_matches('\u{feff}').trim();
        if content.is_empty() && blank < BLANK_LINES {
            blank += 1;
            line.clear();
            continue;
        }
        for before in (1..=std::mem::take(&mut blank)).rev() {
            take(number - before, "")?;
        }
        take(number, content)?;
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, header: Option<&str>) -> Result<(Vec<u32>, Vec<String>), Fault> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, text).unwrap();
        let mut classes = Classes::default();
        read(&TextFile::open(file.path()).unwrap(), header, &mut classes)?;
        Ok(classes.finish())
    }

    #[test]
    fn lines_are_labels() {
        let found = lines("\u{feff}cat\r\n dog \ncat", None).unwrap();
        assert_eq!(found, (vec![0, 1, 0], vec!["cat".into(), "dog".into()]));
        assert_eq!(lines("cat\n\n \r\n\n", None).unwrap().0, [0]);
        assert_eq!(lines(&format!("cat{}", "\n".repeat(1001)), None).unwrap().0, [0]);
        assert!(lines(&format!("cat{}", "\n".repeat(1002)), None).unwrap_err().to_string().contains("row 1"));
        assert!(lines("cat\n\ndog\n", None).unwrap_err().to_string().contains("row 1"));
        assert!(lines("", None).unwrap().0.is_empty());
    }

    #[test]
    fn a_header_that_is_named_is_no_label() {
        assert_eq!(lines("label\n3\n", Some("label")).unwrap(), (vec![0], vec!["3".into()]));
        let fault = lines("2\n3\n", Some("label")).unwrap_err();
        assert_eq!(fault.to_string(), "expected `label` in the first line, found `2`");
        assert!(lines("", Some("label")).is_err());
    }
}
