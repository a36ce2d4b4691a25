//! A chunk of consecutive rows as read from a file, widened to f32 or f64.

/// Consecutive rows of one layer, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Index of the first row in its layer.
    pub start: usize,
    /// Features per row, D.
    pub dim: usize,
    /// The numbers, row after row.
    pub values: Values,
}

/// Numbers in the narrower of the two types that holds the file's type exactly.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// float16, bfloat16, float32, complex64, booleans and integers up to 16 bits.
    F32(Vec<f32>),
    /// float64, complex128 and wider integers.
    F64(Vec<f64>),
}

impl Rows {
    /// Number of rows in this chunk.
    pub fn rows(&self) -> usize {
        let len = match &self.values {
            Values::F32(values) => values.len(),
            Values::F64(values) => values.len(),
        };
        len / self.dim
    }

    /// One row, by its place here.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, place: usize) -> Rows {
        let range = place * self.dim..(place + 1) * self.dim;
        let values = match &self.values {
            Values::F32(values) => Values::F32(values[range].to_vec()),
            Values::F64(values) => Values::F64(values[range].to_vec()),
        };
        Rows { start: self.start + place, dim: self.dim, values }
    }

    /// Writes one row, by its place here, over `to`, which is as long.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn write_row(&self, place: usize, to: &mut [f64]) {
        let range = place * self.dim..(place + 1) * self.dim;
        match &self.values {
            Values::F32(values) => to.iter_mut().zip(&values[range]).for_each(|(to, &x)| *to = f64::from(x)),
            Values::F64(values) => to.copy_from_slice(&values[range]),
        }
    }

    /// Bytes of the numbers.
    pub fn bytes(&self) -> usize {
        match &self.values {
            Values::F32(values) => size_of_val(values.as_slice()),
            Values::F64(values) => size_of_val(values.as_slice()),
        }
    }
}
