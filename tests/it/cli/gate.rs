//! `gate`: what passes, what does not, and that what is unknown never passes.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::cli::harness::{Place, ROWS, Run, assert_refused};

/// `x/` of one layer `enc`, `worse/` of the same with its classes mixed, `y.npy`, and the results of both.
pub(super) fn place() -> Place {
    let place = Place::with_layer();
    let mut mixed = ROWS;
    mixed.swap(1, 6);
    for (name, rows) in [("good", ROWS), ("worse", mixed)] {
        fs::create_dir(place.path(name)).unwrap();
        place.layer(&format!("{name}/enc.npy"), &rows);
        place.stdout(&format!("{name} --labels y.npy --export-json {name}.json --export-rows {name}.rows.parquet -q"));
    }
    place
}

pub(super) fn schema() -> jsonschema::Validator {
    let schema = include_str!("../../../docs/gate.schema.json");
    jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap()
}

pub(super) fn gate(place: &Place, args: &str) -> Run {
    place.run(&format!("gate {args}"))
}

#[track_caller]
pub(super) fn assert_code(place: &Place, args: &str, code: i32, said: &str) {
    let run = gate(place, args);
    assert_eq!(run.code, Some(code), "{args}: {run:?}");
    assert!(run.stdout.contains(said) || run.stderr.contains(said), "{args}: {run:?}");
}

