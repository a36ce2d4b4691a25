//! Streams that are closed, full or absent: the exit code shows the outcome of the run, and nothing else is printed.

use std::process::Stdio;

use crate::cli::harness::{Place, assert_refused, ended};
use crate::support::program;

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let place = Place::with_layer();
    // Closed before the run writes: every write meets a broken pipe.
    for args in ["--format table", "--format json", "--export-json -", "--format csv -T log:0.01..10:4000"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = place.command(&format!("x.npy --labels y.npy --export-csv all.csv {args}"));
        let run = ended(&command.stdout(writer).output().unwrap());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{args}");
        assert!(place.read("all.csv").starts_with("layer,"), "the other output is whole");
        std::fs::remove_file(place.path("all.csv")).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_turns_no_failure_into_success() {
    let place = Place::with_layer();
    let closed = || std::io::pipe().unwrap().1;
    let mut refused = place.command("none --labels y.npy");
    assert_eq!(refused.stdout(closed()).stderr(closed()).status().unwrap().code(), Some(3));
    let mut usage = place.command("x.npy --labels y.npy -T 0");
    assert_eq!(usage.stdout(closed()).stderr(closed()).status().unwrap().code(), Some(2));
    let mut done = place.command("x.npy --labels y.npy -v");
    assert_eq!(done.stdout(Stdio::piped()).stderr(closed()).output().unwrap().status.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn streams_closed_by_the_shell_change_no_exit_code() {
    let place = Place::with_layer();
    let code = |args: &str, redirection: &str| {
        let script = format!("exec \"$0\" {args} {redirection}");
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script, &program()]).current_dir(place.path(""));
        shell.output().unwrap().status.code()
    };
    for redirection in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        assert_eq!(code("x.npy --labels y.npy", redirection), Some(0), "{redirection}");
        assert_eq!(code("none --labels y.npy", redirection), Some(3), "{redirection}");
    }
    assert_eq!(code("none --labels y.npy", "2>/dev/full"), Some(3));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_passing_trouble() {
    let place = Place::with_layer();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let run = ended(&place.command("x.npy --labels y.npy").stdout(full).output().unwrap());
    assert_refused(&run, 75, ["cannot write `-`", "No space left on device", "make room"]);
}
