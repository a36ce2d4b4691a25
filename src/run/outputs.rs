//! Where results go: opened before the run, written after it, and never over a file that it reads.

use std::path::{Path, PathBuf};

use crate::disk::canonical;
use crate::error::Error;
use crate::plan::{Output, ScorePlan, not_resumable};
use crate::report::destination::Destination;
use crate::report::document::Document;
use crate::report::format::{Format, Screen};

/// Opens every output without touching what is there.
pub(super) fn open(outputs: &[Output]) -> Result<Vec<(Format, Destination)>, Error> {
    outputs.iter().map(|output| Ok((output.format, Destination::create(&output.path)?))).collect()
}

/// Writes `document` to every output.
pub(super) fn write(
    document: &Document,
    screen: Screen,
    destinations: Vec<(Format, Destination)>,
) -> Result<(), Error> {
    for (format, destination) in destinations {
        // A reader that closes its pipe has seen enough; the other outputs are still wanted.
        destination.finish(|out| format.render(document, screen, out))?;
    }
    Ok(())
}

/// Refuses an output to the same file as another, or to a file that is read, `read` or the labels: either would be lost.
pub(super) fn refuse_to_overwrite<'a, 'b>(
    destinations: impl Iterator<Item = &'a Destination>,
    read: impl Iterator<Item = &'b PathBuf>,
    plan: &'b ScorePlan,
) -> Result<(), Error> {
    let labels = plan.selection.labels.iter().map(|labels| &labels.path);
    let inputs: Vec<PathBuf> = read.chain(labels).filter_map(|path| canonical(path).ok()).collect();
    let mut earlier = Vec::new();
    for path in destinations.filter_map(Destination::replaces) {
        let export = || format!("`{}` for an export", path.display());
        if earlier.contains(&path) {
            return Err(Error::usage(export(), "another export goes there", "name a file for each"));
        }
        if inputs.iter().any(|input| input == path) {
            return Err(Error::usage(export(), "this run reads it", "name another file"));
        }
        earlier.push(path);
    }
    Ok(())
}

/// The file that the run is resumed from, checked to be writable without changing its content.
pub(super) fn resumable(path: &Path) -> Result<Destination, Error> {
    let destination = Destination::create(path)?;
    match destination.replaces() {
        Some(_) => Ok(destination),
        None => Err(not_resumable(path)),
    }
}
