//! Sample checkpoints for tests.

use serde_json::json;

use crate::compare::checkpoint::Checkpoint;
use crate::score::RowLosses;

/// A checkpoint of one layer `enc` with 4 rows and these values at these temperatures.
pub(crate) fn checkpoint(values: &[(f64, f64)]) -> Checkpoint {
    let lowest = values.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    let score = |(temperature, snnl): &(f64, f64)| json!({"temperature": temperature, "snnl": snnl, "stderr": 0.1, "relative": null, "n": 4, "precision": "f32"});
    let layer = json!({
        "name": "enc", "dim": 2, "dtype": "float32", "chance": 1.0, "singletons": 0, "zero_rows": 0, "non_finite_rows": 0,
        "duplicate_rows": 0, "temperature_scale": 1.0, "scores": values.iter().map(score).collect::<Vec<_>>(),
        "best": {"temperature": lowest.0, "snnl": lowest.1, "at_edge": true},
    });
    let table = json!({
        "schema_version": 1, "tool": {"name": "snnl-score", "version": "0"},
        "definition": {"preset": "exact", "distance": "cosine", "epsilon": 0.0, "singletons": "drop", "precision": "auto",
            "temperature_unit": "raw"},
        "data": {"rows": 4, "classes": 2, "labels": "y.npy", "labels_sha256": ""},
        "layers": [layer], "sum": [],
        "run": {"device": "cpu", "threads": 1, "seconds": 1.0, "pairs_per_second": 1.0,
            "self_check": {"rows": 0, "max_error": 0.0}},
    });
    Checkpoint {
        name: "some".into(),
        table: serde_json::from_value(table).unwrap(),
        rows: Default::default(),
        maps: Default::default(),
        ids: None,
    }
}

/// The same with the loss of each row at T = 1, of which the value is the mean.
pub(crate) fn with_rows(losses: [f64; 4]) -> Checkpoint {
    with_rows_at(&[(1.0, losses)])
}

/// The same at several temperatures.
pub(crate) fn with_rows_at(values: &[(f64, [f64; 4])]) -> Checkpoint {
    let means: Vec<(f64, f64)> = values.iter().map(|(at, losses)| (*at, losses.iter().sum::<f64>() / 4.0)).collect();
    let mut checkpoint = checkpoint(&means);
    let rows = RowLosses {
        rows: vec![0, 1, 2, 3],
        classes: vec![0, 1, 0, 1],
        names: ["a", "b"].map(String::from).into(),
        temperatures: values.iter().map(|(at, _)| *at).collect(),
        losses: values.iter().map(|(_, losses)| losses.to_vec()).collect(),
        ..RowLosses::default()
    };
    checkpoint.rows.insert("enc".into(), rows);
    checkpoint
}
