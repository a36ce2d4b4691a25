use super::*;
use crate::compare::made::{checkpoint, with_rows};
use crate::gate::rules::Rules;
use crate::score::extremes::Extremes;
use crate::score::table::{ClassScore, ClassValue};

/// The only finding of a rule with these keys.
fn check(keys: &str, candidate: &Checkpoint, baseline: Option<&Checkpoint>, init: bool) -> Finding {
    let rules = Rules::parse(&format!("version = 1\n[[rule]]\n{keys}")).unwrap();
    let layers = Layers { candidate, baseline, init };
    let mut findings = layers.check(&rules.rules[0], &candidate.table.layers[0]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

fn outcome(keys: &str, candidate: &Checkpoint, baseline: &Checkpoint) -> Outcome {
    check(keys, candidate, Some(baseline), false).outcome
}

#[test]
fn a_value_may_lie_on_its_limit_and_not_beyond() {
    let seen = checkpoint(&[(1.0, 0.5)]);
    for (keys, expected) in [
        ("max = 0.5", Outcome::Pass),
        ("max = 0.4999999", Outcome::Fail),
        ("min = 0.5", Outcome::Pass),
        ("min = 0.5000001", Outcome::Fail),
    ] {
        assert_eq!(outcome(keys, &seen, &seen), expected, "{keys}");
    }
    let mut unknown = seen.clone();
    unknown.table.layers[0].scores[0].snnl = f64::NAN;
    assert_eq!([outcome("max = 1", &unknown, &seen), outcome("min = 0", &unknown, &seen)], [Outcome::Fail; 2]);
}

#[test]
fn best_is_each_one_s_own() {
    let (candidate, baseline) = (checkpoint(&[(0.1, 0.2), (1.0, 0.9)]), checkpoint(&[(0.1, 0.7), (1.0, 0.3)]));
    let seen = check("max_regression = { rel = 0.0 }", &candidate, Some(&baseline), false);
    assert_eq!(
        (seen.temperature, seen.value, seen.baseline, seen.outcome),
        (Some(0.1), Some(0.2), Some(0.3), Outcome::Pass)
    );
    let alone = check("max = 0.5", &candidate, None, false);
    assert_eq!((alone.temperature, alone.value, alone.outcome), (Some(0.1), Some(0.2), Outcome::Pass));
    let fixed = check("max = 0.5\ntemperature = 0.1", &candidate, Some(&baseline), false);
    assert_eq!((fixed.temperature, fixed.outcome), (Some(0.1), Outcome::Pass));
}

#[test]
fn a_temperature_without_a_value_is_missing() {
    let seen = checkpoint(&[(0.1, 0.2), (1.0, 0.9)]);
    let found = check("max = 9\ntemperature = 0.3", &seen, None, true);
    assert_eq!((found.outcome, found.check.as_str(), found.value), (Outcome::Missing, "temperature", None));
    assert_eq!(found.why, "expected temperature 0.3, scored at 0.1, 1");
}

#[test]
fn a_regression_is_held_to_the_larger_limit_the_way_that_is_worse() {
    let [low, high] = [0.50, 0.53].map(|value| checkpoint(&[(1.0, value)]));
    for (limits, expected) in [
        ("{ rel = 0.05 }", Outcome::Fail),
        ("{ rel = 0.07 }", Outcome::Pass),
        ("{ abs = 0.02 }", Outcome::Fail),
        ("{ rel = 0.01, abs = 0.04 }", Outcome::Pass),
    ] {
        let keys = format!("max_regression = {limits}");
        assert_eq!(outcome(&keys, &high, &low), expected, "{keys}");
        assert_eq!(outcome(&keys, &low, &high), Outcome::Pass, "lower is better");
        let higher = format!("{keys}\ndirection = \"higher\"");
        assert_eq!(outcome(&higher, &high, &low), Outcome::Pass, "{higher}");
    }
    assert_eq!(outcome("max_regression = { rel = 0.05 }\ndirection = \"higher\"", &low, &high), Outcome::Fail);
}

#[test]
fn without_the_same_rows_before_a_regression_is_missing() {
    let seen = checkpoint(&[(1.0, 0.5)]);
    let keys = "max_regression = { rel = 0.1 }\ntemperature = 1";
    let why = |baseline: Option<&Checkpoint>| {
        let found = check(keys, &seen, baseline, false);
        assert_eq!(found.outcome, Outcome::Missing, "{found:?}");
        found.why
    };
    assert_eq!(why(None), "there is no baseline yet; --init is for the first run");
    let mut renamed = seen.clone();
    renamed.table.layers[0].name = "dec".into();
    assert_eq!(check(keys, &seen, Some(&renamed), false).outcome, Outcome::Pass, "lone layers are paired");
    renamed.table.layers.push(renamed.table.layers[0].clone());
    assert_eq!(why(Some(&renamed)), "the baseline has no such layer at this temperature");
    assert_eq!(why(Some(&checkpoint(&[(2.0, 0.5)]))), "the baseline has no such layer at this temperature");
    let mut fewer = seen.clone();
    fewer.table.layers[0].scores[0].n = 5;
    assert_eq!(why(Some(&fewer)), "expected 5 rows as in the baseline, counted 4");
    // On the first run there is nothing to compare with; other rows are no first run.
    assert_eq!(check(keys, &seen, None, true).outcome, Outcome::Pass);
    assert_eq!(check(keys, &seen, Some(&renamed), true).outcome, Outcome::Pass);
    assert_eq!(check(keys, &seen, Some(&fewer), true).outcome, Outcome::Missing);
}

#[test]
fn noise_excuses_only_what_rows_show_to_be_noise() {
    let before = with_rows([1.0, 2.0, 3.0, 4.0]);
    let keys = "max_regression = { abs = 0.01 }\nsignificance = 0.9";
    // On average 0.25 more in both: of each row, and of some less and of others far more.
    let (alike, mixed) = (with_rows([1.25, 2.26, 3.24, 4.25]), with_rows([2.0, 1.5, 4.0, 3.5]));
    let found = check(keys, &alike, Some(&before), false);
    assert_eq!(found.outcome, Outcome::Fail);
    assert!(found.confidence.unwrap() > 0.99 && found.change.unwrap().paired, "{found:?}");
    let found = check(keys, &mixed, Some(&before), false);
    assert_eq!(found.outcome, Outcome::Pass);
    assert!(found.confidence.unwrap() < 0.9, "{found:?}");
    assert_eq!(
        outcome("max_regression = { abs = 0.01 }", &mixed, &before),
        Outcome::Fail,
        "no significance, no excuse"
    );
    let mut unpaired = mixed.clone();
    unpaired.rows.clear();
    let found = check(keys, &unpaired, Some(&before), false);
    assert_eq!((found.outcome, found.confidence), (Outcome::Fail, None));
}

#[test]
fn the_worst_class_is_named_and_must_be_known() {
    let mut seen = checkpoint(&[(1.0, 0.5)]);
    let unknown = check("worst_class = 1", &seen, None, false);
    assert_eq!((unknown.outcome, unknown.value), (Outcome::Missing, None));
    let class = |name: &str, snnl: f64| ClassScore {
        class: name.into(),
        n: 2,
        scores: vec![ClassValue { temperature: 1.0, snnl, stderr: 0.0 }],
    };
    seen.table.layers[0].classes = Some(vec![class("cat", 0.2), class("dog", 0.8), class("owl", 0.5)]);
    let found = check("worst_class = 0.8\nreport_only = true", &seen, None, false);
    assert_eq!((found.outcome, found.value, found.report_only), (Outcome::Pass, Some(0.8), true));
    let found = check("worst_class = 0.7", &seen, None, false);
    assert_eq!(found.outcome, Outcome::Fail);
    assert_eq!(found.why, "class `dog`: 0.8000 is above 0.7000");
}

#[test]
fn drift_is_against_the_best_ever_kept() {
    let mut baseline = checkpoint(&[(1.0, 0.5), (2.0, 0.6)]);
    let seen = checkpoint(&[(1.0, 0.5), (2.0, 0.6), (5.0, 0.55), (3.0, 0.9)]);
    // A baseline that followed no other knows its own value alone.
    assert_eq!(outcome("max_drift = 0.01", &seen, &baseline), Outcome::Pass);
    baseline.table.layers[0].kept = vec![
        Extremes { temperature: None, lowest: 0.4, highest: 0.5 },
        Extremes { temperature: Some(2.0), lowest: 0.6, highest: 0.65 },
        Extremes { temperature: Some(5.0), lowest: 0.1, highest: 0.2 },
    ];
    for (keys, expected) in [
        ("max_drift = 0.11", Outcome::Pass),
        ("max_drift = 0.09", Outcome::Fail),
        ("max_drift = \"26%\"", Outcome::Pass),
        ("max_drift = { rel = 0.24 }", Outcome::Fail),
        ("max_drift = 0.001\ntemperature = 2", Outcome::Pass),
        ("max_drift = 0.04\ndirection = \"higher\"\ntemperature = 2", Outcome::Fail),
        ("max_drift = 0.06\ndirection = \"higher\"\ntemperature = 2", Outcome::Pass),
        ("max_drift = 0.5\ntemperature = 3", Outcome::Missing),
        // It remembers a temperature that it has no value at now.
        ("max_drift = 0.5\ntemperature = 5", Outcome::Pass),
        ("max_drift = 0.4\ntemperature = 5", Outcome::Fail),
    ] {
        assert_eq!(outcome(keys, &seen, &baseline), expected, "{keys}");
    }
    assert_eq!(check("max_drift = 0.1", &seen, None, true).outcome, Outcome::Pass);
    let found = check("max_drift = 0.09", &seen, Some(&baseline), false);
    let mut fewer = seen.clone();
    fewer.table.layers[0].scores.iter_mut().for_each(|score| score.n = 3);
    assert_eq!(outcome("max_drift = 0.9", &fewer, &baseline), Outcome::Missing);
    assert_eq!(found.why, "worse by 0.1000 than 0.4000, the best value ever kept; 0.0900 allowed");
}
