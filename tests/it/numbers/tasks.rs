//! A score in tasks ends with the values of a single run, whatever the tasks are and in whichever order they come.

use std::path::Path;

use snnl_score::block::TILE;
use snnl_score::definition::{Definition, NonFinite, Precision};
use snnl_score::distance::Distance;
use snnl_score::draw::Draw;
use snnl_score::labels::Labels;
use snnl_score::score::table::{LayerScore, ScoreTable};
use snnl_score::score::tasks::{Cut, Merging, Request, Results, TaskData, TaskPlan, Wanted, compute_task, plan_tasks};
use snnl_score::score::{Means, ReferenceLayers, Silent, score_rows};
use snnl_score::source::Layer;
use tempfile::TempDir;

use crate::oracle::{Dice, labels, layer, means, wishes};
use crate::support::mutate::flips;

/// Six full tiles, and a part of another.
const ROWS: usize = 6 * TILE + 50;

/// What adding up the sums of several tasks may change of a value.
const REORDERED: f64 = 1e-13;

/// Bytes in which a tile of so few features can meet another.
const LEAST: usize = 64 << 10;

struct Data {
    layers: Vec<Layer>,
    labels: Labels,
}

fn data(rows: usize, seed: u64) -> Data {
    let mut dice = Dice(seed);
    let classes = dice.labels(rows, 4);
    let named = |number: usize, rows: &[Vec<f64>]| Layer { name: format!("l{number}"), ..layer(rows) };
    let mut layers: Vec<Layer> = (0..2).map(|number| named(number, &dice.rows(rows, 3))).collect();
    let mut holed = dice.rows(rows, 3);
    (holed[5][1], holed[rows / 2][0]) = (f64::NAN, f64::INFINITY);
    layers.push(named(2, &holed));
    Data { layers, labels: labels(&classes) }
}

fn definition(distance: Distance, precision: Precision, temperatures: &[f64]) -> Definition {
    let definition = Definition::new(wishes(distance, precision, temperatures)).unwrap();
    Definition { non_finite: NonFinite::Drop, ..definition }
}

fn task_data<'a>(data: &'a Data, references: Option<&'a Data>) -> TaskData<'a> {
    let references = references.map(|data| ReferenceLayers { layers: &data.layers, labels: &data.labels });
    TaskData { layers: &data.layers, labels: &data.labels, references }
}

/// The plan as it is read from its file.
fn plan(data: TaskData, definition: &Definition, tasks: usize, cut: Option<Cut>) -> TaskPlan {
    let wanted = Wanted::Tasks(tasks);
    let (plan, _) = plan_tasks(Request::default(), data, definition, wanted, cut, &mut means()).unwrap();
    let text = serde_json::to_string_pretty(&plan).unwrap();
    let read = TaskPlan::parse(&text).unwrap();
    assert_eq!(serde_json::to_string_pretty(&read).unwrap(), text);
    read
}

/// Computes these tasks, each with so much memory.
fn compute(plan: &TaskPlan, data: TaskData, tasks: impl IntoIterator<Item = usize>, memory: usize, directory: &Path) {
    let results = Results::of(plan, directory);
    results.create().unwrap();
    let mut means = Means { memory, ..means() };
    for task in tasks {
        results.put(&compute_task(plan, data, task, &mut means).unwrap()).unwrap();
    }
}

fn merge(plan: &TaskPlan, data: TaskData, directory: &Path) -> ScoreTable {
    let results = Results::of(plan, directory);
    let merging = Merging { plan, results: &results, progress: &Silent, stop: &|| None };
    merging.merge(data.labels, data.references.map(|met| met.labels), &mut |_, _| Ok(())).unwrap()
}

/// In tasks, the last first.
fn in_tasks(data: TaskData, definition: &Definition, tasks: usize, cut: Option<Cut>) -> ScoreTable {
    let directory = TempDir::new().unwrap();
    let plan = plan(data, definition, tasks, cut);
    compute(&plan, data, (0..plan.tasks.len()).rev(), usize::MAX, directory.path());
    merge(&plan, data, directory.path())
}

fn in_one_run(data: TaskData, definition: &Definition) -> ScoreTable {
    score_rows(data.layers, data.labels, data.references, definition, means(), &mut |_, _| Ok(())).unwrap()
}

fn json(layers: &[LayerScore]) -> String {
    serde_json::to_string(layers).unwrap()
}

