//! Labels in text with columns: CSV, and the same with other delimiters.

use super::classes::Classes;
use super::column::choose;
use super::lines::for_each_line;
use crate::error::Fault;
use crate::source::{DelimitedText, SAY_DELIMITER, TextFile, csv_fault, is_label_like};

/// Reads the column called `name`; without one, the only column or the only one with a label-like name.
///
/// The first line is a header where a column was named or there are several. In a file of one column it is one if its
/// text is label-like, or is not a number while all below it are.
pub(super) fn read(
    text: &TextFile,
    delimiter: Option<u8>,
    name: Option<&str>,
    classes: &mut Classes,
) -> Result<(), Fault> {
    let columns = DelimitedText::of(text, delimiter)?;
    let first = columns.reader(true)?.headers().map_err(csv_fault)?.clone();
    let names: Vec<&str> = first.iter().collect();
    let column = choose(&names, name).map_err(|fault| match names.len() {
        1 if name.is_some() => fault.hint(SAY_DELIMITER),
        _ => fault,
    })?;
    if names.len() == 1 {
        refuse_blank_lines(text)?;
    }
    let has_header = names.len() > 1
        || name.is_some()
        || is_label_like(names[column])
        || (!is_number(names[column]) && has_only_numbers_below(&columns)?);
    for record in columns.reader(has_header)?.records() {
        classes.push_cell(&record.map_err(csv_fault)?[column])?;
    }
    Ok(())
}

/// Whether there are lines below the first, and all are numbers.
fn has_only_numbers_below(columns: &DelimitedText) -> Result<bool, Fault> {
    let mut cells = 0;
    for record in columns.reader(true)?.records() {
        if !is_number(&record.map_err(csv_fault)?[0]) {
            return Ok(false);
        }
        cells += 1;
    }
    Ok(cells > 0)
}

fn is_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok()
}

/// In one column a blank line before others is a missing label; the CSV reader would skip it and shift all following labels.
fn refuse_blank_lines(text: &TextFile) -> Result<(), Fault> {
    for_each_line(text, |number, line| {
        match line {
        "" => Err(Fault::content(format_args!("line {number} has no label: it is blank")).hint(
            "in text of one column, write a row without a label as `\"\"`; --ignore-label null leaves it out and counts it",
        )),
        _ => Ok(()),
    }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str, name: Option<&str>) -> Result<(Vec<u32>, Vec<String>), Fault> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, text).unwrap();
        let mut classes = Classes::default();
        read(&TextFile::open(file.path()).unwrap(), None, name, &mut classes)?;
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
    fn the_first_line_tells_the_delimiter() {
        for text in ["id;y\n7;3\n8;1\n", "id\ty\n7\t3\n8\t1\n", "\"a,b,c\";y\n7;3\n8;1\n", "a;b,c,y\n;,,3\n;,,1\n"] {
            assert_eq!(csv(text, Some("y")).unwrap(), (vec![1, 0], names(&["1", "3"])), "{text:?}");
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "id|y\n7|3\n").unwrap();
        let text = TextFile::open(file.path()).unwrap();
        let mut classes = Classes::default();
        read(&text, Some(b'|'), Some("y"), &mut classes).unwrap();
        assert_eq!(classes.finish().1, names(&["3"]));
        let error = read(&text, None, Some("y"), &mut Classes::default()).unwrap_err().in_input("y.csv");
        assert!(error.hint().unwrap().contains("--delimiter"), "{error:?}");
    }

    #[test]
    fn blank_lines_at_the_end_are_no_rows() {
        for text in ["y\n3\n1\n\n\n", "id,y\n7,3\n8,1\n\n\r\n", "3\n1\n\n"] {
            assert_eq!(csv(text, None).unwrap(), (vec![1, 0], names(&["1", "3"])), "{text:?}");
        }
        assert!(csv("y\n3\n\n1\n", None).unwrap_err().to_string().contains("line 3"));
    }
}
