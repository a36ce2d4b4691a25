//! The header of a `.safetensors` file: every tensor's type, shape and place, checked against each other and against
//! the file's length.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use crate::error::Fault;
use crate::source::arrays::dtype::Dtype;
use crate::source::files::region::Region;

/// The format's own limit on its header.
pub(super) const LONGEST_HEADER: u64 = 100_000_000;

/// What to try about a header that no writer makes.
pub(super) const SAVE_AGAIN: &str = "save the tensors again with `safetensors.torch.save_file`";

/// What the header says of one tensor.
#[derive(Debug, Deserialize)]
pub(super) struct Tensor {
    /// The element type as the format calls it.
    pub(super) dtype: String,
    /// Length of each axis.
    pub(super) shape: Vec<usize>,
    /// First byte and the one after the last, counted from the end of the header.
    pub(super) data_offsets: (u64, u64),
}

/// The tensors in `file` in the order of the header, and where the header ends.
pub(super) fn read(file: &Region) -> Result<(Vec<(String, Tensor)>, u64), Fault> {
    let truncated = || Fault::content(format_args!("the file ends inside its header, after {} bytes", file.len()));
    let mut len = [0; 8];
    file.part(0, 8).ok_or_else(truncated)?.read_at(&mut len, 0)?;
    let len = u64::from_le_bytes(len);
    if len > LONGEST_HEADER {
        return Err(Fault::content(format_args!(
            "expected a header of at most {LONGEST_HEADER} bytes, found one that claims {len}"
        ))
        .hint("not a .safetensors file, or a damaged one"));
    }
    let text = file.part(8, len).ok_or_else(truncated)?;
    let mut bytes = vec![0; len as usize];
    text.read_at(&mut bytes, 0)?;
    let Header(tensors) = serde_json::from_slice(&bytes)
        .map_err(|error| Fault::content(format_args!("damaged header: {error}")).hint(SAVE_AGAIN))?;
    check_places(&tensors, file.len() - 8 - len)?;
    for (name, tensor) in &tensors {
        tensor.check_size(name)?;
    }
    Ok((tensors, 8 + len))
}

/// Checks that the tensors cover the `len` bytes of data, each byte once.
fn check_places(tensors: &[(String, Tensor)], len: u64) -> Result<(), Fault> {
    let mut places: Vec<((u64, u64), &str)> =
        tensors.iter().map(|(name, tensor)| (tensor.data_offsets, name.as_str())).collect();
    places.sort_unstable();
    let mut covered = 0;
    for ((start, end), name) in places {
        if start != covered || end < start {
            return Err(Fault::content(format_args!(
                "damaged header: expected the data of a tensor from byte {covered} on, found `{name}` at {start} to {end}"
            ))
            .hint(SAVE_AGAIN));
        }
        covered = end;
    }
    match covered == len {
        true => Ok(()),
        false if len < covered => {
            Err(Fault::content(format_args!("the file is truncated: expected {covered} bytes of data, found {len}"))
                .hint("was the writer stopped, or is it still writing?"))
        }
        false => Err(Fault::content(format_args!(
            "the file is longer than its tensors: expected {covered} bytes of data, found {len}"
        ))
        .hint(SAVE_AGAIN)),
    }
}

impl Tensor {
    /// The element type, if it is one of whole bytes that hold a number.
    pub(super) fn dtype(&self) -> Result<Dtype, Fault> {
        let (kind, width) = match self.dtype.as_str() {
            "BOOL" => (b'b', 1),
            "I8" => (b'i', 1),
            "I16" => (b'i', 2),
            "I32" => (b'i', 4),
            "I64" => (b'i', 8),
            "U8" => (b'u', 1),
            "U16" => (b'u', 2),
            "U32" => (b'u', 4),
            "U64" => (b'u', 8),
            "F16" => (b'f', 2),
            "F32" => (b'f', 4),
            "F64" => (b'f', 8),
            "BF16" => (b'V', 2),
            "C64" => (b'c', 8),
            other => {
                return Err(Fault::content(format_args!(
                    "expected a tensor of numbers, found elements of type `{other}`"
                ))
                .hint("save it as float32 instead: `x.float()`"));
            }
        };
        Ok(Dtype { kind, width, big_endian: false })
    }

    fn check_size(&self, name: &str) -> Result<(), Fault> {
        // Types that are not read need not be known.
        let Ok(dtype) = self.dtype() else {
            return Ok(());
        };
        let found = self.data_offsets.1 - self.data_offsets.0;
        let size = self.shape.iter().try_fold(dtype.width as u64, |size, &axis| size.checked_mul(axis as u64));
        if size == Some(found) || (found == 0 && self.shape.contains(&0)) {
            return Ok(());
        }
        let (dtype, shape) = (dtype.name(), &self.shape);
        let problem = match size {
            Some(size) => {
                format!("tensor `{name}`: expected {size} bytes for {dtype} of shape {shape:?}, found {found}")
            }
            None => format!("tensor `{name}`: the shape {shape:?} is larger than any file"),
        };
        Err(Fault::content(problem).hint(SAVE_AGAIN))
    }
}

/// The header as JSON: an object with a tensor a key.
struct Header(Vec<(String, Tensor)>);

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Header, D::Error> {
        deserializer.deserialize_map(Tensors)
    }
}

struct Tensors;

impl<'de> Visitor<'de> for Tensors {
    type Value = Header;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object with a tensor a key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let (mut tensors, mut names) = (Vec::new(), HashSet::new());
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                map.next_value::<IgnoredAny>()?;
            } else if names.insert(name.clone()) {
                tensors.push((name, map.next_value()?));
            } else {
                return Err(A::Error::custom(format_args!("two tensors are called `{name}`")));
            }
        }
        Ok(Header(tensors))
    }
}
