//! Layers larger than the memory, runs that are stopped, and what they leave behind.

use std::path::Path;

use crate::cli::harness::{Place, assert_refused};
use crate::support::npy::{encode, header, npy_bytes};
use crate::support::zip::{Member, zip};

/// A few tiles.
const ROWS: usize = 1700;

const DIM: usize = 3;

/// Bytes in which a tile of so few features can meet another, in f64.
const LEAST: &str = "64KiB";

fn bytes(rows: usize, dim: usize) -> Vec<u8> {
    let value = |at: usize| (at * 7919 % 1009) as f64 - 500.0;
    let data: Vec<u8> = (0..rows * dim).flat_map(|at| encode("<f4", value(at))).collect();
    npy_bytes(1, &header("<f4", false, &[rows, dim]), &data)
}

fn layer(rows: usize, dim: usize) -> Place {
    let place = Place::empty();
    place.write("x.npy", bytes(rows, dim));
    place.labels("y.npy", &(0..rows as i64).map(|row| row % 5).collect::<Vec<_>>());
    place
}

fn place() -> Place {
    layer(ROWS, DIM)
}

fn large(rows: usize) -> Place {
    layer(rows, 64)
}

#[test]
fn formats_that_are_slow_to_read_again_are_copied_and_give_the_same_bits() {
    let place = place();
    zip(&place.path("x.npz"), false, &[Member::new("x.npy", true, &bytes(ROWS, DIM))]);
    std::fs::create_dir(place.path("scratch")).unwrap();
    let scores = |args: &str| place.stdout(&format!("{args} --labels y.npy --format csv"));
    let expected = scores("x.npy");
    assert_eq!(scores(&format!("x.npy --memory {LEAST}")), expected);
    assert_eq!(scores(&format!("x.npz --memory {LEAST} --scratch scratch")), expected);
    assert_eq!(std::fs::read_dir(place.path("scratch")).unwrap().count(), 0);
    let missing = place.run(&format!("x.npz --labels y.npy --memory {LEAST} --scratch missing"));
    let cause = "cannot write a scratch file in `missing`";
    assert_refused(&missing, 3, ["cannot score layer `x` (x.npz)", cause, "--scratch names another directory"]);
}

#[test]
fn verbose_runs_say_what_was_read() {
    let place = large(4000);
    let read = |memory: &str| {
        let run = place.run(&format!("x.npy --labels y.npy -T 1 -v --precision f32 --memory {memory}"));
        let note = run.stderr.lines().find(|line| line.contains(" MB read")).unwrap().to_owned();
        note.split("layer `x`: ").nth(1).unwrap().split(' ').next().unwrap().parse::<f64>().unwrap()
    };
    assert!(read("700KiB") > read("1GiB"), "rows are read again where they do not fit");
}

#[test]
fn memory_that_is_too_little_is_refused_with_what_would_do() {
    let run = place().run("x.npy --labels y.npy --memory 1KiB");
    let cause = "two blocks of 384 rows of 3 features do not fit into 1024 bytes of memory";
    assert_refused(&run, 3, ["cannot score layer `x` (x.npy)", cause, "--memory 1MiB is the minimum for this layer"]);
}

#[test]
fn sums_in_the_place_of_something_else_are_refused() {
    let place = place();
    let refused = |args: &str, code| {
        let before = place.files();
        let run = place.run(&format!("x.npy --labels y.npy {args}"));
        assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{args}: {run:?}");
        assert_eq!(place.files(), before, "{args}");
    };
    place.write("result.json", "{}");
    refused("--resume -", 2);
    refused("--resume x.npy", 2);
    refused("--resume ck --export-json ck", 2);
    refused("--resume missing/ck", 3);
    refused("--resume result.json", 3);
    refused("--resume-every 5", 2);
    assert_eq!(place.read("result.json"), "{}");
}

#[test]
fn the_earlier_names_of_the_flags_still_work_and_are_not_shown() {
    let place = place();
    let score = "x.npy --labels y.npy --format csv -q";
    let scores = |args: &str| place.stdout(&format!("{score} {args}"));
    let expected = scores("");
    assert_eq!(scores("--checkpoint sums --checkpoint-every 0"), expected);
    assert!(place.path("sums").is_file());
    assert_eq!(scores("--resume sums --resume-every 0"), expected);
    let help = place.stdout("--help");
    assert!(help.contains("--resume-every") && !help.contains("--checkpoint"), "{help}");
}

/// The process that runs in `place` until it is sent `signal` after so many milliseconds, or done.
#[cfg(unix)]
fn stopped(place: &Place, args: &str, signal: &str, after: u64) -> Option<i32> {
    let mut child = place.command(args).stdout(std::process::Stdio::null()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(after));
    let status = std::process::Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    child.wait().unwrap().code()
}

#[cfg(unix)]
#[test]
fn signals_leave_sums_and_nothing_else() {
    // Large enough that it is not done when the signals come.
    let place = large(20_000);
    let score = "x.npy --labels y.npy --format csv -q -T 0.1,1 --precision f32";
    let expected = place.stdout(score);
    let args = format!("{score} --resume sums.arrow --resume-every 0 --export-rows rows.parquet");
    let (mut killed, mut asked) = (0, 0);
    for (signal, code) in [("INT", Some(130)), ("KILL", None), ("TERM", Some(143)), ("KILL", None)] {
        match stopped(&place, &args, signal, 250) {
            // It was faster than the signal.
            Some(0) => continue,
            found => assert_eq!(found, code, "{signal}"),
        }
        match signal {
            "KILL" => killed += 1,
            _ => asked += 1,
        }
        assert!(!Path::new(&place.path("rows.parquet")).exists());
    }
    assert!(killed + asked > 0);
    assert_eq!(place.stdout(&args), expected);
    let half_written = place.files().iter().filter(|name| name.starts_with(".snnl-score-")).count();
    assert!(half_written <= 2 * killed, "only SIGKILL leaves what it was writing: {:?}", place.files());
}
