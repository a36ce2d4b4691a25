//! The columns of a table, and the fields of the structs in them, each under its path: `emb.values`.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Fields};

/// Longer paths are not followed: names that repeat in everything below them could take any amount of memory.
const LONGEST: usize = 1 << 10;

/// A column that is not a struct, or such a field in a column of structs.
#[derive(Debug, Clone)]
pub(crate) struct ColumnPath {
    /// The names from the column down to the field, joined by dots.
    pub(crate) name: String,
    /// Index of the column in the table.
    pub(crate) root: usize,
    /// Type of the values.
    pub(crate) data_type: DataType,
    /// Index of the field at each depth.
    fields: Vec<usize>,
}

impl ColumnPath {
    /// All that there are in a table of these columns, in its order.
    pub(crate) fn all(columns: &Fields) -> Vec<ColumnPath> {
        let mut found = Vec::new();
        for (root, column) in columns.iter().enumerate() {
            let (name, data_type) = (column.name().clone(), column.data_type().clone());
            ColumnPath { name, root, data_type, fields: Vec::new() }.descend(&mut found);
        }
        found
    }

    fn descend(self, found: &mut Vec<ColumnPath>) {
        let DataType::Struct(fields) = &self.data_type else {
            found.push(self);
            return;
        };
        for (index, field) in fields.iter().enumerate().filter(|_| self.name.len() <= LONGEST) {
            let name = format!("{}.{}", self.name, field.name());
            let fields = self.fields.iter().copied().chain([index]).collect();
            ColumnPath { name, root: self.root, data_type: field.data_type().clone(), fields }.descend(found);
        }
    }

    /// The values in `column`, which the table has at [`ColumnPath::root`], and which rows have none because a struct
    /// around them is null.
    pub(crate) fn follow(&self, column: &ArrayRef) -> (ArrayRef, Option<NullBuffer>) {
        let (mut values, mut nulls) = (column.clone(), None);
        for &field in &self.fields {
            nulls = NullBuffer::union(nulls.as_ref(), values.nulls());
            values = values.as_struct().column(field).clone();
        }
        (values, nulls)
    }
}
