//! The columns of a tally as lists of numbers in Arrow: one row for each row of the tally, one list for each field.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt32Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, ListArray, PrimitiveArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, FieldRef};

use crate::tally::{AnyColumn, NumberKind, Numbers};

/// The Arrow fields of a column.
pub(super) fn fields(column: &dyn AnyColumn) -> Vec<FieldRef> {
    let list = |field: &crate::tally::Field| {
        let item = Field::new("item", data_type(field.kind), false);
        Arc::new(Field::new(format!("{}.{}", column.name(), field.name), DataType::List(Arc::new(item)), false))
    };
    column.fields().iter().map(list).collect()
}

fn data_type(kind: NumberKind) -> DataType {
    match kind {
        NumberKind::F64 => DataType::Float64,
        NumberKind::I64 => DataType::Int64,
        NumberKind::U32 => DataType::UInt32,
    }
}

/// The lists of some rows of a column, in the order of [`fields`].
pub(super) fn write(column: &dyn AnyColumn, rows: Range<usize>) -> Vec<ArrayRef> {
    let length = rows.len();
    let numbers = column.write(rows).into_iter().zip(fields(column));
    numbers.map(|(numbers, field)| lists(numbers, length, column.numbers_a_row(), &field)).collect()
}

fn lists(numbers: Numbers, rows: usize, a_row: usize, field: &Field) -> ArrayRef {
    let values: ArrayRef = match numbers {
        Numbers::F64(numbers) => Arc::new(PrimitiveArray::<Float64Type>::from(numbers)),
        Numbers::I64(numbers) => Arc::new(PrimitiveArray::<Int64Type>::from(numbers)),
        Numbers::U32(numbers) => Arc::new(PrimitiveArray::<UInt32Type>::from(numbers)),
    };
    let item = match field.data_type() {
        DataType::List(item) => item.clone(),
        _ => unreachable!("the fields of a column are lists"),
    };
    Arc::new(ListArray::new(item, OffsetBuffer::from_repeated_length(a_row, rows), values, None))
}

/// Lists of nothing, for a sweep without the column.
pub(super) fn no_lists(rows: usize, field: &Field) -> ArrayRef {
    let numbers = match field.data_type() {
        DataType::List(item) if *item.data_type() == DataType::Int64 => Numbers::I64(Vec::new()),
        DataType::List(item) if *item.data_type() == DataType::UInt32 => Numbers::U32(Vec::new()),
        _ => Numbers::F64(Vec::new()),
    };
    lists(numbers, rows, 0, field)
}

/// Puts the lists of a batch into the rows of `column` from `start` on; whether they are lists of such numbers, as many in
/// each row.
pub(super) fn read(column: &mut dyn AnyColumn, start: usize, batch: &RecordBatch) -> bool {
    let a_row = column.numbers_a_row();
    let numbers = column.fields().iter().zip(fields(column)).map(|(field, named)| {
        let lists = batch.column_by_name(named.name())?.as_list_opt::<i32>()?;
        let is_regular = lists.null_count() == 0
            && lists.value_offsets().array_windows().all(|[from, to]| to - from == a_row as i32);
        let offsets = lists.value_offsets();
        let (from, until) = (*offsets.first()? as usize, *offsets.last()? as usize);
        let values = lists.values().slice(from, until - from);
        if !is_regular {
            return None;
        }
        match field.kind {
            NumberKind::F64 => Some(Numbers::F64(primitive::<Float64Type>(&values)?)),
            NumberKind::I64 => Some(Numbers::I64(primitive::<Int64Type>(&values)?)),
            NumberKind::U32 => Some(Numbers::U32(primitive::<UInt32Type>(&values)?)),
        }
    });
    let numbers: Option<Vec<Numbers>> = numbers.collect();
    numbers.is_some_and(|numbers| column.read(start..start + batch.num_rows(), &numbers))
}

fn primitive<T: ArrowPrimitiveType>(values: &ArrayRef) -> Option<Vec<T::Native>> {
    let values = values.as_primitive_opt::<T>()?;
    (values.null_count() == 0).then(|| values.values().to_vec())
}
