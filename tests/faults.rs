//! Any read or write of a run may fail, once or permanently: the outcome is the right result or an error that says so,
//! and no output is ever incomplete.

#[path = "it/support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeListArray, Float32Array};
use arrow_schema::{DataType, Field};
use support::npy::{encode, header, npy, npy_bytes};
use support::write_parquet;
use support::zip::{Member, zip};
use tempfile::TempDir;

const ROWS: usize = 800;

const DIM: usize = 3;

const LAYERS: usize = 3;

/// Operations that are tried one by one.
const TRIED: usize = 60;

/// Of those after, so many are skipped, up to a last: a scenario has fewer, or its later ones are as those before.
const STEP: usize = 13;
const LAST: usize = 200;

const PASSING_TROUBLE: i32 = 75;

const BAD_INPUT: i32 = 3;

/// What happens to operations, and to which.
const FAULTS: [(&str, &[&str]); 5] = [
    ("read", &["error", "short", "interrupted"]),
    ("write", &["error", "short", "interrupted", "full"]),
    ("create", &["error", "full"]),
    ("sync", &["error", "full"]),
    ("rename", &["error"]),
];

/// A run in a directory of its own, and what it leaves there.
struct Scenario {
    args: &'static str,
    outputs: &'static [&'static str],
    /// Whether the outputs are there before, too.
    has_earlier: bool,
}

const SUMS: &str = "ck.arrow";

const EARLIER: &str = "an earlier file";

fn value(at: usize) -> f64 {
    (at * 7919 % 251) as f64 - 120.0
}

/// A directory with the same rows in every format, and their labels.
fn place() -> TempDir {
    let place = TempDir::new().unwrap();
    let path = |name: &str| place.path().join(name);
    let data: Vec<u8> = (0..ROWS * DIM).flat_map(|at| encode("<f4", value(at))).collect();
    npy(&path("x.npy"), 1, "<f4", false, &[ROWS, DIM], &data);
    fs::create_dir(path("layers")).unwrap();
    for layer in 0..LAYERS {
        let data: Vec<u8> = (0..ROWS * DIM).flat_map(|at| encode("<f4", value(at * (layer + 1)))).collect();
        npy(&path(&format!("layers/l{layer}.npy")), 1, "<f4", false, &[ROWS, DIM], &data);
    }
    let bytes = npy_bytes(1, &header("<f4", false, &[ROWS, DIM]), &data);
    zip(&path("x.npz"), false, &[Member::new("x.npy", true, &bytes)]);
    let values: ArrayRef = Arc::new((0..ROWS * DIM).map(|at| Some(value(at) as f32)).collect::<Float32Array>());
    let field = Arc::new(Field::new("item", DataType::Float32, true));
    let lists: ArrayRef = Arc::new(FixedSizeListArray::new(field, DIM as i32, values, None));
    write_parquet(&path("x.parquet"), &[("x", lists)]);
    let labels: Vec<u8> = (0..ROWS).flat_map(|row| ((row % 4) as i64).to_le_bytes()).collect();
    npy(&path("y.npy"), 1, "<i8", false, &[ROWS], &labels);
    let bytes = npy_bytes(1, &header("<i8", false, &[ROWS]), &labels);
    zip(&path("y.npz"), false, &[Member::new("y.npy", false, &bytes)]);
    let text: String = (0..ROWS).map(|row| format!("{}\n", row % 4)).collect();
    fs::write(path("y.csv"), format!("label\n{text}")).unwrap();
    place
}

/// How a run ended.
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    struck: bool,
}

fn run(place: &Path, args: &str, fault: &str) -> Outcome {
    let struck = place.join("struck");
    let mut command = Command::new(env!("CARGO_BIN_EXE_snnl-score"));
    command.current_dir(place).args(args.split(' ')).args(["-T", "0.1,1", "--format", "csv", "--threads", "1"]);
    // So that equal runs write equal files.
    command.env("SOURCE_DATE_EPOCH", "0");
    command.env("SNNL_SCORE_FAULT", fault).env("SNNL_SCORE_FAULT_STRUCK", &struck);
    let output = command.output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    let outcome = Outcome { code: output.status.code(), stdout, stderr, struck: struck.exists() };
    if outcome.struck {
        fs::remove_file(struck).unwrap();
    }
    outcome
}

/// The content of an output, without what differs from run to run.
fn content(path: &Path) -> Option<Vec<u8>> {
    let bytes = fs::read(path).ok()?;
    match serde_json::from_slice::<serde_json::Value>(&bytes) {
        Ok(json) => Some(json["layers"].to_string().into_bytes()),
        Err(_) => Some(bytes),
    }
}

impl Scenario {
    /// Makes `place` as it is before a run: writing the inputs anew would take longer than the runs.
    fn start(&self, place: &Path) {
        for name in self.outputs.iter().chain(&[SUMS]) {
            let _ = fs::remove_file(place.join(name));
        }
        if self.has_earlier {
            self.outputs.iter().for_each(|output| fs::write(place.join(output), EARLIER).unwrap());
        }
    }

