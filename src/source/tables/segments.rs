//! The rows of a column in ranges whose values are contiguous and have no nulls.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, GenericListViewArray, OffsetSizeTrait};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;

use super::column_path::ColumnPath;
use super::guard::damaged_file;
use super::lists::Lists;
use super::nulls::Nulls;
use super::references::{References, is_endless};
use super::row_faults::{NO_NULLS, row_fault};
use super::types::is_list;
use crate::error::Fault;
use snnl_core::rows::Values;

/// Consecutive rows, and their values.
pub(super) struct Segment {
    pub(super) rows: Range<usize>,
    pub(super) values: ArrayRef,
}

/// The rows of `column` that are there: not null, nor in `outer`, and unless nulls are refused where they are met, without
/// nulls in them.
///
/// # Errors
/// Where a reference leads nowhere.
pub(super) fn segments(column: &ArrayRef, outer: Option<&NullBuffer>, nulls: Nulls) -> Result<Vec<Segment>, Fault> {
    let references = References::of(column)?;
    let values = references.as_ref().map_or(column, |references| &references.values);
    let holes = (nulls == Nulls::NotFinite).then(|| holes(values)).flatten();
    let place_of = |row: usize| {
        let place = match &references {
            Some(references) if references.places.is_null(row) => return None,
            Some(references) => references.places.value(row) as usize,
            None => row,
        };
        let is_null = outer.is_some_and(|outer| outer.is_null(row)) || values.is_null(place);
        (!is_null && !holes.as_ref().is_some_and(|holes| holes[place])).then_some(place)
    };
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for row in 0..column.len() {
        let Some(place) = place_of(row) else { continue };
        match found.last_mut() {
            Some((rows, places)) if (rows.end, places.end) == (row, place) && continues(values, place) => {
                (rows.end, places.end) = (row + 1, place + 1);
            }
            _ => found.push((row..row + 1, place..place + 1)),
        }
    }
    let segment = |(rows, places): (Range<usize>, Range<usize>)| Segment {
        rows,
        values: values.slice(places.start, places.len()),
    };
    Ok(found.into_iter().map(segment).collect())
}

/// The rows in `root`, of which the first is `start`, that have a list.
///
/// # Errors
/// Where one has none, and nulls are refused.
pub(super) fn present(column: &ColumnPath, start: usize, root: &ArrayRef, nulls: Nulls) -> Result<Vec<Segment>, Fault> {
    let (values, outer) = column.follow(root);
    let found = segments(&values, outer.as_ref(), nulls)?;
    let mut next = 0;
    for segment in found.iter().filter(|_| nulls == Nulls::Refused) {
        if segment.rows.start > next {
            break;
        }
        next = segment.rows.end;
    }
    match nulls == Nulls::Refused && next < root.len() {
        true => Err(row_fault(&column.name, start + next, "is null").hint(NO_NULLS)),
        false => Ok(found),
    }
}

/// Whether the value at `place` lies where that before it ends.
fn continues(values: &ArrayRef, place: usize) -> bool {
    fn meets<O: OffsetSizeTrait>(views: &GenericListViewArray<O>, place: usize) -> bool {
        let before = place - 1;
        let end = views.value_offset(before).as_usize() + views.value_size(before).as_usize();
        views.value_offset(place).as_usize() == end
    }
    match values.data_type() {
        DataType::ListView(_) => meets(values.as_list_view::<i32>(), place),
        DataType::LargeListView(_) => meets(values.as_list_view::<i64>(), place),
        _ => true,
    }
}

