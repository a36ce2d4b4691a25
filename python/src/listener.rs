//! Runs on a thread of their own, while the one that Python called on looks after Python: its signals, and who is told how it goes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use snnl_score::engine::Observer;
use snnl_score::error::{Error, Signal};
use snnl_score::score::Progress;

use crate::failure::exception;

/// How often Python is looked after.
const EVERY: Duration = Duration::from_millis(50);

/// What a run has said that Python was not told yet.
#[derive(Default)]
struct Heard {
    done: AtomicU64,
    expected: AtomicU64,
    layer: Mutex<String>,
    warnings: Mutex<Vec<String>>,
    notes: Mutex<Vec<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Observer for Heard {
    fn done(&self, pairs: u64) {
        self.done.fetch_add(pairs, Relaxed);
    }

    fn note(&self, text: &str) {
        lock(&self.notes).push(text.to_owned());
    }
}

impl Progress for Heard {
    fn layer(&self, name: &str) {
        name.clone_into(&mut lock(&self.layer));
    }

    fn expect(&self, pairs: u64) {
        self.expected.fetch_add(pairs, Relaxed);
    }

    fn resumed(&self, pairs: u64) {
        self.done(pairs);
    }

    fn read(&self, _: u64) {}

    fn warn(&self, text: &str) {
        lock(&self.warnings).push(text.to_owned());
    }
}

impl Heard {
    /// Tells `listener`, an object with the methods `progress`, `warn` and `note`.
    fn tell(&self, listener: &Bound<'_, PyAny>) -> PyResult<()> {
        for note in std::mem::take(&mut *lock(&self.notes)) {
            listener.call_method1("note", (note,))?;
        }
        for warning in std::mem::take(&mut *lock(&self.warnings)) {
            listener.call_method1("warn", (warning,))?;
        }
        let layer = lock(&self.layer).clone();
        listener.call_method1("progress", (layer, self.done.load(Relaxed), self.expected.load(Relaxed)))?;
        Ok(())
    }
}

/// The result of `run`, which is told of a way to say how it goes and of one to learn that it is to stop. It stops when Python's
/// handler of a signal raises, as that of Ctrl-C does, or when `listener` does.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    listener: &Bound<'_, PyAny>,
    run: impl FnOnce(&dyn Progress, &(dyn Fn() -> Option<Signal> + Sync)) -> Result<T, Error> + Send,
) -> PyResult<T> {
    let heard = Heard::default();
    let stop = AtomicBool::new(false);
    let (send, mut receive) = channel();
    let mut raised = None;
    let ended = std::thread::scope(|scope| {
        let (heard, stop) = (&heard, &stop);
        scope.spawn(move || {
            let asked = || stop.load(Relaxed).then_some(Signal::Interrupt);
            // Nobody listens any more only where this thread's panic is on its way up.
            let _ = send.send(run(heard, &asked));
        });
        loop {
            let receive = &mut receive;
            match py.detach(move || receive.recv_timeout(EVERY)) {
                Ok(ended) => return Some(ended),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) if raised.is_some() => {}
                Err(RecvTimeoutError::Timeout) => {
                    raised = py.check_signals().and_then(|()| heard.tell(listener)).err();
                    stop.store(raised.is_some(), Relaxed);
                }
            }
        }
    });
    if let Some(raised) = raised {
        // How far it came; what the listener raises now is not why the run ended.
        let _ = heard.tell(listener);
        return Err(raised);
    }
    heard.tell(listener)?;
    match ended {
        Some(Ok(result)) => Ok(result),
        Some(Err(error)) => Err(exception(py, &error)),
        None => Err(pyo3::exceptions::PyRuntimeError::new_err("the run ended without a result")),
    }
}
