//! A file that is written completely or not at all: written under another name in the same directory, and renamed when
//! it is on the disk; behind a URL, written to a temporary file and sent when it is whole.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::medium::{attempt, write};
use super::network;
use super::operation::Operation;
use super::url::is_url;
use super::writing::Writing;

/// What will take the place of a file. Dropped, it leaves nothing behind and an earlier file as it was.
#[derive(Debug)]
pub(crate) struct Replacement {
    temporary: NamedTempFile,
    path: PathBuf,
}

impl Replacement {
    /// An empty one on the same disk as `path`, with the permissions of the file it will replace or those of any new
    /// file.
    pub(crate) fn of(path: &Path, permissions: Option<Permissions>) -> io::Result<Replacement> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".snnl-score-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let directory = match is_url(path) {
            true => network::check_writable(path).map(|()| std::env::temp_dir())?,
            false => parent(path).to_owned(),
        };
        let temporary = attempt(Operation::Create, || builder.tempfile_in(directory))?;
        if let Some(permissions) = permissions {
            temporary.as_file().set_permissions(permissions)?;
        }
        Ok(Replacement { temporary, path: path.to_owned() })
    }

    /// Puts what was written in place.
    pub(crate) fn commit(self, writing: Writing) -> io::Result<()> {
        let Replacement { temporary, path } = self;
        if is_url(&path) {
            return network::put(&path, temporary.reopen()?, writing);
        }
        attempt(Operation::Sync, || temporary.as_file().sync_all())?;
        attempt(Operation::Rename, || temporary.persist(&path).map_err(|error| error.error))?;
        // The new name, too, should outlive a loss of power; not every file system can promise that of a directory.
        let _ = File::open(parent(&path)).and_then(|directory| directory.sync_all());
        Ok(())
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write(self.temporary.as_file(), bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The directory `path` lies in.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
