//! Labels that leave rows out, come in parts, or have names.

use serde_json::Value;

use crate::cli::harness::{Place, ROWS, assert_refused};

fn json(place: &Place, args: &str) -> Value {
    serde_json::from_str(&place.stdout(&format!("{args} --format json"))).unwrap()
}

#[test]
fn rows_of_an_ignored_label_are_as_if_they_were_not_there() {
    let place = Place::with_layer();
    let mut rows = ROWS.to_vec();
    // Whatever is in such a row: it is not looked at.
    rows.insert(2, [f64::NAN, 1.0]);
    rows.insert(5, ROWS[0]);
    place.layer("more.npy", &rows);
    place.labels("more_y.npy", &[0, 0, -1, 0, 0, -1, 1, 1, 1, 1]);
    let with = json(&place, "more.npy --labels more_y.npy --ignore-label -1");
    let without = json(&place, "x.npy --labels y.npy");
    for field in ["scores", "chance", "duplicate_rows", "singletons"] {
        assert_eq!(with["layers"][0][field], without["layers"][0][field], "{field}");
    }
    let counts = ["rows", "classes", "ignored_rows"].map(|field| with["data"][field].as_u64().unwrap());
    assert_eq!(counts, [10, 2, 2]);
    let table = place.stdout("more.npy --labels more_y.npy --ignore-label -1");
    assert!(
        table.contains("\n10 rows in 2 classes, labels more_y.npy; 2 left out because of their label\n"),
        "{table}"
    );
    // Several labels may be named, and all rows may go.
    let both = place.run("x.npy --labels y.npy --ignore-label 0 --ignore-label 1");
    assert_refused(&both, 3, ["`x`", "at least 2 rows to compare, found 0", "neighbors"]);
}

#[test]
fn labels_in_parts_follow_one_another() {
    let place = Place::with_layer();
    place.labels("first.npy", &[0, 0, 0]);
    place.write("second.csv", "id,class\n4,0\n5,1\n6,1.0\n7,1\n8,1\n");
    let parts = json(&place, "x.npy --labels first.npy --labels second.csv:class");
    let whole = json(&place, "x.npy --labels y.npy");
    assert_eq!(parts["layers"], whole["layers"]);
    assert_eq!(parts["data"]["labels"], "first.npy, second.csv:class");
    assert_eq!(parts["data"]["labels_sha256"], whole["data"]["labels_sha256"]);
    let missing = place.run("x.npy --labels first.npy --labels none.npy");
    assert_refused(&missing, 3, ["labels `none.npy`", "No such file", "current directory"]);
    let short = place.run("x.npy --labels first.npy --labels first.npy");
    assert_refused(&short, 3, ["`x`", "8 rows, but labels `first.npy, first.npy` has 6", "one pass"]);
}

#[test]
fn a_missing_part_is_bad_input() {
    let place = Place::with_layer();
    place.layer("z-00000-of-00002.npy", &ROWS[..4]);
    let run = place.run("z-00000-of-00002.npy --labels y.npy");
    assert_refused(&run, 3, ["layer `z`", "found 1: number 1 is missing", "name all files or their directory"]);
    place.layer("z-00001-of-00002.npy", &ROWS[4..]);
    let parts = json(&place, "z-00000-of-00002.npy z-00001-of-00002.npy --labels y.npy");
    assert_eq!(parts["layers"][0]["scores"], json(&place, "x.npy --labels y.npy")["layers"][0]["scores"]);
    assert_eq!(parts["layers"][0]["files"], 2);
    // Whoever meant two layers is told.
    let table = place.stdout("z-00000-of-00002.npy z-00001-of-00002.npy --labels y.npy");
    assert!(table.contains("rows of several files, concatenated: 2 files\n"), "{table}");
}

