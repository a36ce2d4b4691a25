//! Whole runs over a network that fails: the same values as from files on a disk, or an error that says what happened.
//! An S3 server runs behind a proxy that injects the failures; without it these tests fail, and say how to install it.

#[path = "remote/dump.rs"]
mod dump;
#[allow(dead_code, reason = "writes are tested in src/disk/remote/tests.rs")]
#[path = "remote/server.rs"]
mod server;
#[path = "it/support/mod.rs"]
mod support;
#[path = "remote/tasks.rs"]
mod tasks;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use dump::{DIM, FILES, ROWS};
use serde_json::{Value, json};
use server::{KEY, SECRET, server};
use support::program;
use tempfile::TempDir;

const BAD_INPUT: i32 = 3;
const PASSING_TROUBLE: i32 = 75;

/// Bytes of a request at least, but for the last of a file.
const LEAST: u64 = 1 << 20;

/// The directory with the files, which no test changes.
fn files() -> &'static Path {
    static FILES: OnceLock<TempDir> = OnceLock::new();
    let written = FILES.get_or_init(|| {
        let directory = TempDir::new().unwrap();
        dump::write(directory.path());
        directory
    });
    written.path()
}

/// A bucket with the files.
fn bucket(name: &str) -> String {
    server().upload(files(), name);
    format!("s3://{name}")
}

/// Another directory with the files, served as `name`.
fn served(name: &str) -> TempDir {
    let directory = TempDir::new().unwrap();
    dump::write(directory.path());
    server().serve(directory.path(), name);
    directory
}

/// The program with credentials for the server, and nothing else around it.
fn command(args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(args).env_clear().stdin(Stdio::null());
    command.env("AWS_ENDPOINT_URL", server().http("")).env("AWS_ALLOW_HTTP", "true");
    command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET);
    command
}

/// What a run prints, which must succeed and say nothing else.
#[track_caller]
fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""), "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The values of a run with the layers and labels of these names.
#[track_caller]
fn scored(layers: &str, labels: &str) -> Value {
    values(&succeed(&mut command(&[layers, "--labels", labels, "--format", "json"])))
}

/// A result without what says where and how fast it was computed.
fn values(result: &str) -> Value {
    let mut result: Value = serde_json::from_str(result).unwrap();
    result.as_object_mut().unwrap().remove("run").unwrap();
    let data = result["data"].as_object_mut().unwrap();
    data.retain(|key, _| !["labels", "ids"].contains(&key.as_str()));
    if let Some(references) = data.get_mut("references") {
        references.as_object_mut().unwrap().remove("labels").unwrap();
    }
    result
}

/// The values of the file `name` on this disk.
fn expected(name: &str) -> Value {
    let path = |name: &str| files().join(name).to_str().unwrap().to_owned();
    scored(&path(name), &path("y.npy"))
}

/// Asserts that a run ends with `code`, and says `parts`, but no secret.
#[track_caller]
fn fail(command: &mut Command, code: i32, parts: &[&str]) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0), "{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "expected “{part}” in “{stderr}”");
    }
    assert!(stderr.starts_with("error: ") && stderr.contains("  cause: ") && stderr.contains("  hint: "), "{stderr}");
    for secret in [KEY, SECRET, "AKIDSECRET"] {
        assert!(!stderr.contains(secret), "a secret in “{stderr}”");
    }
}

#[test]
fn every_format_scores_as_on_a_disk() {
    let (bucket, _served) = (bucket("formats"), served("formats"));
    let http = server().http("files/formats");
    for file in FILES {
        let expected = expected(file);
        assert_eq!(expected["data"]["rows"], ROWS, "{file}");
        for place in [&bucket, &http] {
            assert_eq!(scored(&format!("{place}/{file}"), &format!("{place}/y.npy")), expected, "{place}/{file}");
        }
    }
}

#[test]
fn formats_of_other_writers_score_as_on_a_disk() {
    let fixtures = support::fixture("");
    server().upload(&fixtures, "fixtures");
    let containers = ["containers/tensors.pt", "containers/dataset.arrow", "containers/bfloat16.npy"];
    for file in containers {
        let inspected = |input: &str| succeed(&mut command(&["inspect", input, "--format", "json"]));
        let layers = |text: String| {
            let mut inspected: Value = serde_json::from_str(&text).unwrap();
            let layers = inspected["layers"].as_array_mut().unwrap();
            layers.iter_mut().for_each(|layer| {
                layer.as_object_mut().unwrap().remove("files");
            });
            inspected["layers"].take()
        };
        let local = layers(inspected(fixtures.join(file).to_str().unwrap()));
        assert_eq!(layers(inspected(&format!("s3://fixtures/{file}"))), local, "{file}");
    }
}

