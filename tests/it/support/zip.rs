//! A writer of ZIP archives that may lie.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// A member as its directory entry describes it, which need not be what it is.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) size: u64,
    pub(crate) packed: Vec<u8>,
}

impl Member {
    pub(crate) fn new(name: &'static str, deflated: bool, bytes: &[u8]) -> Member {
        let mut packed = bytes.to_vec();
        if deflated {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(bytes).unwrap();
            packed = encoder.finish().unwrap();
        }
        let (method, size) = (if deflated { 8 } else { 0 }, bytes.len() as u64);
        Member { name, flags: 0, method, crc: crc32fast::hash(bytes), size, packed }
    }
}

/// Writes an archive of `members`: headers in place as NumPy writes them, with 64-bit sizes. With `large`, the directory
/// and its end record are of 64 bits too.
pub(crate) fn zip(path: &Path, large: bool, members: &[Member]) {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let start = bytes.len() as u64;
        let sizes = [member.size, member.packed.len() as u64].map(u64::to_le_bytes).concat();
        let name_len = (member.name.len() as u16).to_le_bytes();
        let kind = [member.flags.to_le_bytes(), member.method.to_le_bytes(), [0; 2], [0; 2]].concat();
        bytes.extend([b"PK\x03\x04-\0".as_slice(), &kind, &member.crc.to_le_bytes(), &[0xff; 8]].concat());
        bytes.extend([&name_len[..], &[20, 0], member.name.as_bytes(), &[1, 0, 16, 0], &sizes].concat());
        bytes.extend(&member.packed);

        let small = |value: u64| if large { [0xff; 4] } else { (value as u32).to_le_bytes() };
        directory.extend([b"PK\x01\x02-\x03-\0".as_slice(), &kind, &member.crc.to_le_bytes()].concat());
        directory.extend([small(member.packed.len() as u64), small(member.size)].concat());
        directory.extend([&name_len[..], if large { &[28, 0] } else { &[0, 0] }, &[0; 10], &small(start)].concat());
        directory.extend(member.name.as_bytes());
        if large {
            directory.extend([&[1, 0, 24, 0], &sizes[..], &start.to_le_bytes()].concat());
        }
    }
    let (count, start, len) = (members.len() as u64, bytes.len() as u64, directory.len() as u64);
    bytes.extend(&directory);
    if large {
        let end64 = bytes.len() as u64;
        bytes.extend([b"PK\x06\x06".as_slice(), &44u64.to_le_bytes(), b"-\x03-\0", &[0; 8]].concat());
        bytes.extend([count, count, len, start].map(u64::to_le_bytes).concat());
        bytes.extend([b"PK\x06\x07".as_slice(), &[0; 4], &end64.to_le_bytes(), &[1, 0, 0, 0]].concat());
        bytes.extend([b"PK\x05\x06".as_slice(), &[0; 4], &[0xff; 12], &[0, 0]].concat());
    } else {
        let count = (count as u16).to_le_bytes();
        bytes.extend([b"PK\x05\x06".as_slice(), &[0; 4], &count, &count].concat());
        bytes.extend([(len as u32).to_le_bytes(), (start as u32).to_le_bytes()].concat());
        bytes.extend([0, 0]);
    }
    std::fs::write(path, bytes).unwrap();
}
