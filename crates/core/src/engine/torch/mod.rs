//! The libtorch engine.

mod capacity;
mod classes;
mod columns;
mod library;
mod lost;
mod masses;
mod nearest;
mod number;
mod pair;
mod picks;
mod refusal;
mod resident;
mod rows;
mod similarity;
mod sweep;
#[cfg(test)]
mod tests;
mod weights;

pub(super) use self::library::open;

/// Whether `auto` has a choice.
pub(super) const IS_BUILT_IN: bool = true;
