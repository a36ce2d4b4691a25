//! The header of a `.safetensors` file: every tensor's type, shape and position. The format's own library checks them
//! against each other; errors add the numbers found, and the file's length is checked.

use std::collections::HashSet;
use std::fmt;

use safetensors::tensor::{Dtype as TensorType, Metadata, SafeTensorError, TensorInfo};
use serde::Deserialize;
use serde::de::value::Error as NoType;
use serde::de::{Deserializer, Error as _, IgnoredAny, IntoDeserializer, MapAccess, Visitor};

use crate::error::Fault;
use crate::source::arrays::dtype::Dtype;
use crate::source::files::region::Region;

/// The format's own limit on its header.
pub(super) const LONGEST_HEADER: u64 = 100_000_000;

/// What to try about a header that no writer makes.
pub(super) const SAVE_AGAIN: &str = "save the tensors again with `safetensors.torch.save_file`";

/// What the header says of one tensor.
#[derive(Debug, Deserialize)]
pub(super) struct TensorEntry {
    /// The element type as the format calls it.
    dtype: String,
    /// Length of each axis.
    pub(super) shape: Vec<usize>,
    /// First byte and the one after the last, counted from the end of the header.
    pub(super) data_offsets: (usize, usize),
}

/// The tensors in `file` in the order of the header, and where the header ends.
pub(super) fn read(file: &Region) -> Result<(Vec<(String, TensorEntry)>, u64), Fault> {
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
    let TensorEntries(tensors) = serde_json::from_slice(&bytes)
        .map_err(|error| Fault::content(format_args!("damaged header: {error}")).hint(SAVE_AGAIN))?;
    let mut infos: Vec<(String, TensorInfo)> =
        tensors.iter().map(|(name, tensor)| (name.clone(), tensor.info())).collect();
    infos.sort_by_key(|(_, info)| info.data_offsets);
    let metadata = Metadata::new(None, infos.clone()).map_err(|error| metadata_fault(&error, &infos))?;
    check_length(metadata.data_len() as u64, file.len() - 8 - len)?;
    Ok((tensors, 8 + len))
}

/// What it means that the library refuses `tensors`, which are sorted by their places.
fn metadata_fault(error: &SafeTensorError, tensors: &[(String, TensorInfo)]) -> Fault {
    let problem = match error {
        SafeTensorError::InvalidOffset(refused) => {
            let at = tensors.iter().position(|(name, _)| name == refused).unwrap_or(0);
            let expected = at.checked_sub(1).map_or(0, |before| tensors[before].1.data_offsets.1);
            let (start, end) = tensors[at].1.data_offsets;
            format!(
                "damaged header: expected the data of a tensor from byte {expected} on, found `{refused}` at {start} to {end}"
            )
        }
        _ => {
            let mut mismatches = tensors.iter().filter_map(|(name, info)| describe_mismatch(name, info));
            mismatches.next().unwrap_or_else(|| format!("damaged header: {error}"))
        }
    };
    Fault::content(problem).hint(SAVE_AGAIN)
}

/// How the bytes of a tensor differ from what its type and shape take, if they do.
fn describe_mismatch(
    name: &str,
    TensorInfo { dtype, shape, data_offsets: (start, end) }: &TensorInfo,
) -> Option<String> {
    let Some(bits) = shape.iter().try_fold(dtype.bitsize(), |bits, &axis| bits.checked_mul(axis)) else {
        return Some(format!("tensor `{name}`: the shape {shape:?} is larger than any file"));
    };
    let (expected, found) = (bits.div_ceil(8), end.saturating_sub(*start));
    let type_name = parse_dtype(&dtype.to_string()).map_or_else(|_| dtype.to_string(), |known| known.name());
    (expected != found || bits % 8 != 0).then(|| {
        format!("tensor `{name}`: expected {expected} bytes for {type_name} of shape {shape:?}, found {found}")
    })
}

/// Checks that the file has the `covered` bytes that its tensors cover, and no more.
fn check_length(covered: u64, found: u64) -> Result<(), Fault> {
    if found < covered {
        return Err(Fault::content(format_args!(
            "the file is truncated: expected {covered} bytes of data, found {found}"
        ))
        .hint("was the writer stopped, or is it still writing?"));
    }
    if found > covered {
        return Err(Fault::content(format_args!(
            "the file is longer than its tensors: expected {covered} bytes of data, found {found}"
        ))
        .hint(SAVE_AGAIN));
    }
    Ok(())
}

impl TensorEntry {
    /// The element type, if it is one of whole bytes that hold a number.
    pub(super) fn dtype(&self) -> Result<Dtype, Fault> {
        parse_dtype(&self.dtype)
    }

    /// The tensor as the library knows it. A type that is newer than the library stands for as many bytes, so that the
    /// others in the file can be read.
    fn info(&self) -> TensorInfo {
        let (data_offsets, shape) = (self.data_offsets, self.shape.clone());
        let known: Result<TensorType, NoType> = TensorType::deserialize(self.dtype.as_str().into_deserializer());
        match known {
            Ok(dtype) => TensorInfo { dtype, shape, data_offsets },
            Err(_) => {
                let bytes = data_offsets.1.saturating_sub(data_offsets.0);
                TensorInfo { dtype: TensorType::U8, shape: vec![bytes], data_offsets }
            }
        }
    }
}

/// The element type that the format calls `name`, if it is one of whole bytes that hold a number.
fn parse_dtype(name: &str) -> Result<Dtype, Fault> {
    let (kind, width) = match name {
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
            return Err(Fault::content(format_args!("expected a tensor of numbers, found elements of type `{other}`"))
                .hint("save it as float32 instead: `x.float()`"));
        }
    };
    Ok(Dtype { kind, width, big_endian: false })
}

/// The header as JSON: an object with one tensor per key, none of them twice. (The library's own takes the last of two.)
struct TensorEntries(Vec<(String, TensorEntry)>);

impl<'de> Deserialize<'de> for TensorEntries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TensorEntries, D::Error> {
        deserializer.deserialize_map(TensorsVisitor)
    }
}

struct TensorsVisitor;

impl<'de> Visitor<'de> for TensorsVisitor {
    type Value = TensorEntries;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object with one tensor per key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TensorEntries, A::Error> {
        let (mut tensors, mut names) = (Vec::new(), HashSet::new());
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                map.next_value::<IgnoredAny>()?;
            } else if names.insert(name.clone()) {
                tensors.push((name, map.next_value()?));
            } else {
                return Err(A::Error::custom(format_args!("two tensors are named `{name}`")));
            }
        }
        Ok(TensorEntries(tensors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_the_library_does_not_know_is_refused_alone() {
        let text = r#"{"new":{"dtype":"F5_X","shape":[3],"data_offsets":[0,2]},"x":{"dtype":"F32","shape":[1,2],"data_offsets":[2,10]}}"#;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, [&(text.len() as u64).to_le_bytes(), text.as_bytes(), &[0; 10]].concat()).unwrap();
        let (tensors, start) = read(&Region::open(file.path()).unwrap()).unwrap();
        assert_eq!(start, 8 + text.len() as u64);
        let [(_, new), (_, known)] = &tensors[..] else { panic!("{tensors:?}") };
        assert!(new.dtype().unwrap_err().to_string().contains("`F5_X`"));
        assert_eq!(known.dtype().unwrap().name(), "float32");
    }
}
