//! Where a report goes: standard output, or a file that is written completely or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::disk::{Replacement, Writing, is_url, parent};
use crate::error::{Error, Fault};

/// An output that can be written, known before the long run that makes its content.
///
/// Dropped unfinished, it leaves nothing behind and an earlier file as it was.
#[derive(Debug)]
pub struct Destination {
    name: String,
    target: Target,
}

/// How the writing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Everything was written.
    Whole,
    /// The reader of a pipe had seen enough and closed it. No failure of the run, and no success either: its verdict
    /// stays what it was.
    PipeClosed,
}

/// What is written to.
#[derive(Debug)]
pub(super) enum Target {
    /// Standard output.
    Stdout,
    /// A device or a pipe, which has no half-written state to protect.
    Direct(File),
    /// Takes the place of `path` when it is whole.
    Replace {
        path: PathBuf,
        /// Those of the file there is, if there is one.
        permissions: Option<Permissions>,
    },
}

impl Destination {
    /// Opens `path` for writing without touching what is there; `-` is standard output.
    ///
    /// # Errors
    /// [`Error::Output`] where nothing can be written: a directory, a missing parent, no permission.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        match open(path) {
            Ok(target) => Ok(Destination { name, target }),
            Err(error) => Err(Error::Output { path: name, fault: explain(error, path) }),
        }
    }

    /// The file that will be new or replaced, in the one spelling that all paths to it share.
    pub fn replaces(&self) -> Option<&Path> {
        match &self.target {
            Target::Replace { path, .. } => Some(path),
            Target::Stdout | Target::Direct(_) => None,
        }
    }

    /// The file, or `-` for standard output.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name and what is written to, for those who write piece by piece.
    pub(super) fn into_parts(self) -> (String, Target) {
        (self.name, self.target)
    }

    /// Writes what `write` writes, and puts it in place only when all of it is on the disk.
    ///
    /// # Errors
    /// [`Error::Output`] with the failure of `write` or of the system; a closed pipe is a [`Delivery`] instead.
    pub fn finish(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Delivery, Error> {
        let written = match self.target {
            Target::Stdout => fill(io::stdout().lock(), write),
            Target::Direct(file) => fill(file, write),
            Target::Replace { path, permissions } => replace(&path, permissions, write),
        };
        match written {
            Ok(()) => Ok(Delivery::Whole),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Delivery::PipeClosed),
            Err(error) => Err(Error::Output { path: self.name, fault: Fault::Io(error) }),
        }
    }
}

