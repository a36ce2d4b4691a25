//! The program: what was typed becomes an exit code.

use std::process::ExitCode;

use snnl_score::command::command;

fn main() -> ExitCode {
    ExitCode::from(command(std::env::args_os()))
}
