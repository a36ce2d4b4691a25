//! One tile: up to [`TILE`](crate::block::TILE) rows on each side, and −distance of every pair of them, computed in the registers
//! of an instruction set.

pub(crate) mod distances;
pub(crate) mod pairs;
pub(crate) mod product;
pub(crate) mod simd;