fn open(path: &Path) -> io::Result<Target> {
    // `/dev/stdout` may be a regular file, which a rename would take away from its shell.
    if path == Path::new("-") || path == Path::new("/dev/stdout") {
        return Ok(Target::Stdout);
    }
    if is_url(path) {
        return replaceable(path.to_owned(), None);
    }
    match OpenOptions::new().write(true).open(path) {
        Ok(file) => {
            let metadata = file.metadata()?;
            if !metadata.is_file() {
                return Ok(Target::Direct(file));
            }
            // Through a symbolic link, so that the link stays one.
            replaceable(fs::canonicalize(path)?, Some(metadata.permissions()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound && names_a_file(path) => replaceable(resolve(path)?, None),
        Err(error) => Err(error),
    }
}

fn names_a_file(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|&byte| !std::path::is_separator(char::from(byte)))
}

/// `path`, which is new, in the one spelling that all paths to it share.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    let directory = fs::canonicalize(parent(path))?;
    Ok(path.file_name().map_or_else(|| directory.clone(), |name| directory.join(name)))
}

/// `path`, after a trial with a temporary file. A run that is killed before it writes leaves nothing behind, so none is
/// kept until then.
fn replaceable(path: PathBuf, permissions: Option<Permissions>) -> io::Result<Target> {
    Replacement::of(&path, permissions.clone())?;
    Ok(Target::Replace { path, permissions })
}

fn fill(out: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    write(&mut out)?;
    out.flush()
}

fn replace(
    path: &Path,
    permissions: Option<Permissions>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut replacement = Replacement::of(path, permissions)?;
    fill(&mut replacement, write)?;
    replacement.commit(Writing::Overwrite)
}

/// What to try, for the refusals a user can do something about.
fn explain(error: io::Error, path: &Path) -> Fault {
    match error.kind() {
        // It brings words of its own.
        _ if is_url(path) => Fault::Io(error),
        ErrorKind::IsADirectory => Fault::content("expected a file, found a directory").hint("name a file in it"),
        ErrorKind::NotFound if !names_a_file(path) => {
            Fault::content("expected the name of a file").hint("add a file name")
        }
        ErrorKind::NotFound => Fault::content(format!("no directory `{}`", parent(path).display()))
            .hint("create it first, or name another path"),
        ErrorKind::NotADirectory => {
            Fault::content(format!("`{}` is not a directory", parent(path).display())).hint("name another path")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            // The error itself would name the temporary file.
            Fault::content(error.kind()).hint("name a path that you may write to")
        }
        _ => Fault::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    fn put(path: &Path, text: &str) -> Result<Delivery, Error> {
        Destination::create(path)?.finish(|out| out.write_all(text.as_bytes()))
    }

    fn entries(directory: &Path) -> usize {
        fs::read_dir(directory).unwrap().count()
    }

    #[test]
    fn a_file_is_old_until_it_is_new() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("result.json");
        let _untouched = Destination::create(&path).unwrap();
        assert_eq!(entries(directory.path()), 0, "a run that is killed leaves nothing behind");
        assert_eq!(put(&path, "old").unwrap(), Delivery::Whole);
        let destination = Destination::create(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        let failed = destination.finish(|out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no more"))
        });
        assert_eq!(failed.unwrap_err().source().unwrap().to_string(), "no more");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(put(&path, "new").unwrap(), Delivery::Whole);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(entries(directory.path()), 1, "temporary files are gone");
    }

    #[test]
    fn a_bad_path_fails_at_once_and_says_why() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        let cases = [
            (directory.path().to_owned(), "expected a file, found a directory"),
            (directory.path().join("new/"), "expected the name of a file"),
            (directory.path().join("missing/x.json"), "no directory `"),
            (file.join("x.json"), "file` is not a directory"),
        ];
        for (path, cause) in cases {
            let error = Destination::create(&path).unwrap_err();
            assert_eq!(error.to_string(), format!("cannot write `{}`", path.display()));
            assert!(error.source().unwrap().to_string().contains(cause), "{error:?}");
            assert!(error.hint().is_some() && error.exit_code() == crate::error::exit::BAD_INPUT);
        }
        assert_eq!(entries(directory.path()), 1);
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        let directory = tempfile::tempdir().unwrap();
        let destination = Destination::create(&directory.path().join("x")).unwrap();
        let delivery = destination.finish(|_| Err(io::Error::from(ErrorKind::BrokenPipe)));
        assert_eq!(delivery.unwrap(), Delivery::PipeClosed);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_the_file_replaced_or_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let [ordinary, new] = ["ordinary", "new"].map(|name| directory.path().join(name));
        fs::write(&ordinary, "").unwrap();
        put(&new, "").unwrap();
        assert_eq!(mode(&new), mode(&ordinary));
        fs::set_permissions(&new, Permissions::from_mode(0o640)).unwrap();
        put(&new, "").unwrap();
        assert_eq!(mode(&new), 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| directory.path().join(name));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        put(&link, "new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_written_directly() {
        assert_eq!(put(Path::new("/dev/null"), "gone").unwrap(), Delivery::Whole);
        let error = put(Path::new("/dev/full"), "too much").unwrap_err();
        assert_eq!(error.exit_code(), crate::error::exit::PASSING_TROUBLE);
    }
}
