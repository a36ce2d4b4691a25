//! Failures of reads and writes: which of them pass, what to try about each, and those that bring words of their own.

use std::error::Error;
use std::fmt;
use std::io;

/// What went wrong with a read, and what to try, in better words than a kind of error has. It travels inside an
/// [`io::Error`], through readers and decoders that know of nothing else.
#[derive(Debug, Clone)]
pub(crate) struct Explained {
    pub(crate) kind: io::ErrorKind,
    /// A lower-case fragment.
    pub(crate) problem: String,
    /// What to try, or empty.
    pub(crate) hint: String,
}

impl Explained {
    /// The words that `error` brings, if it does.
    pub(crate) fn of(error: &io::Error) -> Option<&Explained> {
        error.get_ref()?.downcast_ref()
    }

    /// What can be said of `error` again, when that is gone.
    pub(crate) fn copy(error: &io::Error) -> Explained {
        let hint = hint(error).to_owned();
        Explained { kind: error.kind(), problem: error.to_string(), hint }
    }
}

impl fmt::Display for Explained {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.problem)
    }
}

impl Error for Explained {}

impl From<Explained> for io::Error {
    fn from(explained: Explained) -> io::Error {
        io::Error::new(explained.kind, explained)
    }
}

/// What to try about `error`, or nothing.
pub(super) fn hint(error: &io::Error) -> &str {
    if let Some(explained) = Explained::of(error) {
        return &explained.hint;
    }
    match error.kind() {
        io::ErrorKind::NotFound => "a relative path starts at the current directory",
        io::ErrorKind::PermissionDenied => "ask its owner for access, or run as a user who has it",
        io::ErrorKind::InvalidData => "text is read as UTF-8; save it in that encoding",
        io::ErrorKind::StorageFull => "make room, then run it again",
        io::ErrorKind::ResourceBusy => "run it again when nothing writes to the file",
        _ => "",
    }
}

/// `error` in the file `name`, one of several.
pub(super) fn within(error: &io::Error, name: &str) -> io::Error {
    let problem = format!("`{name}`: {error}");
    Explained { problem, ..Explained::copy(error) }.into()
}

/// Whether the same call may succeed later without anybody changing its arguments.
pub(crate) fn is_passing(kind: io::ErrorKind) -> bool {
    !matches!(
        kind,
        io::ErrorKind::NotFound
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::UnexpectedEof
    )
}
