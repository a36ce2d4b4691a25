//! Scores random batches of a layer's rows, each by itself, as a training loop would.

use std::sync::Arc;
use std::thread::scope;

use super::batch_scores::{BatchScore, BatchScores};
use super::loss::Mean;
use super::means::Means;
use super::rows::{ScoredRows, masses};
use super::side::Side;
use super::table::Score;
use crate::block::{Block, RowStream, RowTag};
use crate::definition::Singletons;
use crate::draw::BatchDraws;
use crate::engine::Engine;
use crate::engine::cpu::Cpu;
use crate::error::Fault;
use crate::pairing::{Meeting, Pairing};
use crate::source::Rows;
use crate::tally::{Statistic, Tally};

/// Bytes of the rows of batches that are read together, at most.
const TOGETHER: usize = 256 << 20;

/// The rows of a batch are a quarter of the memory at most: as they were read, prepared, and the rest for those of the layer.
const PARTS: usize = 4;

/// The mean loss of every batch in which a row has one.
pub(super) struct BatchMeans {
    draws: BatchDraws,
    /// One list per temperature.
    means: Vec<Vec<f64>>,
}

impl BatchMeans {
    /// Draws batches among the rows of `side`, and computes the losses of each in f64 on the processor, for few pairs do not pay
    /// elsewhere.
    ///
    /// # Errors
    /// A fault where there are fewer rows than in a batch, where the memory does not hold one, where no row of any batch has a loss,
    /// and where the policy refuses a row alone in its class.
    pub(super) fn of(draws: BatchDraws, side: &Side, rows: &ScoredRows, means: &Means) -> Result<BatchMeans, Fault> {
        let tags = &side.rows.tags;
        if draws.size > tags.len() {
            let problem = format!("a batch of {} distinct rows cannot be drawn from {}", draws.size, tags.len());
            return Err(Fault::content(problem).hint("give a smaller --emulate-batch"));
        }
        let together = together(&draws, side.reading.matrix.dim(), means.memory)?;
        means.progress.expect(draws.count as u64 * Pairing::Within(draws.size).pairs());
        let mut engine = Cpu::new(means.threads);
        let mut of_temperatures = vec![Vec::new(); rows.temperatures.len()];
        for first in (0..draws.count).step_by(together) {
            let batches = first..draws.count.min(first + together);
            let batches: Vec<Vec<RowTag>> = batches.map(|batch| draws.draw(batch).of(tags, |tag| tag.id)).collect();
            let read = read(side, &batches)?;
            for batch in &batches {
                side.reading.check_stop()?;
                let of_batch = losses(batch, &read, side, rows, &mut engine, means)?;
                if of_batch.iter().any(|losses| !losses.is_empty()) {
                    let found: Vec<f64> = of_batch.iter().map(|losses| Mean::of(losses).mean).collect();
                    if let Some(mean) = found.iter().find(|mean| !mean.is_finite()) {
                        let problem = format!("the mean loss of a batch is {mean}");
                        return Err(Fault::NothingToScore { problem, hint: rows.form.hint().into() });
                    }
                    of_temperatures.iter_mut().zip(found).for_each(|(means, mean)| means.push(mean));
                }
            }
        }
        if of_temperatures.iter().all(Vec::is_empty) {
            return Err(Fault::NothingToScore {
                problem: format!("no batch of {} rows has a row with a neighbor of its own class", draws.size),
                hint: "give a larger --emulate-batch".into(),
            });
        }
        Ok(BatchMeans { draws, means: of_temperatures })
    }

    /// The mean over the batches beside that over all rows, in `scores`.
    pub(super) fn against(&self, scores: &[Score]) -> BatchScores {
        let BatchDraws { size, count: batches, seed } = self.draws;
        let score = |(means, exact): (&Vec<f64>, &Score)| {
            let Mean { mean, stderr, .. } = Mean::of(means);
            BatchScore { temperature: exact.temperature, snnl: mean, stderr, difference: mean - exact.snnl }
        };
        let counted = self.means.first().map_or(0, Vec::len);
        let scores = self.means.iter().zip(scores).map(score).collect();
        BatchScores { size, batches, seed, skipped: batches - counted, scores }
    }
}

