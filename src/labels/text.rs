//! Labels in text: a column of a CSV file, or a label a line.

use std::io::{BufRead, BufReader};
use std::path::Path;

use super::classes::Classes;
use super::column::choose;
use crate::error::Fault;
use crate::source::{Region, RegionReader, is_label_like};

/// Reads a label a line; space around it does not count.
pub(super) fn read_lines(path: &Path, classes: &mut Classes) -> Result<(), Fault> {
    for line in BufReader::new(Region::open(path)?.reader()).lines() {
        // Windows editors put a byte order mark first.
        classes.push_cell(line?.trim_start_matches('\u{feff}').trim())?;
    }
    Ok(())
}

/// Reads the CSV column called `name`; without one, the only column or the only one with a label-like name.
///
/// The first line is a header where a column was named or there are several. In a file of one column it is one if its
/// text is label-like, or is no number while all below it are.
pub(super) fn read_csv(path: &Path, name: Option<&str>, classes: &mut Classes) -> Result<(), Fault> {
    let first = open(path, true)?.headers().map_err(fault)?.clone();
    let names: Vec<&str> = first.iter().collect();
    let column = choose(&names, name)?;
    if names.len() == 1 {
        refuse_blank_lines(path)?;
    }
    let has_header = names.len() > 1
        || name.is_some()
        || is_label_like(names[column])
        || (!is_number(names[column]) && all_numbers_below(path)?);
    for record in open(path, has_header)?.records() {
        classes.push_cell(&record.map_err(fault)?[column])?;
    }
    Ok(())
}

fn open(path: &Path, has_header: bool) -> Result<csv::Reader<RegionReader>, Fault> {
    Ok(csv::ReaderBuilder::new().has_headers(has_header).trim(csv::Trim::All).from_reader(Region::open(path)?.reader()))
}

fn is_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok()
}

/// Whether there are lines below the first, and all are numbers.
fn all_numbers_below(path: &Path) -> Result<bool, Fault> {
    let mut cells = 0;
    for record in open(path, true)?.records() {
        if !is_number(&record.map_err(fault)?[0]) {
            return Ok(false);
        }
        cells += 1;
    }
    Ok(cells > 0)
}

/// In one column a blank line is a missing label; the CSV reader would pass over it and shift all that follow.
fn refuse_blank_lines(path: &Path) -> Result<(), Fault> {
    for (index, line) in BufReader::new(Region::open(path)?.reader()).lines().enumerate() {
        if line?.trim().is_empty() {
            return Err(Fault::content(format_args!("line {} has no label: it is blank", index + 1)));
        }
    }
    Ok(())
}

fn fault(error: csv::Error) -> Fault {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Fault::Io(error),
        csv::ErrorKind::Utf8 { pos, err } => {
            let line = pos.map_or(0, |position| position.line());
            Fault::content(format_args!("line {line} is not valid Unicode: {err}"))
        }
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.map_or(0, |position| position.line());
            Fault::content(format_args!("expected {expected_len} columns in line {line}, found {len}"))
        }
        other => Fault::content(format_args!("not a CSV file: {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str, name: Option<&str>) -> Result<(Vec<u32>, Vec<String>), Fault> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, text).unwrap();
        let mut classes = Classes::default();
        read_csv(file.path(), name, &mut classes)?;
        Ok(classes.finish())
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_first_line_that_could_be_a_label_is_one() {
        assert_eq!(csv("3\n1\n3\n", None).unwrap(), (vec![1, 0, 1], names(&["1", "3"])));
        assert_eq!(csv("cat\ndog\n", None).unwrap(), (vec![0, 1], names(&["cat", "dog"])));
        assert_eq!(csv("class\n3\n1.0\n", None).unwrap(), (vec![1, 0], names(&["1", "3"])));
        assert_eq!(csv("label\ncat\n", None).unwrap(), (vec![0], names(&["cat"])));
        assert_eq!(csv("cat\ndog\n", Some("cat")).unwrap(), (vec![0], names(&["dog"])));
        assert_eq!(csv("\u{feff}id,y\r\n7,b\r\n8,\"a, b\"\r\n", None).unwrap(), (vec![1, 0], names(&["a, b", "b"])));
    }

    #[test]
    fn rows_without_a_label_are_faults() {
        for text in ["id,y\n1,a\n2,\n", "id,y\n1,a\n2\n", "id,split\n1,a\n", "y\n1\n0.5\n"] {
            assert!(csv(text, None).is_err(), "{text:?}");
        }
    }

    #[test]
    fn lines_are_labels() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "\u{feff}cat\r\n dog \ncat").unwrap();
        let mut classes = Classes::default();
        read_lines(file.path(), &mut classes).unwrap();
        assert_eq!(classes.finish(), (vec![0, 1, 0], names(&["cat", "dog"])));
        std::fs::write(&file, "cat\n\ndog\n").unwrap();
        assert!(read_lines(file.path(), &mut Classes::default()).unwrap_err().to_string().contains("row 1"));
    }
}