#[test]
fn every_exit_code_has_its_cause() {
    let place = place();
    place.labels("other.npy", &[0, 1, 0, 1, 0, 1, 0, 1]);
    place.write("rules.toml", "version = 1\n[[rule]]\nlayers = \"head\"\nmax = 1\n");
    place.write("misspelt.toml", "version = 1\n[[rule]]\nmaximum = 1\n");
    let cases = [
        ("good --labels y.npy --max 0.85", 0, "good passes the gate"),
        ("good.json --max 0.85", 0, "good passes the gate"),
        ("worse --labels y.npy --baseline good.json --max-regression 2%", 1, "worse fails the gate: 1 of 1"),
        ("good --labels y.npy --baseline worse.json --max-regression 2%", 0, "passes"),
        ("worse --labels y.npy --max 0.85", 1, "is above 0.8500"),
        ("good --labels y.npy", 2, "a gate without a rule lets everything pass"),
        ("good --labels y.npy --max-regression 2%", 2, "need a baseline, and none is given"),
        ("good --labels y.npy --max-regression two", 2, "expected a percentage"),
        ("good --labels y.npy --max-regression 2 --baseline good.json", 2, "did you mean `2%` or `2nats`?"),
        ("good worse --labels y.npy --max 1", 2, "it names 2 candidates"),
        ("good --max 1", 2, "activations need labels"),
        ("good --labels y.npy --rules misspelt.toml", 3, "there is no key `maximum`"),
        ("good --labels y.npy --rules none.toml", 3, "No such file"),
        ("none --labels y.npy --max 1", 3, "No such file"),
        ("good --labels y.npy --baseline none.json --max-regression 2%", 4, "there is no such baseline"),
        ("good --labels y.npy --rules rules.toml", 4, "no layer of the candidate has such a name"),
        ("good.json --max 1 --at 7", 4, "expected temperature 7, scored at 0.01"),
        ("good --labels other.npy --baseline good.json --max-regression 2%", 5, "hash of the labels"),
        ("good --labels y.npy --baseline good.json --max 1 --preset article", 5, "ε: expected 0, found 0.00001"),
    ];
    for (args, code, said) in cases {
        assert_code(&place, args, code, said);
        // Whoever reads the report may go away.
        let mut command = place.command(&format!("gate {args}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{args} with a closed pipe");
    }
}

#[test]
fn what_is_missing_never_passes_but_on_the_first_run() {
    let place = place();
    let args = "good --labels y.npy --baseline worse.json --max-regression 2%";
    // The only layer on either side is compared with the other, whatever its name.
    fs::rename(place.path("good/enc.npy"), place.path("good/enc9.npy")).unwrap();
    assert_code(&place, args, 0, "good passes the gate");
    place.layer("good/enc10.npy", &ROWS);
    assert_code(&place, args, 4, "the baseline has no such layer at this temperature");
    assert_code(&place, args, 4, "the baseline `worse` has this layer, the candidate does not");
    assert_code(&place, &format!("{args} --init"), 0, "good passes the gate");
    // What is not asked for need not be there.
    place.layer("worse/enc10.npy", &ROWS);
    place.stdout("worse --labels y.npy --export-json two.json -q");
    assert_code(&place, "worse --labels y.npy --baseline two.json --max-regression 2% --layers enc", 0, "passes");
    // A layer that is broken is more than one that is missing.
    assert_code(&place, &format!("{args} --max 0.1"), 1, "fails the gate");
    assert_code(&place, &format!("{args} --exit-zero"), 0, "MISSING");
    place.write("rules.toml", "version = 1\n[[rule]]\nlayers = \"head\"\nmax = 1\nreport_only = true\n");
    assert_code(&place, "good --labels y.npy --rules rules.toml", 0, "missing, reported only");
}

#[test]
fn rows_that_are_left_out_of_the_candidate_are_missing() {
    let place = place();
    let mut rows = ROWS;
    // The strays, which make the value what it is.
    (rows[3][0], rows[7][0]) = (f64::NAN, f64::NAN);
    place.layer("good/enc.npy", &rows);
    let args = "good --labels y.npy --baseline worse.json --max-regression 2% --non-finite drop";
    assert_code(&place, args, 4, "expected 8 rows as in the baseline, counted 6");
}

#[test]
fn a_layer_of_rows_that_are_alike_never_passes_unseen() {
    let place = place();
    for (name, rows, said) in [
        ("zeros", [[0.0, 0.0]; 8], "8 of 8 rows are zero"),
        ("equal", [[1.0, 2.0]; 8], "7 of 8 rows equal an earlier row"),
    ] {
        fs::create_dir(place.path(name)).unwrap();
        place.layer(&format!("{name}/enc.npy"), &rows);
        let args = format!("{name} --labels y.npy --max 5");
        assert_code(&place, &args, 4, said);
        assert_code(&place, &args, 4, "DEGENERATE");
        assert_code(&place, &format!("{args} --allow-degenerate"), 0, "passes the gate");
        place.write("rules.toml", "version = 1\n[[rule]]\nmax = 5\n");
        let by_rules = format!("{name} --labels y.npy --rules rules.toml");
        assert_code(&place, &by_rules, 4, "DEGENERATE");
        assert_code(&place, &format!("{by_rules} --allow-degenerate"), 0, "passes the gate");
        let at = ["`--at`", "it is the temperature of --max", "its own `temperature`"];
        assert_refused(&gate(&place, &format!("{by_rules} --at 1")), 2, at);
        place.write("rules.toml", "version = 1\n[[rule]]\nmax = 5\nallow_degenerate = true\n");
        assert_code(&place, &format!("{name} --labels y.npy --rules rules.toml"), 0, "passes the gate");
    }
    assert_code(
        &place,
        "zeros --labels y.npy --max 5 --allow-degenerate",
        0,
        "zero rows, at distance 1 from every row: 8",
    );
    assert_code(&place, "good --labels y.npy --max 5", 0, "lets layer enc pass with random labels");
    let compared = place.stdout("compare good zeros --labels y.npy");
    assert!(compared.contains("zeros: zero rows, at distance 1 from every row: 8"), "{compared}");
}

#[test]
fn an_error_is_in_every_report() {
    let place = place();
    let exports = "--export-json gate.json --export-junit gate.xml --export-markdown gate.md --export-metrics m.json";
    place.layer("good/enc.npy", &[[f64::NAN, 0.0]; 8]);
    for (args, code, said) in [
        ("good --labels y.npy --max 1", 3, "row 0, column 0 is NaN"),
        ("none --labels y.npy --max 1", 3, "No such file"),
        ("worse --labels y.npy --baseline good.json --max 1 --preset article", 5, "expected 0, found 0.00001"),
    ] {
        let mut command = place.command(&format!("gate {args} {exports}"));
        let output =
            command.env("GITHUB_STEP_SUMMARY", place.path("summary.md")).env("GITHUB_ACTIONS", "true").output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(code), "{args}");
        let json: Value = serde_json::from_str(&place.read("gate.json")).unwrap();
        assert_eq!((&json["outcome"], &json["error"]["exit_code"]), (&"error".into(), &code.into()));
        schema().validate(&json).unwrap();
        for file in ["gate.json", "gate.xml", "gate.md", "summary.md"] {
            assert!(place.read(file).contains(said), "{args}: {}", place.read(file));
        }
        assert!(place.read("gate.xml").contains("<error message="), "{}", place.read("gate.xml"));
        assert_eq!(place.read("m.json").trim(), "{\n  \"snnl\": {}\n}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("::error"), "{args}");
        for file in ["gate.json", "gate.xml", "gate.md", "m.json", "summary.md"] {
            fs::remove_file(place.path(file)).unwrap();
        }
    }
    // What would be overwritten is not.
    let before = fs::read(place.path("y.npy")).unwrap();
    assert_code(&place, "good --labels y.npy --max 1 --export-junit y.npy", 2, "this run reads it");
    assert_eq!(fs::read(place.path("y.npy")).unwrap(), before);
}

#[test]
fn rules_go_both_ways_and_by_class() {
    let place = place();
    let rule = |keys: &str| place.write("rules.toml", format!("version = 1\n[[rule]]\n{keys}\n"));
    let args = |candidate: &str, baseline: &str| {
        format!("{candidate} --labels y.npy --baseline {baseline}.json --rules rules.toml")
    };
    rule("direction = \"higher\"\nmax_regression = { rel = 0.01 }");
    assert_code(&place, &args("worse", "good"), 0, "passes");
    assert_code(&place, &args("good", "worse"), 1, "down by");
    rule("min = 0.9");
    assert_code(&place, &args("good", "good"), 1, "is below 0.9000");
    rule("worst_class = 0.8\ntemperature = 1");
    assert_code(&place, &args("good", "good"), 1, "class `0`: 0.8870 is above");
    assert_code(&place, "good.json --rules rules.toml", 4, "score it with --per-class");
    // Eight rows show nothing for sure; without their losses nothing is excused.
    rule("max_regression = { rel = 0.01 }\nsignificance = 0.9999\ntemperature = 1");
    assert_code(&place, &args("worse", "good"), 0, "0.9999 required");
    fs::remove_file(place.path("good.rows.parquet")).unwrap();
    assert_code(&place, &args("worse", "good"), 1, "it cannot be told from noise");
}

#[test]
fn every_report_is_written_before_the_verdict() {
    let place = place();
    let args = "worse --labels y.npy --max 0.85 --export-json g.json --export-markdown g.md --export-junit g.xml \
                --export-metrics m.json --format json";
    let run = gate(&place, args);
    assert_eq!(run.code, Some(1));
    for text in [run.stdout.as_str(), place.read("g.json").as_str()] {
        let value: Value = serde_json::from_str(text).unwrap();
        schema().validate(&value).unwrap();
        assert_eq!((&value["outcome"], &value["findings"][0]["check"]), (&"fail".into(), &"max".into()));
    }
    assert!(place.read("g.md").starts_with("### worse fails the gate: 1 of 1 checks\n\n|  | layer | T |"));
    let xml = place.read("g.xml");
    assert!(
        xml.contains("tests=\"1\"") && xml.contains("failures=\"1\"") && xml.contains("<failure message="),
        "{xml}"
    );
    let metrics: Value = serde_json::from_str(&place.read("m.json")).unwrap();
    let result: Value = serde_json::from_str(&place.read("worse.json")).unwrap();
    assert_eq!(metrics["snnl"]["enc"]["best"], result["layers"][0]["best"]["snnl"]);
    assert_eq!(metrics["snnl"]["enc"]["T=0.1"], result["layers"][0]["scores"][3]["snnl"]);
    // A report that cannot be written fails before the run.
    assert_refused(
        &gate(&place, "worse --labels y.npy --max 1 --export-junit none/g.xml"),
        3,
        ["none/g.xml", "no directory", ""],
    );
}

#[test]
fn classes_are_shown_where_asked_for() {
    let place = place();
    let table = gate(&place, "good --labels y.npy --max 0.85 --per-class").stdout;
    assert!(
        table.contains("│ class  n  enc T=2 │") && table.contains("most entangled: class 0 in layer enc: 0.8220"),
        "{table}"
    );
    let markdown = gate(&place, "good --labels y.npy --max 0.85 --per-class --format markdown").stdout;
    assert!(markdown.contains("\n| class | n | enc T=2 |"), "{markdown}");
}

#[test]
fn github_gets_annotations_and_a_summary() {
    let place = place();
    let summary = place.path("summary.md");
    let run = |args: &str| {
        let mut command = place.command(&format!("gate {args}"));
        command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &summary);
        crate::cli::harness::ended(&command.output().unwrap())
    };
    let failed = run("worse --labels y.npy --max 0.85");
    assert!(failed.stderr.starts_with("::error title=snnl-score gate%3A enc%2C max::"), "{failed:?}");
    assert_eq!(run("good --labels y.npy --max 0.85").stderr, "");
    let text = place.read("summary.md");
    assert!(text.contains("### worse fails the gate") && text.contains("### good passes the gate"), "{text}");
    // A full summary stays below its limit, and is cut at a line.
    fs::write(&summary, "x".repeat((1 << 20) - 100) + "\n").unwrap();
    run("worse --labels y.npy --max 0.85");
    let text = place.read("summary.md");
    assert!(text.len() < 1 << 20 && text.ends_with('\n') && text.contains("### worse"), "{}", text.len());
}

