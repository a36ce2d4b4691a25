//! Rows that find their labels, and each other, by ids and not by their order.

use std::fs;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::cli::harness::{Place, ROWS, assert_refused, column};

/// The order of the rows in `other/`.
const ORDER: [usize; 8] = [5, 0, 7, 2, 1, 6, 3, 4];

/// `here/` and `other/`, one layer with the same eight rows in two orders, `ids.npy` and `others.txt` of them, and `meta.csv` with the
/// labels of these rows, in a third order, and of one more.
fn place() -> Place {
    let place = Place::with_layer();
    for (name, rows) in [("here", ROWS), ("other", ORDER.map(|row| ROWS[row]))] {
        fs::create_dir(place.path(name)).unwrap();
        place.layer(&format!("{name}/enc.npy"), &rows);
    }
    place.labels("ids.npy", &[100, 101, 102, 103, 104, 105, 106, 107]);
    place.write("others.txt", ORDER.map(|row| format!("{}\n", 100 + row)).concat());
    let line = |row: usize| format!("{},{}\n", 100 + row, if row < 4 { "cat" } else { "dog" });
    let lines: String = [3, 6, 0, 8, 1, 2, 7, 5, 4].map(line).concat();
    place.write("meta.csv", format!("id,label\n{lines}"));
    place
}

const HERE: &str = "here --labels meta.csv:label --ids ids.npy --label-ids meta.csv:id";
const OTHER: &str = "other --labels meta.csv:label --ids others.txt --label-ids meta.csv:id";

fn json(place: &Place, args: &str) -> Value {
    serde_json::from_str(&place.stdout(&format!("{args} --format json"))).unwrap()
}

fn snnl(result: &Value) -> Vec<f64> {
    let scores = result["layers"][0]["scores"].as_array().unwrap();
    scores.iter().map(|score| score["snnl"].as_f64().unwrap()).collect()
}

#[test]
fn labels_are_found_by_id_in_any_order() {
    let place = place();
    let expected = snnl(&json(&place, "here --labels y.npy"));
    let (here, other) = (json(&place, HERE), json(&place, OTHER));
    assert_eq!(snnl(&here), expected);
    for (found, expected) in snnl(&other).iter().zip(&expected) {
        assert!((found - expected).abs() <= 1e-6 * expected, "{found}, {expected}");
    }
    assert_eq!((&here["data"]["ids"], &here["data"]["rows"]), (&"ids.npy".into(), &8.into()));
    assert_eq!(here["data"]["rows_sha256"], other["data"]["rows_sha256"]);
    assert_ne!(here["data"]["labels_sha256"], other["data"]["labels_sha256"]);
    assert!(place.stdout(HERE).contains("8 rows in 2 classes, labels meta.csv:label found by the ids ids.npy"));
    // In a column of the same name beside the labels, if nothing else is said.
    place.write("rows.csv", "id\n105\n100\n107\n102\n101\n106\n103\n104\n");
    let beside = "other --labels meta.csv:label --ids rows.csv:id";
    assert_eq!(snnl(&json(&place, beside)), snnl(&other));
    let inspected = json(&place, &format!("inspect {OTHER}"));
    assert_eq!((&inspected["labels"]["rows"], &inspected["layers"][0]["problem"]), (&8.into(), &Value::Null));
    assert_refused(&place.run("here --labels meta.csv:label -q"), 3, ["enc", "8 rows", ""]);
}

