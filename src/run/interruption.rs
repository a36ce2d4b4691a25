//! Signals that ask a run to stop: the run checks for the first between two steps, the second ends the process.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::error::{Error, Fault, Signal};

/// The signal received so far, if any.
pub(super) struct Interruption(Arc<AtomicUsize>);

/// Signals by their numbers in [`Interruption`], from 1 on.
const SIGNALS: [(i32, Signal); 2] = [(SIGINT, Signal::Interrupt), (SIGTERM, Signal::Terminate)];

impl Interruption {
    /// Replaces the default action of these signals, which ends the process at once.
    pub(super) fn watch() -> Result<Interruption, Error> {
        let (asked, which) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let register = |(number, (raw, signal)): (usize, (i32, Signal))| {
            // In this order: the first signal finds nobody asked before it.
            flag::register_conditional_shutdown(raw, signal.exit_code().into(), asked.clone())?;
            flag::register_usize(raw, which.clone(), number)?;
            flag::register(raw, asked.clone())?;
            Ok::<_, io::Error>(())
        };
        (1..).zip(SIGNALS).try_for_each(register).map_err(|error| Error::Machine { fault: Fault::Io(error) })?;
        Ok(Interruption(which))
    }

    /// The signal that came, if one did.
    pub(super) fn signal(&self) -> Option<Signal> {
        let number = self.0.load(Ordering::SeqCst).checked_sub(1)?;
        SIGNALS.get(number).map(|(_, signal)| *signal)
    }
}
