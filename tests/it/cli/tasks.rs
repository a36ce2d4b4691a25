//! `plan`, `partial`, `status` and `merge`: what scripts rely on.

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::cli::harness::{Place, ROWS, Run, assert_refused};

const PLAN: &str = "plan dump --labels y.npy -T 0.1,1 --cut squares --out plan.json -q";

/// Two layers of 1,200 rows, and a plan of their tasks.
pub(super) fn place(tasks: usize) -> Place {
    let place = Place::empty();
    fs::create_dir(place.path("dump")).unwrap();
    let number = |at: usize, seed: usize| ((at * 7 + seed) * 2_654_435_761 % 10_007) as f64 / 1e4;
    for (name, seed) in [("a", 5), ("b", 11)] {
        let rows: Vec<[f64; 2]> =
            (0..1200).map(|row| [number(2 * row, seed) + 0.1, number(2 * row + 1, seed)]).collect();
        place.layer(&format!("dump/{name}.npy"), &rows);
    }
    place.labels("y.npy", &(0..1200).map(|row| row * row % 7 % 3).collect::<Vec<_>>());
    assert_eq!(place.stdout(&format!("{PLAN} --tasks {tasks}")), "");
    place
}

pub(super) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn status(place: &Place) -> (Run, Value) {
    let run = place.run("status plan.json r --json");
    let value = json(&run.stdout);
    (run, value)
}

#[test]
fn tasks_make_up_the_score_of_a_single_run() {
    let place = place(3);
    assert_eq!(place.stdout("partial plan.json --task 2,0-1 --out r"), "");
    let exports = "--export-json m.json --export-csv m.csv --export-rows m.parquet --per-class --top 1";
    let table = place.stdout(&format!("merge plan.json r {exports}"));
    let whole =
        place.stdout("dump --labels y.npy -T 0.1,1 --export-json s.json --export-csv s.csv --per-class --top 1");
    let timeless = |text: &str| crate::cli::harness::timeless(text);
    assert_eq!(timeless(&table), timeless(&whole));
    let [merged, whole] = ["m.json", "s.json"].map(|name| json(&place.read(name)));
    for name in ["definition", "data", "schema_version"] {
        assert_eq!(merged[name], whole[name]);
    }
    assert_eq!((&merged["run"]["tasks"], &whole["run"]["tasks"]), (&3.into(), &Value::Null));
    for (merged, whole) in merged["layers"].as_array().unwrap().iter().zip(whole["layers"].as_array().unwrap()) {
        for place in 0..2 {
            let value = |layer: &Value| layer["scores"][place]["snnl"].as_f64().unwrap();
            assert!((value(merged) / value(whole) - 1.0).abs() < 1e-13);
        }
        assert_eq!(merged["classes"].as_array().unwrap().len(), 3);
    }
    // A merged result is one like any other.
    place.stdout("gate m.json --max 100");
    place.stdout("compare s.json m.json");
}

