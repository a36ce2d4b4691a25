//! Which numeric columns of a table could be the features of a layer, for a hint.

use globset::{Glob, escape};

use crate::source::tables::column_path::ColumnPath;
use crate::source::tables::types::is_numeric;

/// A glob of the numeric columns among `columns` that are numbered alike, if there are several, or of all; `None` where there
/// are no numeric ones.
pub(super) fn glob(columns: &[ColumnPath]) -> Option<String> {
    let numeric: Vec<&str> =
        columns.iter().filter(|column| is_numeric(&column.data_type)).map(|column| column.name.as_str()).collect();
    let mut prefixes: Vec<&str> = numeric.iter().filter_map(|name| numbered(name)).collect();
    prefixes.sort_unstable();
    let runs = prefixes.chunk_by(|a, b| a == b);
    let Some(prefix) = runs.max_by_key(|run| run.len()).filter(|run| run.len() > 1).map(|run| run[0]) else {
        return (!numeric.is_empty()).then(|| "*".to_owned());
    };
    let simple = format!("{}*", escape(prefix));
    let is_exact = |glob: &str| {
        let matcher = Glob::new(glob).ok()?.compile_matcher();
        let mut matching = columns.iter().filter(|column| matcher.is_match(&column.name));
        Some(matching.all(|column| numbered(&column.name) == Some(prefix)))
    };
    match is_exact(&simple) {
        Some(true) => Some(simple),
        _ => Some(format!("{}[0-9]*", escape(prefix))),
    }
}

/// What stands before the number at the end of `name`; `None` where there is no number.
fn numbered(name: &str) -> Option<&str> {
    let prefix = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    (prefix.len() < name.len()).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use arrow_schema::{DataType, Field, Fields};

    use super::*;

    fn glob_of(names: &[&str]) -> Option<String> {
        let of = |name: &&str| match name.starts_with("text") {
            true => Field::new(*name, DataType::Utf8, true),
            false => Field::new(*name, DataType::Float32, true),
        };
        glob(&ColumnPath::all(&names.iter().map(of).collect::<Fields>()))
    }

    #[test]
    fn the_columns_that_are_numbered_alike() {
        assert_eq!(glob_of(&["f0", "f1", "f10", "id"]).as_deref(), Some("f*"));
        assert_eq!(glob_of(&["f0", "f1", "file"]).as_deref(), Some("f[0-9]*"));
        assert_eq!(glob_of(&["0", "1", "2"]).as_deref(), Some("*"));
        assert_eq!(glob_of(&["0", "1", "2", "id"]).as_deref(), Some("[0-9]*"));
        assert_eq!(glob_of(&["x[0", "x[1", "y0"]).as_deref(), Some("x[[]*"));
        assert_eq!(glob_of(&["width", "height", "text"]).as_deref(), Some("*"));
        assert_eq!(glob_of(&["text"]), None);
    }
}
