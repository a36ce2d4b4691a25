//! The program: runs the command line and exits with its code.

use std::process::ExitCode;

use snnl_score::command::command;

fn main() -> ExitCode {
    ExitCode::from(command(std::env::args_os()))
}
