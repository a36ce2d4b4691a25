//! Labels in JSON: a list of labels, a list of objects, an object of lists, or one label or object per line.

mod outline;
mod values;

use std::io::BufReader;

use serde::de::DeserializeSeed;
use serde_json::Deserializer;

use self::outline::{ElementOutline, Outline, OutlineSeed};
use self::values::{Label, ListOf, ObjectWith, Sink};
use super::classes::Classes;
use super::column::choose;
use super::lines::for_each_line;
use crate::error::Fault;
use crate::source::{TextFile, text_fault};

/// What to try about JSON of another form.
const FORMS: &str =
    "labels are a list, `[3, 1]`, a list of objects, `[{\"label\": 3}]`, or an object of lists, `{\"label\": [3]}`";

/// Reads a list of labels; or in a list of objects or an object of lists, those called `key`, which is not needed where there is
/// one, or one with a label-like name. No more than a label is in memory at a time.
pub(super) fn read(text: &TextFile, key: Option<&str>, classes: &mut Classes) -> Result<(), Fault> {
    let outline = parse(text, OutlineSeed)?.map_err(fault)?;
    let mut sink = Sink::of(classes);
    let done = match outline {
        Outline::List(ElementOutline::Scalar) => {
            refuse_key(key)?;
            parse(text, ListOf(Label(&mut sink)))?
        }
        Outline::List(ElementOutline::Object(keys)) => {
            let key = chosen(&keys, key)?;
            parse(text, ListOf(ObjectWith { key: &key, value: Label(&mut sink) }))?
        }
        Outline::Object(keys) => {
            let key = chosen(&keys, key)?;
            parse(text, ObjectWith { key: &key, value: ListOf(Label(&mut sink)) })?
        }
        Outline::Scalar => return Err(Fault::content("expected a list of labels, found a single value").hint(FORMS)),
    };
    done.map_err(|error| sink.fault().unwrap_or_else(|| fault(error)))
}

/// Reads one label per line, or, with one object per line, the one named `key`, as [`read`] chooses it.
pub(super) fn read_lines(text: &TextFile, key: Option<&str>, classes: &mut Classes) -> Result<(), Fault> {
    let mut chosen_key = None;
    for_each_line(text, |number, line| {
        let in_line = |error: serde_json::Error| {
            let said = error.to_string();
            let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
            Fault::content(format_args!("line {number} is not a label in JSON: {said}"))
                .hint("each line is a label, `3`, or an object, `{\"label\": 3}`")
        };
        if chosen_key.is_none() {
            chosen_key = Some(match parse_str(line, ElementOutline::Scalar).map_err(in_line)? {
                ElementOutline::Object(keys) => Some(chosen(&keys, key)?),
                ElementOutline::Scalar => {
                    refuse_key(key)?;
                    None
                }
            });
        }
        let mut sink = Sink::of(classes);
        let done = match chosen_key.as_ref().and_then(Option::as_deref) {
            Some(key) => parse_str(line, ObjectWith { key, value: Label(&mut sink) }),
            None => parse_str(line, Label(&mut sink)),
        };
        done.map_err(|error| sink.fault().unwrap_or_else(|| in_line(error)))
    })
}

/// The only value in `text`; the outer error is about reading it, the inner one about what it is.
fn parse<S: for<'de> DeserializeSeed<'de, Value = T>, T>(
    text: &TextFile,
    seed: S,
) -> Result<serde_json::Result<T>, Fault> {
    let mut deserializer = Deserializer::from_reader(BufReader::new(text.reader()?));
    let parsed = seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match parsed {
        Err(error) if error.is_io() => Err(text_fault(error.into())),
        parsed => Ok(parsed),
    }
}

fn parse_str<'de, S: DeserializeSeed<'de, Value = T>, T>(line: &'de str, seed: S) -> serde_json::Result<T> {
    let mut deserializer = Deserializer::from_str(line);
    seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value))
}

fn chosen(keys: &[String], key: Option<&str>) -> Result<String, Fault> {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    choose(&keys, key).map(|place| keys[place].to_owned())
}

fn refuse_key(key: Option<&str>) -> Result<(), Fault> {
    match key {
        Some(_) => Err(Fault::content("expected no key: the file is a list of labels").hint("name the file alone")),
        None => Ok(()),
    }
}

fn fault(error: serde_json::Error) -> Fault {
    Fault::content(format_args!("not labels in JSON: {error}")).hint(FORMS)
}

#[cfg(test)]
mod tests;
