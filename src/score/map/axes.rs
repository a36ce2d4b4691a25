//! The two directions in which rows differ most: the first eigenvectors of their covariance.

use super::covariance::Covariance;

/// Steps of the iteration: far more than the first two need.
const STEPS: usize = 80;

/// Rounds over all pairs of a small matrix, at most; each makes what is beside the diagonal smaller, in the end by squares.
const ROUNDS: usize = 60;

/// What is beside the diagonal is nothing below this share of all.
const NEGLIGIBLE: f64 = 1e-16;

/// A vector below this share of the variance leads nowhere new.
const NOTHING_NEW: f64 = 1e-12;

/// Two orthogonal directions.
pub(super) struct Axes {
    /// Unit vectors; the second is zero where rows differ in one direction only.
    pub(super) directions: [Vec<f64>; 2],
    /// The share of the variance along each.
    pub(super) shares: [f64; 2],
}

/// The axes, by the method of Lanczos (1950) with every vector made orthogonal to all before it. Where those span all that one start leads
/// to, it goes on from another: of equal eigenvalues, one start finds a single vector.
pub(super) fn axes(covariance: &Covariance) -> Axes {
    let dim = covariance.mean.len();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    let trace = covariance.trace();
    let mut next = start(dim, 0);
    while basis.len() < STEPS.min(dim) {
        let mut norm = normalize(&mut next);
        if !basis.is_empty() && norm <= NOTHING_NEW * trace {
            next = start(dim, basis.len());
            make_orthogonal(&mut next, &basis);
            normalize(&mut next);
            norm = 0.0;
        }
        if !basis.is_empty() {
            beside.push(norm);
        }
        basis.push(next);
        let last = &basis[basis.len() - 1];
        next = covariance.times(last);
        diagonal.push(dot(&next, last));
        make_orthogonal(&mut next, &basis);
    }
    let (values, vectors) = eigen(&diagonal, &beside);
    let direction = |rank: usize| {
        let mut direction = vec![0.0; dim];
        let weights = vectors.get(rank).filter(|_| values[rank] > 0.0);
        for (vector, &weight) in basis.iter().zip(weights.into_iter().flatten()) {
            direction.iter_mut().zip(vector).for_each(|(sum, v)| *sum += weight * v);
        }
        // Either sign is right; this one is the same each time.
        let largest = direction.iter().copied().fold(0.0_f64, |most, x| if x.abs() > most.abs() { x } else { most });
        if largest < 0.0 {
            direction.iter_mut().for_each(|x| *x = -*x);
        }
        direction
    };
    let share =
        |rank: usize| if trace > 0.0 { values.get(rank).map_or(0.0, |value| value.max(0.0) / trace) } else { 0.0 };
    Axes { directions: [0, 1].map(direction), shares: [0, 1].map(share) }
}

/// A vector that no structure of the features is likely to be orthogonal to, the same each time for the same number.
fn start(dim: usize, number: usize) -> Vec<f64> {
    (0..dim).map(|at| 1.0 + ((at + 1) * (7919 + 104 * number) % 104_729) as f64 / 104_729.0).collect()
}

