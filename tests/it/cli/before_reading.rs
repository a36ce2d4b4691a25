//! What needs no rows is checked before any is read: the layer of these tests cannot be read, so an error about
//! anything else was found without it.

use crate::cli::harness::{Place, assert_refused};

/// `bad/` of one layer `enc`, in which a number is not a number; a good result of another run, `good.json`; and `y.npy`.
fn place() -> Place {
    let place = Place::with_layer();
    place.stdout("x.npy --labels y.npy --export-json good.json -q");
    std::fs::create_dir(place.path("bad")).unwrap();
    place.layer("bad/enc.npy", &[[f64::NAN, 0.0]; 8]);
    for command in ["gate bad --max 1", "compare bad"] {
        let run = place.run(&format!("{command} --labels y.npy"));
        assert_refused(&run, 3, ["cannot score layer `enc`", "NaN", "--non-finite drop"]);
    }
    place
}

/// Asserts that the command line is refused as `code` with these three lines, and leaves no file behind.
#[track_caller]
fn refused(place: &Place, args: &str, code: i32, said: [&str; 3]) {
    let before = place.files();
    assert_refused(&place.run(&format!("{args} --labels y.npy")), code, said);
    assert_eq!(place.files(), before, "{args}");
}

#[test]
fn limits_are_numbers_that_a_loss_can_reach() {
    let place = place();
    for (flag, value, cause) in [
        ("--max", "inf", "expected a number for max, found inf"),
        ("--max", "-inf", "expected a number for max, found -inf"),
        ("--max", "nan", "expected a number for max, found NaN"),
        ("--max", "-0.5", "expected a number of at least 0 for max, found -0.5"),
        ("--max", "low", "`low` is not a number"),
        ("--max-regression", "inf", "expected a percentage"),
        ("--max-regression", "inf%", "expected a percentage"),
        ("--max-regression", "nan", "expected a percentage"),
        ("--max-regression", "-2%", "expected a percentage"),
        ("--at", "nan", "a temperature must be positive and finite, found NaN"),
        ("--at", "inf", "a temperature must be positive and finite, found inf"),
        ("--at", "0", "a temperature must be positive and finite, found 0"),
        ("--at", "-1", "a temperature must be positive and finite, found -1"),
    ] {
        let rest = if flag == "--max" { "" } else { "--max 1" };
        let typed = format!("`{flag} {value}`");
        refused(&place, &format!("gate bad --baseline good.json {rest} {flag} {value}"), 2, [&typed, cause, "--help"]);
    }
    for value in ["nan", "-inf", "0", "warm"] {
        refused(&place, &format!("compare bad --at {value}"), 2, [&format!("`--at {value}`"), "", "--help"]);
    }
}

#[test]
fn rules_are_held_to_the_same_limits() {
    let place = place();
    for (keys, cause) in [
        ("max = inf", "rule 2: expected a number for max, found inf"),
        ("max = -1", "rule 2: expected a number of at least 0 for max, found -1"),
        ("min = nan", "rule 2: expected a number for min, found NaN"),
        ("worst_class = -inf", "rule 2: expected a number for worst_class, found -inf"),
        ("max_regression = { rel = inf }", "rule 2: expected limits of at least 0 for max_regression"),
        ("max_regression = { abs = 0.1 }\nsignificance = nan", "rule 2: expected a significance from 0.5 to below 1"),
        ("max = 1\ntemperature = nan", "rule 2: expected a temperature above 0 or \"best\", found NaN"),
    ] {
        place.write("gate.toml", format!("version = 1\n[[rule]]\nmax = 1\n[[rule]]\n{keys}\n"));
        refused(&place, "gate bad --rules gate.toml", 3, ["cannot read `gate.toml`", cause, "docs/gating.md"]);
    }
}

