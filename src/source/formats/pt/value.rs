//! The values that a pickle builds, including tensors and NumPy arrays; every object except those that these are made
//! of is refused by name.

use super::global::{Global, SAVE_AGAIN};
use super::tensor::{Storage, Tensor};
use crate::error::Fault;

/// No tensor of activations has as many axes.
const MOST_AXES: usize = 32;

/// The number of a value in the order in which they were made.
pub(super) type Id = usize;

/// An array of NumPy's as it is described.
#[derive(Debug)]
pub(super) struct Ndarray<'a> {
    /// The element type without its byte order, for example `f4`.
    pub(super) code: &'a str,
    pub(super) byte_order: &'a str,
    /// Length of each axis.
    pub(super) shape: Vec<usize>,
    pub(super) columns_first: bool,
    /// The value that has the elements.
    pub(super) bytes: Id,
}

/// A value; containers hold the numbers of theirs.
#[derive(Debug)]
pub(super) enum PickleValue<'a> {
    /// None, a fraction, a number beyond 64 bits.
    Plain,
    Bool(bool),
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    /// Bytes whose numbers are the characters of a text, here that text's number.
    Encoded(Id),
    Tuple {
        items: Vec<Id>,
        has_tensors: bool,
    },
    /// A list or a set.
    List {
        items: Vec<Id>,
        has_tensors: bool,
    },
    Dict {
        items: Vec<[Id; 2]>,
        has_tensors: bool,
    },
    Global(Global<'a>),
    Storage(Storage<'a>),
    Tensor(Box<Tensor<'a>>),
    /// An element type of NumPy, and its byte order once that was said.
    NumpyType {
        code: &'a str,
        order: &'a str,
    },
    /// An array of NumPy, once it was said which.
    Ndarray(Option<Box<Ndarray<'a>>>),
}

/// All values of a pickle.
#[derive(Debug, Default)]
pub(super) struct PickleValues<'a>(Vec<PickleValue<'a>>);

/// What is said of a pickle that `torch.save` does not write.
pub(super) fn damaged_pickle(problem: &str) -> Fault {
    Fault::content(format_args!("damaged pickle: {problem}")).hint(SAVE_AGAIN)
}

impl<'a> PickleValues<'a> {
    pub(super) fn add(&mut self, value: PickleValue<'a>) -> Id {
        self.0.push(value);
        self.0.len() - 1
    }

    pub(super) fn get(&self, id: Id) -> &PickleValue<'a> {
        &self.0[id]
    }

    pub(super) fn text(&self, id: Id) -> Result<&'a str, Fault> {
        match *self.get(id) {
            PickleValue::Text(text) => Ok(text),
            _ => Err(damaged_pickle("a name is not text")),
        }
    }

    /// All storages that tensors refer to.
    pub(super) fn storages(&self) -> impl Iterator<Item = &Storage<'a>> {
        self.0.iter().filter_map(|value| if let PickleValue::Storage(storage) = value { Some(storage) } else { None })
    }

    /// Whether any of `ids` is a tensor or an array or, as it was made, held one.
    pub(super) fn have_tensors(&self, ids: &[Id]) -> bool {
        ids.iter().any(|&id| match *self.get(id) {
            PickleValue::Tuple { has_tensors, .. }
            | PickleValue::List { has_tensors, .. }
            | PickleValue::Dict { has_tensors, .. } => has_tensors,
            PickleValue::Storage(_) | PickleValue::Tensor(_) | PickleValue::Ndarray(_) => true,
            _ => false,
        })
    }

    /// Adds `added` to a list.
    pub(super) fn append(&mut self, list: Id, added: &[Id]) -> Result<(), Fault> {
        let more = self.have_tensors(added);
        match &mut self.0[list] {
            PickleValue::List { items, has_tensors } => {
                items.extend_from_slice(added);
                *has_tensors |= more;
                Ok(())
            }
            _ => Err(damaged_pickle("it appends to something that is not a list")),
        }
    }

    /// Adds `added`, keys and values by turns, to a dict.
    pub(super) fn set(&mut self, dict: Id, added: &[Id]) -> Result<(), Fault> {
        let more = self.have_tensors(added);
        match (&mut self.0[dict], added.as_chunks()) {
            (PickleValue::Dict { items, has_tensors }, (pairs, [])) => {
                items.extend_from_slice(pairs);
                *has_tensors |= more;
                Ok(())
            }
            _ => Err(damaged_pickle("it sets items of something that is not a dict")),
        }
    }

    /// Completes `object` by `state`. Attributes of a dict, of which `torch` gives each state dict one, are skipped.
    pub(super) fn build(&mut self, object: Id, state: Id) -> Result<(), Fault> {
        let built = match (self.get(object), self.get(state)) {
            (PickleValue::Dict { .. }, _) => return Ok(()),
            (&PickleValue::NumpyType { code, .. }, PickleValue::Tuple { items, .. }) => match items[..] {
                [_, order, ..] => PickleValue::NumpyType { code, order: self.text(order)? },
                _ => return Err(damaged_pickle("a NumPy type has no byte order")),
            },
            (PickleValue::Ndarray(None), PickleValue::Tuple { items, .. }) => match items[..] {
                [_, shape, dtype, order, bytes] => self.ndarray(bytes, dtype, shape, order)?,
                _ => return Err(damaged_pickle("an array has no elements")),
            },
            _ => return Err(damaged_pickle("it sets attributes of something that has none")),
        };
        self.0[object] = built;
        Ok(())
    }

    fn ndarray(&self, bytes: Id, dtype: Id, shape: Id, order: Id) -> Result<PickleValue<'a>, Fault> {
        let &PickleValue::NumpyType { code, order: byte_order } = self.get(dtype) else {
            return Err(damaged_pickle("an array has no type"));
        };
        let columns_first = matches!(self.get(order), PickleValue::Bool(true) | PickleValue::Text("F"));
        let shape = self.sizes(shape)?;
        Ok(PickleValue::Ndarray(Some(Box::new(Ndarray { code, byte_order, shape, columns_first, bytes }))))
    }

    /// The storage that a reference to one stands for: `("storage", type, key, device, length)`, and before version 1.6
    /// `None` where it is not a view of another.
    pub(super) fn storage(&self, reference: Id) -> Result<PickleValue<'a>, Fault> {
        if let &[kind, dtype, key, _, len, ref view @ ..] = self.tuple(reference)?
            && let (PickleValue::Text("storage"), &PickleValue::Global(Global::Type(dtype))) =
                (self.get(kind), self.get(dtype))
            && view.iter().all(|&view| matches!(self.get(view), PickleValue::Plain))
        {
            return Ok(PickleValue::Storage(Storage { key: self.text(key)?, dtype, len: self.size(len)? as u64 }));
        }
        Err(damaged_pickle("it refers to something that is not a storage"))
    }

    /// What `function` makes of `arguments`, as far as it is known without calling it.
    pub(super) fn call(&self, function: Id, arguments: Id) -> Result<PickleValue<'a>, Fault> {
        let &PickleValue::Global(function) = self.get(function) else {
            return Err(damaged_pickle("it calls something that is not a function"));
        };
        match (function, self.tuple(arguments)?) {
            (Global::OrderedDict, []) | (Global::DefaultDict, _) => {
                Ok(PickleValue::Dict { items: Vec::new(), has_tensors: false })
            }
            (Global::Tensor, &[storage, offset, shape, strides, _, _, ref flags @ ..]) => {
                self.tensor(storage, None, [offset, shape, strides], flags)
            }
            (Global::TypedTensor, &[storage, offset, shape, strides, _, _, dtype, ref flags @ ..]) => {
                self.tensor(storage, Some(dtype), [offset, shape, strides], flags)
            }
            (Global::Parameter, &[tensor, _, _]) => match self.get(tensor) {
                PickleValue::Tensor(tensor) => Ok(PickleValue::Tensor(tensor.clone())),
                _ => Err(damaged_pickle("a parameter is not a tensor")),
            },
            (Global::Ndarray, _) => Ok(PickleValue::Ndarray(None)),
            (Global::NdarrayOfBytes, &[bytes, dtype, shape, order]) => self.ndarray(bytes, dtype, shape, order),
            (Global::NumpyType, &[code, ..]) => Ok(PickleValue::NumpyType { code: self.text(code)?, order: "|" }),
            (Global::Encode, &[text, encoding]) if matches!(self.get(encoding), PickleValue::Text("latin1")) => {
                Ok(PickleValue::Encoded(text))
            }
            (Global::Bytes, []) => Ok(PickleValue::Bytes(&[])),
            (Global::Plain, _) => {
                Ok(PickleValue::List { items: vec![arguments], has_tensors: self.have_tensors(&[arguments]) })
            }
            _ => Err(damaged_pickle("it calls a function with the arguments of another")),
        }
    }

    fn tensor(&self, storage: Id, dtype: Option<Id>, place: [Id; 3], flags: &[Id]) -> Result<PickleValue<'a>, Fault> {
        let &PickleValue::Storage(Storage { key, dtype: stored, .. }) = self.get(storage) else {
            return Err(damaged_pickle("a tensor has no storage"));
        };
        let dtype = match dtype.map(|dtype| self.get(dtype)) {
            None => stored,
            Some(&PickleValue::Global(Global::Type(dtype))) => dtype,
            Some(_) => return Err(damaged_pickle("a tensor has no type")),
        };
        let is_set = |&flags: &Id| !matches!(self.get(flags), PickleValue::Dict { items, .. } if items.is_empty());
        if flags.iter().take(1).any(is_set) {
            // Its numbers are other than those that are stored.
            return Err(Fault::content("expected a plain tensor, found one with the conjugate or negative flag set")
                .hint("save `x.resolve_conj().resolve_neg()`"));
        }
        let [offset, shape, strides] = place;
        let (shape, strides) = (self.sizes(shape)?, self.sizes(strides)?);
        if shape.len() != strides.len() {
            return Err(damaged_pickle("a tensor has an axis without a stride"));
        }
        Ok(PickleValue::Tensor(Box::new(Tensor {
            storage: key,
            dtype,
            offset: self.size(offset)? as u64,
            shape,
            strides,
        })))
    }

    fn tuple(&self, id: Id) -> Result<&[Id], Fault> {
        match self.get(id) {
            PickleValue::Tuple { items, .. } => Ok(items),
            _ => Err(damaged_pickle("a tuple is missing")),
        }
    }

    fn sizes(&self, id: Id) -> Result<Vec<usize>, Fault> {
        let sizes = self.tuple(id)?;
        if sizes.len() > MOST_AXES {
            return Err(Fault::content(format_args!("expected at most {MOST_AXES} axes, found {}", sizes.len())));
        }
        sizes.iter().map(|&size| self.size(size)).collect()
    }

    fn size(&self, id: Id) -> Result<usize, Fault> {
        let size = if let &PickleValue::Int(size) = self.get(id) { usize::try_from(size).ok() } else { None };
        size.ok_or_else(|| damaged_pickle("a length or a stride is not a whole number of at least 0"))
    }
}

impl PickleValue<'_> {
    /// What it is called in messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            PickleValue::Plain | PickleValue::Bool(_) => "a plain value",
            PickleValue::Int(_) => "a number",
            PickleValue::Text(_) => "text",
            PickleValue::Bytes(_) | PickleValue::Encoded(_) => "bytes",
            PickleValue::Tuple { .. } => "a tuple",
            PickleValue::List { .. } => "a list",
            PickleValue::Dict { .. } => "a dict",
            PickleValue::Global(_) | PickleValue::NumpyType { .. } => "a type",
            PickleValue::Storage(_) => "a storage",
            PickleValue::Tensor(_) => "a tensor",
            PickleValue::Ndarray(_) => "an array",
        }
    }
}
