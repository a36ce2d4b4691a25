//! The file that `torch.save` wrote before version 1.6, and still writes on request: several pickles in sequence, then
//! the storages.

use std::collections::HashMap;

use super::global::{SAVE_AGAIN, SAVE_DICT};
use super::pickle::{self, Pickle};
use super::tensor::{Tensor, element_type};
use super::value::{PickleValue, damaged_pickle};
use crate::error::Fault;
use crate::source::arrays::array::Array;
use crate::source::files::region::Region;

/// The pickle that such a file begins with: a number.
const MAGIC: &[u8] = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.";

/// Bytes of the pickles, NumPy's arrays among them.
const LONGEST_PICKLES: u64 = 1 << 26;

/// Bytes that are tried first; most pickles are shorter.
const FIRST_BYTES: u64 = 1 << 16;

/// The storages of a file.
pub(super) struct Legacy {
    storages: HashMap<String, Region>,
    /// Bytes of the file.
    size: u64,
}

/// Whether `start`, the first bytes of a file, are those of a pickle, which no archive begins with.
pub(super) fn is_pickle(start: &[u8]) -> bool {
    start.first() == Some(&0x80)
}

/// The bytes of `file` that have its pickles, and where among them the pickle of the object that was saved starts.
pub(super) fn pickles(file: &Region) -> Result<(Vec<u8>, usize), Fault> {
    let mut len = FIRST_BYTES;
    loop {
        let some = file.len().min(len);
        let mut bytes = vec![0; some as usize];
        file.read_at(&mut bytes, 0)?;
        match find_object(&bytes) {
            Ok(start) => return Ok((bytes, start)),
            // It may only have been cut off.
            Err(fault) if some == file.len() || some >= LONGEST_PICKLES => return Err(fault),
            Err(_) => len *= 4,
        }
    }
}

/// Where the pickle of the object starts, after which that of the names of the storages is whole.
fn find_object(bytes: &[u8]) -> Result<usize, Fault> {
    if !bytes.starts_with(MAGIC) {
        return Err(Fault::no_layer("expected a file of `torch.save`, found another pickle").hint(SAVE_DICT));
    }
    let mut start = MAGIC.len();
    for _ in ["protocol", "system"] {
        start += pickle::read(&bytes[start..])?.len;
    }
    let object = pickle::read(&bytes[start..])?;
    pickle::read(&bytes[start + object.len..])?;
    Ok(start)
}

impl Legacy {
    /// The storages of `file`, which `object` refers to, and whose names and places `rest` starts with, what follows it.
    pub(super) fn open(file: &Region, object: &Pickle, rest: &[u8], rest_start: u64) -> Result<Legacy, Fault> {
        let keys = pickle::read(rest)?;
        let PickleValue::List { items, .. } = keys.values.get(keys.root) else {
            return Err(damaged_pickle("the names of the storages are missing"));
        };
        let known: HashMap<&str, _> = object.values.storages().map(|storage| (storage.key, storage)).collect();
        let mut storages = HashMap::new();
        let mut start = rest_start + keys.len as u64;
        for &key in items {
            let key = keys.values.text(key)?;
            let storage = known.get(key).ok_or_else(|| damaged_pickle("a storage belongs to no tensor"))?;
            let mut count = [0; 8];
            file.read_at(&mut count, start)?;
            if u64::from_le_bytes(count) != storage.len {
                return Err(damaged_pickle("a storage is not as long as its tensors say"));
            }
            let len = storage.len.checked_mul(element_type(storage.dtype)?.width as u64);
            let Some((len, region)) = len.and_then(|len| Some((len, file.part(start + 8, len)?))) else {
                return Err(Fault::content(format_args!(
                    "the file is truncated: expected {} elements after byte {}, found {} bytes",
                    storage.len,
                    start + 8,
                    file.len() - start - 8
                ))
                .hint("was the writer stopped, or is it still writing?"));
            };
            start += 8 + len;
            storages.insert(key.to_owned(), region);
        }
        if start != file.len() {
            return Err(Fault::content(format_args!(
                "expected the file to end after {start} bytes, found {}",
                file.len()
            ))
            .hint("save one object per file"));
        }
        Ok(Legacy { storages, size: file.len() })
    }

    /// Bytes of the file.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The array that `tensor` is. Numbers are little-endian whatever the machine.
    pub(super) fn array(&self, tensor: &Tensor) -> Result<Array, Fault> {
        let region = self.storages.get(tensor.storage).ok_or_else(|| {
            Fault::content(format_args!("expected a storage `{}`, found none", tensor.storage)).hint(SAVE_AGAIN)
        })?;
        let header = tensor.header(region.len(), false)?;
        Ok(Array::in_region(region.clone(), header))
    }
}
