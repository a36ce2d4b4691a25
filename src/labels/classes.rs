//! Collects class names row by row into dense ids, and gives every value of any type its name by one rule.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::error::Fault;
use crate::source::natural;

/// The classes met so far, numbered in the order they were met.
#[derive(Debug, Default)]
pub(super) struct Classes {
    rows: Vec<u32>,
    ids: HashMap<String, u32>,
    /// Rows in the files before this one.
    before: usize,
    /// Names of the classes whose rows are left out.
    ignored: Vec<String>,
    /// Whether they are ids, of which each row has its own.
    are_ids: bool,
}

/// What `--ignore-label` calls rows without a label.
pub(super) const MISSING: &str = "null";

impl Classes {
    /// No rows yet; those of the classes `ignored` need not have a label that is a class.
    pub(super) fn ignoring(ignored: &[String]) -> Classes {
        let ignored = ignored.iter().map(|label| class_name(label).into_owned()).collect();
        Classes { ignored, ..Classes::default() }
    }

    /// No rows yet, each of which must have an id.
    pub(super) fn of_ids() -> Classes {
        Classes { are_ids: true, ..Classes::default() }
    }

    /// Whether rows of the class `name` are left out.
    pub(super) fn ignores(&self, name: &str) -> bool {
        self.ignored.iter().any(|ignored| ignored == name)
    }

    /// Appends a row without a label for the reason `why`, which is a fault unless such rows are left out.
    pub(super) fn push_missing(&mut self, why: &str) -> Result<(), Fault> {
        if self.ignores(MISSING) {
            return self.push(MISSING);
        }
        let (name, hint) = match self.are_ids {
            true => ("id", "every row needs an id, by which its label is found"),
            false => ("label", "every row needs a class; --ignore-label null leaves out and counts rows without one"),
        };
        Err(Fault::content(format_args!("row {} has no {name}: {why}", self.len())).hint(hint))
    }

    /// Counts the rows of the next file from 0 on.
    pub(super) fn next_file(&mut self) {
        self.before = self.rows.len();
    }

    /// Appends a row of the class `name`; one of an empty name has no label.
    pub(super) fn push(&mut self, name: &str) -> Result<(), Fault> {
        if name.is_empty() {
            return self.push_missing("it is empty");
        }
        let id = match self.ids.get(name) {
            Some(&id) => id,
            None => {
                let id = u32::try_from(self.ids.len()).map_err(|_| Fault::content("more classes than 2^32"))?;
                self.ids.insert(name.to_owned(), id);
                id
            }
        };
        self.rows.push(id);
        Ok(())
    }

    /// Appends a row labelled by a number, which must be whole.
    pub(super) fn push_number(&mut self, number: f64) -> Result<(), Fault> {
        if number.fract() != 0.0 || !number.is_finite() {
            let row = self.len();
            let (names, hint) = match self.are_ids {
                true => ("ids", "ids are whole numbers or text"),
                false => ("labels", "labels are classes; if they are scores, bin them into classes first"),
            };
            return Err(Fault::content(format_args!("expected whole numbers as {names}, found {number} in row {row}"))
                .hint(hint));
        }
        // Adding zero turns −0 into 0.
        self.push(&format!("{:.0}", number + 0.0))
    }

    /// Appends a row labelled by a boolean, called as Python calls it.
    pub(super) fn push_boolean(&mut self, label: bool) -> Result<(), Fault> {
        self.push(if label { "True" } else { "False" })
    }

    /// Appends a row labelled by text: a whole number in any notation, or a name.
    pub(super) fn push_text(&mut self, text: &str) -> Result<(), Fault> {
        self.push(&class_name(text))
    }

    /// Appends a row labelled by a cell of a file without types, where a number that is not whole is no name.
    pub(super) fn push_cell(&mut self, cell: &str) -> Result<(), Fault> {
        let name = class_name(cell);
        match name.parse() {
            Ok(number) if !is_integer(&name) && !self.are_ids => self.push_number(number),
            _ => self.push(&name),
        }
    }

    /// Number of rows of this file.
    pub(super) fn len(&self) -> usize {
        self.rows.len() - self.before
    }

    /// The class of every row, and the names in natural order: integers by value, then text.
    pub(super) fn finish(self) -> (Vec<u32>, Vec<String>) {
        let mut names: Vec<(String, u32)> = self.ids.into_iter().collect();
        // `None` sorts before any integer, hence the flag.
        names.sort_by(|(a, _), (b, _)| {
            let key = |name: &str| (!is_integer(name), name.parse::<i128>().ok());
            key(a).cmp(&key(b)).then_with(|| natural(a, b))
        });
        let mut sorted = vec![0; names.len()];
        for (position, (_, id)) in (0..).zip(&names) {
            sorted[*id as usize] = position;
        }
        let rows = self.rows.iter().map(|&id| sorted[id as usize]).collect();
        (rows, names.into_iter().map(|(name, _)| name).collect())
    }
}