#[test]
fn prefixes_and_globs_are_directories() {
    let bucket = bucket("prefixes");
    let (expected, labels) = (expected("run"), format!("{bucket}/y.npy"));
    assert_eq!(expected["layers"].as_array().unwrap().len(), 3);
    for layers in ["run", "run/", "run/enc*.npy", "r?n", "{run,walk}/enc[1-3].npy"] {
        assert_eq!(scored(&format!("{bucket}/{layers}"), &labels), expected, "{layers}");
    }
    for labels in ["y.csv:class", "run/labels.npy", "x.parquet:label", "[y].npy"] {
        assert_eq!(scored(&format!("{bucket}/run"), &format!("{bucket}/{labels}")), expected, "{labels}");
    }
    let none = format!("{bucket}/walk*/x.npy");
    fail(&mut command(&[&none, "--labels", &labels]), BAD_INPUT, &["matches it as a glob"]);
}

#[test]
fn ids_references_results_and_rules_are_read_by_url() {
    let (directory, name) = (TempDir::new().unwrap(), "results");
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let labels = files().join("y.npy");
    let run = files().join("run");
    let [run, labels] = [&run, &labels].map(|path| path.to_str().unwrap());
    let exports = [path("base.json"), path("base.rows.parquet")];
    succeed(&mut command(&[run, "--labels", labels, "--export-json", &exports[0], "--export-rows", &exports[1], "-q"]));
    std::fs::write(path("gate.toml"), "version = 1\n[[rule]]\nmax = 100.0\n").unwrap();
    server().upload(directory.path(), name);
    let data = bucket("results-data");
    let url = |name: &str| format!("s3://results/{name}");

    let [local, remote] = [exports[0].clone(), url("base.json")].map(|base| {
        let compared = succeed(&mut command(&["compare", &base, &base, "--format", "json"]));
        let mut compared: Value = serde_json::from_str(&compared).unwrap();
        compared.as_object_mut().unwrap().retain(|key, _| key != "checkpoints");
        compared
    });
    assert_eq!(local, remote);
    let gate = |rules: &str| {
        let layers = format!("{data}/run");
        let labels = format!("{data}/y.npy");
        let mut command =
            command(&["gate", &layers, "--labels", &labels, "--baseline", &url("base.json"), "--rules", rules]);
        command.output().unwrap().status.code()
    };
    assert_eq!(gate(&url("gate.toml")), Some(0));
    assert_eq!(gate(&url("none.toml")), Some(BAD_INPUT));

    let with = |place: &str| {
        let at = |name: &str| format!("{place}/{name}");
        let (run, ids, labels) = (at("run"), at("y.csv:id"), at("y.csv:class"));
        let args = ["--label-ids", &ids, "--reference", &run, "--reference-labels", &labels, "--format", "json"];
        values(&succeed(command(&[&run, "--labels", &labels, "--ids", &ids]).args(args)))
    };
    assert_eq!(with(&data), with(files().to_str().unwrap()));
}

#[test]
fn requests_are_large_and_bytes_are_fetched_once() {
    let bucket = bucket("requests");
    let size = (ROWS * DIM * size_of::<f32>()) as u64;
    // The second is stored column by column, of which each row has a number.
    for file in ["x.npy", "f.npy"] {
        scored(&format!("{bucket}/{file}"), &format!("{bucket}/y.npy"));
        let ranges = server().ranges(&format!("requests/{file}"));
        let fetched: u64 = ranges.iter().map(|(start, end)| end + 1 - start).sum();
        assert!(fetched < size + 2 * LEAST && ranges.len() <= 5, "{file}: {ranges:?}");
        assert!(ranges.iter().all(|(start, end)| end + 1 - start >= LEAST || *end >= size), "{file}: {ranges:?}");
    }
    // Rows that do not fit the memory are read again from a copy.
    let url = format!("{bucket}/x.safetensors");
    let expected = expected("x.safetensors");
    let labels = format!("{bucket}/y.npy");
    let small = ["--memory", "3MiB", "--format", "json"];
    let found = succeed(command(&[&url, "--labels", &labels]).args(small));
    assert_eq!(values(&found)["layers"], expected["layers"]);
    let fetched: u64 = server().ranges("requests/x.safetensors").iter().map(|(start, end)| end + 1 - start).sum();
    assert!(fetched < 2 * size, "{fetched} bytes for a file of {size}");
}

