//! One encapsulated message of Arrow IPC: its frame, its verified metadata, and where its body is.

use arrow_ipc::{self as ipc, MetadataVersion, root_as_message};

use crate::error::Fault;
use crate::source::files::region::Region;
use crate::source::tables::guard::{damaged_file, guarded};

/// What precedes a message's length, in all files written since 2019.
const CONTINUATION: u32 = u32::MAX;

/// The note with which one version, pyarrow 0.17, marked compressed bodies before the format had a field for it.
const OLD_COMPRESSION: &str = "ARROW:experimental_compression";

/// A message with metadata read and body unread.
pub(super) struct Message {
    metadata: Vec<u8>,
    /// Bytes from the start of the frame to the body.
    pub(super) header_len: u64,
    /// Its body.
    pub(super) body: Region,
}

/// What is at a position in a file.
pub(super) enum Next {
    Message(Message),
    /// The marker of the stream's end.
    End,
}

impl Message {
    /// What is at `offset` of `file`, and where that ends. A length that leads out of the file is refused.
    pub(super) fn read(file: &Region, offset: u64) -> Result<(Next, u64), Fault> {
        let mut frame_len = 4;
        let mut len = read_word(file, offset)?;
        if len == CONTINUATION {
            frame_len = 8;
            len = read_word(file, offset.saturating_add(4))?;
        }
        let start = offset.saturating_add(frame_len);
        if len == 0 {
            return Ok((Next::End, start));
        }
        let metadata_len =
            u64::try_from(len as i32).map_err(|_| damaged_file(format_args!("a message of length {len}")))?;
        let part = file.part(start, metadata_len).ok_or_else(truncated_file)?;
        let mut metadata = vec![0; metadata_len as usize];
        part.read_at(&mut metadata, 0)?;
        let header_len = frame_len + metadata_len;
        let mut message = Message { metadata, header_len, body: part };
        let body_len = message.parse()?.bodyLength();
        let body_len = u64::try_from(body_len)
            .map_err(|_| damaged_file(format_args!("a message's body has the length {body_len}")))?;
        let body = start + metadata_len;
        message.body = file.part(body, body_len).ok_or_else(truncated_file)?;
        Ok((Next::Message(message), body + body_len))
    }

    /// The metadata, of a version in use.
    pub(super) fn parse(&self) -> Result<ipc::Message<'_>, Fault> {
        let message = guarded(|| root_as_message(&self.metadata))?.map_err(damaged_file)?;
        if !matches!(message.version(), MetadataVersion::V4 | MetadataVersion::V5) {
            return Err(old_version(format_args!("{:?}", message.version())));
        }
        let mut notes = message.custom_metadata().into_iter().flatten();
        if notes.any(|note| note.key() == Some(OLD_COMPRESSION)) {
            return Err(old_version("an experimental compression"));
        }
        Ok(message)
    }
}

fn old_version(found: impl std::fmt::Display) -> Fault {
    Fault::content(format_args!("expected version 4 or 5 of the Arrow format, found {found}"))
        .hint("read it with the library that wrote it, and write it again with a newer one")
}

fn read_word(file: &Region, offset: u64) -> Result<u32, Fault> {
    let mut bytes = [0; 4];
    file.part(offset, 4).ok_or_else(truncated_file)?.read_at(&mut bytes, 0)?;
    Ok(u32::from_le_bytes(bytes))
}

/// The fault of a file that ends before what its lengths promise.
pub(super) fn truncated_file() -> Fault {
    Fault::content("the file is truncated: it ends before the messages that it announces")
        .hint("write it again; was the writer stopped, or not closed?")
}