#[test]
fn the_command_line_describes_itself() {
    let place = Place::empty();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(place.stdout(&format!("completions {shell}")).contains("update-baseline"), "{shell}");
    }
    let man = place.stdout("man");
    assert!(man.contains(".TH snnl-score 1") && !man.contains("max\\-regression"), "{}", man.len());
    let man = place.stdout("man gate");
    assert!(man.contains(".TH snnl-score-gate 1") && man.contains("max\\-regression"), "{man}");
    assert!(!place.stdout("man").contains("snnl\\-score\\-help"));
    assert_refused(&place.run("man gato"), 2, ["`[COMMAND] gato`", "inspect, compare, gate", ""]);
    assert!(man.contains(concat!("\"snnl-score ", env!("CARGO_PKG_VERSION"))), "{man}");
    assert_refused(&place.run("help gato"), 2, ["`gato`", "there is no such command", "`snnl-score help`"]);
    assert!(place.stdout("help gate").contains("max-regression"));
    for command in ["inspect", "compare", "gate"] {
        let bare = place.run(command);
        assert!(bare.code == Some(2) && bare.stdout.is_empty() && bare.stderr.contains("Examples:"), "{bare:?}");
    }
    for command in ["", "inspect ", "compare ", "gate ", "completions ", "man "] {
        let help = place.stdout(&format!("{command}--help"));
        assert!(help.contains("Example"), "{command}: {help}");
    }
}

