//! Parses, runs, and maps the outcome to an exit code.

use std::error::Error as _;
use std::io::{Write, stderr};
use std::process::ExitCode;

use clap::Parser;
use snnl_score::cli::Args;
use snnl_score::error::{Error, exit};
use snnl_score::run::run;

fn main() -> ExitCode {
    match Args::parse().plan().and_then(|plan| run(&plan)) {
        Ok(()) => ExitCode::from(exit::DONE),
        Err(error) => {
            // The exit code says it too where stderr is closed.
            let _ = stderr().write_all(told(&error).as_bytes());
            ExitCode::from(error.exit_code())
        }
    }
}

/// Where, what, and what to try; a line each.
fn told(error: &Error) -> String {
    let mut text = format!("error: {error}\n");
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!("  cause: {cause}\n");
        source = cause.source();
    }
    if let Some(hint) = error.hint() {
        text += &format!("  hint: {hint}\n");
    }
    text
}
