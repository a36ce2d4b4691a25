//! `compare`: checkpoints that are scored now or come from earlier runs.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{RecordBatch, UInt32Array};
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::cli::harness::{Place, ROWS, assert_refused};

/// `init/`, `plain/` and `snnl/`, four layers each, and `y.npy`.
fn checkpoints() -> Place {
    let place = Place::with_real_activations();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fashion-ae");
    for checkpoint in ["init", "plain"] {
        fs::create_dir(place.path(checkpoint)).unwrap();
        for layer in ["enc1.npy", "enc2.npy", "enc3.npy", "code.npy"] {
            fs::copy(fixtures.join(checkpoint).join(layer), place.path(checkpoint).join(layer)).unwrap();
        }
    }
    place
}

fn json(place: &Place, args: &str) -> Value {
    let text = place.stdout(&format!("compare {args} --format json"));
    let schema = include_str!("../../../docs/comparison.schema.json");
    let schema = jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    schema.validate(&value).unwrap();
    value
}

/// The values of a layer, by its number, where it is compared.
fn values(seen: &Value, layer: usize, at: impl Into<Value>) -> &Value {
    let at = at.into();
    let points = seen["layers"][layer]["points"].as_array().unwrap();
    &points.iter().find(|point| point["at"] == at).unwrap_or_else(|| panic!("no point at {at}"))["values"]
}

#[test]
fn layers_against_the_first_checkpoint() {
    let place = checkpoints();
    let seen = json(&place, "init plain snnl --labels y.npy --at 0.05");
    assert_eq!(seen["checkpoints"], serde_json::json!(["init", "plain", "snnl"]));
    let alone: Value = serde_json::from_str(&place.stdout("plain --labels y.npy --format json")).unwrap();
    for layer in 0..4 {
        let [first, second, third] = [0, 1, 2].map(|checkpoint| &values(&seen, layer, 0.05)[checkpoint]);
        assert_eq!(first["change"], Value::Null);
        assert_eq!(second["snnl"], alone["layers"][layer]["scores"][2]["snnl"]);
        let difference = second["snnl"].as_f64().unwrap() - first["snnl"].as_f64().unwrap();
        let change = &second["change"];
        assert!((change["absolute"].as_f64().unwrap() - difference).abs() < 1e-12);
        assert!(change["low"].as_f64().unwrap() < difference && difference < change["high"].as_f64().unwrap());
        assert_eq!((&change["n"], &change["paired"]), (&240.into(), &true.into()));
        assert!(third["change"]["paired"].as_bool().unwrap());
    }
    // The order is the one on the command line.
    let turned = json(&place, "snnl init --labels y.npy --at 0.05");
    assert_eq!(turned["checkpoints"], serde_json::json!(["snnl", "init"]));
    let [there, back] = [&values(&seen, 0, 0.05)[2], &values(&turned, 0, 0.05)[1]];
    assert_eq!(there["change"]["absolute"].as_f64(), back["change"]["absolute"].as_f64().map(|change| -change));
}

#[test]
fn the_table_in_every_format() {
    let place = checkpoints();
    let table = place.stdout("compare init snnl --labels y.npy --layers code");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(
        lines[1].split_whitespace().collect::<Vec<_>>(),
        ["│", "layer", "at", "init", "T", "snnl", "T", "change", "%", "95", "%", "interval", "│"]
    );
    assert!(lines[3].starts_with("│ code   best"), "{table}");
    assert!(lines[4].starts_with("│        0.2 (clusters)"), "{table}");
    assert!(table.contains("change: from init, paired row by row"), "{table}");
    let args =
        "compare init snnl --labels y.npy --export-csv c.csv --export-markdown c.md --export-parquet c.parquet -q";
    place.stdout(args);
    let csv = place.read("c.csv");
    assert!(csv.starts_with("layer,at,checkpoint,temperature,snnl,stderr,n,change,"), "{csv}");
    assert_eq!(csv.lines().count(), 1 + 4 * (1 + 8) * 2, "everything, whatever is shown");
    assert!(place.read("c.md").contains("\n| code | best | "));
    assert!(fs::read(place.path("c.parquet")).unwrap().starts_with(b"PAR1"));
}

#[test]
fn earlier_results_are_paired_by_their_rows() {
    let place = checkpoints();
    place.stdout("init --labels y.npy --export-json base.json --export-rows base.rows.parquet -q");
    place.stdout("init --labels y.npy --export-json alone.json -q");
    let now = json(&place, "init snnl --labels y.npy");
    let later = json(&place, "base.json snnl --labels y.npy");
    for layer in 0..4 {
        assert_eq!(now["layers"][layer]["points"], later["layers"][layer]["points"], "bit for bit");
    }
    let apart = json(&place, "alone.json snnl --labels y.npy");
    let width = |seen: &Value| {
        let change = &values(seen, 0, "best")[1]["change"];
        change["high"].as_f64().unwrap() - change["low"].as_f64().unwrap()
    };
    assert_eq!(values(&apart, 0, "best")[1]["change"]["paired"], false);
    assert!(width(&apart) > width(&now));
    // Results alone need no labels.
    assert_eq!(values(&json(&place, "base.json alone.json"), 0, "best")[1]["change"]["absolute"], 0.0);
}

