//! Values estimated from a sample of rows: within their own intervals of the exact values, and always marked as
//! estimates.

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
        assert!(!exact.lines().next().unwrap().split(',').any(|column| column == name), "{exact}");
    }

    place.stdout(&format!("{input} --export-json estimate.json"));
    place.stdout(&format!("{INPUT} --export-json exact.json"));
    let mixed = place.run("compare exact.json estimate.json");
    assert_eq!(mixed.code, Some(5), "{mixed:?}");
    assert!(mixed.stderr.contains("sample of rows: expected none, found 200 with seed 7"), "{}", mixed.stderr);
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

#[test]
fn compare_and_gate_draw_the_same_rows_and_go_on_where_they_were() {
    let place = Place::with_real_activations();
    let labels = "--labels y.npy --layers code --rows 100 --seed 3";
    let scored = |path: &str| -> serde_json::Value {
        serde_json::from_str(&place.stdout(&format!("{path} {labels} --format json"))).unwrap()
    };
    let snnl = |table: &serde_json::Value| table["layers"][0]["scores"][4]["snnl"].as_f64().unwrap();
    let input = format!("compare snnl snnl {labels} --at 0.2 --resume sums.arrow --resume-every 0 --format json");
    for _ in 0..2 {
        let compared: serde_json::Value = serde_json::from_str(&place.stdout(&input)).unwrap();
        let values = &compared["layers"][0]["points"].as_array().unwrap().last().unwrap()["values"];
        assert_eq!(values[1]["change"]["absolute"], 0.0, "{compared}");
        assert_eq!((values[0]["n"].as_u64(), values[1]["change"]["paired"].as_bool()), (Some(100), Some(true)));
    }
    assert!(place.path("sums.1.arrow").is_file() && place.path("sums.2.arrow").is_file());
    let gate =
        |max: f64| place.run(&format!("gate snnl {labels} --at 0.2 --max {max} --resume gate.arrow --resume-every 0"));
    let value = snnl(&scored("snnl"));
    assert_eq!((gate(value + 1e-6).code, gate(value - 1e-6).code), (Some(0), Some(1)));
    assert!(place.path("gate.arrow").is_file());
    let taken = place.run(&format!("gate snnl {labels} --max 1 --resume y.npy"));
    assert!(taken.code == Some(2) && taken.stderr.contains("this run reads it"), "{taken:?}");
}
