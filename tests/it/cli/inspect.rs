//! `inspect`: what a run would read, from headers alone.

use std::fs;

use serde_json::Value;

use crate::cli::harness::{Place, ROWS, assert_refused};
use crate::support::npy::{header, npy_with_header};

#[test]
fn layers_labels_and_cost() {
    let place = Place::with_real_activations();
    let shown = place.stdout("inspect snnl --labels y.npy");
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[1], "│ layer  files  rows   dim  dtype    order       size               │");
    assert_eq!(lines[3], "│ code       1   240    70  float16  rows    33.60 kB  labels align │");
    assert_eq!(lines[8], "labels y.npy: 240 rows in 10 classes");
    assert!(lines[9].starts_with("a run: 114720 pairs, ") && lines[9].ends_with(" MB of memory"), "{shown}");
    let sampled = place.stdout("inspect snnl --labels y.npy --rows 100 -T 0.1,1");
    assert!(sampled.contains("a run: 96000 pairs, "), "{sampled}");
    // Of what a run cannot do, it says so, too.
    let tf32 = |command: &str| place.run(&format!("{command}snnl --labels y.npy --precision tf32 --device cpu"));
    assert_refused(&tf32("inspect "), 2, ["`--device cpu`", "TF32", ""]);
    assert_eq!(tf32("inspect ").stderr, tf32("").stderr);
    // Without labels there is nothing to align with.
    let alone = place.stdout("inspect snnl/code.npy");
    assert!(
        !alone.contains("labels") && alone.contains("│ code       1   240   70  float16  rows   33.60 kB   │"),
        "{alone}"
    );
}

#[test]
fn the_json_is_what_its_schema_says() {
    let place = Place::with_real_activations();
    fs::copy(place.path("snnl/code.npy"), place.path("part-0.npy")).unwrap();
    fs::copy(place.path("snnl/code.npy"), place.path("part-1.npy")).unwrap();
    place.write("broken.npy", "nothing");
    let schema = include_str!("../../../docs/inspection.schema.json");
    let schema = jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap();
    let seen =
        |args: &str| -> Value { serde_json::from_str(&place.run(&format!("{args} --format json")).stdout).unwrap() };
    for args in ["inspect snnl", "inspect snnl --labels y.npy --ignore-label 3", "inspect . --labels y.npy"] {
        schema.validate(&seen(args)).unwrap();
    }
    let labels = &seen("inspect snnl --labels y.npy --ignore-label 3")["labels"];
    assert_eq!((&labels["rows"], &labels["classes"], &labels["ignored_rows"]), (&240.into(), &9.into(), &21.into()));
    let layers = &seen("inspect .")["layers"];
    assert_eq!((&layers[0]["name"], &layers[0]["shape"]), (&"broken".into(), &Value::Null));
    assert_eq!((&layers[1]["name"], &layers[1]["shape"]["rows"]), (&"part".into(), &480.into()));
    assert_eq!(layers[1]["files"].as_array().unwrap().len(), 2);
    let mut damaged = seen("inspect snnl");
    damaged["layers"][0]["rows"] = 3.into();
    assert!(!schema.is_valid(&damaged));
}

#[test]
fn every_problem_is_shown_and_the_first_is_the_outcome() {
    let place = Place::with_layer();
    place.layer("short.npy", &ROWS[..5]);
    place.write("a.npy", "nothing");
    let run = place.run("inspect . --labels y.npy");
    assert_eq!(run.code, Some(3));
    assert!(run.stdout.contains("│ a          1     –    –  –        –         –  not a .npy file"), "{}", run.stdout);
    assert!(run.stdout.contains("5 rows, but labels `y.npy` has 8"), "{}", run.stdout);
    assert!(run.stdout.contains("│ x          1     8    2  float32  rows   64 B  labels align"), "{}", run.stdout);
    assert!(run.stderr.starts_with("error: cannot score layer `a` (./a.npy)"), "{}", run.stderr);
    let labels = place.run("inspect y.npy --labels y.npy");
    assert!(labels.code == Some(4) && labels.stdout.contains("these are the labels"), "{labels:?}");
    fs::create_dir(place.path("empty")).unwrap();
    let none = place.run("inspect empty");
    assert_eq!((none.code, none.stdout.as_str()), (Some(4), ""));
}

#[test]
fn only_headers_are_read() {
    let place = Place::empty();
    let zeros = header("<f4", false, &[1 << 20, 1 << 10]);
    npy_with_header(&place.path("huge.npy"), 1, &zeros, &[]);
    let file = fs::OpenOptions::new().write(true).open(place.path("huge.npy")).unwrap();
    // A hole in the file: to read it would take seconds, and to score it minutes.
    file.set_len(10 + zeros.len() as u64 + (4 << 30)).unwrap();
    let shown = place.stdout("inspect huge.npy");
    assert!(shown.contains("1048576  1024  float32  rows   4.29 GB"), "{shown}");
}