    /// Tries every operation with every fault.
    fn play(&self) {
        let place = place();
        let place = place.path();
        self.start(place);
        let right = run(place, self.args, "");
        assert_eq!((right.code, right.struck), (Some(0), false), "{}: {}", self.args, right.stderr);
        let whole: Vec<_> = self.outputs.iter().map(|output| content(&place.join(output))).collect();
        assert!(whole.iter().all(Option::is_some));
        let mut strikes = 0;
        for (operation, kinds) in FAULTS {
            for kind in kinds {
                for lasting in ["once", "always"] {
                    for number in (1..=TRIED).chain((TRIED..=LAST).step_by(STEP).skip(1)) {
                        let fault = format!("{operation}:{number}:{kind}:{lasting}");
                        if !self.survives(place, &fault, kind, &right.stdout, &whole) {
                            break;
                        }
                        strikes += 1;
                    }
                }
            }
        }
        assert!(strikes > 10, "{}: {strikes} faults struck", self.args);
    }

    /// Whether the fault struck; checks what came of it.
    fn survives(&self, place: &Path, fault: &str, kind: &str, right: &str, whole: &[Option<Vec<u8>>]) -> bool {
        self.start(place);
        let outcome = run(place, self.args, fault);
        let told = format!("{} with {fault}: {:?}, {}", self.args, outcome.code, outcome.stderr);
        let is_harmless = ["short", "interrupted"].contains(&kind);
        match outcome.code {
            Some(0) => assert_eq!(outcome.stdout, right, "{told}"),
            Some(PASSING_TROUBLE) if !is_harmless => {
                assert!(outcome.stderr.contains("error: ") && outcome.stderr.contains("\n  cause: "), "{told}");
            }
            _ => panic!("{told}"),
        }
        for (output, whole) in self.outputs.iter().zip(whole) {
            let found = content(&place.join(output));
            let earlier = self.has_earlier.then(|| EARLIER.as_bytes().to_vec());
            assert!(found == *whole || (outcome.code != Some(0) && found == earlier), "{output} of {told}");
        }
        let names = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with('.')).collect();
        assert!(left.is_empty(), "{left:?} of {told}");
        if place.join(SUMS).exists() {
            let again = run(place, self.args, "");
            assert_eq!((again.code, again.stdout.as_str()), (Some(0), right), "after {told}: {}", again.stderr);
        }
        outcome.struck
    }
}

fn play(args: &'static str, outputs: &'static [&'static str]) {
    Scenario { args, outputs, has_earlier: false }.play();
}

#[test]
fn reading_plain_rows() {
    play("x.npy --labels y.npy", &[]);
}

#[test]
fn reading_packed_rows_and_text() {
    play("x.npz --labels y.csv", &[]);
    play("x.parquet --labels y.csv", &[]);
}

#[test]
fn reading_again_from_a_scratch_file() {
    play("x.npz --labels y.npy --memory 48KiB --precision f32 --scratch .", &[]);
    play("x.parquet --labels y.npy --memory 48KiB --precision f32 --scratch .", &[]);
}

#[test]
fn keeping_sums() {
    play("x.npy --labels y.npy --memory 48KiB --precision f32 --resume ck.arrow --resume-every 0", &[]);
}

/// A layer whose sums could not be kept is no loss to the others.
#[test]
fn keeping_the_sums_of_layers_at_once() {
    play("layers --labels y.npy --resume ck.arrow --resume-every 0", &[]);
}

#[test]
fn keeping_the_sums_of_layers_step_by_step() {
    play("layers --labels y.npy --memory 48KiB --precision f32 --resume ck.arrow --resume-every 0", &[]);
}

#[test]
fn writing_outputs() {
    let args = "x.npy --labels y.npy --export-json r.json --export-parquet r.parquet --export-rows rows.parquet";
    for has_earlier in [false, true] {
        Scenario { args, outputs: &["r.json", "r.parquet", "rows.parquet"], has_earlier }.play();
    }
}

/// Resumes a run while reads or writes fail.
#[test]
fn resuming_from_kept_sums() {
    let args = "x.npy --labels y.npy --resume ck.arrow --resume-every 0";
    let kept = place();
    let right = run(kept.path(), args, "");
    let sums = fs::read(kept.path().join(SUMS)).unwrap();
    let place = place();
    let path = place.path().join(SUMS);
    for kind in ["error", "short", "interrupted", "flip"] {
        for number in 1.. {
            fs::write(&path, &sums).unwrap();
            let outcome = run(place.path(), args, &format!("read:{number}:{kind}:once"));
            let told = format!("read {number}, {kind}: {:?}, {}", outcome.code, outcome.stderr);
            match outcome.code {
                Some(0) if kind != "flip" => assert_eq!(outcome.stdout, right.stdout, "{told}"),
                Some(PASSING_TROUBLE) => assert_eq!(kind, "error", "{told}"),
                // A bit of a plain file of rows or labels has no checksum; that the rows are others is noticed here.
                Some(0 | 2 | 3 | 4 | 5) if kind == "flip" => {}
                _ => panic!("{told}"),
            }
            assert!(outcome.code == Some(0) || fs::read(&path).unwrap() == sums, "{told}: the sums are as they were");
            if !outcome.struck {
                break;
            }
        }
    }
}

/// Where there is a checksum, a flipped bit changes no value: members of archives have one.
#[test]
fn a_flipped_bit_under_a_checksum() {
    let place = place();
    let args = "x.npz --labels y.npz";
    let right = run(place.path(), args, "");
    let mut noticed = 0;
    for number in 1.. {
        let outcome = run(place.path(), args, &format!("read:{number}:flip:once"));
        match outcome.code {
            Some(BAD_INPUT) => noticed += 1,
            Some(0) => assert_eq!(outcome.stdout, right.stdout, "read {number}"),
            _ => panic!("read {number}: {:?}, {}", outcome.code, outcome.stderr),
        }
        if !outcome.struck {
            break;
        }
    }
    assert!(noticed >= 3, "{noticed}");
}
