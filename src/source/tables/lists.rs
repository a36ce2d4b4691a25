//! Lists of any layout as positions in the array of all elements.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, GenericListArray, GenericListViewArray, OffsetSizeTrait, UInt64Array};
use arrow_schema::DataType;
use arrow_select::take::take;

use super::guard::{damaged_file, guarded};
use crate::error::Fault;
use crate::source::matrix::CHUNK_BYTES;

/// Lists, and the elements of all of them.
pub(super) struct Lists {
    /// Where each list lies among the elements; a null one is empty.
    pub(super) extents: Vec<Range<usize>>,
    /// The elements from the first that a list has to the last.
    pub(super) elements: ArrayRef,
}

impl Lists {
    /// The lists in `array`, which must be of a type of lists.
    pub(super) fn of(array: &ArrayRef) -> Lists {
        let (extents, elements) = match array.data_type() {
            DataType::List(_) => consecutive(array.as_list::<i32>()),
            DataType::LargeList(_) => consecutive(array.as_list::<i64>()),
            DataType::ListView(_) => views(array.as_list_view::<i32>()),
            DataType::LargeListView(_) => views(array.as_list_view::<i64>()),
            _ => {
                let fixed = array.as_fixed_size_list();
                let length = fixed.value_length() as usize;
                ((0..fixed.len()).map(|row| row * length..(row + 1) * length).collect(), fixed.values().clone())
            }
        };
        Lists::cut(extents, &elements)
    }

    /// Leaves out the elements before the first list and after the last.
    fn cut(mut extents: Vec<Range<usize>>, elements: &ArrayRef) -> Lists {
        let filled = || extents.iter().filter(|extent| extent.start < extent.end);
        let start = filled().map(|extent| extent.start).min().unwrap_or(0);
        let end = filled().map(|extent| extent.end).max().unwrap_or(start);
        for extent in &mut extents {
            *extent = if extent.start == extent.end { 0..0 } else { extent.start - start..extent.end - start };
        }
        Lists { extents, elements: elements.slice(start, end - start) }
    }

    /// Where each list starts among the elements of all, and where the last ends, and these, list after list.
    ///
    /// # Errors
    /// Where lists share elements so that these would be many more than there are.
    pub(super) fn in_order(self) -> Result<(Vec<usize>, ArrayRef), Fault> {
        let mut offsets = vec![0_usize];
        let mut is_ordered = true;
        for extent in &self.extents {
            let end = offsets.last().copied().unwrap_or(0);
            is_ordered &= extent.start == end || extent.start == extent.end;
            offsets.push(end.saturating_add(extent.len()));
        }
        let count = offsets.last().copied().unwrap_or(0);
        if is_ordered {
            return Ok((offsets, self.elements.slice(0, count)));
        }
        if self.elements.data_type().is_nested() || count > CHUNK_BYTES.max(self.elements.len()) {
            return Err(Fault::content("its nested lists share elements or are out of order")
                .hint("write plain lists: `pyarrow.compute.cast(column, pa.list_(pa.float32()))`"));
        }
        let places = UInt64Array::from_iter_values(self.extents.into_iter().flatten().map(|place| place as u64));
        let elements = guarded(|| take(&self.elements, &places, None))?.map_err(damaged_file)?;
        Ok((offsets, elements))
    }
}

fn consecutive<O: OffsetSizeTrait>(lists: &GenericListArray<O>) -> (Vec<Range<usize>>, ArrayRef) {
    let extent = |(row, [from, to]): (usize, &[O; 2])| match lists.is_null(row) {
        true => 0..0,
        false => from.as_usize()..to.as_usize(),
    };
    (lists.value_offsets().array_windows().enumerate().map(extent).collect(), lists.values().clone())
}

fn views<O: OffsetSizeTrait>(lists: &GenericListViewArray<O>) -> (Vec<Range<usize>>, ArrayRef) {
    let extent = |row: usize| match lists.is_null(row) {
        true => 0..0,
        false => {
            let start = lists.value_offset(row).as_usize();
            start..start + lists.value_size(row).as_usize()
        }
    };
    ((0..lists.len()).map(extent).collect(), lists.values().clone())
}