/// The outcome as JSON of a gate that ends with this code.
pub(super) fn outcome(place: &Place, args: &str, code: i32) -> Value {
    let run = gate(place, &format!("{args} --format json"));
    assert_eq!(run.code, Some(code), "{args}: {run:?}");
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn temperatures_off_the_ladder_are_scored_where_they_are_asked_for() {
    let place = place();
    let alone: Value =
        serde_json::from_str(&place.stdout("good --labels y.npy -T 1.5 --temperature-unit mean --format json"))
            .unwrap();
    let expected = alone["layers"][0]["scores"][0]["snnl"].as_f64().unwrap();
    let finding = |limit: f64, code| {
        let seen = outcome(&place, &format!("good --labels y.npy --max {limit} --at 1.5"), code);
        let finding = &seen["findings"][0];
        assert_eq!(finding["temperature"], 1.5);
        finding["value"].as_f64().unwrap()
    };
    for value in [finding(expected + 1e-4, 0), finding(expected - 1e-4, 1)] {
        assert!((value - expected).abs() < 1e-6 * expected, "{value}, {expected}");
    }
    // It is compared at, not searched: the best is one of the ladder, though the value at T = 1 is lower.
    place.write("rules.toml", "version = 1\n[[rule]]\nmax = 9\ntemperature = 1\n[[rule]]\nmax = 9\n");
    let seen = outcome(&place, "good --labels y.npy -T 0.1,0.2 --temperature-unit mean --rules rules.toml", 0);
    let [at_one, best] = [0, 1].map(|at| &seen["findings"][at]);
    assert!(at_one["value"].as_f64() < best["value"].as_f64(), "{seen}");
    assert!(best["temperature"] == 0.1 || best["temperature"] == 0.2, "{seen}");
    // A new baseline has it, so that the next candidate is compared at it; an earlier result cannot have it added.
    let args = "--labels y.npy --max-regression 2% --at 1.5";
    assert_code(&place, &format!("good {args} --baseline good.json"), 4, "no such layer at this temperature");
    assert_code(&place, &format!("good {args} --baseline base.json --init --update-baseline"), 0, "no baseline yet");
    assert_code(&place, &format!("good {args} --baseline base.json"), 0, "base, paired row by row");
    assert_code(&place, &format!("worse {args} --baseline base.json"), 1, "up by");
    let [base, good] = ["base.json", "good.json"].map(|name| serde_json::from_str::<Value>(&place.read(name)).unwrap());
    assert_eq!(base["layers"][0]["best"], good["layers"][0]["best"]);
}