#[track_caller]
fn assert_close(found: &ScoreTable, expected: &ScoreTable) {
    assert_eq!(found.layers.len(), expected.layers.len());
    for (found, expected) in found.layers.iter().zip(&expected.layers) {
        let counts = |layer: &LayerScore| (layer.non_finite_rows, layer.singletons, layer.duplicate_rows, layer.files);
        assert_eq!(counts(found), counts(expected));
        assert_eq!(found.scores.len(), expected.scores.len());
        for (found, expected) in found.scores.iter().zip(&expected.scores) {
            assert_eq!((found.precision.as_str(), found.n), (expected.precision.as_str(), expected.n));
            let off = (found.snnl / expected.snnl - 1.0).abs();
            assert!(off <= REORDERED, "{}: {off:e}", found.temperature);
            assert!((found.stderr / expected.stderr - 1.0).abs() <= 1e-10);
        }
    }
}

#[test]
fn squares_have_the_values_of_a_single_run_and_strips_and_one_task_its_bits() {
    let data = data(ROWS, 5);
    let data = task_data(&data, None);
    // The second temperature needs f64.
    for (distance, precision, temperatures) in [
        (Distance::Cosine, Precision::Auto, [0.1, 1e-6]),
        (Distance::Euclidean, Precision::F64, [0.1, 3.0]),
        (Distance::Sqeuclidean, Precision::F32, [0.5, 3.0]),
    ] {
        let definition = definition(distance, precision, &temperatures);
        let expected = in_one_run(data, &definition);
        let is_mixed = expected.layers.iter().all(|layer| layer.scores[0].precision != layer.scores[1].precision);
        assert_eq!(is_mixed, precision == Precision::Auto);
        for tasks in [2, 4, 9] {
            assert_close(&in_tasks(data, &definition, tasks, Some(Cut::Squares)), &expected);
            let strips = in_tasks(data, &definition, tasks, Some(Cut::Strips));
            assert_eq!(json(&strips.layers), json(&expected.layers), "{distance} {tasks}");
        }
        assert_eq!(json(&in_tasks(data, &definition, 1, None).layers), json(&expected.layers), "{distance}");
    }
}

#[test]
fn queries_across_references_and_samples_are_cut_too() {
    let (data, references) = (data(ROWS, 5), data(2 * TILE + 9, 6));
    let across = task_data(&data, Some(&references));
    let of_all = definition(Distance::Cosine, Precision::F64, &[0.1, 1.0]);
    let sampled = Definition { draw: Some(Draw { rows: 2 * TILE + 7, seed: 3 }), ..of_all.clone() };
    for (data, definition) in [(across, &of_all), (across, &sampled), (task_data(&data, None), &sampled)] {
        let expected = in_one_run(data, definition);
        assert_eq!(json(&in_tasks(data, definition, 3, None).layers), json(&expected.layers));
        // More tasks than tiles of queries: the references are cut, too.
        assert_close(&in_tasks(data, definition, 14, None), &expected);
    }
}

#[test]
fn one_plan_has_the_same_bits_whatever_becomes_of_its_tasks() {
    let (data, directory) = (data(ROWS, 7), TempDir::new().unwrap());
    let data = task_data(&data, None);
    let definition = definition(Distance::Cosine, Precision::Auto, &[0.1, 1.0]);
    let plan = plan(data, &definition, 9, Some(Cut::Squares));
    let in_order = TempDir::new().unwrap();
    compute(&plan, data, 0..9, usize::MAX, in_order.path());
    let expected = json(&merge(&plan, data, in_order.path()).layers);

    // Tiles that do not stay in memory, out of order, one of them twice.
    compute(&plan, data, [8, 3, 0, 3, 1, 7, 2, 6, 5], LEAST, directory.path());
    let results = Results::of(&plan, directory.path());
    assert_eq!(results.missing().unwrap().to_string(), "4");
    compute(&plan, data, [4], usize::MAX, directory.path());
    assert_eq!(json(&merge(&plan, data, directory.path()).layers), expected);

    let file = directory.path().join(&plan.id).join("3.arrow");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let status = results.status().unwrap();
    assert_eq!((status.done, status.damaged.to_string().as_str()), (8, "3"));
    assert!(status.pairs_done < status.pairs && !results.has(3).unwrap());
    compute(&plan, data, [3], usize::MAX, directory.path());
    assert!(results.status().unwrap().missing.is_empty() && results.has(3).unwrap());
    assert_eq!(json(&merge(&plan, data, directory.path()).layers), expected);
}

