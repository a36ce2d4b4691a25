//! A directory for each test with small files in it, and runs of the binary inside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::support::npy::{encode, npy};
use crate::support::program;

/// A directory of its own, in which the binary runs.
pub(crate) struct Place(TempDir);

/// How a run ended.
#[derive(Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl Place {
    pub(crate) fn empty() -> Place {
        Place(TempDir::new().unwrap())
    }

    /// `x.npy`, eight rows of two features in two classes, and their labels `y.npy`.
    pub(crate) fn with_layer() -> Place {
        let place = Place::empty();
        place.layer("x.npy", &ROWS);
        place.labels("y.npy", &[0, 0, 0, 0, 1, 1, 1, 1]);
        place
    }

    /// `snnl/`, four layers of real activations, and their labels `y.npy`.
    pub(crate) fn with_real_activations() -> Place {
        let place = Place::empty();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fashion-ae");
        fs::create_dir(place.path("snnl")).unwrap();
        for file in ["snnl/enc1.npy", "snnl/enc2.npy", "snnl/enc3.npy", "snnl/code.npy", "y.npy"] {
            fs::copy(fixtures.join(file), place.path(file)).unwrap();
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn layer<const D: usize>(&self, name: &str, rows: &[[f64; D]]) {
        let data: Vec<u8> = rows.iter().flatten().flat_map(|&number| encode("<f4", number)).collect();
        npy(&self.path(name), 1, "<f4", false, &[rows.len(), D], &data);
    }

    pub(crate) fn labels(&self, name: &str, labels: &[i64]) {
        let data: Vec<u8> = labels.iter().flat_map(|label| label.to_le_bytes()).collect();
        npy(&self.path(name), 1, "<i8", false, &[labels.len()], &data);
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A run with `args`, cut at blanks, that nothing around the tests can color.
    pub(crate) fn command(&self, args: &str) -> Command {
        let mut command = Command::new(program());
        command.args(args.split_whitespace()).current_dir(self.0.path()).stdin(Stdio::null());
        command.env_remove("NO_COLOR").env("TERM", "xterm-256color");
        // Equal runs write equal files.
        command.env("SOURCE_DATE_EPOCH", "1700000000");
        command
    }

    pub(crate) fn run(&self, args: &str) -> Run {
        ended(&self.command(args).output().unwrap())
    }

    /// The standard output of a run that must succeed and say nothing else.
    pub(crate) fn stdout(&self, args: &str) -> String {
        let run = self.run(args);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{args}");
        run.stdout
    }

    /// Names of all files, hidden ones too.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// Rows around (1, 0) and (0, 1), with one stray each.
pub(crate) const ROWS: [[f64; 2]; 8] =
    [[1.0, 0.0], [0.9, 0.1], [1.0, 0.2], [0.1, 0.8], [0.0, 1.0], [0.1, 0.9], [0.2, 1.0], [0.8, 0.3]];

pub(crate) fn ended(output: &Output) -> Run {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Run { stdout: text(&output.stdout), stderr: text(&output.stderr), code: output.status.code() }
}

/// `text` without the line that says how long the run took, and on what.
pub(crate) fn timeless(text: &str) -> String {
    let line = |line: &str| match line.contains(" pairs/s; self-check of ") {
        true => "[run]\n".to_owned(),
        false => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// Asserts that a run failed as `code`, with nothing on standard output and three lines of error that contain, in this
/// order, `error`, `cause` and `hint`.
#[track_caller]
pub(crate) fn assert_refused(run: &Run, code: i32, [error, cause, hint]: [&str; 3]) {
    assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{run:?}");
    let lines: Vec<&str> = run.stderr.lines().collect();
    let expected = [("error: ", error), ("  cause: ", cause), ("  hint: ", hint)];
    assert_eq!(lines.len(), expected.len(), "{run:?}");
    for (line, (start, part)) in lines.iter().zip(expected) {
        let rest = line.strip_prefix(start).unwrap_or_else(|| panic!("“{line}” does not start with “{start}”"));
        assert!(rest.contains(part) && !rest.is_empty(), "expected “{part}” in “{line}”");
    }
}

/// The cells of a column of a CSV.
pub(crate) fn column(csv: &str, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let place = reader.headers().unwrap().iter().position(|heading| heading == name);
    let place = place.unwrap_or_else(|| panic!("no column {name}: {csv}"));
    reader.records().map(|record| record.unwrap()[place].to_owned()).collect()
}
