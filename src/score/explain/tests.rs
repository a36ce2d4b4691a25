//! Compares explanations with plain loops.

use snnl_core::tally::{nearest_by_definition, picks_by_definition};

use crate::definition::{Definition, Precision};
use crate::distance::Distance;
use crate::pairing::{Ids, Pairing};
use crate::score::explanation::{Explanation, MOST_CLASSES};
use crate::score::layer::score_layer;
use crate::score::look::LabelledLayer;
use crate::score::made::{definition, labels, layer, means, rows};

/// Of a mean probability in f64; its sum is a multiple of 2⁻⁴⁰ or less.
const OFF: f64 = 1e-9;

fn explained(sides: &Pairing<LabelledLayer>, distance: Distance, t: f64, memory: usize) -> Explanation {
    let definition = Definition { explains: true, ..definition(distance, t) };
    score_layer(sides, &definition, &mut means(memory), None).unwrap().score.explanation.unwrap()
}

/// The class of most of the first `k`, of several that with the first of them.
fn majority(classes: &[u32], k: usize) -> u32 {
    let first = &classes[..k.min(classes.len())];
    let count = |class: u32| first.iter().filter(|other| **other == class).count();
    let most = first.iter().map(|class| count(*class)).max().unwrap();
    *first.iter().find(|class| count(**class) == most).unwrap()
}

#[test]
fn explanations_are_those_of_plain_loops() {
    for (count, dim, memory) in [(20, 2, usize::MAX), (400, 17, 1 << 20), (2 * 384 + 5, 9, usize::MAX)] {
        let mut rows = rows(count, dim);
        // A row of zeros would be at one distance from all others but for rounding, in no order.
        rows[3] = (1..=dim).map(|feature| 0.3 / feature as f64).collect();
        // Class 4 has one row, which has no loss and is picked.
        let classes: Vec<u32> = (0..count).map(|row| if row == 7 { 4 } else { (row * 7 % 11 % 4) as u32 }).collect();
        let (labels, layer) = (labels(&classes, 6), layer(&rows));
        let sides = Pairing::Within(LabelledLayer { layer: &layer, labels: &labels });
        for distance in Distance::ALL {
            let t = 0.2;
            let found = explained(&sides, distance, t, memory);
            assert_eq!((found.temperature, &found.picked[..]), (t, &labels.names[..5]), "nobody is of class 5");
            assert_eq!(found.classes.len(), 4);
            let exact = picks_by_definition(&rows, &classes, distance, t, |row| row != 7);
            for (class, found) in found.classes.iter().enumerate() {
                let n = classes.iter().filter(|other| **other == class as u32).count();
                assert_eq!((&found.class, found.n), (&labels.names[class], n));
                for (found, exact) in found.picks.as_ref().unwrap().iter().zip(&exact[class]) {
                    assert!(
                        (found - exact / n as f64).abs() < OFF,
                        "{distance}, {count} rows: {found} for {exact}/{n}"
                    );
                }
            }
            let nearest = nearest_by_definition(&rows, distance);
            let told = |row: usize, k: usize| {
                let neighbors: Vec<u32> = nearest[row].iter().map(|near| classes[near.id as usize]).collect();
                majority(&neighbors, k) == classes[row]
            };
            for (at, k) in [1, 5, 20].into_iter().enumerate() {
                let share =
                    |rows: Vec<usize>| rows.iter().filter(|row| told(**row, k)).count() as f64 / rows.len() as f64;
                let of_class = |class: u32| (0..count).filter(|row| classes[*row] == class).collect();
                let all = share((0..count).filter(|row| *row != 7).collect());
                assert_eq!((found.accuracy[at].k, found.accuracy[at].accuracy), (k, all), "{distance}, {count} rows");
                for class in 0..4 {
                    assert_eq!(found.classes[class].accuracy[at].accuracy, share(of_class(class as u32)), "{distance}");
                }
            }
        }
    }
}

