//! The progress of a run, on stderr: a bar on a terminal, an occasional line elsewhere.

mod pace;

use std::io::{IsTerminal, Write, stderr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use self::pace::Pace;
use crate::engine::Observer;
use crate::plan::Verbosity;
use crate::score::Progress;

/// How often a line is written where no bar can be.
const LINES: Duration = Duration::from_secs(30);

/// How often a bar's text changes.
const TEXTS: Duration = Duration::from_millis(200);

/// Progress that knows when to be silent.
pub struct Bar {
    bar: ProgressBar,
    verbosity: Verbosity,
    is_terminal: bool,
    state: Mutex<State>,
}

struct State {
    layer: String,
    pace: Pace,
    /// When the run began to compute; a run that goes on has done its earlier pairs in no time.
    start: Option<Instant>,
    last: Instant,
}

impl Bar {
    /// For a run that says as much as `verbosity` allows.
    pub fn new(verbosity: Verbosity) -> Bar {
        let is_terminal = stderr().is_terminal();
        let is_shown = verbosity > Verbosity::Quiet && is_terminal;
        // A bar without a length could not be given one piece by piece.
        let bar = if is_shown { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{msg:20!} {wide_bar} {percent:>3} %  {prefix}") {
            bar.set_style(style);
        }
        let state = State { layer: String::new(), pace: Pace::default(), start: None, last: Instant::now() };
        Bar { bar, verbosity, is_terminal, state: Mutex::new(state) }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a change of pace, and tells of it if it is time.
    fn change(&self, change: impl FnOnce(&mut Pace)) {
        let mut state = self.state();
        let start = *state.start.get_or_insert_with(Instant::now);
        change(&mut state.pace);
        if state.last.elapsed() < if self.is_terminal { TEXTS } else { LINES } {
            return;
        }
        state.last = Instant::now();
        let pace = state.pace.describe(start.elapsed());
        self.bar.set_position(state.pace.done);
        self.bar.set_prefix(pace.clone());
        if !self.is_terminal && self.verbosity > Verbosity::Quiet {
            self.say("progress", &format!("{}: {} %, {pace}", state.layer, state.pace.percent()));
        }
    }

    /// A closed stderr must not end the run.
    fn say(&self, kind: &str, text: &str) {
        self.bar.suspend(|| drop(writeln!(stderr(), "{kind}: {text}")));
    }
}

impl Observer for Bar {
    fn done(&self, pairs: u64) {
        self.change(|pace| pace.done += pairs);
    }

    fn note(&self, text: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.say("note", text);
        }
    }
}

impl Progress for Bar {
    fn layer(&self, name: &str) {
        let name = name.escape_debug().to_string();
        self.bar.set_message(name.clone());
        self.state().layer = name;
    }

    fn expect(&self, pairs: u64) {
        self.state().pace.expected += pairs;
        self.bar.inc_length(pairs);
    }

    fn resumed(&self, pairs: u64) {
        self.change(|pace| {
            pace.done += pairs;
            pace.resumed += pairs;
        });
    }

    fn read(&self, bytes: u64) {
        self.change(|pace| pace.bytes += bytes);
    }

    fn warn(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.say("warning", text);
        }
    }
}
