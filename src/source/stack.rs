//! The parts of a layer, files or batches of one, concatenated as one matrix.

use std::ops::Range;

use super::matrix::{Matrix, Order, Scan, Shape};
use crate::error::Fault;
use snnl_core::rows::Rows;

/// A part by its name, for example that of its file, and its rows.
pub(crate) type NamedPart = (String, Box<dyn Matrix>);

/// Matrices of one dim and type, concatenated.
pub(crate) struct Stack {
    parts: Vec<NamedPart>,
    shape: Shape,
}

impl Stack {
    /// Stacks `parts`, at least one, in the order given.
    ///
    /// # Errors
    /// A fault where a part differs from the first in dim or type.
    pub(crate) fn of(parts: Vec<NamedPart>) -> Result<Stack, Fault> {
        let (first_name, first) = &parts[0];
        for (name, part) in &parts[1..] {
            let describe = |shape: &Shape| format!("{} features of type {}", shape.dim, shape.dtype);
            let (expected, found) = (describe(first.shape()), describe(part.shape()));
            if expected != found {
                return Err(Fault::content(format_args!("expected {expected} as in `{first_name}`, found {found}"))
                    .hint("all parts of a layer must come from one writer; is one from another run?")
                    .within(name));
            }
        }
        let shapes = || parts.iter().map(|(_, part)| part.shape());
        let by_columns = shapes().any(|shape| shape.order == Order::Columns);
        let shape = Shape {
            rows: shapes().map(|shape| shape.rows).sum(),
            order: if by_columns { Order::Columns } else { Order::Rows },
            bytes: shapes().map(|shape| shape.bytes).sum(),
            shards: parts.len(),
            ..first.shape().clone()
        };
        Ok(Stack { parts, shape })
    }

    /// The same of parts that are all in one file.
    pub(crate) fn in_one_file(self) -> Stack {
        Stack { shape: Shape { shards: 1, ..self.shape }, ..self }
    }
}

impl Matrix for Stack {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn is_seekable(&self) -> bool {
        self.parts.iter().all(|(_, part)| part.is_seekable())
    }

    fn scan(&self, range: Range<usize>) -> Result<Scan<'_>, Fault> {
        let starts = self.parts.iter().scan(0, |next, (_, part)| {
            let start = *next;
            *next += part.rows();
            Some(start)
        });
        let chunks = self.parts.iter().zip(starts).flat_map(move |((name, part), start)| {
            let own = range.start.max(start)..range.end.min(start + part.rows());
            let scan: Scan = match own.is_empty() {
                true => Box::new(std::iter::empty()),
                false => part
                    .scan(own.start - start..own.end - start)
                    .unwrap_or_else(|fault| Box::new(std::iter::once(Err(fault)))),
            };
            scan.map(move |chunk| {
                let chunk = chunk.map_err(|fault| fault.within(name))?;
                Ok(Rows { start: start + chunk.start, ..chunk })
            })
        });
        Ok(Box::new(chunks))
    }
}