#[test]
fn no_changed_byte_of_a_result_changes_a_value() {
    let (data, directory) = (data(20, 7), TempDir::new().unwrap());
    let data = TaskData { layers: &data.layers[..1], ..task_data(&data, None) };
    let definition = definition(Distance::Cosine, Precision::F32, &[0.5]);
    let plan = plan(data, &definition, 1, None);
    compute(&plan, data, [0], usize::MAX, directory.path());
    let expected = json(&merge(&plan, data, directory.path()).layers);
    let file = directory.path().join(&plan.id).join("0.arrow");
    let whole = std::fs::read(&file).unwrap();
    let results = Results::of(&plan, directory.path());
    let mut noticed = 0;
    for (position, flip) in flips(whole.len()) {
        let mut damaged = whole.clone();
        damaged[position] ^= flip;
        std::fs::write(&file, damaged).unwrap();
        match results.status() {
            // Padding between what is read.
            Ok(status) if status.done == 1 => {
                assert_eq!(json(&merge(&plan, data, directory.path()).layers), expected, "byte {position}");
            }
            Ok(_) | Err(_) => noticed += 1,
        }
    }
    assert!(noticed > whole.len(), "{noticed} of {}", 3 * whole.len());
}

#[test]
fn a_result_whose_rows_are_long_is_read_part_by_part() {
    let data = data(1300, 7);
    let data = TaskData { layers: &data.layers[..1], ..task_data(&data, None) };
    // 24 kB a row.
    let temperatures: Vec<f64> = (1..=700).map(|step| 0.01 * f64::from(step)).collect();
    let definition = definition(Distance::Cosine, Precision::F32, &temperatures);
    let expected = in_one_run(data, &definition);
    assert_eq!(json(&in_tasks(data, &definition, 1, None).layers), json(&expected.layers));
    assert_close(&in_tasks(data, &definition, 3, Some(Cut::Squares)), &expected);
}

/// `data`, with rows that are not finite, which are left out.
fn holed(mut data: Data, layer: usize, dim: usize, rows: &[Vec<f64>], holes: &[usize]) -> Data {
    let mut rows = rows.to_vec();
    holes.iter().for_each(|&hole| rows[hole] = vec![f64::NAN; dim]);
    data.layers[layer] = Layer { name: format!("l{layer}"), ..self::layer(&rows) };
    data
}

#[test]
fn layers_may_lose_different_rows() {
    let mut dice = Dice(3);
    for (rows, holes) in [(2 * TILE + 1, vec![3]), (3 * TILE + 1, vec![0, 9]), (900, (0..400).collect())] {
        let made = dice.rows(rows, 3);
        let own = || holed(data(rows, 5), 0, 3, &made, &holes);
        let references = || holed(data(rows - 20, 6), 1, 3, &made[20..], &holes);
        let definition = definition(Distance::Cosine, Precision::F64, &[0.5]);
        let (own, references) = (own(), references());
        for data in [task_data(&own, None), task_data(&own, Some(&references))] {
            let expected = in_one_run(data, &definition);
            for tasks in [1, 3, 5] {
                assert_close(&in_tasks(data, &definition, tasks, Some(Cut::Squares)), &expected);
                assert_eq!(json(&in_tasks(data, &definition, tasks, Some(Cut::Strips)).layers), json(&expected.layers));
            }
        }
    }
}

#[test]
fn temperatures_are_computed_as_in_a_single_run() {
    let (own, references) = (data(1000, 5), data(500, 6));
    // Octaves, whose weights are squares of each other, from what needs f64 to what does not.
    let temperatures: Vec<f64> = (-14..4).map(|octave| 2f64.powi(octave)).collect();
    for distance in [Distance::Sqeuclidean, Distance::Cosine, Distance::Euclidean] {
        let definition = definition(distance, Precision::Auto, &temperatures);
        for data in [task_data(&own, None), task_data(&own, Some(&references))] {
            let expected = in_one_run(data, &definition);
            assert_eq!(json(&in_tasks(data, &definition, 1, None).layers), json(&expected.layers), "{distance}");
            assert_eq!(json(&in_tasks(data, &definition, 2, Some(Cut::Strips)).layers), json(&expected.layers));
        }
    }
    // One row, which has no mean distance, across others.
    let (classes, rows) = (vec![0], vec![vec![0.5, 0.1, 0.2]]);
    let lone = Data { layers: vec![Layer { name: "l0".into(), ..layer(&rows) }], labels: labels(&classes) };
    let lone = Data { labels: lone.labels.numbered_alike(&references.labels)[0].clone(), ..lone };
    let data = task_data(&lone, Some(&references));
    let definition = definition(Distance::Cosine, Precision::Auto, &[0.5]);
    let expected = in_one_run(data, &definition);
    assert_eq!(json(&in_tasks(data, &definition, 2, Some(Cut::Strips)).layers), json(&expected.layers));
}
