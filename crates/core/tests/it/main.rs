//! Compares the engines with plain loops, and checks the laws that tallies obey.

mod blocks;
mod common;
mod engines;
mod laws;
mod nearest;
mod picks;