#[test]
fn an_ignored_label_that_no_row_has_is_said() {
    let place = Place::with_layer();
    for command in ["", "inspect ", "gate --max 9 ", "compare x.npy "] {
        let run = place.run(&format!("{command}x.npy --labels y.npy --ignore-label 1 --ignore-label cat"));
        assert_refused(&run, 2, ["`--ignore-label cat`", "no row has this label", "there are: 0, 1"]);
    }
    place.labels("many.npy", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    let run = place.run("x.npy --labels many.npy --ignore-label -1");
    assert_refused(&run, 2, ["-1", "no row", "there are: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more"]);
    // Any notation of a number will do, and any of two sides may have the label.
    let left = json(&place, "x.npy --labels y.npy --ignore-label 1.0");
    assert_eq!(left["data"]["ignored_rows"], 4);
    place.labels("other.npy", &[0, 0, 0, 0, 1, 1, 1, -1]);
    let met = "x.npy --labels y.npy --reference x.npy --reference-labels other.npy --ignore-label -1";
    assert_eq!(json(&place, met)["layers"][0]["scores"][0]["n"], 8);
}

#[test]
fn rows_without_a_label_are_left_out_of_every_kind_of_text() {
    let place = Place::with_layer();
    place.write("y.json", "[0, 0, 0, null, 1, 1, 1, 1]");
    place.write("y.jsonl", "0\n0\n0\nnull\n1\n1\n1\n1\n");
    place.write("y.txt", "0\n0\n0\n\n1\n1\n1\n1\n");
    place.write("y.csv", "y\n0\n0\n0\n\"\"\n1\n1\n1\n1\n");
    place.write("two.csv", "id,y\n0,0\n1,0\n2,0\n3,\n4,1\n5,1\n6,1\n7,1\n");
    for labels in ["y.json", "y.jsonl", "y.txt", "y.csv", "two.csv:y"] {
        let left = json(&place, &format!("x.npy --labels {labels} --ignore-label null"));
        assert_eq!(
            (&left["data"]["ignored_rows"], &left["layers"][0]["scores"][0]["n"]),
            (&1.into(), &7.into()),
            "{labels}"
        );
        let kept = place.run(&format!("x.npy --labels {labels}"));
        assert_refused(&kept, 3, [labels, "row 3 has no label", "--ignore-label null"]);
    }
    // The CSV reader passes over a blank line, so it must say what to write there.
    place.write("blank.csv", "y\n0\n0\n0\n\n1\n1\n1\n1\n");
    let blank = place.run("x.npy --labels blank.csv --ignore-label null");
    assert_refused(&blank, 3, ["blank.csv", "line 5 has no label: it is blank", "as `\"\"`"]);
}

#[test]
fn one_line_too_many_may_be_a_header() {
    let place = Place::with_layer();
    place.write("y.txt", "kind\na\na\na\na\nb\nb\nb\nb\n");
    let run = place.run("x.npy --labels y.txt");
    assert_refused(
        &run,
        3,
        ["`x`", "8 rows, but labels `y.txt` has 9", "is its first line, `kind`, a header? `y.txt:kind`"],
    );
    assert_eq!(json(&place, "x.npy --labels y.txt:kind")["data"]["classes"], 2);
    let run = place.run("x.npy --labels y.txt:class");
    assert_refused(
        &run,
        3,
        ["labels `y.txt:class`", "expected `class` in the first line, found `kind`", "name the file alone"],
    );
    let inspected = place.run("inspect x.npy --labels y.txt");
    assert!(inspected.code == Some(3) && inspected.stderr.contains("a header?"), "{inspected:?}");
}

#[test]
fn the_delimiter_can_be_said() {
    let place = Place::with_layer();
    let rows: Vec<String> = (0..8).map(|row| format!("{row}|a,b;c|{}", row / 4)).collect();
    place.write("y.csv", format!("id|note|class\n{}\n", rows.join("\n")));
    let run = place.run("x.npy --labels y.csv:class");
    assert_refused(&run, 3, ["labels `y.csv:class`", "found: id|note|class", "--delimiter"]);
    let said = json(&place, "x.npy --labels y.csv:class --delimiter |");
    assert_eq!(said["layers"], json(&place, "x.npy --labels y.npy")["layers"]);
    let run = place.run("x.npy --labels y.csv:class --delimiter ;;");
    assert!(run.code == Some(2) && run.stderr.contains("one ASCII character"), "{run:?}");
}

#[test]
fn activations_in_text_are_read_with_a_warning() {
    let place = Place::with_layer();
    let rows = ROWS.iter().enumerate().map(|(row, [a, b])| format!("{row},{a},{b},{}", row / 4));
    place.write("wide.csv", format!("id,f1,f2,label\n{}\n", rows.collect::<Vec<_>>().join("\n")));
    let args = "wide.csv --columns f* --labels wide.csv:label -T 0.5 --precision f64 --format json";
    let run = place.run(args);
    assert_eq!(run.code, Some(0));
    let expected = "warning: layer `wide` is text, which is slow to read; `pandas.read_csv(\"wide.csv\").to_parquet(\"wide.parquet\")`";
    assert!(run.stderr.starts_with(expected), "{}", run.stderr);
    let text: Value = serde_json::from_str(&place.stdout(&format!("{args} -q"))).unwrap();
    let snnl = |found: &Value| found["layers"][0]["scores"][0]["snnl"].as_f64().unwrap();
    // The text has the numbers in decimal, the array in float32.
    let array = json(&place, "x.npy --labels y.npy -T 0.5 --precision f64");
    assert!((snnl(&text) - snnl(&array)).abs() < 1e-6, "{text} {array}");
}