fn is_integer(name: &str) -> bool {
    name.parse::<i128>().is_ok()
}

/// The name of the class that `text` stands for: `3` for `3`, `+3`, `3.0` and `3e0`, `0` for `-0.0`, and the text itself where
/// it is not a whole number. Leading zeros tell a code from a number, so that `007` stays.
pub(super) fn class_name(text: &str) -> Cow<'_, str> {
    let are_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let (sign, unsigned) = match text.as_bytes().first() {
        Some(b'-') => ("-", &text[1..]),
        Some(b'+') => ("", &text[1..]),
        _ => ("", text),
    };
    let (digits, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    // Digit by digit, for a long integer is not rounded.
    if are_digits(digits) && fraction.bytes().all(|byte| byte == b'0') {
        let is_code = digits.len() == unsigned.len() && digits.len() > 1 && digits.starts_with('0');
        return match digits.trim_start_matches('0') {
            _ if is_code => text.into(),
            "" => "0".into(),
            significant if significant.len() == text.len() => text.into(),
            significant => format!("{sign}{significant}").into(),
        };
    }
    match text.parse::<f64>() {
        // Adding zero turns −0 into 0.
        Ok(number) if number.is_finite() && number.fract() == 0.0 => format!("{:.0}", number + 0.0).into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_stand_in_natural_order() {
        let mut classes = Classes::default();
        for name in ["10", "cat10", "-1", "2", "cat2", "10", "-2"] {
            classes.push(name).unwrap();
        }
        let (rows, names) = classes.finish();
        assert_eq!(names, ["-2", "-1", "2", "10", "cat2", "cat10"]);
        assert_eq!(rows, [3, 5, 1, 2, 4, 3, 0]);
    }

    #[test]
    fn one_value_has_one_name_in_every_notation() {
        let mut classes = Classes::default();
        classes.push("3").unwrap();
        classes.push_number(3.0).unwrap();
        classes.push_cell("3.000e+00").unwrap();
        classes.push_number(-0.0).unwrap();
        classes.push_cell("007").unwrap();
        assert_eq!(classes.finish().1, ["0", "3", "007"]);
        for (notations, name) in [
            (&["3", "+3", "3.", "3.0", "03.0", "3e0", "0.3e1"][..], "3"),
            (&["-3", "-3.000", "-30e-1"], "-3"),
            (&["0", "-0", "+0", "-0.0", "0.", ".0", "-0e7"], "0"),
            (&["9007199254740993", "9007199254740993.0"], "9007199254740993"),
            (&["-007"], "-007"),
        ] {
            assert!(notations.iter().all(|text| class_name(text) == name), "{name}");
        }
        for name in ["", "-", ".", "+.", "0.5", "nan", "-inf", "1e999", "3a", "3.0.0", "3,0", "--3", "٣"] {
            assert_eq!(class_name(name), name);
        }
    }

    #[test]
    fn typed_text_may_be_any_name() {
        let mut classes = Classes::default();
        for text in ["-0", "0.5", "nan", "0.0"] {
            classes.push_text(text).unwrap();
        }
        assert_eq!(classes.finish().1, ["0", "0.5", "nan"]);
    }

    #[test]
    fn every_row_needs_an_id() {
        let mut ids = Classes::of_ids();
        assert_eq!(ids.push_missing("it is null").unwrap_err().to_string(), "row 0 has no id: it is null");
        assert!(ids.push_number(0.5).unwrap_err().to_string().contains("whole numbers as ids"));
    }

    #[test]
    fn rows_without_a_label_may_be_left_out() {
        let mut classes = Classes::default();
        let fault = classes.push_missing("it is null").unwrap_err();
        assert_eq!(fault.to_string(), "row 0 has no label: it is null");
        let mut classes = Classes::ignoring(&["null".to_owned()]);
        classes.push_missing("it is null").unwrap();
        classes.push("").unwrap();
        classes.push("a").unwrap();
        assert_eq!(classes.finish(), (vec![1, 1, 0], vec!["a".to_owned(), "null".to_owned()]));
    }

    #[test]
    fn what_is_no_class_is_named_with_its_row() {
        let mut classes = Classes::default();
        classes.push("0").unwrap();
        for number in [0.5, f64::NAN, f64::INFINITY] {
            assert!(classes.push_number(number).unwrap_err().to_string().contains("row 1"));
        }
        assert!(classes.push_cell("nan").is_err());
        assert!(classes.push("").unwrap_err().to_string().contains("row 1"));
    }
}
