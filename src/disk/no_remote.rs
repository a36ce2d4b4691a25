//! In a program that was built without the feature `remote`, every URL is refused.

use std::convert::Infallible;
use std::fs::File;
use std::io;
use std::path::Path;

use super::entry::{Entry, Kind};
use super::writing::Writing;
use crate::error::Explained;

/// A file behind a URL, of which there is none.
#[derive(Debug)]
pub(crate) struct Object(Infallible);

impl Object {
    pub(super) fn len(&self) -> u64 {
        match self.0 {}
    }

    pub(super) fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
        match self.0 {}
    }
}

pub(super) fn kind(_: &Path) -> io::Result<Kind> {
    Err(refusal())
}

pub(super) fn entries(_: &Path) -> io::Result<Vec<Entry>> {
    Err(refusal())
}

pub(super) fn open(_: &Path) -> io::Result<Object> {
    Err(refusal())
}

pub(super) fn read_start(_: &Path, _: u64) -> io::Result<Vec<u8>> {
    Err(refusal())
}

pub(super) fn check_writable(_: &Path) -> io::Result<()> {
    Err(refusal())
}

pub(super) fn put(_: &Path, _: File, _: Writing) -> io::Result<()> {
    Err(refusal())
}

pub(super) fn version(_: &Path) -> io::Result<(u64, Option<String>)> {
    Err(refusal())
}

fn refusal() -> io::Error {
    Explained {
        kind: io::ErrorKind::InvalidInput,
        problem: "this program was built without `remote`, and so cannot use URLs".into(),
        hint: "`cargo install snnl-score --features remote` builds one that can; or download the files and name those"
            .into(),
    }
    .into()
}
