//! The JSON of real runs, validated against `docs/result.schema.json`.

use serde_json::Value;

use crate::cli::harness::{Place, ROWS};

const SCHEMA: &str = include_str!("../../../docs/result.schema.json");

#[test]
fn every_kind_of_run_writes_what_the_schema_says() {
    let schema = jsonschema::draft202012::new(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let place = Place::with_layer();
    let mut odd = ROWS;
    odd[0] = [0.0, 0.0];
    odd[6] = [f64::NAN, 0.0];
    odd[2] = odd[1];
    place.layer("odd.npy", &odd);
    place.labels("odd_y.npy", &[0, 0, 0, 0, 1, 1, 1, 2]);
    place.labels("one.npy", &[3; 8]);
    let cases = [
        ("x.npy --labels y.npy", "exact"),
        ("x.npy --labels y.npy --rows 5 --seed 3 --per-class", "exact"),
        ("x.npy --labels y.npy --preset article -T epoch:12", "article"),
        ("x.npy --labels y.npy --preset cleverhans", "cleverhans"),
        ("x.npy --labels y.npy --distance euclidean --temperature-unit mean -T 0.1,1", "custom"),
        ("x.npy --labels one.npy", "exact"),
        ("x.npy --labels y.npy --companions", "exact"),
        ("x.npy --labels one.npy --companions", "exact"),
        ("odd.npy --labels odd_y.npy --non-finite drop --companions", "exact"),
        ("odd.npy --labels odd_y.npy --non-finite drop", "exact"),
        ("odd.npy --labels odd_y.npy --non-finite drop --preset article", "article"),
        ("odd.npy --labels odd_y.npy --non-finite drop --preset pml --per-class --worst 2", "pml"),
        ("odd.npy --labels odd_y.npy --non-finite drop --preset tfs --minimise", "tfs"),
        ("odd.npy --labels odd_y.npy --non-finite drop --preset watermark", "watermark"),
        ("odd.npy --labels odd_y.npy --non-finite drop --singletons zero --rectify", "custom"),
        ("x.npy --labels y.npy --emulate-batch 4 --batches 7 --seed 3", "exact"),
        ("x.npy --labels y.npy --preset watermark --rectify=false --epsilon-form nested", "article"),
    ];
    for (args, preset) in cases {
        let json: Value = serde_json::from_str(&place.stdout(&format!("{args} --format json"))).unwrap();
        schema.validate(&json).unwrap_or_else(|error| panic!("{args}: {error} at {}", error.instance_path()));
        assert_eq!(json["definition"]["preset"], preset);
        assert_eq!(json["run"]["finished"], "2023-11-14T22:13:20Z", "the time that the tests say");
        let layer = &json["layers"][0];
        let counted = ["singletons", "zero_rows", "non_finite_rows", "duplicate_rows"].map(|name| &layer[name]);
        if args.starts_with("odd") {
            assert_eq!(counted, [1, 1, 1, 1], "{args}");
        } else {
            assert_eq!(counted, [0, 0, 0, 0], "{args}");
        }
        assert_eq!(layer["scores"][0]["relative"].is_null(), args.contains("one.npy"), "{args}");
    }
}

#[test]
fn the_time_is_that_of_the_clock_unless_it_is_said() {
    let place = Place::with_layer();
    let finished = |said: Option<&str>| {
        let mut command = place.command("x.npy --labels y.npy --format json");
        match said {
            Some(said) => command.env("SOURCE_DATE_EPOCH", said),
            None => command.env_remove("SOURCE_DATE_EPOCH"),
        };
        let json: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
        json["run"]["finished"].as_str().unwrap().to_owned()
    };
    assert_eq!(finished(Some("0")), "1970-01-01T00:00:00Z");
    for said in [None, Some("soon"), Some("")] {
        assert!(*finished(said) > *"2026-11-27T00:00:00Z", "{said:?}");
    }
}
