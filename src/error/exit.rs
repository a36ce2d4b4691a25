//! Exit codes of the binary. They are an API: scripts and CI jobs branch on them.

use std::fmt;

/// Everything asked for was done.
pub const DONE: u8 = 0;
/// A rule of a gate is broken.
pub const GATE_FAILED: u8 = 1;
/// The command line asks for something impossible.
pub const USAGE: u8 = 2;
/// An input is wrong; running again cannot help.
pub const BAD_INPUT: u8 = 3;
/// Nothing, or not everything, could be scored.
pub const NOT_SCORED: u8 = 4;
/// A comparison, or resuming a run, is impossible: other data, or another definition.
pub const INCOMPARABLE: u8 = 5;
/// A temporary problem with the machine; running again may help.
pub const PASSING_TROUBLE: u8 = 75;
/// Stopped by SIGINT, as Ctrl-C sends it.
pub const INTERRUPTED: u8 = 130;
/// Stopped by SIGTERM.
pub const TERMINATED: u8 = 143;

/// A signal that asks a run to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    /// The exit code of a run that it stopped.
    pub fn exit_code(self) -> u8 {
        match self {
            Signal::Interrupt => INTERRUPTED,
            Signal::Terminate => TERMINATED,
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Signal::Interrupt => "SIGINT (Ctrl-C)",
            Signal::Terminate => "SIGTERM",
        })
    }
}