/// For each value whether it is null, or anything in it; `None` where nothing is.
fn holes(values: &ArrayRef) -> Option<Vec<bool>> {
    if is_endless(values) {
        return None;
    }
    let own = values.logical_nulls().filter(|nulls| nulls.null_count() > 0);
    let inner = is_list(values.data_type()).then(|| Lists::of(values)).and_then(|lists| {
        // Lists may overlap, so that each is judged by counts of all before its start and its end.
        let mut counts = vec![0_usize];
        for hole in holes(&lists.elements)? {
            counts.push(counts.last().copied().unwrap_or(0) + usize::from(hole));
        }
        Some(lists.extents.iter().map(|extent| counts[extent.end] > counts[extent.start]).collect::<Vec<bool>>())
    });
    if own.is_none() && inner.is_none() {
        return None;
    }
    let is_hole =
        |row: usize| own.as_ref().is_some_and(|own| own.is_null(row)) || inner.as_ref().is_some_and(|inner| inner[row]);
    Some((0..values.len()).map(is_hole).collect())
}

/// The numbers of `rows` rows of `dim`, put together of those from some rows on; the others are NaN.
///
/// # Errors
/// Where f32 should hold numbers of f64.
pub(super) fn assemble(
    rows: usize,
    dim: usize,
    fits_f32: bool,
    mut parts: Vec<(usize, Values)>,
) -> Result<Values, Fault> {
    fn put<T: Copy + Into<V>, V>(all: &mut [V], at: usize, part: &[T]) {
        all[at..].iter_mut().zip(part).for_each(|(cell, &value)| *cell = value.into());
    }
    let len = |values: &Values| match values {
        Values::F32(values) => values.len(),
        Values::F64(values) => values.len(),
    };
    if let [(0, values)] = &parts[..]
        && len(values) == rows * dim
    {
        return Ok(parts.remove(0).1);
    }
    let mut all = match fits_f32 {
        true => Values::F32(vec![f32::NAN; rows * dim]),
        false => Values::F64(vec![f64::NAN; rows * dim]),
    };
    for (row, part) in parts {
        match (&mut all, &part) {
            (Values::F32(all), Values::F32(part)) => put(all, row * dim, part),
            (Values::F64(all), Values::F32(part)) => put(all, row * dim, part),
            (Values::F64(all), Values::F64(part)) => put(all, row * dim, part),
            (Values::F32(_), Values::F64(_)) => {
                return Err(damaged_file("a column is not of the type that its schema says"));
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Float32Type;
    use arrow_array::{Int8Array, ListArray};

    use super::*;

    fn lists(lists: Vec<Option<Vec<Option<f32>>>>) -> ArrayRef {
        Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>(lists))
    }

    fn rows(column: &ArrayRef, nulls: Nulls) -> Vec<Range<usize>> {
        segments(column, None, nulls).unwrap().into_iter().map(|segment| segment.rows).collect()
    }

    #[test]
    fn rows_with_a_null_are_in_no_segment() {
        let column = lists(vec![
            Some(vec![Some(1.0)]),
            None,
            Some(vec![Some(2.0)]),
            Some(vec![None]),
            Some(vec![Some(3.0)]),
            Some(vec![Some(4.0)]),
        ]);
        assert_eq!(rows(&column, Nulls::NotFinite), [0..1, 2..3, 4..6]);
        assert_eq!(rows(&column, Nulls::Refused), [0..1, 2..6]);
        assert_eq!(rows(&column.slice(2, 4), Nulls::NotFinite), [0..1, 2..4]);
        let outer = NullBuffer::from(vec![true, true, true, true, false, true]);
        let found = segments(&column, Some(&outer), Nulls::NotFinite).unwrap();
        assert_eq!(found.iter().map(|segment| segment.rows.clone()).collect::<Vec<_>>(), [0..1, 2..3, 5..6]);
    }

    #[test]
    fn keys_lead_to_values_wherever_these_are() {
        let values = lists(vec![Some(vec![Some(1.0)]), None, Some(vec![Some(2.0)])]);
        let keys = Int8Array::from(vec![Some(2), None, Some(0), Some(1), Some(2)]);
        let column: ArrayRef = Arc::new(arrow_array::DictionaryArray::new(keys, values));
        assert_eq!(rows(&column, Nulls::Refused), [0..1, 2..3, 4..5]);
    }
}
