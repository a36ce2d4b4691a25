//! What happens to rows of a table that are null, or have a null in them.

/// What happens to rows that are null, or have a null in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Nulls {
    /// They are a fault that names the row.
    #[default]
    Refused,
    /// They are rows of NaN, like any other row that is not finite.
    NotFinite,
}