#[test]
fn what_is_missing_damaged_or_foreign_is_said_with_an_exit_code_of_its_own() {
    let place = place(6);
    let none = place.run("merge plan.json r");
    assert_refused(&none, 4, ["plan.json", "6 of 6 tasks have no result: 0-5", "--task 0-5 --out r"]);
    place.stdout("partial plan.json --task 0,2-4 --out r");
    let (run, value) = status(&place);
    assert_eq!((run.code, &value["missing"], &value["done"]), (Some(4), &"1,5".into(), &4.into()));
    let merge = place.run("merge plan.json r --export-json m.json");
    assert_refused(
        &merge,
        4,
        ["plan.json", "2 of 6 tasks have no result: 1,5", "partial plan.json --task 1,5 --out r"],
    );
    place.stdout("partial plan.json --task all --out r");
    assert_eq!((status(&place).0.code, status(&place).1["done"].clone()), (Some(0), 6.into()));

    let id = status(&place).1["plan"].as_str().unwrap().to_owned();
    let file = place.path(&format!("r/{id}/3.arrow"));
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..1000]).unwrap();
    let (run, value) = status(&place);
    assert_eq!((run.code, &value["damaged"], &value["missing"]), (Some(3), &"3".into(), &"".into()));
    assert!(run.stderr.contains("--task 3 --out r"), "{}", run.stderr);
    assert_refused(&place.run("merge plan.json r --export-json m.json"), 3, ["3.arrow", "", "--task 3"]);
    assert!(!place.path("m.json").exists());

    // The result of another task, and one of another plan.
    fs::copy(place.path(&format!("r/{id}/2.arrow")), &file).unwrap();
    let foreign = "it is the result of task 2 of plan";
    assert_refused(&place.run("merge plan.json r"), 5, ["3.arrow", foreign, "remove it"]);
    assert_refused(&place.run("partial plan.json --task 3 --out r"), 5, ["3.arrow", foreign, "remove it"]);
    assert_eq!(place.run("status plan.json r").code, Some(5));
    fs::remove_file(&file).unwrap();
    place.stdout("partial plan.json --task 3 --out r");
    assert_eq!(status(&place).0.code, Some(0));

    place.stdout(&format!("{} --tasks 6", PLAN.replace("0.1,1", "0.2,1")));
    let none = place.run("merge plan.json r");
    assert_refused(&none, 4, ["plan.json", "none of 6 tasks has a result there: are those there of another plan?", ""]);
    assert_eq!(fs::read_dir(place.path("r")).unwrap().count(), 1, "a merge makes nothing");
}

#[test]
fn a_result_that_is_there_is_not_computed_again() {
    let place = place(2);
    place.stdout("partial plan.json --task 0 --out r");
    let id = status(&place).1["plan"].as_str().unwrap().to_owned();
    let written = || fs::metadata(place.path(&format!("r/{id}/0.arrow"))).unwrap().modified().unwrap();
    let before = written();
    // Not even the labels are read.
    fs::rename(place.path("y.npy"), place.path("z.npy")).unwrap();
    let run = place.run("partial plan.json --task 0 --out r -v");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), "note: task 0 is done already\n"));
    assert_eq!(written(), before);
    assert_eq!(place.run("partial plan.json --task 0-1 --out r").code, Some(3));
}

#[test]
fn other_data_than_those_of_the_plan_are_refused() {
    let place = place(2);
    let other = "the plan was made for";
    let partial = || place.run("partial plan.json --task 1 --out r");
    let layer = fs::read(place.path("dump/b.npy")).unwrap();
    let later = |content: &[u8]| {
        fs::write(place.path("dump/b.npy"), content).unwrap();
        let file = fs::File::options().write(true).open(place.path("dump/b.npy")).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(10)).unwrap();
    };
    let mut changed = layer.clone();
    *changed.last_mut().unwrap() ^= 1;
    later(&changed);
    assert_refused(&partial(), 5, ["layer `b`", "its numbers are not those that the plan was made for", "plan again"]);
    let rows: Vec<[f64; 2]> = (0..1200).map(|row| [row as f64, 1.0]).collect();
    place.layer("dump/b.npy", &rows.iter().map(|[x, y]| [*x, *y, 0.0]).collect::<Vec<_>>());
    assert_refused(&partial(), 5, ["layer `b`", "its files are not those that the plan was made for", "plan again"]);
    fs::remove_file(place.path("dump/b.npy")).unwrap();
    assert_refused(&partial(), 5, ["layer `b`", "the plan has a layer `b`, its inputs have a", "plan again"]);
    // Written again, with the same numbers.
    later(&layer);
    assert_eq!(partial(), Run { stdout: String::new(), stderr: String::new(), code: Some(0) });

    place.labels("y.npy", &(0..1200).map(|row| row % 3).collect::<Vec<_>>());
    assert_refused(&place.run("partial plan.json --task 0 --out r"), 5, ["labels `y.npy`", other, "plan again"]);
}

