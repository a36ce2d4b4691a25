//! Values that are stored once and referred to by the keys of a dictionary or by runs.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int16Type, Int32Type, Int64Type, RunEndIndexType};
use arrow_array::{AnyRunEndArray, Array, ArrayRef, RunArray, UInt64Array};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;
use arrow_select::take::take;

use super::guard::{damaged_file, guarded};
use crate::error::Fault;
use crate::source::matrix::CHUNK_BYTES;

/// What an array refers to.
pub(crate) struct References {
    /// Values, none of which is a reference itself.
    pub(crate) values: ArrayRef,
    /// For each row the place of its value among them, or null.
    pub(crate) places: UInt64Array,
}

impl References {
    /// What `array` refers to; `None` where it has its values itself.
    ///
    /// # Errors
    /// Where a reference leads nowhere.
    pub(crate) fn of(array: &ArrayRef) -> Result<Option<References>, Fault> {
        let Some(mut found) = References::one(array)? else { return Ok(None) };
        while let Some(next) = References::one(&found.values)? {
            let places = guarded(|| take(&next.places, &found.places, None))?.map_err(damaged_file)?;
            found = References { values: next.values, places: places.as_primitive().clone() };
        }
        Ok(Some(found))
    }

    /// As [`References::of`], but the values may be references again.
    fn one(array: &ArrayRef) -> Result<Option<References>, Fault> {
        let (values, places) = match array.data_type() {
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                let keys =
                    if dictionary.values().is_empty() { vec![0; array.len()] } else { dictionary.normalized_keys() };
                let places = keys.into_iter().map(|key| key as u64).collect();
                (dictionary.values().clone(), UInt64Array::new(places, dictionary.keys().nulls().cloned()))
            }
            DataType::RunEndEncoded(ends, _) => {
                let places = match ends.data_type() {
                    DataType::Int16 => runs(array.as_run::<Int16Type>()),
                    DataType::Int32 => runs(array.as_run::<Int32Type>()),
                    _ => runs(array.as_run::<Int64Type>()),
                };
                (array.as_any_ree().values().clone(), UInt64Array::from(places))
            }
            _ => return Ok(None),
        };
        match places.iter().flatten().any(|place| place >= values.len() as u64) {
            true => Err(damaged_file("it refers to a value that does not exist")),
            false => Ok(Some(References { values, places })),
        }
    }
}

/// The run that each row is in.
fn runs<R: RunEndIndexType>(array: &RunArray<R>) -> Vec<u64> {
    let (ends, offset) = (array.run_ends().values(), array.run_ends().offset());
    let mut run = array.get_start_physical_index();
    let run_of = |row: usize| {
        while ends.get(run).is_some_and(|end| end.as_usize() <= offset + row) {
            run += 1;
        }
        run as u64
    };
    (0..array.len()).map(run_of).collect()
}

/// Whether `array` has runs that stand for many more values than it stores, or than a chunk has.
pub(super) fn is_endless(array: &ArrayRef) -> bool {
    let most = |runs: &dyn AnyRunEndArray| CHUNK_BYTES.max(runs.values().len());
    array.as_any_ree_opt().is_some_and(|runs| array.len() > most(runs))
}

/// The numbers that `array` refers to, each in its place; any other array as it is.
///
/// # Errors
/// Where a reference leads nowhere, and where runs stand for many more numbers than a chunk has.
pub(super) fn resolve(array: &ArrayRef) -> Result<ArrayRef, Fault> {
    if is_endless(array) {
        return Err(Fault::content(format_args!("a run stands for {} numbers", array.len()))
            .hint("write the numbers themselves, or the whole row as a run"));
    }
    match References::of(array)? {
        Some(found) => guarded(|| take(&found.values, &found.places, None))?.map_err(damaged_file),
        None => Ok(array.clone()),
    }
}