#[test]
fn losses_in_another_order_are_not_paired() {
    let place = checkpoints();
    let units = "--temperature-unit mean";
    place.stdout(&format!(
        "init --labels y.npy -T 0.1,1 {units} --export-json base.json --export-rows base.rows.parquet -q"
    ));
    let path = place.path("base.rows.parquet");
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().unwrap();
    let written = concat_batches(batches[0].schema_ref(), &batches).unwrap();
    let rewrite = |batch: &RecordBatch| {
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(batch).unwrap();
        writer.close().unwrap();
    };
    rewrite(&written);
    assert_eq!(values(&json(&place, "base.json snnl --labels y.npy"), 0, 0.1)[1]["change"]["paired"], true);

    // Each layer's losses at each temperature have the same mean, backwards.
    let rows = written.num_rows() as u32 / (4 * 2);
    let backwards =
        UInt32Array::from_iter_values((0..written.num_rows() as u32).map(|at| at / rows * rows + rows - 1 - at % rows));
    rewrite(&take_record_batch(&written, &backwards).unwrap());
    let said = ["`base.rows.parquet`", "in ascending order", "as `--export-rows` wrote it"];
    assert_refused(&place.run("compare base.json snnl --labels y.npy"), 3, said);

    let mut columns = written.columns().to_vec();
    columns[0] = Arc::new(columns[0].as_primitive::<UInt32Type>().unary::<_, UInt32Type>(|row| row + 1));
    rewrite(&RecordBatch::try_new(written.schema(), columns).unwrap());
    let said = ["`base.rows.parquet`", "differ from those of layer", "in one run"];
    assert_refused(&place.run("compare base.json snnl --labels y.npy"), 3, said);
}

#[test]
fn classes_in_every_checkpoint() {
    let place = checkpoints();
    let seen = json(&place, "init snnl --labels y.npy --layers enc1 --at 0.1 --per-class");
    let alone: Value = serde_json::from_str(
        &place.stdout("snnl --labels y.npy --layers enc1 -T 0.1 --temperature-unit mean --per-class --format json"),
    )
    .unwrap();
    let (class, expected) = (&values(&seen, 0, 0.1)[1]["classes"][7], &alone["layers"][0]["classes"][7]);
    assert_eq!((&class["class"], &class["n"]), (&"7".into(), &expected["n"]));
    let difference = class["snnl"].as_f64().unwrap() - expected["scores"][0]["snnl"].as_f64().unwrap();
    assert!(difference.abs() < 1e-5, "{class} {expected}");
    let table = place.stdout("compare init snnl --labels y.npy --layers enc1 --at 0.1 --per-class");
    assert!(table.contains("│ enc1   7      ") && table.contains("most entangled in snnl: class "), "{table}");
}

