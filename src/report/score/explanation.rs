//! What explains the value of each layer: which classes its rows pick, and how well neighbors predict their class.

use crate::report::cell::{Cell, CellValue};
use crate::report::grid::{Folding, Grid, Heading, number, text};
use crate::report::number::temperature;
use crate::score::explanation::{ExplainedClass, Explanation, NeighborAccuracy};
use crate::score::table::{LayerScore, ScoreTable};

/// Classes that are shown as a whole, at most.
pub(super) const WHOLE: usize = 12;

/// Pairs of classes that are named where there are more.
const PAIRS: usize = 8;

/// A grid a layer; none where they were not asked for.
pub(super) fn grids(table: &ScoreTable) -> impl Iterator<Item = Grid> {
    table.layers.iter().filter_map(|layer| {
        let explanation = layer.explanation.as_ref()?;
        let are_few = explanation.picked.len().max(explanation.classes.len()) <= WHOLE;
        Some(if are_few { whole(layer, explanation) } else { pairs(layer, explanation) })
    })
}

/// What the numbers of the grids are, where there are any.
pub(super) fn note(table: &ScoreTable) -> Option<String> {
    let explanation = table.layers.iter().find_map(|layer| layer.explanation.as_ref())?;
    let has_picks = explanation.classes.iter().any(|class| class.picks.is_some());
    let picks = if has_picks {
        "mean probability that a row of a class picks a neighbor of each class, · below 0.005; "
    } else {
        ""
    };
    Some(format!(
        "{picks}k-NN: share of rows whose class is that of most of their k nearest neighbors, excluding themselves"
    ))
}

/// Who picks, and at which temperature.
fn heading(layer: &LayerScore, explanation: &Explanation) -> Heading {
    text(format!("{} T={}", layer.name, temperature(explanation.temperature)))
}

fn accuracy_headings(explanation: &Explanation) -> impl Iterator<Item = Heading> {
    explanation.accuracy.iter().map(|of| number(format!("{}-NN", of.k)))
}

fn accuracy_cells(accuracy: &[NeighborAccuracy]) -> impl Iterator<Item = Cell> {
    accuracy.iter().map(|of| CellValue::Accuracy(of.accuracy).into())
}

/// Classes down, the classes that they pick across; all rows together below.
fn whole(layer: &LayerScore, explanation: &Explanation) -> Grid {
    let picked = explanation.picked.iter().map(number);
    let headings = [heading(layer, explanation), number("n")].into_iter().chain(picked);
    let mut grid = Grid::new("picked classes", headings.chain(accuracy_headings(explanation)));
    let alone = std::iter::repeat_n(1, 1 + explanation.picked.len());
    grid.folding = Folding::Columns { names: 1, groups: alone.chain([explanation.accuracy.len()]).collect() };
    grid.subject = Some(layer.name.clone());
    for class in &explanation.classes {
        let names = [CellValue::text(&class.class), CellValue::Count(class.n)].map(Cell::from);
        let picks = class.picks.iter().flatten().zip(&explanation.picked).map(|(&probability, picked)| Cell {
            shade: Some(probability),
            is_best: *picked == class.class,
            ..CellValue::Probability(probability).into()
        });
        grid.push(names.into_iter().chain(picks).chain(accuracy_cells(&class.accuracy)));
    }
    let all = explanation.classes.iter().map(|class| class.n).sum();
    let names = [CellValue::text("all"), CellValue::Count(all)].map(Cell::from);
    let empty = explanation.picked.iter().map(|_| CellValue::Empty.into());
    grid.push(names.into_iter().chain(empty).chain(accuracy_cells(&explanation.accuracy)));
    grid.has_total = true;
    grid
}

