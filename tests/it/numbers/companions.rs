//! Compares the companions of the score with scikit-learn (`fixtures/companions.py`), on real activations.

use std::path::Path;

use serde_json::Value;
use snnl_score::definition::{Definition, Precision};
use snnl_score::distance::Distance;
use snnl_score::labels::Labels;
use snnl_score::score::companions::record::Companions;
use snnl_score::score::score;
use snnl_score::source::{Selection, discover};

use crate::oracle::{means, wishes};

/// What scikit-learn itself leaves of float64: it computes squared distances as ‖x‖² + ‖y‖² − 2⟨x, y⟩.
const ROUNDING: f64 = 1e-9;

/// How far the best of ten restarts may lie outside the range of 20 seeds of scikit-learn, whose starts are drawn otherwise.
const BESIDE_THE_RANGE: f64 = 0.02;

fn companions(fixtures: &Path, layer: &str, distance: Distance) -> Companions {
    let data = fixtures.join("fashion-ae");
    let labels = Labels::read(&[data.join("y.npy").to_str().unwrap()], &[]).unwrap();
    let layers = discover(&[data.join(format!("{layer}.npy"))], &Selection::default()).unwrap();
    let definition = Definition::new(wishes(distance, Precision::Auto, &[1e3])).unwrap();
    let definition = Definition { companions: true, ..definition };
    score(&layers, &labels, &definition, means()).unwrap().layers.remove(0).companions.unwrap()
}

#[test]
fn real_activations_have_the_companions_of_scikit_learn() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let expected: Value = serde_json::from_slice(&std::fs::read(fixtures.join("companions.json")).unwrap()).unwrap();
    let layers = expected.as_object().unwrap().iter().filter(|(name, _)| name.contains('/'));
    let mut compared = 0;
    for (layer, expected) in layers {
        for distance in [Distance::Cosine, Distance::Sqeuclidean] {
            let found = companions(&fixtures, layer, distance);
            let of_distance = &expected[distance.to_string()];
            for (name, value) in [("silhouette", found.silhouette), ("r_squared", found.r_squared)] {
                let (value, expected) = (value.unwrap(), of_distance[name].as_f64().unwrap());
                assert!((value - expected).abs() < ROUNDING, "{layer}, {distance}: {name} {value} is not {expected}");
            }
            let found = found.k_means.unwrap();
            assert_eq!((found.clusters, found.rows), (10, 240));
            for (name, value) in [("accuracy", found.accuracy), ("nmi", found.nmi), ("ari", found.ari)] {
                let [low, high] = [0, 1].map(|end| expected["k_means"][name][end].as_f64().unwrap());
                let range = low - BESIDE_THE_RANGE..=high + BESIDE_THE_RANGE;
                assert!(range.contains(&value), "{layer}: {name} {value} is not within {low} … {high}");
            }
        }
        compared += 1;
    }
    assert_eq!(compared, 12);
}
