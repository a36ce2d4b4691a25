//! Which arrays are in a saved object, and their names: lists are concatenated batches, keys are names.

use std::collections::HashSet;

use super::global::SAVE_DICT;
use super::pickle::Pickle;
use super::value::{Id, PickleValue, PickleValues};
use crate::error::Fault;

/// Containers within containers; no script nests activations as deep.
const DEEPEST: usize = 32;

/// Visits and bytes of names for each byte of a pickle. What holds nothing twice takes less; a pickle may also hold one
/// container in another any number of times.
const MOST_A_BYTE: usize = 8;

/// Tensors and arrays under one name, concatenated.
#[derive(Debug)]
pub(super) struct SavedArray {
    /// Keys from the outermost to the innermost, joined by dots; empty for what was saved alone.
    pub(super) name: String,
    /// At least one, or why there is no array.
    pub(super) parts: Result<Vec<Id>, Fault>,
}

/// The arrays in what was saved. Plain values beside them are skipped, as is what contains none.
pub(super) fn arrays(pickle: &Pickle) -> Result<Vec<SavedArray>, Fault> {
    let mut walk = Walk { values: &pickle.values, left: pickle.len.saturating_mul(MOST_A_BYTE) };
    let found = walk.visit(pickle.root, 0)?;
    let mut names = HashSet::new();
    match found.iter().find(|array| !names.insert(&array.name)) {
        Some(twice) => Err(Fault::content(format_args!("two tensors are named `{}`", twice.name)).hint(SAVE_DICT)),
        None => Ok(found),
    }
}

fn optimizer() -> Fault {
    Fault::no_layer("this looks like an optimizer's state, not like activations")
        .hint("name the files of the activations; in a directory, --exclude leaves others out")
}

struct Walk<'v, 'a> {
    values: &'v PickleValues<'a>,
    /// Visits and bytes of names that are left.
    left: usize,
}

impl Walk<'_, '_> {
    fn visit(&mut self, id: Id, depth: usize) -> Result<Vec<SavedArray>, Fault> {
        self.spend(1)?;
        if depth > DEEPEST {
            return Err(Fault::content(format_args!(
                "expected at most {DEEPEST} containers in each other, found more"
            ))
            .hint(SAVE_DICT));
        }
        let values = self.values;
        let alone = |parts| Ok(vec![SavedArray { name: String::new(), parts }]);
        match values.get(id) {
            PickleValue::Dict { items, .. } => {
                self.spend(items.len())?;
                if self.is_optimizer(items) { alone(Err(optimizer())) } else { self.items(items, depth) }
            }
            _ if !values.have_tensors(&[id]) => Ok(Vec::new()),
            PickleValue::Tensor(_) | PickleValue::Ndarray(_) => alone(Ok(vec![id])),
            PickleValue::Tuple { items, .. } => self.sequence(items, false, depth),
            PickleValue::List { items, .. } => self.sequence(items, true, depth),
            other => {
                alone(Err(Fault::content(format_args!("expected tensors, found {}", other.kind())).hint(SAVE_DICT)))
            }
        }
    }

    fn spend(&mut self, count: usize) -> Result<(), Fault> {
        self.left = self.left.checked_sub(count).ok_or_else(|| {
            Fault::content("expected each container in one place only, found the same ones repeated").hint(SAVE_DICT)
        })?;
        Ok(())
    }

    /// `arrays` in the container called `key`.
    fn under(&mut self, key: &str, arrays: Vec<SavedArray>) -> Result<Vec<SavedArray>, Fault> {
        let named = |array: SavedArray| {
            let name = if array.name.is_empty() { key.to_owned() } else { format!("{key}.{}", array.name) };
            self.spend(name.len())?;
            Ok(SavedArray { name, ..array })
        };
        arrays.into_iter().map(named).collect()
    }

    fn is_optimizer(&self, items: &[[Id; 2]]) -> bool {
        let has = |name| {
            items.iter().any(|&[key, _]| matches!(self.values.get(key), PickleValue::Text(text) if *text == name))
        };
        has("state") && has("param_groups")
    }