/// The classes that another is picked by most, and all rows together below.
fn pairs(layer: &LayerScore, explanation: &Explanation) -> Grid {
    let headings = [heading(layer, explanation), number("n"), text("picks"), number("with"), number("own")];
    let mut grid = Grid::new("picked classes", headings.into_iter().chain(accuracy_headings(explanation)));
    grid.subject = Some(layer.name.clone());
    let of_class = |class: &'_ ExplainedClass| -> Vec<(f64, String)> {
        let picks = class.picks.iter().flatten().copied().zip(explanation.picked.iter().cloned());
        picks.filter(|(_, picked)| *picked != class.class).collect()
    };
    let mut all: Vec<(&ExplainedClass, f64, String)> = Vec::new();
    for class in &explanation.classes {
        all.extend(of_class(class).into_iter().map(|(probability, picked)| (class, probability, picked)));
    }
    all.sort_by(|(_, a, _), (_, b, _)| b.total_cmp(a));
    for (class, probability, picked) in all.into_iter().take(PAIRS) {
        let own = explanation.picked.iter().position(|picked| *picked == class.class);
        let own = own.and_then(|own| class.picks.as_ref()?.get(own).copied()).unwrap_or(0.0);
        let names = [CellValue::text(&class.class), CellValue::Count(class.n), CellValue::text(picked)];
        let shares = [
            Cell { shade: Some(probability), ..CellValue::Probability(probability).into() },
            CellValue::Probability(own).into(),
        ];
        grid.push(names.map(Cell::from).into_iter().chain(shares).chain(accuracy_cells(&class.accuracy)));
    }
    let rows = explanation.classes.iter().map(|class| class.n).sum();
    let names = [CellValue::text("all"), CellValue::Count(rows)].into_iter().chain([const { CellValue::Empty }; 3]);
    grid.push(names.map(Cell::from).chain(accuracy_cells(&explanation.accuracy)));
    grid.has_total = true;
    grid
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    fn explanation(classes: &[&str]) -> Explanation {
        let accuracy = |share: f64| [1, 5, 20].map(|k| NeighborAccuracy { k, accuracy: share / k as f64 }).to_vec();
        let share = |from: usize, to: usize| if from == to { 0.5 } else { 0.5 / (1 + (from + 2 * to) % 7) as f64 };
        let class = |(from, class): (usize, &&str)| ExplainedClass {
            class: (*class).into(),
            n: 10 + from,
            picks: Some((0..classes.len()).map(|to| share(from, to)).collect()),
            accuracy: accuracy(0.75),
        };
        Explanation {
            temperature: 0.2,
            picked: classes.iter().map(|class| (*class).into()).collect(),
            classes: classes.iter().enumerate().map(class).collect(),
            accuracy: accuracy(0.9),
        }
    }

    fn texts(grid: &Grid, row: usize) -> Vec<String> {
        grid.rows[row].iter().map(|cell| cell.value.to_string()).collect()
    }

    #[test]
    fn few_classes_are_a_heat_table() {
        let mut table = sample();
        assert_eq!((grids(&table).count(), note(&table)), (0, None));
        table.layers[1].explanation = Some(explanation(&["cat", "dog"]));
        let grids: Vec<Grid> = grids(&table).collect();
        assert_eq!(grids.len(), 1);
        let headings: Vec<&str> = grids[0].headings.iter().map(|heading| heading.text.as_str()).collect();
        assert_eq!(headings, ["enc10 T=0.2", "n", "cat", "dog", "1-NN", "5-NN", "20-NN"]);
        assert_eq!(texts(&grids[0], 0), ["cat", "10", "0.50", "0.17", "0.750", "0.150", "0.037"]);
        assert_eq!(texts(&grids[0], 2), ["all", "21", "", "", "0.900", "0.180", "0.045"]);
        assert!(grids[0].rows[1][3].is_best && grids[0].rows[1][2].shade == Some(0.25));
    }

    #[test]
    fn of_many_classes_the_worst_pairs_are_named() {
        let mut table = sample();
        let names: Vec<String> = (0..WHOLE + 1).map(|class| format!("c{class}")).collect();
        let mut explanation = explanation(&names.iter().map(String::as_str).collect::<Vec<_>>());
        explanation.classes[4].picks.as_mut().unwrap()[7] = 0.6;
        table.layers[0].explanation = Some(explanation);
        let grid = grids(&table).next().unwrap();
        assert_eq!(grid.rows.len(), PAIRS + 1);
        assert_eq!(texts(&grid, 0)[..5], ["c4", "14", "c7", "0.60", "0.50"]);
        assert_eq!(texts(&grid, PAIRS)[..6], ["all", "208", "", "", "", "0.900"]);
        // Without probabilities, the accuracies are left.
        let classes = table.layers[0].explanation.iter_mut().flat_map(|explanation| &mut explanation.classes);
        classes.for_each(|class| class.picks = None);
        assert_eq!(grids(&table).next().unwrap().rows.len(), 1);
        assert!(note(&table).unwrap().starts_with("k-NN"));
    }
}
