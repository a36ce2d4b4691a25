//! The flags of a random sample of the rows, shared by every command that scores.

use crate::draw::Draw;

/// What a seed may be for.
pub(super) const RANDOM: &str = "random";

/// A sample of the rows.
#[derive(Debug, clap::Args)]
pub(super) struct SampleFlags {
    /// Estimate from a random sample of M rows, each compared with all rows: the mean, its standard error and its 95 %
    /// interval, at a cost of M · N pairs instead of N²/2
    #[arg(
        long,
        value_name = "M",
        value_parser = clap::value_parser!(u32).range(2..),
        group = RANDOM,
        help_heading = "Score"
    )]
    rows: Option<u32>,

    /// Seed for drawing rows and batches
    #[arg(long, value_name = "SEED", default_value_t = 1, requires = RANDOM, help_heading = "Score")]
    pub(super) seed: u64,
}

impl SampleFlags {
    /// The sample, if one is asked for.
    pub(super) fn draw(&self) -> Option<Draw> {
        self.rows.map(|rows| Draw { rows: rows as usize, seed: self.seed })
    }
}
