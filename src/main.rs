//! Parses, runs, and maps the outcome to an exit code.

use std::io::{Write, stderr};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use snnl_score::cli::{Args, explain, typed};
use snnl_score::error::Explanation;
use snnl_score::report::printable;
use snnl_score::run::run;

fn main() -> ExitCode {
    let ending = match Args::try_parse() {
        // Help, also that of a command without any argument, which is wrong usage.
        Err(help) if !help.use_stderr() || help.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            help.exit()
        }
        parsed => parsed
            .map_err(|error| explain(&error))
            .and_then(Args::plan)
            .and_then(|plan| run(&plan.made_by(typed(std::env::args_os())))),
    };
    let (explanation, exit_code) = match &ending {
        Ok(ending) => (ending.explanation(), ending.exit_code()),
        Err(error) => (Some(Explanation::from(error)), error.exit_code()),
    };
    if let Some(explanation) = explanation {
        // The exit code says it too where stderr is closed.
        let _ = stderr().write_all(lines(&explanation).as_bytes());
    }
    ExitCode::from(exit_code)
}

/// A line for each part of an explanation, whatever names they hold.
fn lines(Explanation { headline, causes, hint }: &Explanation) -> String {
    let causes = causes.iter().map(|cause| ("  cause", cause));
    // Red on a terminal.
    let error = console::style("error").for_stderr().red().bold().to_string();
    let parts = [(error.as_str(), headline)].into_iter().chain(causes).chain(hint.iter().map(|hint| ("  hint", hint)));
    parts.map(|(name, text)| format!("{name}: {}\n", printable(text))).collect()
}
