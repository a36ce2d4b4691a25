//! How the memory for rows is divided: rows that stay, rows that are streamed past them, and rows that are read ahead.

use crate::block::{RowTag, TILE};
use crate::error::Fault;

/// Streamed rows and rows read ahead get an eighth of the memory each if it is small.
const PASSING: usize = 8;

/// Reading ahead by more than this gains nothing.
const MOST_AHEAD: usize = 32 << 20;

/// Bytes of a block that a sweep takes at once, where it has tiles enough for all threads: small enough that a run
/// that is asked to stop does so soon.
const BLOCK_BYTES: usize = 32 << 20;

/// Tiles on the side of a block, at most, where it has tiles enough for all threads.
const BLOCK_TILES: usize = 16;

/// The memory to divide, and its users.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Bytes for rows.
    pub(super) memory: usize,
    /// Threads that share a sweep.
    pub(super) threads: usize,
    /// Tiles that the engine takes at once.
    pub(super) grain: usize,
}

/// The shares of one sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shares {
    /// Tiles that stay in memory while others are streamed past them.
    pub(super) staying: usize,
    /// Tiles that are streamed at once.
    pub(super) passing: usize,
    /// Tiles in a block, at most.
    pub(super) block: usize,
    /// Tiles that an engine takes at once; the others are multiples of it.
    pub(super) grain: usize,
}

impl Shares {
    /// Bytes that are read ahead.
    pub(super) fn ahead(memory: usize) -> usize {
        (memory / PASSING).min(MOST_AHEAD)
    }

    /// Divides the memory among rows of `dim` numbers of `width` bytes, `tiles` tiles of them.
    ///
    /// # Errors
    /// A fault where not even as many tiles as the engine takes at once can meet as many others.
    pub(super) fn of(room: Room, tiles: usize, dim: usize, width: usize) -> Result<Shares, Fault> {
        let Room { memory, threads, grain } = room;
        let row = dim.saturating_mul(width).saturating_add(width + 2 * size_of::<RowTag>());
        let tile = TILE.saturating_mul(row);
        // The rows of a tile wait as they were read until all are there.
        let waiting = TILE.saturating_mul(dim).saturating_mul(size_of::<f64>());
        // A sweep needs so many tiles a side that the threads that finish first wait for little.
        let least = (16 * threads).isqrt() + 1;
        let block = (BLOCK_BYTES / tile).clamp(least, least.max(BLOCK_TILES)).next_multiple_of(grain);
        let ahead = Shares::ahead(memory);
        let shares = |staying, passing| Shares { staying, passing, block, grain };
        if tiles.saturating_mul(tile).saturating_add(waiting + ahead) <= memory {
            return Ok(shares(tiles, block));
        }
        let passing = (ahead / tile).clamp(1, block).next_multiple_of(grain);
        let taken = waiting.saturating_add(passing.saturating_mul(tile)).saturating_add(ahead);
        let staying = memory.saturating_sub(taken) / tile / grain * grain;
        if staying == 0 {
            // An eighth of the memory is for reading ahead.
            let needed = waiting.saturating_add(tile.saturating_mul(2 * grain)) / (PASSING - 1) * PASSING;
            let mebibytes = (needed >> 20) + 1;
            let problem = format!(
                "two blocks of {} rows of {dim} features do not fit into {memory} bytes of memory",
                grain * TILE
            );
            return Err(
                Fault::content(problem).hint(format_args!("--memory {mebibytes}MiB is the minimum for this layer"))
            );
        }
        Ok(shares(staying, passing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    fn room(memory: usize, grain: usize) -> Room {
        Room { memory, threads: 2, grain }
    }

    #[test]
    fn an_engine_that_takes_many_tiles_at_once_gets_so_many() {
        for memory in [64 * MIB, 256 * MIB, usize::MAX] {
            let Shares { staying, passing, block, .. } = Shares::of(room(memory, 8), 1001, 256, 4).unwrap();
            assert!(block.is_multiple_of(8) && passing.is_multiple_of(8));
            assert!(staying == 1001 || staying > 0 && staying.is_multiple_of(8), "{staying}");
        }
    }

    fn taken(shares: &Shares, memory: usize, dim: usize, width: usize) -> usize {
        let rows = (shares.staying + shares.passing) * TILE;
        rows * (dim * width + width + 2 * size_of::<RowTag>()) + TILE * dim * 8 + Shares::ahead(memory)
    }

    #[test]
    fn what_fits_stays_and_nothing_exceeds_the_memory() {
        for (memory, tiles, dim) in
            [(64 * MIB, 261, 512), (256 * MIB, 2605, 1024), (256 * MIB, 100, 4096), (64 * MIB, 9, 7)]
        {
            let shares = Shares::of(room(memory, 1), tiles, dim, 4).unwrap();
            let all = TILE * tiles * dim * 4;
            match all * 2 < memory {
                true => assert_eq!(shares.staying, tiles, "{dim}"),
                false => {
                    assert!(shares.staying < tiles && taken(&shares, memory, dim, 4) <= memory, "{shares:?}");
                    assert!(shares.staying * TILE * dim * 4 > memory / 3, "{shares:?}: most of the memory is for rows");
                }
            }
        }
    }

    #[test]
    fn the_least_memory_is_named_and_is_enough() {
        let fault = Shares::of(room(MIB, 1), 100, 2048, 8).unwrap_err();
        let Fault::Content { hint, .. } = fault else { panic!("{fault:?}") };
        let least: usize = hint.trim_start_matches("--memory ").split("MiB").next().unwrap().parse().unwrap();
        assert_eq!(Shares::of(room(least * MIB, 1), 100, 2048, 8).unwrap().staying, 1);
    }

    #[test]
    fn wide_rows_come_in_small_blocks_and_many_threads_in_large_ones() {
        let block = |dim, threads| Shares::of(Room { threads, ..room(usize::MAX, 1) }, 1000, dim, 4).unwrap().block;
        assert_eq!((block(64, 2), block(100_000, 2)), (16, 6));
        assert!(block(64, 64) >= 32);
    }
}
