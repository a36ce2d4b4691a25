//! The whole command, from the command line to the exit code. Nothing else of the library prints.

use std::ffi::OsString;
use std::io::{Write, stderr};

use clap::Parser;
use clap::error::ErrorKind;

use crate::cli::{Args, explain, typed};
use crate::error::{Explanation, exit};
use crate::report::printable;
use crate::run::run;

/// Does what `args` ask for, of which the first is the program, and ends with the exit code.
pub fn command(args: impl Iterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.collect();
    let ending = match Args::try_parse_from(&args) {
        // Help, also that of a command without any argument, which is wrong usage.
        Err(help) if !help.use_stderr() || help.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // If standard output is closed, the exit code still shows the outcome.
            let _ = help.print();
            return u8::try_from(help.exit_code()).unwrap_or(exit::USAGE);
        }
        parsed => parsed
            .map_err(|error| explain(&error))
            .and_then(Args::plan)
            .and_then(|plan| run(&plan.made_by(typed(args.into_iter())))),
    };
    let (explanation, exit_code) = match &ending {
        Ok(ending) => (ending.explanation(), ending.exit_code()),
        Err(error) => (Some(Explanation::from(error)), error.exit_code()),
    };
    if let Some(explanation) = explanation {
        // The exit code says it too where stderr is closed.
        let _ = stderr().write_all(lines(&explanation).as_bytes());
    }
    exit_code
}

/// A line for each part of an explanation, whatever names they hold.
fn lines(Explanation { headline, causes, hint }: &Explanation) -> String {
    let causes = causes.iter().map(|cause| ("  cause", cause));
    // Red on a terminal.
    let error = console::style("error").for_stderr().red().bold().to_string();
    let parts = [(error.as_str(), headline)].into_iter().chain(causes).chain(hint.iter().map(|hint| ("  hint", hint)));
    parts.map(|(name, text)| format!("{name}: {}\n", printable(text))).collect()
}
