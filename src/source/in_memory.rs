//! Arrays that a program has in memory, under the names by which plans refer to them as if they were files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::arrays::array::Array;
use super::arrays::header::ArrayHeader;
use super::arrays::strides::{columns_first, rows_first};
use super::contents::content::Content;
use super::contents::label_names::is_label_like;
use super::files::region::Region;
use super::formats::parse_dtype;
use crate::error::{Error, Fault};

/// What a program has in memory. It stands for files: each has a name, and holds arrays by name, as an `.npz` file does. A name
/// that it has is looked up nowhere else. Layers and labels have names of their own.
#[derive(Debug, Clone, Default)]
pub struct InMemory {
    layers: Files,
    labels: Files,
}

/// Arrays by the files that they are in, and their names in these.
type Files = Arc<BTreeMap<PathBuf, Vec<(String, Array)>>>;

/// An array in memory, as NumPy describes it.
#[derive(Debug, Clone)]
pub struct MemoryArray {
    /// What the layer is called.
    pub name: String,
    /// The elements, one after the other.
    pub bytes: Bytes,
    /// The element type, as the header of a `.npy` file writes it, for example `<f4`, or `<V2` for bfloat16.
    pub descr: String,
    /// Elements along each axis.
    pub shape: Vec<usize>,
    /// Whether the first axis runs fastest (Fortran order), rather than the last.
    pub columns_first: bool,
}

/// Equal where it is the very same.
impl PartialEq for InMemory {
    fn eq(&self, other: &InMemory) -> bool {
        Arc::ptr_eq(&self.layers, &other.layers) && Arc::ptr_eq(&self.labels, &other.labels)
    }
}

impl Eq for InMemory {}

impl InMemory {
    /// These layers, under the name `file`.
    ///
    /// # Errors
    /// An array that is not of numbers, whose bytes are not as many as its shape says, or that is called like labels, which are
    /// never taken for layers.
    pub fn with_layers(mut self, file: &str, layers: Vec<MemoryArray>) -> Result<InMemory, Error> {
        if let Some(layer) = layers.iter().find(|layer| is_label_like(&layer.name)) {
            let problem = format!("a layer is named `{}`, and files of that name are labels", layer.name);
            return Err(Fault::content(problem).hint("give the layer another name").in_input(file));
        }
        let layers = layers.into_iter().map(MemoryArray::open).collect::<Result<Vec<_>, Fault>>();
        Arc::make_mut(&mut self.layers).insert(file.into(), layers.map_err(|fault| fault.in_input(file))?);
        Ok(self)
    }

    /// These labels, under the name `file`.
    ///
    /// # Errors
    /// An array whose bytes are not as many as its shape says, or of a type that no labels have.
    pub fn with_labels(mut self, file: &str, labels: MemoryArray) -> Result<InMemory, Error> {
        let labels = labels.open().map_err(|fault| Error::Labels { path: file.to_owned(), fault })?;
        Arc::make_mut(&mut self.labels).insert(file.into(), vec![labels]);
        Ok(self)
    }

    /// The layers in the file `path`, if it is one of these.
    pub(super) fn open_layers(&self, path: &Path) -> Option<Content> {
        self.layers.get(path).map(|arrays| content(arrays))
    }

    /// The labels in the file `path`, if it is one of these.
    pub(crate) fn open_labels(&self, path: &Path) -> Option<Content> {
        self.labels.get(path).map(|arrays| content(arrays))
    }

    /// What the layer in `path` is called where there is one alone, or else `path` itself; `None` where it is none of these.
    pub(super) fn name(&self, path: &Path) -> Option<String> {
        match &self.layers.get(path)?[..] {
            [(name, _)] => Some(name.clone()),
            _ => Some(path.display().to_string()),
        }
    }
}

fn content(arrays: &[(String, Array)]) -> Content {
    Content::Arrays(arrays.iter().map(|(name, array)| (name.clone(), Ok(array.clone()))).collect())
}

impl MemoryArray {
    /// The array, with its name.
    fn open(self) -> Result<(String, Array), Fault> {
        let MemoryArray { name, bytes, descr, shape, columns_first: is_columns_first } = self;
        let dtype = parse_dtype(&descr)?;
        let strides = if is_columns_first { columns_first(&shape) } else { rows_first(&shape) };
        let header = ArrayHeader { dtype, shape, strides, data_start: 0 };
        if header.len() != bytes.len() as u64 {
            let (shape, found) = (&header.shape, bytes.len());
            return Err(Fault::content(format_args!(
                "expected {} bytes of shape {shape:?}, found {found}",
                header.len()
            )));
        }
        Ok((name, Array::in_region(Region::in_memory(bytes), header)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::{LabelOptions, Labels};
    use crate::source::{Selection, Values, discover};

    fn array(name: &str, descr: &str, shape: &[usize], bytes: Vec<u8>) -> MemoryArray {
        MemoryArray {
            name: name.into(),
            bytes: bytes.into(),
            descr: descr.into(),
            shape: shape.to_vec(),
            columns_first: false,
        }
    }

    fn rows(in_memory: InMemory) -> (String, String, Values) {
        let layers = discover(&["<x>".into()], &Selection { in_memory, ..Selection::default() }).unwrap();
        let [layer] = &layers[..] else { panic!("{} layers", layers.len()) };
        let rows = layer.activations.scan(0..layer.activations.rows()).unwrap().next().unwrap().unwrap();
        (layer.name.clone(), layer.activations.dtype().to_owned(), rows.values)
    }

    #[test]
    fn arrays_are_layers_by_their_names_and_types() {
        let halves = [1.0, 2.0, 3.0, 4.0_f32].map(half::f16::from_f32).map(half::f16::to_le_bytes).concat();
        let c_order = array("12", "<f2", &[2, 2], halves);
        let fortran = MemoryArray { columns_first: true, ..c_order.clone() };
        let of = |array| rows(InMemory::default().with_layers("<x>", vec![array]).unwrap());
        assert_eq!(of(c_order), ("12".into(), "float16".into(), Values::F32(vec![1.0, 2.0, 3.0, 4.0])));
        assert_eq!(of(fortran).2, Values::F32(vec![1.0, 3.0, 2.0, 4.0]));
    }

    #[test]
    fn labels_are_read_as_from_a_file() {
        let labels = array("labels", "<i8", &[3], [7_i64, -1, 7].map(i64::to_le_bytes).concat());
        let in_memory = InMemory::default().with_labels("<labels>", labels).unwrap();
        let options = LabelOptions { in_memory, ..LabelOptions::default() };
        let labels = Labels::read_with(&["<labels>"], &options, &std::env::temp_dir()).unwrap();
        assert_eq!((labels.classes, labels.names), (vec![1, 0, 1], vec!["-1".to_owned(), "7".into()]));
    }

    #[test]
    fn what_is_no_layer_is_refused() {
        let refused = |array| InMemory::default().with_layers("<x>", vec![array]).unwrap_err();
        let said = |array| std::error::Error::source(&refused(array)).unwrap().to_string();
        assert_eq!(said(array("a", "<f4", &[2, 2], vec![0; 15])), "expected 16 bytes of shape [2, 2], found 15");
        assert_eq!(
            said(array("a", "|O", &[2, 2], vec![0; 32])),
            "expected an array of numbers, found elements of type `|O`"
        );
        assert_eq!(
            said(array("labels", "<f4", &[1, 1], vec![0; 4])),
            "a layer is named `labels`, and files of that name are labels"
        );
    }
}
