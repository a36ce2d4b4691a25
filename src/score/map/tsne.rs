//! t-SNE (van der Maaten and Hinton 2008): rows that are near stay near.

use bhtsne::tSNE;

/// Neighbors that a row is to keep, about.
const PERPLEXITY: f32 = 30.0;

/// Rounds, as in scikit-learn.
const EPOCHS: usize = 1000;

/// How far forces are taken together (Barnes and Hut 1986).
const THETA: f32 = 0.5;

/// The width at which it begins, as in scikit-learn.
const START: f32 = 1e-4;

/// Each of `rows` in two dimensions. It begins with `start`, where they lie along their main axes, so that no chance is in it.
pub(super) fn tsne(rows: &[&[f32]], start: &[[f32; 2]]) -> Vec<[f32; 2]> {
    // A row has no more neighbors than there are others.
    let perplexity = PERPLEXITY.min((rows.len() as f32 - 1.0) / 3.0 - 1.0);
    if perplexity < 1.0 {
        return start.to_vec();
    }
    let spread = (start.iter().map(|[x, _]| x * x).sum::<f32>() / rows.len() as f32).sqrt();
    let factor = if spread > 0.0 { START / spread } else { 1.0 };
    let begin: Vec<f32> = start.iter().flatten().map(|x| x * factor).collect();
    let distance = |a: &&[f32], b: &&[f32]| a.iter().zip(*b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt();
    let mut fit = tSNE::<f32, &[f32], 2>::new(rows);
    fit.perplexity(perplexity).epochs(EPOCHS).initial_embedding(begin).barnes_hut(THETA, distance);
    fit.embedding().as_chunks::<2>().0.to_vec()
}
