//! Rotates maps onto each other, so that real movement can be distinguished from rotation.

use std::collections::HashMap;

use crate::score::map::record::{LayerMap, MapPoint};

/// Where a row lies in one map, and in another.
type Pair = ([f64; 2], [f64; 2]);

/// `other` turned, and mirrored if necessary, so that its rows are as near as possible to their positions in `first`.
///
/// # Formula
/// The orthogonal R of least Σ |p_i − R q_i|² over the rows of both, centered (Procrustes, in two dimensions).
pub fn turned_onto(first: &LayerMap, other: &LayerMap) -> LayerMap {
    let places: HashMap<u32, [f32; 2]> = first.points.iter().map(|point| (point.row, point.place)).collect();
    let pairs: Vec<Pair> = (other.points.iter())
        .filter_map(|point| Some((places.get(&point.row)?.map(f64::from), point.place.map(f64::from))))
        .collect();
    let mean = |of: fn(&Pair) -> [f64; 2]| {
        let count = pairs.len().max(1) as f64;
        [0, 1].map(|axis| pairs.iter().map(|pair| of(pair)[axis]).sum::<f64>() / count)
    };
    let (own, others) = (mean(|(p, _)| *p), mean(|(_, q)| *q));
    // How far a turn by each quarter brings them onto each other, as they are and mirrored.
    let sums = |mirrored: f64| {
        pairs.iter().fold([0.0; 2], |[along, across], (p, q)| {
            let [px, py] = [p[0] - own[0], p[1] - own[1]];
            let [qx, qy] = [q[0] - others[0], mirrored * (q[1] - others[1])];
            [along + px * qx + py * qy, across + py * qx - px * qy]
        })
    };
    let [as_it_is, mirrored] = [sums(1.0), sums(-1.0)];
    let length = |[along, across]: [f64; 2]| along.hypot(across);
    let (mirror, [along, across]) =
        if length(mirrored) > length(as_it_is) { (-1.0, mirrored) } else { (1.0, as_it_is) };
    let norm = length([along, across]);
    if norm == 0.0 {
        return other.clone();
    }
    let (cosine, sine) = (along / norm, across / norm);
    let turn = |point: &MapPoint| {
        let [x, y] = [f64::from(point.place[0]) - others[0], mirror * (f64::from(point.place[1]) - others[1])];
        MapPoint { place: [(cosine * x - sine * y) as f32, (sine * x + cosine * y) as f32], ..*point }
    };
    LayerMap { points: other.points.iter().map(turn).collect(), ..other.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::MapMethod;

    fn map(places: &[[f32; 2]]) -> LayerMap {
        let point = |(row, &place)| MapPoint { row, class: 0, place, loss: None, is_worst: false };
        LayerMap {
            method: MapMethod::Pca,
            shares: None,
            temperature: 1.0,
            points: (0..).zip(places).map(point).collect(),
            names: ["a".to_owned()].into(),
        }
    }

    #[test]
    fn what_was_only_turned_and_mirrored_lies_where_it_was() {
        let places = [[0.0, 0.0], [2.0, 0.0], [0.0, 1.0], [-2.0, -1.0]];
        let first = map(&places);
        for angle in [0.0_f32, 0.5, 2.0, 3.1] {
            for mirror in [1.0, -1.0] {
                let turn = |[x, y]: [f32; 2]| {
                    let y = mirror * y;
                    [angle.cos() * x - angle.sin() * y + 7.0, angle.sin() * x + angle.cos() * y - 3.0]
                };
                let found = turned_onto(&first, &map(&places.map(turn)));
                for (point, place) in found.points.iter().zip(places) {
                    let [x, y] = [point.place[0] - place[0], point.place[1] - place[1]];
                    assert!(x.abs() < 1e-4 && y.abs() < 1e-4, "{angle} {mirror}: {found:?}");
                }
            }
        }
        let point = map(&[[1.0, 1.0]; 3]);
        assert_eq!(turned_onto(&point, &point), point);
    }
}
