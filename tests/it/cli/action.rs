//! `action.yml`, the GitHub Action: its inputs are the flags of `gate`, and its script runs as written.

use std::collections::BTreeSet;
use std::process::Command;

use crate::cli::harness::Place;
use crate::support::program;

const ACTION: &str = include_str!("../../../action.yml");

/// Names of the inputs: the keys below `inputs:`.
fn inputs() -> Vec<&'static str> {
    let block = ACTION.split("\ninputs:\n").nth(1).unwrap().split("\noutputs:").next().unwrap();
    let keys = block.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    keys.map(|line| line.trim().trim_end_matches(':')).collect()
}

/// The script of the last step.
fn script() -> String {
    let block = ACTION.rsplit("run: |\n").next().unwrap();
    block.lines().map(|line| format!("{}\n", line.trim_start())).collect()
}

#[test]
fn every_input_is_a_flag_and_reaches_it() {
    let help = Place::empty().stdout("gate --help");
    let script = script();
    let mut flags = BTreeSet::new();
    for input in inputs().into_iter().filter(|input| !["candidate", "arguments"].contains(input)) {
        let exported = format!("--export-{input}");
        let flag = if help.contains(&format!("{exported} ")) { exported } else { format!("--{input}") };
        assert!(help.contains(&format!("{flag} ")) || help.contains(&format!("{flag}\n")), "gate has no {flag}");
        let variable = input.to_uppercase().replace('-', "_");
        assert!(
            ACTION.contains(&format!("        {variable}: ${{{{ inputs.{input} }}}}\n")),
            "{variable} is not passed on"
        );
        assert!(script.contains(&format!("{flag} \"${variable}\"\n")), "{flag} does not get ${variable}");
        flags.insert(flag);
    }
    let used: BTreeSet<String> = script
        .lines()
        .filter_map(|line| line.strip_prefix("with ").or_else(|| line.strip_prefix("when ")))
        .map(|rest| rest.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(flags, used);
}

#[cfg(unix)]
#[test]
fn the_script_runs_as_written() {
    let place = Place::with_layer();
    let run = |inputs: &[(&str, &str)]| {
        let mut shell = Command::new("bash");
        // As GitHub runs it.
        shell.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script()]).current_dir(place.path(""));
        shell.env("PROGRAM", program()).env("RUNNER_TEMP", place.path("")).env("GITHUB_OUTPUT", place.path("output"));
        shell.envs(inputs.iter().copied());
        crate::cli::harness::ended(&shell.output().unwrap())
    };
    let verdict =
        || place.read("output").lines().rev().find_map(|line| Some(line.strip_prefix("verdict=")?.to_owned()));
    let passed = run(&[("CANDIDATE", "x.npy"), ("LABELS", "y.npy"), ("MAX", "0.85"), ("INIT", "false")]);
    assert_eq!((passed.code, verdict()), (Some(0), Some("pass".into())), "{passed:?}");
    let more = "--at\n0.1\n--format\njson\n\n";
    let further = run(&[("CANDIDATE", "x.npy"), ("LABELS", "y.npy"), ("MAX", "9"), ("ARGUMENTS", more)]);
    assert!(further.code == Some(0) && further.stdout.contains("\"temperature\": 0.1"), "{further:?}");
    let failed = run(&[("CANDIDATE", "x.npy"), ("LABELS", "y.npy"), ("MAX", "0.1"), ("JUNIT", "a b.xml")]);
    assert_eq!((failed.code, verdict()), (Some(1), Some("fail".into())), "{failed:?}");
    assert!(place.path("a b.xml").is_file());
    assert_eq!(
        run(&[("CANDIDATE", "x.npy"), ("LABELS", "y.npy"), ("MAX", "0.1"), ("EXIT_ZERO", "true")]).code,
        Some(0)
    );
    assert_eq!(verdict().as_deref(), Some("fail"));
    let no_command = run(&[("CANDIDATE", "$(touch bad)"), ("LABELS", "; touch bad"), ("MAX", "0.1")]);
    assert!(no_command.code == Some(3) && !place.path("bad").exists(), "{no_command:?}");
    assert_eq!(verdict().as_deref(), Some("error"));
}
