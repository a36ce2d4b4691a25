use super::*;
use crate::compare::made::{checkpoint, with_rows_at};

/// Rules with these keys.
fn rules(text: &str) -> Rules {
    Rules::parse(&format!("version = 1\n{text}")).unwrap()
}

fn better(baseline: &Checkpoint, candidate: &Checkpoint, rules: &Rules) -> Renewed {
    renew(Some(baseline), candidate, Takes::Better(rules), &|_| true)
}

/// The value of the only layer at each of its temperatures.
fn values(checkpoint: &Checkpoint) -> Vec<(f64, f64)> {
    checkpoint.table.layers[0].scores.iter().map(|score| (score.temperature, score.snnl)).collect()
}

#[test]
fn only_what_got_better_is_taken() {
    let lower = rules("[[rule]]\nmax = 9\n");
    let baseline = checkpoint(&[(0.1, 0.5), (1.0, 0.7), (9.0, 0.6)]);
    let new = better(&baseline, &checkpoint(&[(0.1, 0.4), (1.0, 0.8), (2.0, 0.9)]), &lower);
    assert_eq!(values(&new.checkpoint), [(0.1, 0.4), (1.0, 0.7), (2.0, 0.9), (9.0, 0.6)]);
    let expected = RenewedLayer { layer: "enc".into(), renewal: Renewal::Partly, temperatures: vec![0.1, 2.0] };
    assert_eq!(new.layers, [expected]);
    let best = &new.checkpoint.table.layers[0].best;
    assert_eq!((best.temperature, best.snnl), (0.1, 0.4));
    for (candidate, renewal) in [
        (checkpoint(&[(0.1, 0.5), (1.0, 0.7), (9.0, 0.6)]), Renewal::Kept),
        (checkpoint(&[(0.1, 0.6), (1.0, 0.8), (9.0, 0.7)]), Renewal::Kept),
        (checkpoint(&[(0.1, 0.1), (1.0, 0.1), (9.0, 0.1)]), Renewal::Replaced),
    ] {
        let new = better(&baseline, &candidate, &lower);
        assert_eq!((new.layers[0].renewal, new.differs()), (renewal, renewal != Renewal::Kept));
    }
}

#[test]
fn better_is_what_a_rule_calls_so() {
    let rules = rules(
        "[[rule]]\nlayers = \"enc\"\ntemperature = 0.1\ndirection = \"higher\"\nmin = 0\n[[rule]]\nlayers = \"enc\"\nmax = 9\n\
         [[rule]]\nlayers = \"other\"\ndirection = \"higher\"\nmin = 0\n",
    );
    let new = better(&checkpoint(&[(0.1, 0.5), (1.0, 0.7)]), &checkpoint(&[(0.1, 0.6), (1.0, 0.8)]), &rules);
    assert_eq!(values(&new.checkpoint), [(0.1, 0.6), (1.0, 0.7)]);
}

#[test]
fn rules_on_the_change_say_what_is_better_in_whatever_order() {
    let [limit, change] = ["[[rule]]\nmax = 9\n", "[[rule]]\ndirection = \"higher\"\nmax_regression = 0.1\n"];
    let lower = "[[rule]]\nmax_regression = 0.1\n";
    let (baseline, candidate) = (checkpoint(&[(1.0, 0.5)]), checkpoint(&[(1.0, 0.6)]));
    for (text, is_taken) in [
        (limit.to_owned() + change, true),
        (change.to_owned() + limit, true),
        (lower.to_owned() + limit, false),
        // What is better for one is worse for the other.
        (lower.to_owned() + change, false),
        (limit.to_owned(), false),
    ] {
        assert_eq!(better(&baseline, &candidate, &rules(&text)).differs(), is_taken, "{text}");
    }
    assert!(!better(&candidate, &baseline, &rules(&(lower.to_owned() + change))).differs());
}

#[test]
fn ids_outlive_a_candidate_without_any() {
    let lower = rules("[[rule]]\nmax = 9\n");
    let mut baseline = checkpoint(&[(1.0, 0.5)]);
    baseline.ids = Some(["a", "b"].map(String::from).into());
    (baseline.table.data.ids, baseline.table.data.rows_sha256) = (Some("ids".into()), Some("0a".into()));
    let new = better(&baseline, &checkpoint(&[(1.0, 0.4)]), &lower).checkpoint;
    assert_eq!((&new.ids, &new.table.data.ids), (&baseline.ids, &baseline.table.data.ids));
    assert_eq!(new.table.data.rows_sha256, baseline.table.data.rows_sha256);
}

#[test]
fn that_rows_are_lost_is_known() {
    let [before, with, without] =
        [with_rows_at(&[(1.0, [0.5; 4])]), with_rows_at(&[(1.0, [0.4; 4])]), checkpoint(&[(1.0, 0.4)])];
    let loses = |candidate| renew(Some(&before), candidate, Takes::All, &|_| true).loses_rows(Some(&before));
    assert_eq!((loses(&with), loses(&without)), (false, true));
    assert!(!renew(Some(&without), &without, Takes::All, &|_| true).loses_rows(Some(&without)));
}

