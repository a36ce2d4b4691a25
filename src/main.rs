//! Parses, runs, and maps the outcome to an exit code.

use std::error::Error as _;
use std::io::{Write, stderr};
use std::process::ExitCode;

use clap::Parser;
use snnl_score::cli::{Args, explained};
use snnl_score::error::{Error, exit};
use snnl_score::report::printable;
use snnl_score::run::run;

fn main() -> ExitCode {
    let outcome = match Args::try_parse() {
        Err(asked_for) if !asked_for.use_stderr() => asked_for.exit(),
        parsed => parsed.map_err(|error| explained(&error)).and_then(Args::plan).and_then(|plan| run(&plan)),
    };
    match outcome {
        Ok(()) => ExitCode::from(exit::DONE),
        Err(error) => {
            // The exit code says it too where stderr is closed.
            let _ = stderr().write_all(told(&error).as_bytes());
            ExitCode::from(error.exit_code())
        }
    }
}

/// Where, what, and what to try; a line each, whatever names they hold.
fn told(error: &Error) -> String {
    let line = |text: &dyn std::fmt::Display| printable(&text.to_string());
    let mut text = format!("error: {}\n", line(error));
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!("  cause: {}\n", line(&cause));
        source = cause.source();
    }
    if let Some(hint) = error.hint() {
        text += &format!("  hint: {}\n", line(&hint));
    }
    text
}