#[test]
fn what_fails_for_a_moment_is_tried_again() {
    let _served = served("moment");
    let expected = expected("x.npy");
    let faults = [
        ("status", json!({"count": 3, "code": 503})),
        ("status", json!({"count": 2, "code": 500, "method": "HEAD"})),
        ("status", json!({"count": 2, "code": 429})),
        ("drop", json!({"count": 2})),
        ("cut", json!({"count": 2})),
        ("short", json!({"count": 2})),
        ("stall", json!({"count": 1, "seconds": 4})),
    ];
    for (number, (kind, more)) in faults.iter().enumerate() {
        let bucket = format!("moment-{number}");
        server().upload(files(), &bucket);
        let (file, labels) = (format!("{bucket}/x.npy"), format!("s3://{bucket}/y.npy"));
        server().fault(&file, kind, more.clone());
        let mut command = command(&[&format!("s3://{file}"), "--labels", &labels, "--format", "json"]);
        assert_eq!(values(&succeed(command.env("AWS_TIMEOUT", "2s"))), expected, "{kind}, {more}");
        assert_eq!(server().struck(&file), more["count"].as_u64().unwrap(), "{kind}, {more}");
    }
    for (way, kind) in [("files", "cut"), ("noetag", "cut"), ("noetag", "short"), ("weak", "cut"), ("weak", "drop")] {
        let file = format!("{way}/moment/x.npy");
        let before = server().struck(&file);
        server().fault(&file, kind, json!({"count": 2}));
        let found = scored(&server().http(&file), &server().http(&format!("{way}/moment/y.npy")));
        assert_eq!(found, expected, "{way}, {kind}");
        assert_eq!(server().struck(&file) - before, 2, "{way}, {kind}");
    }
}

#[test]
fn what_keeps_failing_is_passing_trouble() {
    let _served = served("lasting");
    let lasting = |kind: &str, url: &str, labels: &str, part: &str| {
        let file = url.split_once("://").unwrap().1;
        let file = file.strip_prefix("127.0.0.1:").map_or(file, |file| file.split_once('/').unwrap().1);
        server().fault(file, kind, json!({"count": 1_000_000, "seconds": 3}));
        let mut command = command(&[url, "--labels", labels]);
        let start = Instant::now();
        fail(
            command.env("SNNL_SCORE_RETRY_SECONDS", "1").env("AWS_TIMEOUT", "1s"),
            PASSING_TROUBLE,
            &[part, "run it again"],
        );
        assert!(server().struck(file) > 0 && start.elapsed() < Duration::from_secs(60), "{kind}");
    };
    for (kind, part) in [
        ("status", "503 Service Unavailable (Fault503)"),
        ("drop", "breaks off"),
        ("cut", "breaks off"),
        ("short", "cut the answer short"),
        ("stall", "timed out"),
    ] {
        let bucket = format!("lasting-{kind}");
        server().upload(files(), &bucket);
        lasting(kind, &format!("s3://{bucket}/x.npy"), &format!("s3://{bucket}/y.npy"), part);
    }
    let http = |file: &str| server().http(&format!("noetag/lasting/{file}"));
    lasting("cut", &http("x.npy"), &http("y.npy"), "cut the answer short");

    let nobody = "http://127.0.0.1:1/x.npy";
    let mut command = command(&[nobody, "--labels", nobody]);
    fail(command.env("SNNL_SCORE_RETRY_SECONDS", "0"), PASSING_TROUBLE, &["cannot be reached", "Connection refused"]);
}

#[test]
fn a_listing_that_fails_is_not_an_empty_directory() {
    let bucket = bucket("listing");
    let (run, labels) = (format!("{bucket}/run"), format!("{bucket}/y.npy"));
    // The names in a bucket are what requests of the bucket itself answer.
    server().fault("/listing", "status", json!({"count": 1_000_000}));
    let mut command = command(&[&run, "--labels", &labels]);
    fail(command.env("SNNL_SCORE_RETRY_SECONDS", "1"), PASSING_TROUBLE, &["503"]);
}

