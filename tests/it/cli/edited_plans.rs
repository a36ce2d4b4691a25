//! Plans of tasks that were changed after they were made.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::cli::harness::assert_refused;
use crate::cli::tasks::{json, place};

/// The text of a plan that was changed by somebody who knows how ids are made.
fn identified(mut plan: Value) -> String {
    plan.as_object_mut().unwrap().remove("id");
    let hash = Sha256::digest(plan.to_string().as_bytes());
    plan["id"] = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>().into();
    plan.to_string()
}

#[test]
fn plans_whose_parts_do_not_fit_together_are_refused_whatever_their_id() {
    let place = place(2);
    let plan = json(&place.read("plan.json"));
    place.write("plan.json", identified(plan.clone()));
    place.stdout("partial plan.json --task all --out r");
    for (pointer, value) in [
        ("/layers/0/sweeps/0/temperatures", json("[0, 0]")),
        ("/layers/0/sweeps/0/temperatures", json("[0, 7]")),
        ("/layers/0/sweeps/0/scaled", json("[0.1]")),
        ("/layers/0/sweeps/0/scaled", json("[0.1, -1]")),
        ("/layers/0/sweeps/0/precision", json("\"f8\"")),
        ("/layers/0/sweeps/0/kept", json("[0]")),
        ("/layers/0/sweeps/0/kept", json("[1, 0]")),
        ("/layers/0/sweeps/0/kept", json("[0, 2]")),
        ("/layers/0/sweeps", json("[]")),
        ("/layers/0/rows/mean", json("[]")),
        ("/layers/0/rows/zero", json("\"5-1200\"")),
        ("/layers/0/check/places", json("[1200]")),
        ("/layers/0/check/losses", json("[]")),
        ("/temperatures", json("[0.1]")),
        ("/temperatures", json("[0.1, 0.1]")),
        ("/layers", json("[]")),
        ("/tasks", json("[]")),
    ] {
        let mut changed = plan.clone();
        *changed.pointer_mut(pointer).unwrap() = value.clone();
        place.write("plan.json", identified(changed));
        for command in ["partial plan.json --task 0 --out r", "merge plan.json r", "status plan.json r"] {
            let run = place.run(command);
            assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{pointer} {value} {command}: {run:?}");
        }
    }
}

#[test]
fn of_both_arithmetics_the_merge_takes_that_of_a_single_run_and_refuses_what_the_sample_denies() {
    let place = place(2);
    place.stdout("partial plan.json --task all --out r");
    let layers = |name: &str| json(&place.read(name))["layers"].clone();
    place.stdout("merge plan.json r -q --export-json one.json");
    let mut plan = json(&place.read("plan.json"));
    let sweep = plan["layers"][0]["sweeps"][0].clone();
    assert_eq!((&sweep["precision"], &sweep["kept"]), (&"f32".into(), &json("[0, 1]")));
    let mut exact = sweep;
    exact["precision"] = "f64".into();
    plan["layers"][0]["sweeps"].as_array_mut().unwrap().push(exact);
    place.write("both.json", identified(plan.clone()));
    place.stdout("partial both.json --task all --out r");
    place.stdout("merge both.json r -q --export-json both-merged.json");
    assert_eq!(layers("both-merged.json"), layers("one.json"));

    for loss in plan["layers"][0]["check"]["losses"][1].as_array_mut().unwrap() {
        *loss = (loss.as_f64().unwrap() * 1.01).into();
    }
    place.write("denied.json", identified(plan));
    place.stdout("partial denied.json --task all --out r");
    let run = place.run("merge denied.json r --export-json denied-merged.json");
    assert_refused(&run, 4, ["layer `a`", "at temperature 1 it is off by 1.", "make the plan again"]);
    assert!(!place.path("denied-merged.json").exists());
}

#[test]
fn plans_that_were_changed_or_are_none_are_refused() {
    let place = place(2);
    let text = place.read("plan.json");
    let with = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        place.write("plan.json", text.replacen(from, to, 1));
        place.run("partial plan.json --task 0 --out r")
    };
    let changed = "its id is not that of its content";
    assert_refused(&with("\"pairs\": ", "\"pairs\": 1"), 3, ["plan.json", changed, "snnl-score plan"]);
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    assert_refused(&with(&version, "\"version\": \"9.9.9\""), 5, ["plan.json", "made by version \"9.9.9\"", "version"]);
    assert_refused(&with("\"schema_version\": 1", "\"schema_version\": 2"), 5, ["plan.json", "made by", "version"]);
    for text in ["", "{}", "[]", "nonsense"] {
        place.write("plan.json", text);
        for command in ["partial plan.json --task 0 --out r", "status plan.json r", "merge plan.json r"] {
            assert_refused(&place.run(command), 3, ["plan.json", "expected a plan of tasks", "snnl-score plan"]);
        }
    }
    assert_refused(&place.run("status none.json r"), 3, ["none.json", "No such file", ""]);
    assert!(!place.path("r").exists());
}