#[test]
fn rows_come_from_where_their_value_does() {
    let lower = rules("[[rule]]\nmax = 9\n");
    let baseline = with_rows_at(&[(0.1, [0.5, 0.1, 0.2, 0.4]), (1.0, [0.1; 4])]);
    let candidate = with_rows_at(&[(0.1, [0.0, 0.1, 0.2, 0.4]), (1.0, [0.2; 4])]);
    let new = better(&baseline, &candidate, &lower).checkpoint;
    assert_eq!(new.rows["enc"].losses, [vec![0.0, 0.1, 0.2, 0.4], vec![0.1; 4]]);
    for (score, losses) in new.table.layers[0].scores.iter().zip(&new.rows["enc"].losses) {
        assert_eq!(score.snnl, losses.iter().sum::<f64>() / 4.0);
    }
    // Other rows: their mean is not one of the same thing.
    let mut others = candidate.clone();
    others.rows.get_mut("enc").unwrap().rows[3] = 7;
    assert_eq!(better(&baseline, &others, &lower).layers[0].renewal, Renewal::Kept);
    let mut fewer = candidate;
    fewer.table.layers[0].scores.iter_mut().for_each(|score| score.n = 3);
    assert_eq!(better(&baseline, &fewer, &lower).layers[0].renewal, Renewal::Kept);
    assert_eq!(renew(Some(&baseline), &fewer, Takes::All, &|_| true).layers[0].renewal, Renewal::Replaced);
}

#[test]
fn a_baseline_never_gets_worse_and_remembers_its_best() {
    let lower = rules("[[rule]]\nmax = 9\n");
    // A candidate in each line; those that were accepted as a whole say so.
    let steps =
        [(0.50, 0.70, false), (0.52, 0.65, false), (0.49, 0.90, false), (0.60, 0.80, true), (0.55, 0.85, false)];
    let mut baseline = checkpoint(&[(0.1, 0.51), (1.0, 0.72)]);
    let mut all = vec![(0.51, 0.72)];
    for (cold, warm, is_accepted) in steps {
        let candidate = checkpoint(&[(0.1, cold), (1.0, warm)]);
        let takes = if is_accepted { Takes::All } else { Takes::Better(&lower) };
        let new = renew(Some(&baseline), &candidate, takes, &|_| true).checkpoint;
        for ((_, was), (_, is)) in values(&baseline).into_iter().zip(values(&new)) {
            assert!(is_accepted || is <= was, "{was} {is}");
        }
        all.push((values(&new)[0].1, values(&new)[1].1));
        baseline = new;
    }
    assert_eq!(all.last(), Some(&(0.55, 0.80)));
    let lowest = |of: fn(&(f64, f64)) -> f64| all.iter().map(of).fold(f64::INFINITY, f64::min);
    let highest = |of: fn(&(f64, f64)) -> f64| all.iter().map(of).fold(0.0, f64::max);
    let expected = [
        Extremes { temperature: None, lowest: 0.49, highest: 0.60 },
        Extremes { temperature: Some(0.1), lowest: lowest(|(cold, _)| *cold), highest: highest(|(cold, _)| *cold) },
        Extremes { temperature: Some(1.0), lowest: lowest(|(_, warm)| *warm), highest: highest(|(_, warm)| *warm) },
    ];
    assert_eq!(baseline.table.layers[0].kept, expected);
}

#[test]
fn layers_of_one_side_alone() {
    let lower = rules("[[rule]]\nmax = 9\n");
    let of = |names: &[&str]| {
        let mut checkpoint = checkpoint(&[(1.0, 0.5)]);
        let layer = checkpoint.table.layers[0].clone();
        let named = |name: &&str| LayerScore { name: name.to_string(), ..layer.clone() };
        checkpoint.table.layers = names.iter().map(named).collect();
        checkpoint.table.sum = vec![SumScore { temperature: 1.0, snnl: 0.0 }];
        checkpoint
    };
    let (baseline, candidate) = (of(&["a", "c", "d"]), of(&["b", "d"]));
    let renewals = |takes| {
        let new = renew(Some(&baseline), &candidate, takes, &|name| name != "c");
        let renewals: Vec<Renewal> = new.layers.iter().map(|layer| layer.renewal).collect();
        let names: Vec<String> = new.checkpoint.table.layers.iter().map(|layer| layer.name.clone()).collect();
        (renewals, names.concat(), new.checkpoint.table.sum[0].snnl)
    };
    let expected = vec![Renewal::Kept, Renewal::Added, Renewal::Kept, Renewal::Kept];
    assert_eq!(renewals(Takes::Better(&lower)), (expected, "abcd".into(), 2.0));
    let expected = vec![Renewal::Removed, Renewal::Added, Renewal::Kept, Renewal::Replaced];
    assert_eq!(renewals(Takes::All), (expected, "bcd".into(), 1.5));
    // A lone layer is the other's, whatever their names.
    let new = better(&of(&["a"]), &of(&["b"]), &lower);
    assert_eq!((new.layers.len(), new.layers[0].renewal), (1, Renewal::Kept));
    assert_eq!(renew(None, &candidate, Takes::All, &|_| true).layers[1].renewal, Renewal::Added);
}
