//! The values that a pickle puts together, and the tensors among them; every object but those that tensors are made of is
//! refused by name.

use std::collections::HashSet;

use super::global::{Global, SAVE_AGAIN, SAVE_FLAT};
use super::tensor::Tensor;
use crate::error::Fault;

/// No tensor of activations has as many axes.
const MOST_AXES: usize = 32;

/// What was saved.
#[derive(Debug)]
pub(super) enum Saved<'a> {
    /// A tensor alone.
    Tensor(Tensor<'a>),
    /// The tensors of a dict by name, each with why it is none if so; plain values are passed over.
    Dict(Vec<(String, Result<Tensor<'a>, Fault>)>),
}

/// The number of a value in the order in which they were made.
pub(super) type Id = usize;

/// A value; containers hold the numbers of theirs.
#[derive(Debug)]
pub(super) enum PickleValue<'a> {
    /// None, a boolean, a fraction, bytes, a number beyond 64 bits.
    Plain,
    Int(i64),
    Text(&'a str),
    Tuple {
        items: Vec<Id>,
        has_tensors: bool,
    },
    /// A list or a set, whose items are of no use.
    List {
        has_tensors: bool,
    },
    Dict {
        items: Vec<[Id; 2]>,
        has_tensors: bool,
    },
    Global(Global<'a>),
    Storage {
        key: &'a str,
        dtype: &'a str,
    },
    Tensor(Box<Tensor<'a>>),
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
            _ => Err(damaged_pickle("a name is no text")),
        }
    }

    /// Whether any of `ids` is a tensor or, as it was made, held one.
    pub(super) fn have_tensors(&self, ids: &[Id]) -> bool {
        ids.iter().any(|&id| match *self.get(id) {
            PickleValue::Plain | PickleValue::Int(_) | PickleValue::Text(_) | PickleValue::Global(_) => false,
            PickleValue::Tuple { has_tensors, .. }
            | PickleValue::List { has_tensors }
            | PickleValue::Dict { has_tensors, .. } => has_tensors,
            PickleValue::Storage { .. } | PickleValue::Tensor(_) => true,
        })
    }

    /// Adds `added` to a list.
    pub(super) fn append(&mut self, list: Id, added: &[Id]) -> Result<(), Fault> {
        let more = self.have_tensors(added);
        match &mut self.0[list] {
            PickleValue::List { has_tensors } => *has_tensors |= more,
            _ => return Err(damaged_pickle("it appends to what is no list")),
        }
        Ok(())
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
            _ => Err(damaged_pickle("it sets items of what is no dict")),
        }
    }

    pub(super) fn check_dict(&self, id: Id) -> Result<(), Fault> {
        match self.get(id) {
            PickleValue::Dict { .. } => Ok(()),
            _ => Err(damaged_pickle("it sets attributes of what is no dict")),
        }
    }

    /// The storage that a reference to one stands for: `(\"storage\", type, key, device, length)`.
    pub(super) fn storage(&self, reference: Id) -> Result<PickleValue<'a>, Fault> {
        if let &[kind, dtype, key, _, _] = self.tuple(reference)?
            && let (PickleValue::Text("storage"), &PickleValue::Global(Global::Type(dtype))) =
                (self.get(kind), self.get(dtype))
        {
            return Ok(PickleValue::Storage { key: self.text(key)?, dtype });
        }
        Err(damaged_pickle("it refers to what is no storage"))
    }

    /// What `function` makes of `arguments`, as far as it is known without calling it.
    pub(super) fn call(&self, function: Id, arguments: Id) -> Result<PickleValue<'a>, Fault> {
        let &PickleValue::Global(function) = self.get(function) else {
            return Err(damaged_pickle("it calls what is no function"));
        };
        match (function, self.tuple(arguments)?) {
            (Global::OrderedDict, []) => Ok(PickleValue::Dict { items: Vec::new(), has_tensors: false }),
            (Global::Tensor, &[storage, offset, shape, strides, _, _, ref flags @ ..]) => {
                self.tensor(storage, None, [offset, shape, strides], flags)
            }
            (Global::TypedTensor, &[storage, offset, shape, strides, _, _, dtype, ref flags @ ..]) => {
                self.tensor(storage, Some(dtype), [offset, shape, strides], flags)
            }
            (Global::Parameter, &[tensor, _, _]) => match self.get(tensor) {
                PickleValue::Tensor(tensor) => Ok(PickleValue::Tensor(tensor.clone())),
                _ => Err(damaged_pickle("a parameter is no tensor")),
            },
            (Global::Plain, _) => Ok(PickleValue::List { has_tensors: self.have_tensors(&[arguments]) }),
            _ => Err(damaged_pickle("it calls a function with arguments of another")),
        }
    }

    fn tensor(&self, storage: Id, dtype: Option<Id>, place: [Id; 3], flags: &[Id]) -> Result<PickleValue<'a>, Fault> {
        let &PickleValue::Storage { key, dtype: stored } = self.get(storage) else {
            return Err(damaged_pickle("a tensor is without a storage"));
        };
        let dtype = match dtype.map(|dtype| self.get(dtype)) {
            None => stored,
            Some(&PickleValue::Global(Global::Type(dtype))) => dtype,
            Some(_) => return Err(damaged_pickle("a tensor is without a type")),
        };
        let is_set = |&flags: &Id| !matches!(self.get(flags), PickleValue::Dict { items, .. } if items.is_empty());
        if flags.iter().take(1).any(is_set) {
            // Its numbers are other than those that are stored.
            return Err(Fault::content("expected a plain tensor, found one that is conjugate or negative by a flag")
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
        size.ok_or_else(|| damaged_pickle("a length or a stride is no whole number from 0 on"))
    }

    /// The tensors in `root`.
    pub(super) fn saved_tensors(&self, root: Id) -> Result<Saved<'a>, Fault> {
        let items = match self.get(root) {
            PickleValue::Tensor(tensor) => return Ok(Saved::Tensor(Tensor::clone(tensor))),
            PickleValue::Dict { items, .. } => items,
            other => {
                let found = format!("expected a tensor or a dict of tensors, found {}", other.kind());
                return Err(Fault::content(found).hint(SAVE_FLAT));
            }
        };
        let (mut names, mut tensors) = (HashSet::new(), Vec::new());
        for &[key, value] in items.iter().filter(|[_, value]| self.have_tensors(&[*value])) {
            let name = match self.get(key) {
                PickleValue::Text(name) => (*name).to_owned(),
                PickleValue::Int(number) => number.to_string(),
                other => {
                    let found = format!("expected text for the name of a tensor, found {}", other.kind());
                    return Err(Fault::content(found).hint(SAVE_FLAT));
                }
            };
            if !names.insert(name.clone()) {
                return Err(Fault::content(format_args!("two tensors are called `{name}`")).hint(SAVE_FLAT));
            }
            let tensor = match self.get(value) {
                PickleValue::Tensor(tensor) => Ok(Tensor::clone(tensor)),
                other => {
                    Err(Fault::content(format_args!("expected a tensor, found {} with tensors in it", other.kind()))
                        .hint(SAVE_FLAT))
                }
            };
            tensors.push((name, tensor));
        }
        Ok(Saved::Dict(tensors))
    }
}

impl PickleValue<'_> {
    fn kind(&self) -> &'static str {
        match self {
            PickleValue::Plain => "a plain value",
            PickleValue::Int(_) => "a number",
            PickleValue::Text(_) => "text",
            PickleValue::Tuple { .. } => "a tuple",
            PickleValue::List { .. } => "a list",
            PickleValue::Dict { .. } => "a dict",
            PickleValue::Global(_) => "a type",
            PickleValue::Storage { .. } => "a storage",
            PickleValue::Tensor(_) => "a tensor",
        }
    }
}
