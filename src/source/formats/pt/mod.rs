//! Tensors in `.pt` and `.pth` files, as `torch.save` writes them; nothing in them is ever executed.
//!
//! Layout: <https://docs.pytorch.org/docs/stable/notes/serialization.html>.

mod archive;
mod global;
mod legacy;
mod numpy;
mod pickle;
mod saved;
mod tensor;
mod value;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use self::archive::Archive;
use self::global::SAVE_DICT;
use self::legacy::Legacy;
use self::pickle::Pickle;
use self::saved::SavedArray;
use self::tensor::Tensor;
use self::value::{Id, PickleValue, damaged_pickle};
use crate::error::Fault;
use crate::source::arrays::array::Array;
use crate::source::contents::content::Content;
use crate::source::files::region::Region;

/// The tensor, or the tensors by name, in the file `path`.
pub(crate) fn open(path: &Path) -> Result<Content, Fault> {
    let file = Region::open(path)?;
    let mut start = [0; 1];
    if let Some(first) = file.part(0, 1) {
        first.read_at(&mut start, 0)?;
    }
    if legacy::is_pickle(&start) {
        let (bytes, start) = legacy::pickles(&file)?;
        let object = pickle::read(&bytes[start..])?;
        let end = start + object.len;
        let legacy = Legacy::open(&file, &object, &bytes[end..], end as u64)?;
        return Arrays::of(&object, legacy.size(), &|tensor| legacy.array(tensor)).content();
    }
    let archive = Archive::open(path)?;
    let pickle = archive.pickle()?;
    let big_endian = archive.is_big_endian()?;
    Arrays::of(&pickle::read(&pickle)?, archive.size(), &|tensor| archive.array(tensor, big_endian)).content()
}

/// The arrays that a pickle describes.
struct Arrays<'p, 'a> {
    pickle: &'p Pickle<'a>,
    /// Bytes of the file, unpacked.
    size: u64,
    /// Finds a tensor in its storage.
    tensor: &'p dyn Fn(&Tensor) -> Result<Array, Fault>,
    /// The decoded NumPy arrays, by the value that contains them.
    decoded: HashMap<Id, Region>,
}

impl<'p, 'a> Arrays<'p, 'a> {
    fn of(pickle: &'p Pickle<'a>, size: u64, tensor: &'p dyn Fn(&Tensor) -> Result<Array, Fault>) -> Arrays<'p, 'a> {
        Arrays { pickle, size, tensor, decoded: HashMap::new() }
    }

    fn content(mut self) -> Result<Content, Fault> {
        let root = self.pickle.values.get(self.pickle.root);
        let mut found = saved::arrays(self.pickle)?;
        match (&mut found[..], root) {
            ([SavedArray { name, parts }], _) if name.is_empty() => {
                let parts = std::mem::replace(parts, Ok(Vec::new()))?;
                self.join(&parts).map(Content::Array)
            }
            ([], PickleValue::Dict { .. }) | ([_, ..], _) => {
                let array = |saved: SavedArray| (saved.name, saved.parts.and_then(|parts| self.join(&parts)));
                Ok(Content::Arrays(found.into_iter().map(array).collect()))
            }
            ([], other) => {
                let found = format!("expected tensors, found {}", other.kind());
                Err(Fault::no_layer(found).hint(SAVE_DICT))
            }
        }
    }

    /// The arrays in `parts`, concatenated.
    fn join(&mut self, parts: &[Id]) -> Result<Array, Fault> {
        let in_batch = |(number, &part): (usize, &Id)| {
            self.array(part).map_err(|fault| match parts.len() {
                1 => fault,
                _ => fault.within(&format!("batch {number}")),
            })
        };
        let arrays = parts.iter().enumerate().map(in_batch).collect::<Result<Vec<Array>, Fault>>()?;
        // What is stored once may be in a list any number of times.
        let bytes = arrays.iter().fold(0_u64, |sum, array| sum.saturating_add(array.header().len()));
        if bytes > self.size {
            return Err(Fault::content(format_args!(
                "expected batches that are all stored, found {bytes} bytes of them in {}",
                self.size
            ))
            .hint("save `torch.cat(batches)`"));
        }
        Array::join(arrays)
    }

    fn array(&mut self, id: Id) -> Result<Array, Fault> {
        let values = &self.pickle.values;
        match values.get(id) {
            PickleValue::Tensor(tensor) => (self.tensor)(tensor),
            PickleValue::Ndarray(Some(array)) => {
                let origin = array.origin(values);
                let region = match self.decoded.entry(origin) {
                    Entry::Occupied(decoded) => decoded.into_mut(),
                    Entry::Vacant(place) => {
                        // Its type first, for objects have no elements.
                        array.dtype()?;
                        place.insert(Region::in_memory(numpy::decode(origin, values)?))
                    }
                };
                let header = array.header(region.len())?;
                Ok(Array::in_region(region.clone(), header))
            }
            _ => Err(damaged_pickle("an array has no elements")),
        }
    }
}
