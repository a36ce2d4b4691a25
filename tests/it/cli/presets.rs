//! Presets on the command line: every command takes them, and results are only compared under equal definitions.

use serde_json::Value;

use crate::cli::harness::Place;

const INPUT: &str = "snnl --labels y.npy -T 0.1,1";

/// Presets, and how reports describe them.
const PRESETS: [(&str, &str); 3] = [
    ("pml", "SNNL (pml) by unit-sqeuclidean distance: 0 ="),
    ("tfs", "SNNL (tfs, ε = 1e-9 outside the ratio) by unit-sqeuclidean distance: 0 ="),
    ("watermark", "SNNL (watermark, ε = 1e-5 clipped) by cosine distance of rectified rows: 0 ="),
];

#[test]
fn every_command_takes_every_preset() {
    let place = Place::with_real_activations();
    for (preset, sentence) in PRESETS {
        let table = place.stdout(&format!("{INPUT} --preset {preset} --per-class --worst 2 --minimise"));
        assert!(
            table.contains(sentence) && table.contains("minimum") && table.contains("nearest of another"),
            "{table}"
        );
        place.stdout(&format!("{INPUT} --preset {preset} --export-json base.json --export-rows base.rows.parquet"));
        for args in ["compare base.json snnl", "gate snnl --baseline base.json --max-regression 1% --max 9"] {
            let report = place.stdout(&format!("{args} --labels y.npy -T 0.1,1 --preset {preset}"));
            assert!(report.contains(sentence), "{args}: {report}");
        }
    }
}

#[test]
fn results_of_other_forms_do_not_compare() {
    let place = Place::with_layer();
    let own = "x.npy --labels y.npy -T 1 --epsilon 1e-5";
    place.stdout(&format!("{own} --export-json base.json"));
    for (args, difference) in [
        ("--epsilon-form outer", "form of ε: expected nested, found outer"),
        ("--singletons zero", "singletons: expected drop, found zero"),
        ("--rectify", "rectified rows: expected false, found true"),
        ("--distance unit-sqeuclidean", "distance: expected cosine, found unit-sqeuclidean"),
    ] {
        place.stdout(&format!("{own} {args} --export-json other.json"));
        let run = place.run("compare base.json other.json");
        assert!(run.code == Some(5) && run.stderr.contains(difference), "{args}: {run:?}");
    }
}

#[test]
fn a_resumed_run_of_a_preset_ends_with_the_same_bits_and_another_is_refused() {
    let place = Place::empty();
    // A tile that is not full is not kept, so there are more rows.
    let number = |at: usize| (at * 7919 % 1009) as f64 - 500.0;
    let rows: Vec<[f64; 3]> = (0..900).map(|row| [0, 1, 2].map(|feature| number(3 * row + feature))).collect();
    place.layer("x.npy", &rows);
    place.labels("y.npy", &(0..900).map(|row| row % 5).collect::<Vec<_>>());
    let input = "x.npy --labels y.npy -T 0.1,1 --format csv";
    for (preset, _) in PRESETS {
        let input = format!("{input} --preset {preset}");
        let resumed = format!("{input} --resume {preset}.arrow --resume-every 0");
        let scores = |args: &str| place.stdout(args);
        let expected = scores(&input);
        assert_eq!((scores(&resumed), scores(&resumed)), (expected.clone(), expected));
    }
    let refused = place.run(&format!("{input} --preset watermark --rectify=false --resume watermark.arrow"));
    assert_eq!(refused.code, Some(5), "{refused:?}");
    assert!(refused.stderr.contains("the file to resume from belongs to another run"), "{refused:?}");
}

#[test]
fn rectified_rows_are_scored_as_if_they_had_been_saved_so() {
    let place = Place::with_layer();
    let rows = [[1.0, -0.5], [-0.5, 1.0], [0.3, 0.4], [-1.0, -2.0], [0.0, 2.0], [-3.0, 0.1], [1.5, -0.1], [2.0, 1.0]];
    place.layer("a.npy", &rows);
    place.layer("b.npy", &rows.map(|row| row.map(|x: f64| x.max(0.0))));
    let layer = |args: &str| -> Value {
        let text = place.stdout(&format!("{args} --labels y.npy --worst 3 --format json"));
        let mut json: Value = serde_json::from_str(&text).unwrap();
        json["layers"][0]["name"] = Value::Null;
        json["layers"][0].take()
    };
    for distance in ["cosine", "sqeuclidean"] {
        let (rectified, saved) =
            (layer(&format!("a.npy --rectify --distance {distance}")), layer(&format!("b.npy --distance {distance}")));
        assert_eq!(rectified, saved);
        assert_ne!(rectified, layer(&format!("a.npy --distance {distance}")));
    }
    let alone = place.run("x.npy --labels y.npy --singletons zero");
    assert_eq!(alone.code, Some(0), "{alone:?}");
    place.labels("numbers.npy", &[0, 1, 2, 3, 4, 5, 6, 7]);
    let none = place.run("x.npy --labels numbers.npy --preset tfs");
    assert!(none.code == Some(4) && none.stderr.contains("every row is alone in its class"), "{none:?}");
}
