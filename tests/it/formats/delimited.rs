//! Activations in text: wide tables, and lists in cells.

use std::fs;

use snnl_score::source::{Selection, discover};
use tempfile::TempDir;

use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open, value};
use crate::support::packed::{gzip, zstd};

fn row(row: usize, separator: &str) -> String {
    (0..DIM).map(|feature| format!("{:.1}", value(row, feature))).collect::<Vec<_>>().join(separator)
}

/// A header and the rows that `line` makes.
fn table(header: &str, line: impl Fn(usize) -> String) -> String {
    format!("{header}\n{}\n", (0..ROWS).map(line).collect::<Vec<_>>().join("\n"))
}

fn columns(glob: &str) -> Selection {
    Selection { columns: Some(glob.to_owned()), ..Selection::default() }
}

#[test]
fn columns_side_by_side() {
    let directory = TempDir::new().unwrap();
    for (name, separator) in [("x.csv", ","), ("semicolons.csv", ";"), ("x.tsv", "\t")] {
        let header = ["id", "f0", "f1", "f2", "f3", "f4", "f5", "label"].join(separator);
        let text = table(&header, |at| format!("row {at}{separator}{}{separator}{}", row(at, separator), at % 2));
        for (suffix, bytes) in
            [("", text.clone().into_bytes()), (".gz", gzip(text.as_bytes())), (".zst", zstd(text.as_bytes()))]
        {
            let path = directory.path().join(format!("{name}{suffix}"));
            fs::write(&path, bytes).unwrap();
            let layer = open(&path, &columns("f*"));
            assert_eq!(layer.name, name[..name.len() - 4]);
            assert_holds_the_matrix(&layer, "float64");
            // Text and labels are no features.
            assert_holds_the_matrix(&open(&path, &columns("*")), "float64");
        }
        // As pandas names columns where nobody does.
        let header = ["", "0", "1", "2", "3", "4", "5"].join(separator);
        let path = directory.path().join(name);
        fs::write(&path, table(&header, |at| format!("{at}{separator}{}", row(at, separator)))).unwrap();
        assert_holds_the_matrix(&open(&path, &columns("[0-9]*")), "float64");
    }
}

#[test]
fn lists_in_cells() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("enc1.csv");
    for separator in [", ", ",", " ", "  "] {
        fs::write(&path, table("id,embedding,label", |at| format!("{at},\"[{}]\",cat", row(at, separator)))).unwrap();
        let layer = open(&path, &Selection::default());
        assert_eq!(layer.name, "embedding");
        assert_holds_the_matrix(&layer, "float64");
    }
    fs::write(&path, table("a,b", |at| format!("\"[{}]\",\"[{at}]\"", row(at, ",")))).unwrap();
    let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
    assert_eq!(layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(layers[1].activations.dim(), 1);
}

#[test]
fn text_is_a_layer_only_where_it_is_named() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("meta.csv"), "e\n\"[1, 2]\"\n").unwrap();
    let error = discover(&[directory.path().to_owned()], &Selection::default()).err().unwrap();
    assert_says(&format!("{error:?}"), "found no layer");
}

#[test]
fn cells_that_are_no_numbers_are_named() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("x.csv");
    for (text, glob, expected) in [
        ("f1,f2\n1,2\n3,\n", Some("f*"), "column `f2`: row 1 is null"),
        (
            "f1,f2\n1,2\n3,cat and dog and more\n",
            Some("f*"),
            "column `f2`: expected a number in row 1, found `cat and dog and more`",
        ),
        ("f1,f2\n,2\n3,4\n", Some("f*"), "column `f1`: row 0 is null"),
        ("f1,f2\n1,2\n3\n", Some("f*"), "expected 2 columns in line 3, found 1"),
        ("f1;f2\n1,5;2,5\n", Some("f*"), "no numeric column matches"),
        ("f1,f2\n", Some("f*"), "no numeric column matches"),
        ("id,e\n1,\"[1, 2]\"\n2,\"[1]\"\n", None, "expected 2 elements in row 1, found 1"),
        ("id,e\n1,\"[1, 2]\"\n2,\"[1 ... 3]\"\n", None, "expected a number in row 1, found `...`"),
        ("id,e\n1,\"[1, 2]\"\n2,1\n", None, "expected 2 elements in row 1, found 1"),
        ("id,e\n1,\"[1, ]\"\n", None, "expected a number in row 0, found ``"),
        ("id,e\n1,[]\n", None, "its lists are empty"),
        ("id,e\n1,\"[[1], [2]]\"\n", None, "expected a number in row 0"),
        ("0.5,-1\n1,2\n", Some("*"), "expected a header in the first line, found numbers"),
        ("id,name\n1,cat\n", None, "expected a column of lists of numbers, found none"),
        ("", None, "expected a column of lists of numbers, found none"),
    ] {
        fs::write(&path, text).unwrap();
        let selection = Selection { columns: glob.map(str::to_owned), ..Selection::default() };
        assert_says(&error_of(&path, &selection), expected);
    }
}