/// Takes from `vector` what lies along the unit vectors of `basis`. Twice is enough (Parlett 1980).
fn make_orthogonal(vector: &mut [f64], basis: &[Vec<f64>]) {
    for _ in 0..2 {
        for other in basis {
            let along = dot(vector, other);
            vector.iter_mut().zip(other).for_each(|(x, v)| *x -= along * v);
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Divides by the norm, which it returns; what is zero stays so.
fn normalize(vector: &mut [f64]) -> f64 {
    let norm = dot(vector, vector).sqrt();
    if norm > 0.0 {
        vector.iter_mut().for_each(|x| *x /= norm);
    }
    norm
}

/// The eigenvalues, highest first, and eigenvectors of a symmetric matrix with nothing but its diagonal and what stands beside it: by
/// Jacobi's rotations (1846).
fn eigen(diagonal: &[f64], beside: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let size = diagonal.len();
    let mut matrix = vec![vec![0.0; size]; size];
    let mut vectors = vec![vec![0.0; size]; size];
    for at in 0..size {
        (matrix[at][at], vectors[at][at]) = (diagonal[at], 1.0);
        if let Some(&value) = beside.get(at).filter(|_| at + 1 < size) {
            (matrix[at][at + 1], matrix[at + 1][at]) = (value, value);
        }
    }
    let scale: f64 = diagonal.iter().chain(beside).map(|x| x.abs()).sum();
    for _ in 0..ROUNDS {
        let off: f64 = (0..size).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| matrix[a][b].abs()).sum();
        if off <= NEGLIGIBLE * scale {
            break;
        }
        for a in 0..size {
            for b in a + 1..size {
                rotate(&mut matrix, &mut vectors, a, b);
            }
        }
    }
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&a, &b| matrix[b][b].total_cmp(&matrix[a][a]));
    (order.iter().map(|&at| matrix[at][at]).collect(), order.iter().map(|&at| vectors[at].clone()).collect())
}

/// Turns the axes `a` and `b` so that their entry becomes 0; `vectors` are the axes, a row each.
fn rotate(matrix: &mut [Vec<f64>], vectors: &mut [Vec<f64>], a: usize, b: usize) {
    if matrix[a][b] == 0.0 {
        return;
    }
    let theta = (matrix[b][b] - matrix[a][a]) / (2.0 * matrix[a][b]);
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for row in matrix.iter_mut() {
        let (x, y) = (row[a], row[b]);
        (row[a], row[b]) = (cosine * x - sine * y, sine * x + cosine * y);
    }
    for rows in [matrix, vectors] {
        for at in 0..rows[a].len() {
            let (x, y) = (rows[a][at], rows[b][at]);
            (rows[a][at], rows[b][at]) = (cosine * x - sine * y, sine * x + cosine * y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_directions_are_both_found() {
        for dim in [2, 3, 10, 130] {
            // One row along each feature: all directions but one are alike.
            let row = |own: usize| (0..dim).map(|at| f32::from(u8::from(at == own))).collect::<Vec<f32>>();
            let found = axes(&Covariance::of_rows(&(0..dim).map(row).collect::<Vec<_>>()));
            let [first, second] = &found.directions;
            let expected = 1.0 / (dim - 1) as f64;
            assert!((found.shares[0] - expected).abs() < 1e-4, "{dim}: {:?}", found.shares);
            if dim > 2 {
                assert!((found.shares[1] - expected).abs() < 1e-4, "{dim}: {:?}", found.shares);
                assert!((dot(second, second) - 1.0).abs() < 1e-6 && dot(first, second).abs() < 1e-6, "{dim}");
            }
        }
    }

    #[test]
    fn eigenvectors_of_a_small_matrix() {
        // [[2, 1], [1, 2]]: 3 along (1, 1), 1 along (1, −1).
        let (values, vectors) = eigen(&[2.0, 2.0], &[1.0]);
        assert!((values[0] - 3.0).abs() < 1e-12 && (values[1] - 1.0).abs() < 1e-12, "{values:?}");
        assert!((vectors[0][0] - vectors[0][1]).abs() < 1e-12);
        let diagonal: Vec<f64> = (0..40).map(|at| ((at * 37) % 11) as f64).collect();
        let beside: Vec<f64> = (0..39).map(|at| ((at * 17) % 5) as f64 - 2.0).collect();
        let (values, vectors) = eigen(&diagonal, &beside);
        for (value, vector) in values.iter().zip(&vectors) {
            for at in 0..40 {
                let mut product = diagonal[at] * vector[at];
                product += if at > 0 { beside[at - 1] * vector[at - 1] } else { 0.0 };
                product += if at < 39 { beside[at] * vector[at + 1] } else { 0.0 };
                assert!((product - value * vector[at]).abs() < 1e-9, "{value}");
            }
        }
        assert_eq!(eigen(&[], &[]).0, [] as [f64; 0]);
    }
}