#[test]
fn an_object_that_changes_is_noticed() {
    for (number, more) in [json!({"skip": 1}), json!({"skip": 0})].into_iter().enumerate() {
        let bucket = format!("changed-{number}");
        server().upload(files(), &bucket);
        let file = format!("{bucket}/x.npy");
        if number == 1 {
            // While a body that was cut is asked for again.
            server().fault(&file, "cut", json!({}));
        }
        server().fault(&file, "replace", more);
        let labels = format!("s3://{bucket}/y.npy");
        let mut command = command(&[&format!("s3://{file}"), "--labels", &labels]);
        fail(&mut command, PASSING_TROUBLE, &["changed while it was read"]);
        assert_eq!(server().struck(&file), 1 + number as u64);
    }
    for way in ["files", "noetag", "weak"] {
        let name = format!("changed-{way}");
        let _served = served(&name);
        let file = format!("{way}/{name}/x.npy");
        server().fault(&file, "replace", json!({"skip": 1}));
        let labels = server().http(&format!("{way}/{name}/y.npy"));
        let mut command = command(&[&server().http(&file), "--labels", &labels]);
        fail(&mut command, PASSING_TROUBLE, &["changed while it was read"]);
    }
}

#[test]
fn what_is_missing_or_forbidden_is_bad_input() {
    let bucket = bucket("missing");
    let labels = format!("{bucket}/y.npy");
    let missing = format!("{bucket}/z.npy");
    fail(
        &mut command(&[&missing, "--labels", &labels]),
        BAD_INPUT,
        &["cannot read `s3://missing/z.npy`", "no such object"],
    );
    fail(&mut command(&[&labels, "--labels", &missing]), BAD_INPUT, &["no such object"]);
    let elsewhere = "s3://no-such-bucket/x.npy";
    fail(&mut command(&[elsewhere, "--labels", &labels]), BAD_INPUT, &["NoSuchBucket"]);
    let http = server().http("files/nothing/x.npy");
    fail(&mut command(&[&http, "--labels", &labels]), BAD_INPUT, &["no such object"]);

    let forbidden = format!("{bucket}/x.npy");
    server().fault("missing/x.npy", "status", json!({"count": 1000, "code": 403}));
    fail(
        &mut command(&[&forbidden, "--labels", &labels]),
        BAD_INPUT,
        &["access denied", "(Fault403)", "AWS_ACCESS_KEY_ID"],
    );
}

#[test]
fn without_credentials_the_hint_says_where_they_come_from() {
    for (url, variable) in [
        ("s3://b/x.npy", "AWS_ACCESS_KEY_ID"),
        ("gs://b/x.npy", "GOOGLE_SERVICE_ACCOUNT"),
        ("az://b/x.npy", "AZURE_STORAGE_ACCOUNT_NAME"),
    ] {
        let start = Instant::now();
        let mut command = command(&[url, "--labels", url]);
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        // What a machine in the cloud would be asked for them.
        command.env("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1");
        fail(&mut command, BAD_INPUT, &["no credentials", variable]);
        assert!(start.elapsed() < Duration::from_secs(30), "{url}");
    }
    let bucket = bucket("public");
    let mut public = command(&[&format!("{bucket}/run"), "--labels", &format!("{bucket}/y.npy")]);
    public.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY").env("AWS_SKIP_SIGNATURE", "true");
    // Moto gives what is not signed to nobody, as a bucket that is not public does.
    fail(&mut public, BAD_INPUT, &["access denied", "AWS_SKIP_SIGNATURE"]);
}

#[test]
fn urls_that_cannot_be_read_are_refused_without_their_secrets() {
    let served = served("refused");
    let labels: PathBuf = served.path().join("y.npy");
    let labels = labels.to_str().unwrap();
    let port = server().port;
    for url in [
        format!("http://me:{SECRET}@127.0.0.1:{port}/files/refused/x.npy"),
        format!("http://127.0.0.1:{port}/files/refused/x.npy?signature={SECRET}"),
        format!("s3://{KEY}:{SECRET}@bucket/x.npy"),
    ] {
        fail(&mut command(&[&url, "--labels", labels]), BAD_INPUT, &["without user name, password"]);
    }
    let whole = server().http("norange/refused/x.npy");
    fail(&mut command(&[&whole, "--labels", labels]), BAD_INPUT, &["a part of a file", "download the file"]);
    let directory = server().http("files/refused/run/");
    fail(&mut command(&[&directory, "--labels", labels]), BAD_INPUT, &["HTTP has no directories"]);
    fail(&mut command(&["s3://", "--labels", labels]), BAD_INPUT, &["expected a URL like"]);
    let export = server().http("files/refused/out.json");
    let args = ["--labels", labels, "--export-json", &export];
    fail(command(&[labels]).args(args), BAD_INPUT, &["servers of HTTP are read, not written to", "s3://"]);
}
