//! The members of a ZIP archive: `rawzip` reads the directory at its end, which is checked here against the file's
//! length.

mod entry;

use std::io::{self, Read};
use std::path::Path;

use rawzip::{ErrorKind, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive, ZipLocator};

use self::entry::open;
use crate::error::Fault;
use crate::source::files::member::{Member, WRITE_AGAIN};
use crate::source::files::region::Region;

/// Bytes of the record that ends an archive, with the longest comment.
const LONGEST_END: u64 = 22 + u16::MAX as u64;

/// The members of an archive by name, each with why it cannot be read if so.
pub(crate) type Members = Vec<(String, Result<Member, Fault>)>;

/// The members of the archive `path`.
pub(crate) fn members(path: &Path) -> Result<Members, Fault> {
    let file = Region::open(path)?;
    let archive = find_directory(&file)?;
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let mut entries = archive.entries(&mut buffer);
    let mut members = Vec::new();
    let unreadable = |_| file.failure().unwrap_or_else(damaged_directory);
    while let Some(entry) = entries.next_entry().map_err(unreadable)? {
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        members.push((name, open(&archive, &entry)));
    }
    let is_whole = members.len() as u64 == archive.entries_hint();
    if is_whole { Ok(members) } else { Err(damaged_directory()) }
}

/// The archive that `file` is, up to its last byte. What looks like the record at its end may also stand in the comment
/// after it; so another is looked for before each that is none.
fn find_directory(file: &Region) -> Result<ZipArchive<&Region>, Fault> {
    let mut buffer = vec![0; LONGEST_END as usize];
    let (mut end, mut first_fault) = (file.len(), None);
    loop {
        let most = LONGEST_END.saturating_sub(file.len() - end);
        let found = ZipLocator::new().max_search_space(most).locate_in_reader(file, &mut buffer, end);
        let (before, fault) = match found {
            Ok(archive) if archive.end_offset() == file.len() => return Ok(archive),
            Ok(archive) => (Some(archive.eocd_offset()), no_directory()),
            Err((_, error)) => match error.kind() {
                ErrorKind::InvalidEndOfCentralDirectory => (error.eocd_offset(), damaged_directory()),
                _ => (error.eocd_offset(), no_directory()),
            },
        };
        first_fault.get_or_insert(fault);
        match before.filter(|&before| before < end) {
            Some(before) => end = before,
            None => return Err(file.failure().or(first_fault).unwrap_or_else(no_directory)),
        }
    }
}

fn no_directory() -> Fault {
    Fault::content("an incomplete archive: it has no directory at its end").hint(WRITE_AGAIN)
}

fn damaged_directory() -> Fault {
    Fault::content("the file is damaged: its directory cannot be read").hint(WRITE_AGAIN)
}

impl ReaderAt for Region {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = self.part(offset, self.len().saturating_sub(offset));
        rest.map_or(Ok(0), |rest| rest.reader().read(buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive without members that ends in `comment`.
    fn empty(comment: &[u8]) -> Vec<u8> {
        [b"PK\x05\x06", &[0; 16][..], &(comment.len() as u16).to_le_bytes(), comment].concat()
    }

    fn count_members(bytes: &[u8]) -> Result<usize, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, bytes).unwrap();
        members(file.path()).map(|members| members.len()).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_comment_may_look_like_the_end_of_an_archive() {
        assert_eq!(count_members(&empty(b"")), Ok(0));
        // An end whose comment is longer than the file, one that ends before it, and the signature alone.
        for comment in [&empty(b"")[..20], &[&empty(b"")[..], b"more"].concat(), b"PK\x05\x06"] {
            let longest = [comment, &[9; 60_000]].concat();
            for comment in [comment, &longest] {
                assert_eq!(count_members(&empty(comment)), Ok(0), "{comment:?}");
            }
        }
    }

    #[test]
    fn what_does_not_end_with_its_directory_is_no_archive() {
        let whole = empty(b"comment");
        let longer = [&whole[..], b"!"].concat();
        for bytes in [&[][..], b"PK", &whole[..whole.len() - 1], &longer] {
            assert!(count_members(bytes).unwrap_err().starts_with("an incomplete archive"), "{bytes:?}");
        }
        let mut miscounted = empty(b"");
        miscounted[10] = 1;
        assert!(count_members(&miscounted).unwrap_err().contains("its directory cannot be read"));
    }
}