    fn items(&mut self, items: &[[Id; 2]], depth: usize) -> Result<Vec<SavedArray>, Fault> {
        let mut found = Vec::new();
        for &[key, value] in items {
            if self.values.have_tensors(&[value]) {
                let arrays = self.visit(value, depth + 1)?;
                found.extend(self.under(&self.key(key)?, arrays)?);
            }
        }
        Ok(found)
    }

    /// A key as it stands in a name; a tuple by its parts.
    fn key(&self, key: Id) -> Result<String, Fault> {
        let part = |key: Id| match self.values.get(key) {
            PickleValue::Text(text) => Some((*text).to_owned()),
            PickleValue::Int(number) => Some(number.to_string()),
            _ => None,
        };
        let name = match self.values.get(key) {
            PickleValue::Tuple { items, .. } if !items.is_empty() && items.len() <= DEEPEST => {
                items.iter().map(|&key| part(key)).collect::<Option<Vec<_>>>().map(|parts| parts.join("."))
            }
            _ => part(key),
        };
        name.ok_or_else(|| {
            let found = self.values.get(key).kind();
            Fault::content(format_args!("expected text or numbers as the name of a tensor, found {found}"))
                .hint(SAVE_DICT)
        })
    }

    /// Batches to concatenate, or records of them, or values named after their positions.
    fn sequence(&mut self, items: &[Id], is_list: bool, depth: usize) -> Result<Vec<SavedArray>, Fault> {
        self.spend(items.len())?;
        let held: Vec<(usize, Id)> =
            items.iter().copied().enumerate().filter(|&(_, item)| self.values.have_tensors(&[item])).collect();
        let axes = held.iter().map(|&(_, item)| self.axes(item)).collect::<Option<Vec<usize>>>();
        // Labels have one axis, and are no batch beside matrices.
        let is_matrix = |axes: &usize| *axes > 1;
        if axes.is_some_and(|axes| axes.iter().all(is_matrix) || !axes.iter().any(is_matrix)) {
            let parts = held.into_iter().map(|(_, item)| item).collect();
            return Ok(vec![SavedArray { name: String::new(), parts: Ok(parts) }]);
        }
        let mut each = Vec::with_capacity(held.len());
        for &(_, item) in &held {
            each.push(self.visit(item, depth + 1)?);
        }
        if is_list && are_records(&each) {
            return Ok(join_records(each));
        }
        let mut named = Vec::new();
        for ((place, _), arrays) in held.into_iter().zip(each) {
            named.extend(self.under(&place.to_string(), arrays)?);
        }
        Ok(named)
    }

    /// Axes of a tensor or an array; `None` for anything else.
    fn axes(&self, id: Id) -> Option<usize> {
        match self.values.get(id) {
            PickleValue::Tensor(tensor) => Some(tensor.shape.len()),
            PickleValue::Ndarray(Some(array)) => Some(array.shape.len()),
            _ => None,
        }
    }
}

/// Whether the arrays of each item have the same names: `{"x": …, "y": …}` for every batch.
fn are_records(each: &[Vec<SavedArray>]) -> bool {
    let names = |arrays: &[SavedArray]| arrays.iter().map(|array| array.name.clone()).collect::<Vec<_>>();
    let first = each.first().map(|arrays| names(arrays)).unwrap_or_default();
    !first.iter().any(String::is_empty) && each.iter().all(|arrays| names(arrays) == first)
}

fn join_records(each: Vec<Vec<SavedArray>>) -> Vec<SavedArray> {
    let mut each = each.into_iter();
    let mut joined = each.next().unwrap_or_default();
    for (whole, more) in each.flat_map(|arrays| arrays.into_iter().enumerate()) {
        let whole = &mut joined[whole];
        match (&mut whole.parts, more.parts) {
            (Ok(parts), Ok(more)) => parts.extend(more),
            (parts @ Ok(_), Err(fault)) => *parts = Err(fault),
            (Err(_), _) => {}
        }
    }
    joined
}
