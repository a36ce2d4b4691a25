//! The engines against plain loops, and the laws that tallies keep.

mod blocks;
mod common;
mod engines;
mod laws;
mod nearest;
mod picks;
