//! The numbers behind `snnl-score`: what every row of a data set sums over all its pairs, exactly, block by block, on the
//! processor or through libtorch. It reads no files and knows no formats.
//!
//! # The way of the data
//! A module uses what stands to its left:
//!
//! ```text
//! distance, rows → block → sums → engine
//! ```
//!
//! [`block`] prepares [`rows`] for a [`distance`], and an [`engine`] adds up the pairs of blocks at every
//! [`temperature`] into [`sums`].

pub mod block;
pub mod distance;
pub mod engine;
pub mod rows;
pub mod sums;
pub mod temperature;
