//! Standard input and process substitution in the place of files.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::cli::harness::{Place, Run, assert_refused, ended};
use crate::support::packed::{gzip, zstd};
use crate::support::program;

/// A run with `args` into which `input` is piped.
fn piped(place: &Place, args: &str, input: &[u8]) -> Run {
    let mut command = place.command(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The run may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    ended(&child.wait_with_output().unwrap())
}

fn json(run: &Run) -> Value {
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    serde_json::from_str(&run.stdout).unwrap()
}

fn bytes(place: &Place, name: &str) -> Vec<u8> {
    std::fs::read(place.path(name)).unwrap()
}

#[test]
fn a_layer_comes_from_standard_input() {
    let place = Place::with_layer();
    std::fs::create_dir(place.path("scratch")).unwrap();
    let expected = json(&place.run("x.npy --labels y.npy --format json"));
    let scores = |run: &Value| (run["layers"][0]["scores"].clone(), run["data"]["labels_sha256"].clone());
    for input in ["-", "/dev/stdin", "/dev/fd/0"] {
        let run =
            piped(&place, &format!("{input} --labels y.npy --scratch scratch --format json"), &bytes(&place, "x.npy"));
        let found = json(&run);
        assert_eq!(scores(&found), scores(&expected));
        assert_eq!(found["layers"][0]["name"], if input == "/dev/fd/0" { "fd0" } else { "stdin" });
    }
    let redirected = place
        .command("- --labels y.npy --format json")
        .stdin(std::fs::File::open(place.path("x.npy")).unwrap())
        .output();
    assert_eq!(scores(&json(&ended(&redirected.unwrap()))), scores(&expected));
    let labels = piped(&place, "x.npy --labels - --format json", &bytes(&place, "y.npy"));
    assert_eq!(scores(&json(&labels)), scores(&expected));
    let inspected = piped(&place, "inspect - --labels y.npy", &bytes(&place, "x.npy"));
    assert!(inspected.code == Some(0) && inspected.stdout.contains("stdin"), "{inspected:?}");
    assert_eq!(std::fs::read_dir(place.path("scratch")).unwrap().count(), 0);
}

#[test]
fn text_from_a_stream_is_told_by_its_start() {
    let place = Place::with_layer();
    let expected = json(&place.run("x.npy --labels y.npy --format json"));
    let rows = |row: &dyn Fn(usize) -> String| (0..8).map(row).collect::<Vec<_>>();
    let lines = format!("label\n{}\n", rows(&|row| (row / 4).to_string()).join("\n"));
    let table = format!("id;class\n{}\n", rows(&|row| format!("{row};{}.0", row / 4)).join("\n"));
    let list = format!(" [{}]", rows(&|row| (row / 4).to_string()).join(", "));
    let objects = rows(&|row| format!("{{\"class\": {}}}", row / 4)).join("\n");
    for (spec, text) in [("-", lines), ("-:class", table), ("-", list), ("/dev/stdin:class", objects)] {
        let found = json(&piped(&place, &format!("x.npy --labels={spec} --format json"), text.as_bytes()));
        assert_eq!(found["data"]["labels_sha256"], expected["data"]["labels_sha256"], "{text}");
        assert_eq!(found["data"]["labels"], spec);
    }
}

#[test]
fn streams_that_cannot_be_read_are_refused() {
    let place = Place::with_layer();
    let whole = bytes(&place, "x.npy");
    let long = [&whole[..], &[0; 9]].concat();
    let endless = b"y\n".repeat(17 << 20);
    for (input, cause, hint) in [
        (&[][..], "the stream is empty", "read only once"),
        (&whole[..whole.len() - 1], "the file is truncated", "writer"),
        (&long, "the file is longer than its array", "one array"),
        (&whole[..20], "inside its header", ""),
        (b"1,2\n3,4\n", "expected .npy or Arrow from a stream, found neither", "sys.stdout.buffer"),
        (b"PAR1....PAR1", "found Parquet", "save it to a file first"),
        (b"\xff\xff\xff\xff\x10\0\0\0", "the file is truncated", "writer"),
        (&gzip(&whole), "found gzip", "gunzip -c"),
        (&zstd(&whole), "found Zstandard", "zstd -dc"),
    ] {
        let run = piped(&place, "- --labels y.npy", input);
        assert!(run.code == Some(3) && run.stdout.is_empty(), "{run:?}");
        assert!(
            run.stderr.contains("`stdin` (-)") && run.stderr.contains(cause) && run.stderr.contains(hint),
            "{run:?}"
        );
    }
    let run = piped(&place, "x.npy --labels -", &endless);
    assert_refused(
        &run,
        3,
        ["labels `-`", "text of at most 33554432 bytes from a stream, found more", "to a file first"],
    );
    let both = piped(&place, "- --labels -", &bytes(&place, "y.npy"));
    assert_refused(
        &both,
        3,
        ["`stdin`", "the stream is empty", "if layers and labels come from the same stream, save it to a file"],
    );
    let missing = piped(&place, "- --labels y.npy --scratch missing", &whole);
    assert_refused(&missing, 3, ["`stdin`", "cannot spool the stream to a scratch file in `missing`", "--scratch"]);
    assert_refused(&place.run("/dev/fd/77 --labels y.npy"), 3, ["/dev/fd/77", "No such", "relative path"]);
}

#[cfg(target_os = "linux")]
#[test]
fn the_shell_puts_processes_in_the_place_of_files() {
    let place = Place::with_layer();
    place.write("meta.csv", "id,class\n1,a\n2,a\n3,a\n4,a\n5,b\n6,b\n7,b\n8,b\n");
    let script = "exec \"$0\" <(cat x.npy) --labels <(cut -d, -f2 meta.csv):class --format json -T 1";
    let mut shell = Command::new("bash");
    shell.args(["-c", script, &program()]).current_dir(place.path("")).stdin(Stdio::null());
    let found = json(&ended(&shell.output().unwrap()));
    let expected = json(&place.run("x.npy --labels y.npy --format json -T 1"));
    assert_eq!(found["layers"][0]["scores"], expected["layers"][0]["scores"]);
    assert_eq!(found["data"]["classes"], 2);
}
