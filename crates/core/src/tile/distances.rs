//! Turns the inner products of a tile into distances, by the definition of each.

use crate::block::{PANEL, Panel, TILE};
use crate::distance::Distance;

use super::pairs::{TilePairs, TileRow, TileSide};
use super::simd::{Element, Lanes};

/// Turns inner products into −distance in place, sets pairs that do not count to [`Element::NEVER`], and returns the
/// largest value.
#[inline(always)]
pub(crate) fn distances<L: Lanes>(pairs: &TilePairs<L::Element>, similarity: &mut [TileRow<L::Element>]) -> L::Element {
    let TilePairs { rows, cols, dim, .. } = pairs;
    let mut norms = [L::Element::ZERO; TILE];
    norms[..cols.rows()].copy_from_slice(cols.norms);
    for (r, out) in similarity[..rows.rows()].iter_mut().enumerate() {
        match pairs.distance {
            Distance::Cosine => cosine_row::<L>(&mut out.0),
            Distance::Sqeuclidean | Distance::UnitSqeuclidean => {
                euclidean_row::<L, false>(rows, cols, *dim, r, &norms, &mut out.0);
            }
            Distance::Euclidean => euclidean_row::<L, true>(rows, cols, *dim, r, &norms, &mut out.0),
        }
        out.0[cols.rows()..].fill(L::Element::NEVER);
    }
    for out in &mut similarity[rows.rows()..] {
        out.0.fill(L::Element::NEVER);
    }
    for &(row, col) in pairs.selves {
        similarity[row].0[col] = L::Element::NEVER;
    }
    let mut nearest = L::splat(L::Element::NEVER);
    for out in &similarity[..rows.rows()] {
        for values in out.0.chunks_exact(L::LANES) {
            nearest = L::max(nearest, L::load(values));
        }
    }
    L::largest(nearest)
}

/// ⟨x, y⟩ − 1 of normalised rows; rounding must not make a distance negative.
#[inline(always)]
fn cosine_row<L: Lanes>(row: &mut [L::Element]) {
    let (one, zero) = (L::splat(L::Element::ONE), L::splat(L::Element::ZERO));
    for values in row.chunks_exact_mut(L::LANES) {
        L::store(L::min(L::sub(L::load(values), one), zero), values);
    }
}

/// −(‖x‖² + ‖y‖² − 2⟨x, y⟩), or its root. Where the subtraction leaves too few digits, the panel is taken again by
/// differences.
#[inline(always)]
fn euclidean_row<L: Lanes, const ROOT: bool>(
    rows: &TileSide<L::Element>,
    cols: &TileSide<L::Element>,
    dim: usize,
    r: usize,
    norms: &[L::Element],
    row: &mut [L::Element],
) {
    let (minus_two, zero) = (L::splat(L::Element::from_f64(-2.0)), L::splat(L::Element::ZERO));
    let own = L::splat(rows.norms[r]);
    let least = L::splat(L::Element::CANCELLED);
    let panels = cols.panels.chunks_exact(dim);
    for ((values, norms), panel) in row.chunks_exact_mut(PANEL).zip(norms.chunks_exact(PANEL)).zip(panels) {
        let mut clearance = zero;
        for (values, norms) in values.chunks_exact_mut(L::LANES).zip(norms.chunks_exact(L::LANES)) {
            let both = L::add(own, L::load(norms));
            let squared = L::mul_add(minus_two, L::load(values), both);
            clearance = L::min(clearance, L::sub(squared, L::mul(least, both)));
            L::store(squared, values);
        }
        if L::largest(L::sub(zero, clearance)) > L::Element::ZERO {
            let left = &rows.panels[r / PANEL * dim..][..dim];
            differences::<L>(left, r % PANEL, panel, values);
        }
        for values in values.chunks_exact_mut(L::LANES) {
            let squared = L::max(L::load(values), zero);
            let distance = if ROOT { L::sqrt(squared) } else { squared };
            L::store(L::sub(zero, distance), values);
        }
    }
}

/// ‖x − y‖² of one row with a panel of columns, by its definition.
#[inline(always)]
fn differences<L: Lanes>(left: &[Panel<L::Element>], row: usize, right: &[Panel<L::Element>], out: &mut [L::Element]) {
    for start in (0..PANEL).step_by(L::LANES) {
        let mut sum = L::splat(L::Element::ZERO);
        for (left, right) in left.iter().zip(right) {
            let difference = L::sub(L::splat(left.0[row]), L::load(&right.0[start..]));
            sum = L::mul_add(difference, difference, sum);
        }
        L::store(sum, &mut out[start..]);
    }
}