#[test]
fn requests_that_cannot_be_are_refused_before_anything_is_read() {
    let place = place(2);
    for (args, parts) in [
        ("partial plan.json --task 2 --out r", ["`--task 2`", "there is no task 2: the plan has 2, from 0 to 1", ""]),
        ("partial plan.json --task 1-0 --out r", ["--task", "expected numbers and ranges of them", ""]),
        ("plan - --labels y.npy --tasks 2 --out q.json", ["`-`", "a stream can be read only once", "save it"]),
        ("plan dump --labels - --tasks 2 --out q.json", ["`-`", "a stream can be read only once", "save it"]),
        ("plan dump --labels y.npy --tasks 2 --out -", ["`--out -`", "the plan goes to a file", "name a file"]),
        ("plan dump --labels y.npy --tasks 0 --out q.json", ["--tasks", "0 is not in 1..=1000000", ""]),
        ("plan dump --labels y.npy --task-time 5 --out q.json", ["--task-time", "expected a number with a unit", ""]),
        ("plan dump --labels y.npy -T anneal --tasks 1 --out q.json", ["`-T anneal`", "epochs", ""]),
        ("plan dump --labels y.npy --tasks 2 --out dump/a.npy", ["dump/a.npy", "this run reads it", ""]),
    ] {
        assert_refused(&place.run(args), 2, parts);
    }
    assert!(!place.path("q.json").exists() && !place.path("r").exists());
    let few = Place::with_layer();
    few.layer("inf.npy", &[[f64::NAN, 0.0]; 8]);
    let run = few.run("plan inf.npy --labels y.npy --tasks 2 --out q.json");
    assert_refused(&run, 3, ["layer `inf`", "row 0, column 0 is NaN", "--non-finite drop"]);
    assert!(!few.path("q.json").exists());
}

#[test]
fn what_a_plan_costs_is_shown_and_why_it_is_cut_so() {
    let place = place(3);
    let run = place.run("plan dump --labels y.npy --tasks 3 --out plan.json -v");
    assert_eq!(run.code, Some(0));
    assert!(run.stderr.contains("cut: squares take ") && run.stderr.contains(" strips "), "{}", run.stderr);
    let run = place.run("plan dump --labels y.npy --tasks 3 --cut squares --out plan.json -v");
    assert!(run.stderr.contains("cut: --cut squares"), "{}", run.stderr);
    assert!(run.stdout.contains("squares      3") && run.stdout.contains("times are measured"), "{}", run.stdout);
    let pairs: u64 = json(&place.read("plan.json"))["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["pairs"].as_u64().unwrap())
        .sum();
    assert_eq!(pairs, 1200 * 1199 / 2);
    let timed = place.run("plan dump --labels y.npy --task-time 2h --cut squares --out plan.json");
    assert!(timed.stdout.contains("squares      1"), "{}", timed.stdout);
    let eight = Place::with_layer();
    eight.stdout("plan x.npy --labels y.npy --tasks 64 --out plan.json -q");
    assert_eq!(
        json(&eight.read("plan.json"))["tasks"].as_array().unwrap().len(),
        1,
        "{} rows are one tile",
        ROWS.len()
    );
}

#[test]
fn plans_and_states_are_what_their_schemas_say() {
    let place = place(3);
    let schema = |text| jsonschema::draft202012::new(&serde_json::from_str(text).unwrap()).unwrap();
    let plans = schema(include_str!("../../../docs/plan.schema.json"));
    let states = schema(include_str!("../../../docs/status.schema.json"));
    let valid = |schema: &jsonschema::Validator, value: &Value| {
        schema.validate(value).unwrap_or_else(|error| panic!("{error} at {}", error.instance_path()));
    };
    valid(&plans, &json(&place.read("plan.json")));
    place.stdout("partial plan.json --task 1 --out r");
    valid(&states, &status(&place).1);
    place.labels("z.npy", &[0; 1200]);
    let more =
        "--reference dump --reference-labels z.npy --non-finite drop --ignore-label 2 --units 0..1 --preset article";
    place.stdout(&format!("plan dump --labels y.npy {more} --tasks 3 --out more.json -q"));
    valid(&plans, &json(&place.read("more.json")));
    let mut other = json(&place.read("plan.json"));
    other["tasks"][0]["rows"] = Value::Null;
    assert!(plans.validate(&other).is_err());
}