#[test]
fn a_pattern_of_layers_that_cannot_be_is_named_with_its_rule_and_file() {
    let place = place();
    place.write("gate.toml", "version = 1\n[[rule]]\nmax = 1\n[[rule]]\nlayers = \"enc[\"\nmax = 1\n");
    let cause = "rule 2: layers = \"enc[\": unclosed character class";
    refused(&place, "gate bad --rules gate.toml", 3, ["cannot read `gate.toml`", cause, "`[ab]` for a or b"]);
}

#[test]
fn what_cannot_be_compared_with_a_result_is_not_scored() {
    let place = place();
    place.labels("other.npy", &[0, 1, 0, 1, 0, 1, 0, 1]);
    place.stdout("x.npy --labels other.npy --export-json other.json -q");
    let hint = "on the same rows in the same order";
    for (result, flags, cause) in [
        ("good.json", "--distance euclidean", "distance: expected cosine, found euclidean"),
        ("good.json", "--preset article", "ε: expected 0, found 0.00001"),
        ("good.json", "--ignore-label 1", "classes: expected 2, found 1"),
        ("other.json", "", "hash of the labels: expected "),
    ] {
        let gate = format!("gate bad --baseline {result} --max-regression 2% {flags}");
        refused(&place, &gate, 5, ["cannot compare `bad` with", cause, hint]);
        refused(&place, &format!("compare {result} bad {flags}"), 5, ["cannot compare `bad` with", cause, hint]);
    }
    // The first is what the others are compared with, whether it was scored before or not.
    let turned = ["cannot compare `good` with `bad`", "distance: expected euclidean, found cosine", hint];
    refused(&place, "compare bad good.json --distance euclidean", 5, turned);
}

#[test]
fn results_that_lack_the_temperature_or_are_of_other_data_are_refused() {
    let place = place();
    place.labels("other.npy", &[0, 1, 0, 1, 0, 1, 0, 1]);
    place.stdout("x.npy --labels other.npy --export-json other.json -q");
    let at = "layer `x`: expected temperature 7, found 0.01, 0.02";
    refused(&place, "compare bad good.json --at 7", 5, ["cannot compare `good`", at, "--at"]);
    refused(
        &place,
        "compare bad good.json other.json",
        5,
        ["cannot compare `other` with `bad`", "hash of the labels", ""],
    );
    refused(&place, "compare good.json bad -T anneal", 2, ["`-T anneal`", "`good` has no epoch", "`epoch_03`"]);
}

#[test]
fn outputs_that_cannot_be_written_are_refused_with_the_new_baseline_among_them() {
    let place = place();
    std::fs::create_dir_all(place.path("taken.rows.parquet")).unwrap();
    for (args, said) in [
        ("--export-json none/g.json", ["cannot write `none/g.json`", "no directory `none`", "create it first"]),
        (
            "--init --baseline none/b.json --update-baseline",
            ["`none/b.json`", "no directory `none`", "create it first"],
        ),
        ("--init --baseline bad --update-baseline", ["cannot write `bad`", "found a directory", "name a file in it"]),
        (
            "--init --baseline taken.json --update-baseline",
            ["cannot write `taken.rows.parquet`", "found a directory", "name a file in it"],
        ),
    ] {
        refused(&place, &format!("gate bad --max 1 {args}"), 3, said);
    }
    let both = "gate bad --max 1 --init --baseline new.json --update-baseline --export-json new.json";
    refused(&place, both, 2, ["new.json` for an export", "another export goes there", "name a file for each"]);
    let rows = "gate bad --max 1 --init --baseline new.json --update-baseline --export-markdown new.rows.parquet";
    refused(&place, rows, 2, ["new.rows.parquet` for an export", "another export goes there", "name a file for each"]);
    let mut command = place.command("gate bad --max 1 --labels y.npy");
    command.env("GITHUB_STEP_SUMMARY", place.path("none/summary.md"));
    let run = crate::cli::harness::ended(&command.output().unwrap());
    assert_refused(&run, 3, ["none/summary.md`", "no directory", "create it first"]);
}