#[test]
fn exports_say_what_rows_are_called() {
    let place = place();
    let args = "--worst 8 --export-worst worst.csv --export-rows rows.parquet -T 1";
    let table = place.stdout(&format!("{OTHER} {args}"));
    assert!(table.contains("│ layer  row  id   class"), "{table}");
    let worst = place.read("worst.csv");
    for (row, id) in column(&worst, "row").iter().zip(column(&worst, "id")) {
        assert_eq!(id, (100 + ORDER[row.parse::<usize>().unwrap()]).to_string());
    }
    for of in ["own", "other"] {
        let rows = column(&worst, &format!("nearest_{of}_row"));
        for (row, id) in rows.iter().zip(column(&worst, &format!("nearest_{of}_id"))) {
            assert_eq!(id, (100 + ORDER[row.parse::<usize>().unwrap()]).to_string());
        }
    }
    let file = fs::File::open(place.path("rows.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let names: Vec<String> = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["row", "id", "label", "layer", "temperature", "loss"]);
    let batch = reader.build().unwrap().next().unwrap().unwrap();
    let ids = batch.column(1).as_any().downcast_ref::<arrow_array::StringArray>().unwrap();
    let ids: Vec<&str> = ids.iter().flatten().collect();
    assert_eq!(ids, ["105", "100", "107", "102", "101", "106", "103", "104"]);
    // Without ids, nothing of them is there.
    place.stdout("here --labels y.npy --worst 8 --export-worst worst.csv -T 1");
    assert!(!place.read("worst.csv").contains("id"));
}

#[test]
fn checkpoints_are_paired_by_id() {
    let place = place();
    let ids = "--labels meta.csv:label --label-ids meta.csv:id";
    let export = |name: &str, args: &str| {
        place.stdout(&format!("{args} --export-json {name}.json --export-rows {name}.rows.parquet -q"));
    };
    export("base", HERE);
    // The same rows in another order: no row has changed, whoever is first, scored now or before.
    export("others", OTHER);
    for pair in ["base.json others.json", "others.json base.json", "base.json base.json"] {
        let seen = json(&place, &format!("compare {pair}"));
        for point in seen["layers"][0]["points"].as_array().unwrap() {
            let change = &point["values"][1]["change"];
            assert_eq!((&change["paired"], &change["n"]), (&true.into(), &8.into()), "{pair}: {seen}");
            let [absolute, stderr] = ["absolute", "stderr"].map(|name| change[name].as_f64().unwrap());
            assert!(absolute.abs() < 1e-6 && stderr < 1e-6, "{pair}: {change}");
        }
    }
    let gate = |args: &str| place.run(&format!("gate {args} --baseline base.json --max-regression 0.01%"));
    assert_eq!(gate(OTHER).code, Some(0));
    // A new baseline has the order of the old one.
    let mut run = place.run(&format!("gate {OTHER} --baseline base.json --max 9 --accept"));
    assert_eq!(run.code, Some(0), "{run:?}");
    run = gate(HERE);
    assert!(run.code == Some(0) && run.stdout.contains("paired row by row"), "{run:?}");
    // Other rows, or others' labels, are other data.
    place.write("swapped.txt", "100\n101\n102\n103\n104\n105\n106\n108\n");
    let swapped = format!("gate here {ids} --ids swapped.txt --baseline base.json --max 9");
    assert_refused(&place.run(&swapped), 5, ["base", "hash of the ids with their labels", "the same rows"]);
    // Where one has none, rows are those of one order, or nothing at all.
    assert_eq!(place.run("gate here --labels y.npy --baseline base.json --max 9").code, Some(5));
    place.write("named.csv", "label\ncat\ncat\ncat\ncat\ndog\ndog\ndog\ndog\n");
    assert_eq!(place.run("gate here --labels named.csv --baseline base.json --max 9").code, Some(0));
    let other = place.run("gate other --labels named.csv --baseline others.json --max 9");
    assert_refused(&other, 5, ["others", "hash of the labels", "--ids"]);
}

#[test]
fn a_sample_is_drawn_by_id() {
    let place = place();
    let drawn = |args: &str| {
        place.stdout(&format!("{args} --rows 5 --seed 3 -T 1 --export-rows rows.parquet -q"));
        let file = fs::File::open(place.path("rows.parquet")).unwrap();
        let batch = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().next().unwrap().unwrap();
        let ids = batch.column(1).as_any().downcast_ref::<arrow_array::StringArray>().unwrap();
        let mut ids: Vec<String> = ids.iter().flatten().map(str::to_owned).collect();
        ids.sort();
        ids
    };
    let here = drawn(HERE);
    assert_eq!((here.len(), &here), (5, &drawn(OTHER)));
}

#[test]
fn ids_that_cannot_serve_are_named() {
    let place = place();
    place.write("double.txt", "100\n101\n102\n103\n104\n105\n106\n100\n");
    place.write("unknown.txt", "100\n101\n102\n103\n104\n105\n106\n1070\n");
    place.write("blank.csv", "id\n100\n101\n\n103\n104\n105\n106\n107\n");
    place.write("empty.csv", "id,x\n100,1\n101,1\n,1\n103,1\n104,1\n105,1\n106,1\n107,1\n");
    place.write("short.txt", "100\n101\n");
    let by = "here --labels meta.csv:label --label-ids meta.csv:id --ids";
    for (args, said) in [
        (format!("{by} double.txt"), ["`double.txt`", "`100` in rows 0 and 7", "a different value in every row"]),
        (format!("{by} unknown.txt"), ["`unknown.txt`", "no label has: `1070`", "`meta.csv:id`"]),
        (format!("{by} empty.csv:id"), ["`empty.csv:id`", "row 2 has no id", "its label is found"]),
        (format!("{by} none.txt"), ["`none.txt`", "No such file", ""]),
        (format!("{by} short.txt"), ["enc", "8 rows", ""]),
        (
            "here --labels meta.csv:label --label-ids short.txt --ids ids.npy".into(),
            ["`short.txt`", "an id for each of the 9 labels, found 2", "--label-ids"],
        ),
        (
            "here --labels meta.csv:label --ids empty.csv:name".into(),
            ["`meta.csv:name`", "expected one column named `name`", ""],
        ),
    ] {
        assert_refused(&place.run(&format!("{args} -q")), 3, said);
    }
    let alone = place.run("here --labels meta.csv:label --ids ids.npy");
    assert_refused(&alone, 2, ["`--ids ids.npy`", "not of labels", "--label-ids"]);
    assert_refused(&place.run("here --labels y.npy --label-ids ids.npy"), 2, ["", "--ids", ""]);
}

#[test]
fn checkpoints_have_labels_and_ids_of_their_own() {
    let place = place();
    let class = |row: usize| if row < 4 { "cat" } else { "dog" };
    let table = |order: [usize; 8], swapped: bool| {
        let line = |row: usize| {
            let [x, y] = ROWS[row];
            let label = if swapped && row == 2 { "dog" } else { class(row) };
            format!("n{row}.5,{label},\"[{x}, {y}]\"\n")
        };
        "id,label,enc\n".to_owned() + &order.map(line).concat()
    };
    for (name, order, swapped) in
        [("a.csv", [0, 1, 2, 3, 4, 5, 6, 7], false), ("b.csv", ORDER, false), ("c.csv", ORDER, true)]
    {
        place.write(name, table(order, swapped));
    }
    let compare = |other: &str, ids: &str| place.run(&format!("compare a.csv {other} --labels :label {ids} -q"));
    let by_id = compare("b.csv", "--ids :id");
    assert!(by_id.code == Some(0) && by_id.stdout.contains("paired row by row"), "{by_id:?}");
    // In another order, and with another label.
    assert_refused(&compare("b.csv", ""), 5, ["`b.csv`", "hash of the labels", "--ids"]);
    assert_refused(&compare("c.csv", "--ids :id"), 5, ["`c.csv`", "hash of the ids with their labels", "same rows"]);
    // Any text can be an id.
    place.write("ids.csv", "id,x\n2.5,1\ninf,1\nnan,1\n-,1\n0.5,1\n1e400,1\n?,1\nfalse,1\n");
    let odd = "here --labels y.npy --ids ids.csv:id --label-ids ids.csv:id";
    assert_eq!(snnl(&json(&place, odd)), snnl(&json(&place, "here --labels y.npy")));
}
