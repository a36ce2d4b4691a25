//! A writer of pickles and archives as `torch.save` makes them, which may lie.

use std::path::{Path, PathBuf};

use snnl_score::labels::Labels;
use tempfile::TempDir;

use crate::support::chain;
use crate::support::matrix::{DIM, ROWS, values};
use crate::support::npy::encode;
use crate::support::zip::{Member, zip};

pub(crate) const CLASSES: [u32; ROWS] = [0, 1, 2, 0, 1, 2, 0];

/// A directory that lasts as long as the test, and an archive to be in it.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("dump.pt");
    (directory, path)
}

/// Writes an archive of a pickle and the bytes of two storages.
pub(crate) fn write(path: &Path, pickle: &[u8], storages: [&[u8]; 2]) {
    zip(path, false, &members(pickle, storages));
}

pub(crate) fn members(pickle: &[u8], [first, second]: [&[u8]; 2]) -> Vec<Member> {
    let stored = |name, bytes| Member::new(name, false, bytes);
    vec![
        stored("dump/data.pkl", pickle),
        stored("dump/byteorder", b"little"),
        stored("dump/data/0", first),
        stored("dump/data/1", second),
    ]
}

pub(crate) fn text(text: &str) -> Vec<u8> {
    [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
}

pub(crate) fn ints(numbers: &[i64]) -> Vec<u8> {
    let each = numbers.iter().flat_map(|number| [&[0x8a, 8], &number.to_le_bytes()[..]].concat());
    [b"(".to_vec(), each.collect(), b"t".to_vec()].concat()
}

/// A tensor of type `torch.{dtype}Storage` at `offset` of the storage `key`.
pub(crate) fn tensor(key: &str, dtype: &str, offset: i64, shape: &[i64], strides: &[i64]) -> Vec<u8> {
    let storage = format!("ctorch\n{dtype}Storage\n");
    let reference = [b"(", &text("storage")[..], storage.as_bytes(), &text(key), &text("cpu"), b"K\x07tQ"].concat();
    let offset = [&[0x8a, 8], &offset.to_le_bytes()[..]].concat();
    let hooks = b"\x89ccollections\nOrderedDict\n)RtR";
    [b"ctorch._utils\n_rebuild_tensor_v2\n(", &reference[..], &offset, &ints(shape), &ints(strides), hooks].concat()
}

/// A pickle of a dict.
pub(crate) fn dict(items: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let items = items.iter().flat_map(|(key, value)| [text(key), value.clone()].concat());
    [b"\x80\x02}(".to_vec(), items.collect(), b"u.".to_vec()].concat()
}

pub(crate) fn matrix(descr: &str) -> Vec<u8> {
    values().into_iter().flat_map(|value| encode(descr, value)).collect()
}

/// The matrix as the storage 0 has it.
pub(crate) fn whole(dtype: &str) -> Vec<u8> {
    tensor("0", dtype, 0, &[ROWS as i64, DIM as i64], &[DIM as i64, 1])
}

pub(crate) fn classes_of(spec: &str) -> Vec<u32> {
    Labels::read(&[spec], &[]).unwrap().classes
}

pub(crate) fn labels_error(spec: &str) -> String {
    chain(&Labels::read(&[spec], &[]).unwrap_err())
}
