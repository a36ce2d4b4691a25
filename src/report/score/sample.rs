//! A small handmade result for the tests of every format, which change the parts they test.

use crate::definition::{EpsilonForm, Precision, Preset, Singletons, TemperatureUnit};
use crate::distance::Distance;
use crate::score::table::*;

/// Two layers at two temperatures; one value is tiny, and both best temperatures stand at an end.
pub(in crate::report) fn sample() -> ScoreTable {
    ScoreTable {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "snnl-score".into(), version: "0.1.0".into() },
        definition: DefinitionRecord {
            preset: Some(Preset::Exact),
            distance: Distance::Cosine,
            epsilon: 0.0,
            epsilon_form: EpsilonForm::Nested,
            singletons: Singletons::Drop,
            rectify: false,
            precision: Precision::Auto,
            temperature_unit: TemperatureUnit::Raw,
            sample: None,
        },
        data: Dataset {
            rows: 2000,
            classes: 10,
            ignored_rows: 0,
            labels: "y.npy".into(),
            labels_sha256: "0a".repeat(32),
            ids: None,
            rows_sha256: None,
            references: None,
        },
        layers: vec![layer("enc1", 500, [0.598_71, 2.1]), layer("enc10", 70, [0.25, 1e-9])],
        sum: vec![SumScore { temperature: 0.01, snnl: 0.848_71 }, SumScore { temperature: 1.0, snnl: 2.1 + 1e-9 }],
        run: Run {
            device: "cpu, avx512".into(),
            device_reason: None,
            threads: 2,
            finished: Some("2026-11-27T08:58:31Z".into()),
            seconds: 0.4,
            pairs_per_second: 1.0e9,
            resumed_pairs: 0,
            tasks: None,
            self_check: SelfCheck { rows: 64, max_error: 3.1e-7 },
        },
    }
}

/// A layer at T = 0.01 and T = 1.
pub(in crate::report) fn layer(name: &str, dim: usize, values: [f64; 2]) -> LayerScore {
    let chance = 2.303;
    let score = |temperature, snnl| Score {
        temperature,
        snnl,
        stderr: 0.1 + 0.2,
        relative: Some(snnl / chance),
        n: 2000,
        interval: None,
        precision: "f32".into(),
    };
    let scores = vec![score(0.01, values[0]), score(1.0, values[1])];
    let best = if values[0] <= values[1] { &scores[0] } else { &scores[1] };
    LayerScore {
        name: name.into(),
        dim,
        dtype: "float16".into(),
        files: 1,
        chance,
        singletons: 0,
        zero_rows: 0,
        non_finite_rows: 0,
        duplicate_rows: 0,
        temperature_scale: 1.0,
        best: Best { temperature: best.temperature, snnl: best.snnl, at_edge: true },
        minimum: None,
        classes: None,
        passed_over: Vec::new(),
        explanation: None,
        batches: None,
        worst: None,
        companions: None,
        kept: Vec::new(),
        scores,
    }
}