/// Number of batches are read together.
fn together(draws: &BatchDraws, dim: usize, memory: usize) -> Result<usize, Fault> {
    let batch = draws.size.saturating_mul(dim).saturating_mul(size_of::<f64>());
    if batch > memory / PARTS {
        let problem = format!("a batch of {} rows of {dim} features does not fit into {memory} bytes", draws.size);
        let mebibytes = (batch.saturating_mul(PARTS) >> 20) + 1;
        return Err(Fault::content(problem)
            .hint(format_args!("--memory {mebibytes}MiB is the minimum for it, or give a smaller --emulate-batch")));
    }
    Ok((TOGETHER.min(memory / PARTS) / batch).max(1))
}

/// Rows of some batches, ascending by their ids; each as it was read.
fn read(side: &Side, batches: &[Vec<RowTag>]) -> Result<Vec<Arc<Rows>>, Fault> {
    let mut tags = batches.concat();
    tags.sort_unstable_by_key(|tag| tag.id);
    tags.dedup_by_key(|tag| tag.id);
    scope(|scope| {
        let mut stream = side.reading.rows(scope, &tags)?;
        let row = |tag: &RowTag| stream.seek(tag.id as usize).map(|(chunk, place)| Arc::new(chunk.row(place)));
        tags.iter().map(row).collect()
    })
}

/// The losses of the rows of a batch that have one, one list per temperature; its rows are among `read`.
fn losses(
    batch: &[RowTag],
    read: &[Arc<Rows>],
    side: &Side,
    rows: &ScoredRows,
    engine: &mut Cpu,
    means: &Means,
) -> Result<Vec<Vec<f64>>, Fault> {
    let mut class_sizes = vec![0_usize; side.rows.class_sizes.len()];
    batch.iter().for_each(|tag| class_sizes[tag.class as usize] += 1);
    let same_neighbors = |tag: &RowTag| class_sizes[tag.class as usize] - 1;
    let alone = batch.iter().find(|tag| same_neighbors(tag) == 0);
    if let (Singletons::Error, Some(alone)) = (rows.form.singletons, alone) {
        return Err(Fault::content(format!("row {} is alone in its class in a batch of {}", alone.id, batch.len()))
            .hint("--singletons drop leaves such rows out and counts them"));
    }
    let tags: Vec<RowTag> = (0..).zip(batch).map(|(slot, &tag)| RowTag { slot, ..tag }).collect();
    let place = |tag: &RowTag| read.partition_point(|row| row.start < tag.id as usize);
    let chunks: Vec<Result<Arc<Rows>, Fault>> = tags.iter().map(|tag| Ok(read[place(tag)].clone())).collect();
    let mut stream = RowStream::new(Box::new(chunks.into_iter()));
    let preparation = &side.rows.preparation;
    let block = Block::read::<f64, Fault>(&mut stream, &tags, side.reading.matrix.dim(), preparation)?;
    let mut tally = Tally::nothing(tags.len(), &[Statistic::Masses(rows.temperatures.clone())]);
    engine.sweep(&Meeting::Within(&block), preparation.distance, &mut tally, means.progress)?;
    let masses = masses(&tally);
    let counted: Vec<&RowTag> = tags.iter().filter(|tag| rows.form.counts(same_neighbors(tag))).collect();
    let at = |(position, &temperature): (usize, &f64)| {
        counted.iter().map(|tag| rows.loss(tag, masses, position, temperature)).collect()
    };
    Ok(rows.temperatures.iter().enumerate().map(at).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_fit_into_the_memory_or_the_least_is_named() {
        let draws = BatchDraws { size: 1024, count: 9, seed: 1 };
        assert_eq!(together(&draws, 1024, usize::MAX).unwrap(), 32);
        assert_eq!(together(&draws, 1024, 64 << 20).unwrap(), 2);
        let fault = together(&draws, 1024, 31 << 20).unwrap_err();
        let Fault::Content { hint, .. } = &fault else { panic!("{fault:?}") };
        assert!(hint.starts_with("--memory 33MiB"), "{hint}");
        assert_eq!(together(&draws, 1024, 33 << 20).unwrap(), 1);
    }
}
