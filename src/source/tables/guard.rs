//! Guards calls to a third-party decoder: its panics on broken files become faults, and print nothing on stderr.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::error::Fault;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `decode`; its panic is a fault. What it borrowed must not be used again after one.
///
/// The first call wraps the process's panic hook, which prints; the wrapper passes on every panic met elsewhere.
pub(crate) fn guarded<T>(decode: impl FnOnce() -> T) -> Result<T, Fault> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                previous(panic);
            }
        }));
    });
    let before = GUARDED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(decode));
    GUARDED.set(before);
    outcome.map_err(|panic| {
        let said = (panic.downcast_ref::<String>().map(String::as_str))
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        damaged_file(format_args!("its decoder failed ({said})"))
    })
}

/// The fault of a file that is not what its format requires.
pub(crate) fn damaged_file(reason: impl std::fmt::Display) -> Fault {
    Fault::content(format_args!("the file is damaged: {reason}")).hint("write it again; was the writer stopped?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_fault_and_the_guard_is_lifted() {
        let fault = guarded(|| -> u8 { panic!("page {} is torn", 3) }).unwrap_err();
        assert!(fault.to_string().contains("page 3 is torn"));
        assert!(!GUARDED.get());
        assert_eq!(guarded(|| 7).unwrap(), 7);
    }
}
