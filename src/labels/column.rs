//! Labels in a column of a table.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Schema};

use super::classes::Classes;
use super::several_hot;
use crate::error::Fault;
use crate::source::table::Table;
use crate::source::{References, Values, integers, is_label_like, texts, widen};

/// Rows decoded at a time.
const BATCH_ROWS: usize = 1 << 16;

/// Reads the column called `name`, or the only one, or the only one with a label-like name.
pub(super) fn read(table: &dyn Table, name: Option<&str>, classes: &mut Classes) -> Result<(), Fault> {
    let columns = table.columns();
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let column = match choose(&names, name) {
        Ok(column) => &columns[column],
        Err(fault) => return Err(several_hot::fault(table, &columns, name)?.unwrap_or(fault)),
    };
    let class_names = class_names(table.schema(), &column.name);
    for batch in table.scan(&[column.root], 0..table.rows(), BATCH_ROWS)? {
        let (labels, outer) = column.follow(batch?.1.column(0));
        let references = References::of(&labels)?;
        let values = references.as_ref().map_or(&labels, |references| &references.values);
        let kinds = LabelValues::of(values, &column.name)?;
        let nulls = values.logical_nulls();
        let place_of = |row: usize| {
            let place = match &references {
                Some(references) if references.places.is_null(row) => return None,
                Some(references) => references.places.value(row) as usize,
                None => row,
            };
            let is_null = |nulls: &Option<NullBuffer>, at: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(at));
            (!is_null(&outer, row) && !is_null(&nulls, place)).then_some(place)
        };
        for row in 0..labels.len() {
            match place_of(row) {
                Some(place) => kinds.push(place, class_names.as_deref(), classes)?,
                None => classes.push_missing("it is null")?,
            }
        }
    }
    Ok(())
}

/// Labels of one type.
enum LabelValues<'a> {
    Integers(Vec<i128>),
    Texts(Vec<&'a str>),
    Booleans(&'a BooleanArray),
    Numbers(Values),
}

impl LabelValues<'_> {
    /// The labels in `array`, the values of the column `name`.
    fn of<'a>(array: &'a ArrayRef, name: &str) -> Result<LabelValues<'a>, Fault> {
        if let Some(integers) = integers(array) {
            return Ok(LabelValues::Integers(integers));
        }
        if let Some(texts) = texts(array) {
            return Ok(LabelValues::Texts(texts));
        }
        match array.data_type() {
            DataType::Boolean => Ok(LabelValues::Booleans(array.as_boolean())),
            DataType::Float16 | DataType::Float32 | DataType::Float64 => widen(array).map(LabelValues::Numbers),
            other => {
                let fault = Fault::content(format_args!(
                    "expected labels (integers, booleans or text) in column `{name}`, found {other}"
                ));
                Err(if other.is_nested() { fault.hint(several_hot::ONE_CLASS) } else { fault })
            }
        }
    }

    /// Appends the label at `place`, by the name of its class if there are names.
    fn push(&self, place: usize, names: Option<&[String]>, classes: &mut Classes) -> Result<(), Fault> {
        match (self, names) {
            (LabelValues::Integers(labels), Some(names)) => push_named(classes, labels[place], names),
            (LabelValues::Integers(labels), None) => classes.push(&labels[place].to_string()),
            (LabelValues::Texts(labels), _) => classes.push_text(labels[place]),
            (LabelValues::Booleans(labels), _) => classes.push_boolean(labels.value(place)),
            (LabelValues::Numbers(Values::F32(labels)), _) => classes.push_number(labels[place].into()),
            (LabelValues::Numbers(Values::F64(labels)), _) => classes.push_number(labels[place]),
        }
    }
}

/// The names of the classes in `column`, which Hugging Face's libraries note beside the schema:
/// `{"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}`.
fn class_names(schema: &Schema, column: &str) -> Option<Vec<String>> {
    let noted: serde_json::Value = serde_json::from_str(schema.metadata().get("huggingface")?).ok()?;
    let feature = noted.get("info")?.get("features")?.get(column)?;
    let names = feature.get("names")?.as_array()?.iter().map(|name| name.as_str().map(str::to_owned));
    names.collect::<Option<Vec<_>>>().filter(|_| feature.get("_type").is_some_and(|kind| kind == "ClassLabel"))
}

/// Appends `label` by the name of its class. −1 is no class but Hugging Face's mark of a missing one, and a fault unless its rows
/// are left out.
fn push_named(classes: &mut Classes, label: i128, names: &[String]) -> Result<(), Fault> {
    let row = classes.len();
    match usize::try_from(label).ok().and_then(|label| names.get(label)) {
        Some(name) => classes.push(name),
        None if label == -1 && classes.ignores("-1") => classes.push("-1"),
        None if label == -1 => {
            Err(Fault::content(format_args!("row {row} has no label: it is -1, which marks a missing label"))
                .hint("--ignore-label -1 leaves such rows out and counts them"))
        }
        None => Err(Fault::content(format_args!(
            "expected a label below {}, which have names in the file, found {label} in row {row}",
            names.len()
        ))
        .hint("the names and the labels belong to different datasets")),
    }
}

/// Index of the column called `name`, or of the only one, or of the only one with a label-like name.
pub(super) fn choose(columns: &[&str], name: Option<&str>) -> Result<usize, Fault> {
    let called = |wanted: &dyn Fn(&str) -> bool| {
        let mut found = (0..columns.len()).filter(|&column| wanted(columns[column]));
        found.next().filter(|_| found.next().is_none())
    };
    let (column, expected) = match name {
        Some(name) => (called(&|column| column == name), format!("one column named `{name}`")),
        None if columns.len() == 1 => (Some(0), String::new()),
        None => (called(&is_label_like), "one column, or one with a name like `label`".to_owned()),
    };
    column.ok_or_else(|| {
        Fault::content(format_args!("expected {expected}, found: {}", columns.join(", ")))
            .hint("name the column after a colon: `file:column`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_beyond_the_names_are_refused_however_large() {
        let names = ["cat".to_owned(), "dog".to_owned()];
        for (label, found) in [(2_u64, "found 2"), (u64::MAX, "found 18446744073709551615")] {
            let error = push_named(&mut Classes::default(), label.into(), &names).unwrap_err().to_string();
            assert!(error.contains(found), "{error}");
        }
    }

    #[test]
    fn a_column_is_named_alone_or_label_like() {
        assert_eq!(choose(&["id", "a"], Some("a")).unwrap(), 1);
        assert_eq!(choose(&["anything"], None).unwrap(), 0);
        assert_eq!(choose(&["id", "Label"], None).unwrap(), 1);
        for (columns, name) in
            [(&["y", "target"][..], None), (&["id", "a"], None), (&["a", "a"], Some("a")), (&[], None)]
        {
            assert!(choose(columns, name).is_err(), "{columns:?}");
        }
        assert!(choose(&["id", "split"], Some("y")).unwrap_err().to_string().contains("id, split"));
    }
}
