//! Soft Nearest Neighbor Loss of saved activations: how entangled the classes are, for every layer and temperature, on
//! the full dataset, exactly.
//!
//! # Formula
//! For N rows x_i with labels y_i, a distance d and a temperature T, row i never meeting itself:
//!
//! ```text
//! same_i  = Σ_{j≠i, y_j = y_i} exp(−d_ij / T)        other_i = Σ_{j: y_j ≠ y_i} exp(−d_ij / T)
//! loss_i  = −ln( same_i / (same_i + other_i) ) = ln(1 + other_i / same_i)
//! SNNL    = mean of loss_i over the rows that have a neighbor of their own class
//! ```
//!
//! Source: Frosst, Papernot & Hinton 2019 (arXiv:1902.01889), after Salakhutdinov & Hinton 2007.
//!
//! # The way of the data
//! A module uses what stands to its left, never what stands to its right:
//!
//! ```text
//! source, labels → block → pairing → engine → tally → score → compare → gate → report
//! ```
//!
//! [`source`] finds layers and reads their rows, [`labels`] the classes. [`block`] prepares rows for the [`distance`], a
//! [`pairing`] says who meets whom, an [`engine`] gathers the pairs into a [`tally`], [`score`] makes the
//! [`score::table::ScoreTable`] of it, in one run or in [`score::tasks`], [`compare`] puts those of several checkpoints side by side, and [`gate`] decides
//! whether one may pass. [`report`] turns each of
//! these results into a [`report::document::Document`] and renders it in the formats of [`report::format`].
//! [`definition`] says what is computed, with a [`temperature`] ladder; [`plan`] what a run does,
//! [`cli`] how it is asked for, and [`run`] does it, with [`progress`] on stderr and every failure an [`error`]; [`command`] is
//! all of that, from what was typed to an exit code.

pub mod cli;
pub mod command;
pub mod compare;
pub mod definition;
mod disk;
pub mod draw;
pub mod error;
pub mod gate;
pub mod labels;
pub mod plan;
pub mod progress;
pub mod report;
pub mod run;
pub mod score;
pub mod source;

pub use snnl_core::{block, distance, engine, pairing, tally, temperature};