#[test]
fn layers_that_only_some_have_are_shown_as_such() {
    let place = checkpoints();
    fs::remove_file(place.path("init/enc2.npy")).unwrap();
    fs::remove_file(place.path("snnl/code.npy")).unwrap();
    let seen = json(&place, "init snnl --labels y.npy");
    let names: Vec<&str> =
        seen["layers"].as_array().unwrap().iter().map(|layer| layer["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["code", "enc1", "enc2", "enc3"]);
    assert_eq!(values(&seen, 0, "best")[1], Value::Null);
    let of_enc2 = values(&seen, 2, 0.2);
    assert_eq!((&of_enc2[0], &of_enc2[1]["change"]), (&Value::Null, &Value::Null));
    assert!(place.stdout("compare init snnl --labels y.npy").contains("–: the checkpoint does not have the layer"));
}

#[test]
fn equal_checkpoints_do_not_change_whatever_their_epochs() {
    let place = checkpoints();
    for epoch in 0..3 {
        fs::create_dir(place.path(&format!("epoch_{epoch}"))).unwrap();
        fs::copy(place.path("snnl/code.npy"), place.path(&format!("epoch_{epoch}/code.npy"))).unwrap();
    }
    let seen = json(&place, "epoch_0 epoch_1 epoch_2 --labels y.npy -T anneal");
    let annealed = values(&seen, 0, "annealed");
    assert!(
        annealed[0]["snnl"].as_f64() > annealed[2]["snnl"].as_f64(),
        "they are not equal at their own temperatures"
    );
    for epoch in 1..3 {
        assert_eq!(
            (&annealed[epoch]["change"]["absolute"], &annealed[epoch]["change"]["high"]),
            (&0.0.into(), &0.0.into())
        );
    }
}

#[test]
fn the_best_of_each_is_its_own_and_what_is_only_compared_at_is_not_searched() {
    let place = checkpoints();
    let seen = json(&place, "init snnl --labels y.npy --at 0.03,0.07");
    for (number, checkpoint) in ["init", "snnl"].iter().enumerate() {
        let alone: Value =
            serde_json::from_str(&place.stdout(&format!("{checkpoint} --labels y.npy --format json"))).unwrap();
        for layer in 0..4 {
            let best = &values(&seen, layer, "best")[number];
            let expected = &alone["layers"][layer]["best"];
            assert_eq!((&best["temperature"], &best["snnl"]), (&expected["temperature"], &expected["snnl"]));
        }
    }
    let table = place.stdout("compare init snnl --labels y.npy --at 0.03,0.07 --layers code");
    assert!(table.contains("│ code   0.03") && table.contains("│        0.07"), "{table}");
    let curve = place.stdout("compare init snnl --labels y.npy --curve --layers code");
    assert_eq!(curve.lines().filter(|line| line.contains('…')).count(), 1 + 8);
    assert_refused(
        &place.run("compare init snnl --labels y.npy --curve --at 1"),
        2,
        ["`--curve`", "--at", "leave one"],
    );
}

#[test]
fn lone_layers_are_paired_and_a_comparison_of_nothing_is_none() {
    let place = checkpoints();
    for (from, to) in [("init/code.npy", "first.npy"), ("snnl/code.npy", "second.npy"), ("snnl/enc1.npy", "third.npy")]
    {
        fs::copy(place.path(from), place.path(to)).unwrap();
    }
    let seen = json(&place, "first.npy second.npy --labels y.npy");
    assert_eq!((seen["layers"].as_array().unwrap().len(), &seen["layers"][0]["name"]), (1, &"first".into()));
    assert!(values(&seen, 0, "best")[1]["change"]["paired"].as_bool().unwrap());
    assert_eq!(seen["layers"][0]["names"], serde_json::json!(["first", "second"]));
    let table = place.stdout("compare first.npy second.npy --labels y.npy");
    assert!(
        table.contains("compared with each other, each the only layer of its checkpoint: first, second"),
        "{table}"
    );
    let table = place.stdout("compare init/code.npy snnl/code.npy --labels y.npy");
    assert!(table.contains("init/code.npy") && table.contains("snnl/code.npy"), "{table}");
    // One of two is not alone.
    fs::create_dir(place.path("two")).unwrap();
    fs::copy(place.path("second.npy"), place.path("two/second.npy")).unwrap();
    fs::copy(place.path("third.npy"), place.path("two/third.npy")).unwrap();
    let said =
        ["compare `two` with `first.npy`", "no layer in common: expected some of first, found second, third", "names"];
    assert_refused(&place.run("compare first.npy two --labels y.npy"), 4, said);
}

#[test]
fn epochs_are_annealed_in_natural_order() {
    let place = checkpoints();
    for (from, to) in [("init", "epoch_10"), ("plain", "epoch_2")] {
        fs::rename(place.path(from), place.path(to)).unwrap();
    }
    let seen = json(&place, "epoch_10 epoch_2 --labels y.npy -T anneal");
    assert_eq!(seen["checkpoints"], serde_json::json!(["epoch_2", "epoch_10"]));
    let annealed = values(&seen, 0, "annealed");
    let temperature = |checkpoint: usize| annealed[checkpoint]["temperature"].as_f64().unwrap();
    assert_eq!((temperature(0), temperature(1)), (3f64.powf(0.55).recip(), 11f64.powf(0.55).recip()));
    assert_eq!(seen["definition"]["temperature_unit"], "raw");
    let no_epoch = place.run("compare snnl epoch_2 --labels y.npy -T anneal");
    assert_refused(&no_epoch, 2, ["`-T anneal`", "`snnl` has no epoch", "`epoch_03`"]);
    assert_refused(&place.run("snnl --labels y.npy -T anneal"), 2, ["`-T anneal`", "compared", "epoch:12"]);
}

#[test]
fn what_cannot_be_compared_is_named() {
    let place = checkpoints();
    place.labels("other.npy", &[0; 240]);
    place.stdout("init --labels y.npy --export-json base.json --export-rows base.rows.parquet -q");
    let cases = [
        (
            "base.json snnl --labels other.npy",
            ["compare `snnl` with `base`", "classes: expected 10, found 1", "same rows"],
        ),
        (
            "base.json snnl --labels y.npy --distance euclidean",
            ["`snnl`", "distance: expected cosine, found euclidean", ""],
        ),
        ("base.json snnl --labels y.npy --ignore-label 3", ["`snnl`", "classes: expected 10, found 9", ""]),
        (
            "base.json snnl --labels y.npy -T 7",
            ["`snnl`", "temperature unit: expected mean, found raw", "--temperature-unit mean"],
        ),
        (
            "base.json snnl --labels y.npy --at 7",
            [
                "`base` with `the other checkpoints`",
                "expected temperature 7, found 0.01, 0.02",
                "of -T, and with --temperature-unit mean",
            ],
        ),
    ];
    for (args, said) in cases {
        assert_refused(&place.run(&format!("compare {args}")), 5, said);
    }
    // Of another run, or no result at all.
    place.stdout("init --labels y.npy -T 1 --export-rows base.rows.parquet -q");
    assert_refused(
        &place.run("compare base.json"),
        3,
        ["`base.rows.parquet`", "differ from those of layer `code`", "in one run"],
    );
    place.write("base.rows.parquet", "nothing");
    assert_refused(&place.run("compare base.json"), 3, ["`base.rows.parquet`", "damaged", ""]);
    for (text, said) in
        [("{", "not JSON"), ("{}", "schema_version 1, found none"), ("{\"schema_version\":1}", "missing field")]
    {
        place.write("broken.json", text);
        assert_refused(&place.run("compare broken.json"), 3, ["`broken.json`", said, "--export-json"]);
    }
    assert_refused(&place.run("compare init"), 2, ["this command line", "--labels", "earlier runs"]);
}

#[test]
fn rows_are_what_the_scores_are_means_of() {
    let place = Place::with_layer();
    place.stdout("x.npy --labels y.npy -T 0.1,1 --export-rows rows.parquet -q");
    let bytes = fs::read(place.path("rows.parquet")).unwrap();
    assert!(bytes.starts_with(b"PAR1"));
    // Refused before the run, and nothing left of a run that fails.
    let before = place.files();
    assert_refused(&place.run("x.npy --labels y.npy --export-rows x.npy"), 2, ["x.npy` for an export", "reads it", ""]);
    assert_refused(
        &place.run("x.npy --labels y.npy --export-rows -"),
        2,
        ["`--export-rows -`", "to a file", "name a file"],
    );
    let both = place.run("x.npy --labels y.npy --export-rows new --export-json new");
    assert_refused(&both, 2, ["new` for an export", "another export", ""]);
    place.layer("short.npy", &ROWS[..5]);
    assert_refused(&place.run("x.npy short.npy --labels y.npy --export-rows new"), 3, ["`short`", "5 rows", ""]);
    assert_eq!(place.files().len(), before.len() + 1);
}

#[test]
fn classes_one_by_one() {
    let place = Place::with_layer();
    let value: Value = serde_json::from_str(&place.stdout("x.npy --labels y.npy --per-class --format json")).unwrap();
    let layer = &value["layers"][0];
    let classes = layer["classes"].as_array().unwrap();
    let (n, scores) =
        (classes[0]["n"].as_f64().unwrap(), |class: usize| classes[class]["scores"][3]["snnl"].as_f64().unwrap());
    assert_eq!((classes.len(), n), (2, 4.0));
    let mean = (scores(0) + scores(1)) / 2.0;
    assert!((mean - layer["scores"][3]["snnl"].as_f64().unwrap()).abs() < 1e-12);
    let table = place.stdout("x.npy --labels y.npy --per-class");
    assert!(table.contains("│ class  n   x T=2 │") && table.contains("most entangled: class "), "{table}");
    assert!(place.stdout("x.npy --labels y.npy --per-class --format markdown").contains("\n| class | n | x T="));
}

#[test]
fn a_temperature_off_the_ladder_is_scored_too() {
    let place = checkpoints();
    let units = "--temperature-unit mean";
    place.stdout(&format!(
        "init --labels y.npy -T 0.3,1 {units} --export-json base.json --export-rows base.rows.parquet -q"
    ));
    let alone = place.stdout(&format!("snnl --labels y.npy -T 0.3 {units} --format json"));
    let alone: Value = serde_json::from_str(&alone).unwrap();
    for first in ["init", "base.json"] {
        let seen = json(&place, &format!("{first} snnl --labels y.npy --at 0.3"));
        for at in 0..4 {
            let value = &values(&seen, at, 0.3)[1];
            assert_eq!((&value["temperature"], &value["change"]["paired"]), (&0.3.into(), &true.into()));
            let [found, expected] =
                [&value["snnl"], &alone["layers"][at]["scores"][0]["snnl"]].map(|value| value.as_f64().unwrap());
            assert!((found - expected).abs() < 1e-6 * expected, "{found}, {expected}");
        }
    }
    assert!(!place.stdout("compare init snnl --labels y.npy --format csv").contains(",0.3,"));
}