#[test]
fn neighbors_at_one_distance_stand_in_the_order_of_their_rows() {
    // Of bits, many distances are equal; and a row equals others, whose pairs are computed in another way.
    let bit = |row: usize, feature: usize| (((row * 2_654_435_761) >> (feature + 7)) & 1) as f64;
    let rows: Vec<Vec<f64>> = (0..500).map(|row| (0..11).map(|feature| bit(row, feature)).collect()).collect();
    let classes: Vec<u32> = (0..500).map(|row| (row * 7 % 13 % 3) as u32).collect();
    let (labels, layer) = (labels(&classes, 3), layer(&rows));
    let sides = Pairing::Within(LabelledLayer { layer: &layer, labels: &labels });
    for distance in [Distance::Sqeuclidean, Distance::Euclidean] {
        let nearest = nearest_by_definition(&rows, distance);
        for precision in [Precision::F32, Precision::F64] {
            let definition = Definition { explains: true, precision, ..definition(distance, 1.0) };
            let scored = score_layer(&sides, &definition, &mut means(usize::MAX), None).unwrap().score;
            for of in scored.explanation.unwrap().accuracy {
                let told = |row: usize| {
                    let neighbors: Vec<u32> = nearest[row].iter().map(|near| classes[near.id as usize]).collect();
                    majority(&neighbors, of.k) == classes[row]
                };
                let expected = (0..500).filter(|row| told(*row)).count() as f64 / 500.0;
                assert_eq!(of.accuracy, expected, "{distance}, {precision:?}, {} neighbors", of.k);
            }
        }
    }
}

#[test]
fn queries_are_explained_by_references() {
    let (all, classes): (_, Vec<u32>) = (rows(90, 4), (0..90).map(|row| row * 5 % 7 % 3).collect());
    let [queries, references] = [&all[..30], &all[30..]].map(layer);
    let [own, met] = [&classes[..30], &classes[30..]].map(|classes| labels(classes, 3));
    let sides = Pairing::Across {
        queries: LabelledLayer { layer: &queries, labels: &own },
        references: LabelledLayer { layer: &references, labels: &met },
        ids: Ids::Apart,
    };
    let (distance, t) = (Distance::Euclidean, 0.1);
    let found = explained(&sides, distance, t, usize::MAX);
    let mut hits = 0;
    let mut sums = vec![vec![0.0; 3]; 3];
    for row in 0..30 {
        let mut others: Vec<(f64, u32)> =
            (30..90).map(|j| (distance.between(&all[row], &all[j]), classes[j])).collect();
        others.sort_by(|a, b| a.0.total_cmp(&b.0));
        hits += usize::from(majority(&others.iter().map(|other| other.1).collect::<Vec<_>>(), 5) == classes[row]);
        let whole: f64 = others.iter().map(|(d, _)| (-d / t).exp()).sum();
        others.iter().for_each(|(d, class)| sums[classes[row] as usize][*class as usize] += (-d / t).exp() / whole);
    }
    assert_eq!(found.accuracy[1].accuracy, hits as f64 / 30.0);
    for (class, sums) in found.classes.iter().zip(sums) {
        for (found, sum) in class.picks.as_ref().unwrap().iter().zip(sums) {
            assert!((found - sum / class.n as f64).abs() < OFF, "{}: {found}", class.class);
        }
    }
}

#[test]
fn of_too_many_classes_only_the_neighbors_are_asked() {
    let count = 2 * (MOST_CLASSES + 1);
    let rows: Vec<Vec<f64>> = (0..count).map(|row| vec![(row / 2) as f64, 1e-3 * (row % 2) as f64]).collect();
    let classes: Vec<u32> = (0..count).map(|row| (row / 2) as u32).collect();
    let (labels, layer) = (labels(&classes, MOST_CLASSES + 1), layer(&rows));
    let sides = Pairing::Within(LabelledLayer { layer: &layer, labels: &labels });
    let found = explained(&sides, Distance::Sqeuclidean, 1e3, usize::MAX);
    assert!(found.classes.iter().all(|class| class.picks.is_none() && class.n == 2));
    assert_eq!(found.accuracy[0].accuracy, 1.0);
}
