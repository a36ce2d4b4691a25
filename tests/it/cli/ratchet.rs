//! A baseline and the candidates that follow it: what they replace in it, and what it remembers.

use std::fs;

use serde_json::Value;

use crate::cli::gate::{assert_code, gate, outcome, place, schema};
use crate::cli::harness::assert_refused;

fn result_schema() -> jsonschema::Validator {
    let schema = include_str!("../../../docs/result.schema.json");
    jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap()
}

#[test]
fn a_baseline_is_made_of_what_passes() {
    let place = place();
    let args = "--labels y.npy --baseline base.json --max-regression 2%";
    assert_code(&place, &format!("good {args} --init --update-baseline"), 0, "there is no baseline yet");
    let first = place.read("base.json");
    // Paired, for its rows lie beside it; not replaced by what fails.
    assert_code(&place, &format!("worse {args} --update-baseline"), 1, "base, paired row by row");
    assert_eq!(place.read("base.json"), first);
    assert_code(&place, &format!("good.json {args} --update-baseline"), 0, "base, paired row by row");
    assert_code(&place, &format!("good {args}"), 0, "base, paired row by row");
    // Of a result without rows, there are none to pair with.
    fs::remove_file(place.path("good.rows.parquet")).unwrap();
    assert_code(&place, &format!("good.json {args} --update-baseline"), 0, "kept enc");
    assert!(place.path("base.rows.parquet").exists());
    assert_code(&place, &format!("good.json {args} --accept"), 0, "passes");
    assert!(!place.path("base.rows.parquet").exists());
    assert_refused(&gate(&place, "good --labels y.npy --max 1 --update-baseline"), 2, ["", "--baseline", ""]);
    assert_refused(&gate(&place, &format!("good {args} --export-json base.json")), 2, ["base.json", "reads it", ""]);
}

#[test]
fn a_baseline_takes_what_got_better_and_stays_elsewhere() {
    let place = place();
    let json = |name: &str| serde_json::from_str::<Value>(&place.read(name)).unwrap();
    let args = "--labels y.npy --baseline base.json -T 0.5,2";
    assert_code(&place, &format!("worse {args} --max 9 --init --update-baseline"), 0, "new baseline: added enc");
    let first = json("base.json");
    // `good` is better at both temperatures, `worse` at none.
    let seen = outcome(&place, &format!("good {args} --max 9 --update-baseline"), 0);
    assert_eq!(seen["new_baseline"][0]["renewal"], "replaced");
    assert!(schema().is_valid(&seen), "{seen}");
    let second = json("base.json");
    let snnl = |of: &Value, at: usize| of["layers"][0]["scores"][at]["snnl"].as_f64().unwrap();
    assert!(snnl(&second, 0) < snnl(&first, 0) && snnl(&second, 1) < snnl(&first, 1));
    let kept = &second["layers"][0]["kept"];
    assert_eq!(
        (kept[1]["lowest"].as_f64(), kept[1]["highest"].as_f64()),
        (Some(snnl(&second, 0)), Some(snnl(&first, 0)))
    );
    // Nothing got better: both files stay as they are.
    let bytes = fs::read(place.path("base.rows.parquet")).unwrap();
    assert_code(&place, &format!("worse {args} --max 9 --update-baseline"), 0, "new baseline: kept enc");
    assert_eq!((json("base.json"), fs::read(place.path("base.rows.parquet")).unwrap()), (second.clone(), bytes));
    // A new temperature is added to what stays, and the rows of each are those of its value, which is checked where they are read.
    let more = "--labels y.npy --baseline base.json -T 0.5,1,2";
    assert_code(&place, &format!("worse {more} --max 9 --update-baseline"), 0, "replaced in part enc (T = 1)");
    assert_code(&place, &format!("good {more} --max-regression 0.01% --at 1"), 0, "base, paired row by row");
    assert_code(&place, &format!("good {more} --max-regression 0.01% --at 2"), 0, "base, paired row by row");
    assert!(result_schema().is_valid(&json("base.json")));
}

#[test]
fn what_the_gate_refuses_can_be_accepted_and_the_best_is_remembered() {
    let place = place();
    let args = "--labels y.npy --baseline base.json";
    place.write("drift.toml", "version = 1\n[[rule]]\nname = \"drift\"\nmax_drift = \"1%\"\n");
    assert_code(&place, &format!("good {args} --max-regression 2% --init --update-baseline"), 0, "added enc");
    assert_code(&place, &format!("good {args} --rules drift.toml"), 0, "the best value ever kept");
    let refused = place.read("base.json");
    assert_code(&place, &format!("worse {args} --max-regression 2% --update-baseline"), 1, "up by");
    assert_eq!(place.read("base.json"), refused);
    assert_code(&place, &format!("worse {args} --max-regression 2% --accept"), 1, "new baseline: replaced enc");
    assert_code(&place, &format!("worse {args} --max-regression 2%"), 0, "base, paired row by row");
    assert_code(&place, &format!("worse {args} --rules drift.toml"), 1, "worse by");
    assert_refused(&gate(&place, "good --labels y.npy --max 1 --accept"), 2, ["", "--baseline", ""]);
}
