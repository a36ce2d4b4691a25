//! Parses, runs, and maps the outcome to an exit code.

use std::io::{Write, stderr};
use std::process::ExitCode;

use clap::Parser;
use snnl_score::cli::{Args, explained};
use snnl_score::error::Message;
use snnl_score::report::printable;
use snnl_score::run::run;

fn main() -> ExitCode {
    let ending = match Args::try_parse() {
        Err(asked_for) if !asked_for.use_stderr() => asked_for.exit(),
        parsed => parsed.map_err(|error| explained(&error)).and_then(Args::plan).and_then(|plan| run(&plan)),
    };
    let (message, exit_code) = match &ending {
        Ok(ending) => (ending.message(), ending.exit_code()),
        Err(error) => (Some(Message::from(error)), error.exit_code()),
    };
    if let Some(message) = message {
        // The exit code says it too where stderr is closed.
        let _ = stderr().write_all(lines(&message).as_bytes());
    }
    ExitCode::from(exit_code)
}

/// A line for each part of a message, whatever names they hold.
fn lines(Message { headline, causes, hint }: &Message) -> String {
    let causes = causes.iter().map(|cause| ("  cause", cause));
    let parts = [("error", headline)].into_iter().chain(causes).chain(hint.iter().map(|hint| ("  hint", hint)));
    parts.map(|(name, text)| format!("{name}: {}\n", printable(text))).collect()
}
