//! How a run goes, on stderr: a bar with pairs a second and the time left on a terminal, nothing elsewhere; counting
//! pairs is left to the engines.

use std::io::{IsTerminal, Write, stderr};

use indicatif::{ProgressBar, ProgressStyle};

use crate::plan::Verbosity;
use crate::score::Progress;

/// A progress bar that knows when to be silent.
pub struct Bar {
    bar: ProgressBar,
    verbosity: Verbosity,
}

impl Bar {
    /// A bar for a run that says as much as `verbosity` allows.
    pub fn new(verbosity: Verbosity) -> Bar {
        let shown = verbosity > Verbosity::Quiet && stderr().is_terminal();
        // A bar without a length could not be given one piece by piece.
        let bar = if shown { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{msg:20!} {wide_bar} {percent:>3} %  {per_sec}  {eta} left");
        if let Ok(style) = style {
            bar.set_style(style.with_key(
                "per_sec",
                |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                    // Nothing can be done about a failure to write to the terminal here.
                    let _ = write!(out, "{:.2e} pairs/s", state.per_sec());
                },
            ));
        }
        Bar { bar, verbosity }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn layer(&self, name: &str) {
        self.bar.set_message(name.escape_debug().to_string());
    }

    fn expect(&self, pairs: u64) {
        self.bar.inc_length(pairs);
    }

    fn done(&self, pairs: u64) {
        self.bar.inc(pairs);
    }

    fn resumed(&self, _: u64) {}

    fn read(&self, _: u64) {}

    fn warn(&self, _: &str) {}

    fn note(&self, text: &str) {
        if self.verbosity == Verbosity::Verbose {
            // A closed stderr must not end the run.
            self.bar.suspend(|| drop(writeln!(stderr(), "note: {text}")));
        }
    }
}
