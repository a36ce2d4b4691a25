//! Values estimated from a sample of rows: near the exact ones by what they say themselves, and never to be mistaken for
//! them.

use serde_json::Value;

use crate::cli::harness::{Place, column};

const INPUT: &str = "snnl --labels y.npy -T 0.05,1";

fn json(place: &Place, args: &str) -> Value {
    serde_json::from_str(&place.stdout(&format!("{args} --format json"))).unwrap()
}

fn scores(json: &Value) -> Vec<&Value> {
    json["layers"].as_array().unwrap().iter().flat_map(|layer| layer["scores"].as_array().unwrap()).collect()
}

#[test]
fn estimates_lie_as_near_as_they_say() {
    let place = Place::with_real_activations();
    // At low temperatures few rows have most of the loss, and 80 of them are too few for an interval.
    let input = "snnl --labels y.npy -T 1,2";
    let exact = json(&place, input);
    let (mut inside, mut all) = (0, 0);
    for seed in 0..20 {
        let estimate = json(&place, &format!("{input} --rows 80 --seed {seed}"));
        assert_eq!(estimate["definition"]["sample"], serde_json::json!({"rows": 80, "seed": seed}));
        for (found, exact) in scores(&estimate).iter().zip(scores(&exact)) {
            let number = |name: &str| found[name].as_f64().unwrap();
            let value = exact["snnl"].as_f64().unwrap();
            assert_eq!(found["n"], 80);
            assert!((number("snnl") - value).abs() < 5.0 * number("stderr"), "{found} for {value}");
            inside += usize::from((number("low")..=number("high")).contains(&value));
            all += 1;
        }
    }
    // Values of one seed go together, so fewer than 95 % is no surprise.
    assert!(inside * 10 >= all * 8, "{inside} of {all}");
}

#[test]
fn a_sample_of_all_rows_is_exact_and_still_says_what_it_is() {
    let place = Place::with_real_activations();
    let (exact, estimate) = (json(&place, INPUT), json(&place, &format!("{INPUT} --rows 100000")));
    for (found, exact) in scores(&estimate).iter().zip(scores(&exact)) {
        let [found_value, value] = [found, &exact].map(|score| score["snnl"].as_f64().unwrap());
        assert!((found_value - value).abs() <= 1e-6 * value, "{found_value}, {value}");
        assert_eq!((found["stderr"].as_f64(), &found["low"]), (Some(0.0), &found["high"]));
    }
    assert!(place.stdout(&format!("{INPUT} --rows 100000")).contains("ESTIMATE"));
}

#[test]
fn every_output_of_an_estimate_is_marked() {
    let place = Place::with_real_activations();
    let input = format!("{INPUT} --rows 200 --seed 7");
    let mark = "ESTIMATE from a random sample of 200 rows (seed 7), each against all rows: SNNL (exact)";
    let table = place.stdout(&input);
    assert!(table.contains(mark), "{table}");
    assert_eq!(table.matches('≈').count(), 4 * 2 + 2, "{table}");
    assert!(table.contains(" ±0."), "{table}");
    let markdown = place.stdout(&format!("{input} --format markdown --per-class"));
    assert!(markdown.contains(mark) && markdown.contains('≈'), "{markdown}");
    let csv = place.stdout(&format!("{input} --format csv"));
    let exact = place.stdout(&format!("{INPUT} --format csv"));
    for name in ["low", "high"] {
        assert!(column(&csv, name).iter().all(|cell| cell.parse::<f64>().is_ok()), "{csv}");
        assert!(column(&exact, name).iter().all(String::is_empty), "{exact}");
    }

    place.stdout(&format!("{input} --export-json estimate.json"));
    place.stdout(&format!("{INPUT} --export-json exact.json"));
    let mixed = place.run("compare exact.json estimate.json");
    assert_eq!(mixed.code, Some(5), "{mixed:?}");
    assert!(mixed.stderr.contains("sample of rows: expected none, found 200 by seed 7"), "{}", mixed.stderr);
    assert!(place.stdout("compare estimate.json estimate.json").contains(mark));
    let gate = place.run("gate estimate.json --max 9 --export-junit junit.xml --export-metrics metrics.json");
    assert!(gate.code == Some(0) && gate.stdout.contains(mark), "{gate:?}");
    assert!(place.read("junit.xml").contains("(estimate)"));
    assert!(place.read("metrics.json").contains("snnl_estimate"));
}

#[test]
fn samples_that_make_no_sense_are_refused() {
    let place = Place::with_layer();
    for args in ["--rows 1", "--rows -5", "--rows many", "--seed 3"] {
        let run = place.run(&format!("x.npy --labels y.npy {args}"));
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{args}: {run:?}");
    }
}
