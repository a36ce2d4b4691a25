//! Compares worst rows with their definition.

use crate::definition::Definition;
use crate::distance::Distance;
use crate::pairing::Pairing;
use crate::score::layer::score_layer;
use crate::score::look::LabelledLayer;
use crate::score::made::{definition, labels, layer, means, rows};

#[test]
fn worst_rows_are_those_of_the_definition() {
    for (count, dim, memory) in
        [(20, 1, usize::MAX), (400, 3, usize::MAX), (400, 17, 1 << 20), (2 * 384 + 5, 9, usize::MAX)]
    {
        let rows = rows(count, dim);
        let classes: Vec<u32> = (0..count as u32).map(|row| row * row % 11 % 4).collect();
        let (labels, layer) = (labels(&classes, 4), layer(&rows));
        let names = &labels.names;
        for distance in Distance::ALL {
            let t = 0.2;
            let mut means = means(memory);
            let sides = Pairing::Within(LabelledLayer { layer: &layer, labels: &labels });
            let scored =
                score_layer(&sides, &Definition { worst: 7, ..definition(distance, t) }, &mut means, None).unwrap();
            let worst = scored.score.worst.unwrap();
            assert_eq!(worst.len(), 7);
            let mut highest = scored.rows.losses.losses[0].clone();
            highest.sort_by(|a, b| b.total_cmp(a));
            assert_eq!(worst.iter().map(|row| row.loss).collect::<Vec<_>>(), highest[..7]);
            for found in &worst {
                let own = found.row as usize;
                let weight = |other: usize| (-distance.between(&rows[own], &rows[other]) / t).exp();
                let others = || (0..count).filter(|&other| other != own);
                let all: f64 = others().map(weight).sum();
                let of_class =
                    |class: u32| others().filter(|&other| classes[other] == class).map(weight).sum::<f64>() / all;
                assert!((found.own_probability - of_class(classes[own])).abs() < 1e-9, "{distance}: {found:?}");
                assert!((found.loss + found.own_probability.ln()).abs() < 1e-9 * found.loss, "{distance}: {found:?}");
                let picks =
                    (0..4).filter(|&class| class != classes[own]).max_by(|&a, &b| of_class(a).total_cmp(&of_class(b)));
                assert_eq!(found.picks.as_deref(), picks.map(|class| names[class as usize].as_str()));
                assert!((found.picks_probability.unwrap() - of_class(picks.unwrap())).abs() < 1e-9);
                for (neighbor, is_own) in [(&found.nearest_own, true), (&found.nearest_other, false)] {
                    let neighbor = neighbor.as_ref().unwrap();
                    let of_side = others().filter(|&other| (classes[other] == classes[own]) == is_own);
                    let least =
                        of_side.map(|other| distance.between(&rows[own], &rows[other])).fold(f64::INFINITY, f64::min);
                    assert!((neighbor.distance - least).abs() < 1e-9, "{distance}: {neighbor:?} at {least}");
                    assert_eq!((classes[neighbor.row as usize] == classes[own]), is_own);
                    assert_eq!(neighbor.class, names[classes[neighbor.row as usize] as usize]);
                }
            }
        }
    }
}
