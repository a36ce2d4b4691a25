//! The arithmetic of `snnl-score`: what every row of a dataset sums over all its pairs, exactly, block by block, on the
//! processor or through libtorch. It reads no files and knows no formats.
//!
//! # The way of the data
//! A module uses what stands to its left:
//!
//! ```text
//! distance, rows → block → pairing → tile → tally → engine
//! ```
//!
//! [`block`] prepares [`rows`] for a [`distance`]; a [`pairing`] says who meets whom; and an [`engine`] gathers the pairs of
//! blocks into a [`tally`], tile by tile.

pub mod block;
pub mod distance;
pub mod engine;
pub mod pairing;
pub mod rows;
pub mod tally;
pub mod temperature;
mod tile;
