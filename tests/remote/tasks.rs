//! A score in tasks whose rows, plan and results are all behind URLs.

use serde_json::{Value, json};

use crate::server::server;
use crate::{bucket, command, expected, fail, succeed, values};

/// A plan of five tasks over a layer in `bucket`, in the same bucket.
fn planned(bucket: &str) -> String {
    let (plan, x, y) = (format!("{bucket}/plan.json"), format!("{bucket}/x.npy"), format!("{bucket}/y.npy"));
    succeed(&mut command(&["plan", &x, "--labels", &y, "--tasks", "5", "--out", &plan, "-q"]));
    plan
}

/// The table of a merge, and the values of a single run, at the same temperatures.
fn assert_merged(plan: &str, results: &str) {
    let merged = values(&succeed(&mut command(&["merge", plan, results, "--format", "json"])));
    let expected = expected("x.npy");
    for (merged, expected) in scores(&merged).iter().zip(scores(&expected)) {
        let [merged, expected] = [merged, &expected].map(|score| score["snnl"].as_f64().unwrap());
        assert!((merged / expected - 1.0).abs() < 1e-13);
    }
}

fn scores(result: &Value) -> Vec<Value> {
    let scores = result["layers"][0]["scores"].as_array().unwrap().clone();
    assert_eq!(scores.len(), 8);
    scores
}

#[test]
fn nothing_of_a_score_in_tasks_has_to_be_on_a_disk() {
    let bucket = bucket("tasks");
    let (plan, results) = (planned(&bucket), format!("{bucket}/results"));
    fail(&mut command(&["merge", &plan, &results]), 4, &["have no result: 0-4", "--task 0-4"]);
    succeed(&mut command(&["partial", &plan, "--task", "0,3", "--out", &results, "-q"]));
    let status = command(&["status", &plan, &results, "--json"]).output().unwrap();
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!((&status["done"], &status["missing"]), (&json!(2), &json!("1-2,4")));
    // A server that fails now and then.
    server().fault("/tasks/results", "status", json!({"code": 503, "count": 2}));
    succeed(&mut command(&["partial", &plan, "--task", "all", "--out", &results, "-q"]));
    succeed(&mut command(&["partial", &plan, "--task", "all", "--out", &results, "-q"]));
    let id = status["plan"].as_str().unwrap();
    let mut keys = server().keys("tasks");
    keys.retain(|key| key.starts_with("results/"));
    keys.sort();
    assert_eq!(keys, [0, 1, 2, 3, 4].map(|task| format!("results/{id}/{task}.arrow")));
    assert_merged(&plan, &results);
    let exports = [format!("{bucket}/out/scores.json"), format!("{bucket}/out/rows.parquet")];
    succeed(&mut command(&[
        "merge",
        &plan,
        &results,
        "-q",
        "--export-json",
        &exports[0],
        "--export-rows",
        &exports[1],
    ]));
    succeed(&mut command(&["gate", &exports[0], "--max", "100", "-q"]));
    assert_eq!(server().keys("tasks").iter().filter(|key| key.starts_with("out/")).count(), 2);
    // Nobody says that a web server takes files.
    let http = server().http("files/scores.json");
    fail(&mut command(&["merge", &plan, &results, "--export-json", &http]), 3, &["servers of HTTP are read"]);
}

#[test]
fn an_object_that_was_replaced_by_other_rows_is_refused() {
    let bucket = bucket("replaced-rows");
    let (plan, results) = (planned(&bucket), format!("{bucket}/results"));
    let other = tempfile::tempdir().unwrap();
    let file = crate::files().join("x.npy");
    let mut content = std::fs::read(file).unwrap();
    *content.last_mut().unwrap() ^= 1;
    std::fs::write(other.path().join("x.npy"), content).unwrap();
    server().upload(other.path(), "replaced-rows");
    let partial = || command(&["partial", &plan, "--task", "1", "--out", &results]);
    fail(&mut partial(), 5, &["its numbers are not those that the plan was made for", "plan again"]);
    server().upload(crate::files(), "replaced-rows");
    succeed(partial().arg("-q"));
}
