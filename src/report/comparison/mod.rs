//! A [`Comparison`] as a document.

mod classes;
mod figures;
mod layers;
mod maps;
mod notes;
mod records;

pub use self::maps::map_figures;
use super::document::{Document, Report, Section, json};
use crate::compare::Comparison;
use crate::score::table::ScoreTable;

impl Report for Comparison {
    const SECTIONS: &'static [Section] = &[Section::Records];
}

/// Layers and, if requested, classes in every checkpoint; one record per layer and checkpoint. `tables` are the results of
/// the checkpoints.
pub fn document(comparison: &Comparison, tables: &[&ScoreTable]) -> Document {
    Document {
        title: format!("Soft Nearest Neighbor Loss of {} checkpoints", comparison.checkpoints.len()),
        headline: None,
        grids: [layers::grid(comparison)].into_iter().chain(classes::grid(comparison)).collect(),
        figures: figures::figures(comparison),
        notes: notes::notes(comparison, tables),
        json: json(comparison),
        thumbnails: None,
        command: None,
        records: Some(records::records(comparison, tables)),
        checks: None,
        metrics: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::score::sample::sample;
    use super::*;
    use crate::compare::change::{Change, Summary};
    use crate::compare::{At, Compared, ComparedClass, LayerComparison, Point};
    use crate::definition::TemperatureUnit;
    use crate::report::grid::Grid;

    /// A layer in two checkpoints, and another that the second lacks.
    fn comparison() -> Comparison {
        let table = sample();
        let summary = |mean| Summary { mean, stderr: 0.1, n: 2000 };
        let change = Change { relative: Some(-0.5), ..Change::unpaired(summary(1.0), summary(0.5)) };
        let class = |class: &str, snnl| ComparedClass { class: class.into(), n: 3, snnl };
        let value = |snnl, change| Compared {
            temperature: 0.1,
            snnl,
            stderr: 0.1,
            n: 2000,
            first: None,
            change,
            classes: Some(vec![class("a", snnl), class("b", snnl / 2.0)]),
        };
        let at_best = |values| Point { at: At::Best, is_shown: true, values };
        Comparison {
            schema_version: 2,
            tool: table.tool,
            definition: table.definition,
            data: table.data,
            checkpoints: vec!["first".into(), "second".into()],
            layers: vec![
                LayerComparison {
                    name: "enc1".into(),
                    names: None,
                    points: vec![at_best(vec![Some(value(1.0, None)), Some(value(0.5, Some(change)))])],
                },
                LayerComparison {
                    name: "enc2".into(),
                    names: None,
                    points: vec![at_best(vec![Some(value(2.0, None)), None])],
                },
            ],
        }
    }

    fn texts(grid: &Grid) -> Vec<Vec<String>> {
        grid.rows.iter().map(|row| row.iter().map(|cell| cell.value.to_string()).collect()).collect()
    }

    #[test]
    fn layers_and_classes_stand_beside_each_other() {
        let document = document(&comparison(), &[&sample(); 2]);
        let headings: Vec<&str> = document.grids[0].headings.iter().map(|heading| heading.text.as_str()).collect();
        assert_eq!(headings, ["layer", "at", "first", "T", "second", "T", "change", "%", "95 % interval"]);
        let interval = texts(&document.grids[0])[0].pop().unwrap();
        assert_eq!(
            texts(&document.grids[0])[0][..8],
            ["enc1", "best", "1.000", "0.1", "0.5000", "0.1", "−0.500", "−50.0"]
        );
        assert!(interval.starts_with("−0.77") && interval.contains(" … −0.22"), "{interval}");
        assert_eq!(texts(&document.grids[0])[1], ["enc2", "best", "2.000", "0.1", "–", "", "–", "", ""]);
        assert_eq!(texts(&document.grids[1])[3], ["enc2", "b", "3", "1.000", "–"]);
    }

    #[test]
    fn shared_temperatures_stand_once_and_only_what_is_asked_for_is_shown() {
        let mut comparison = comparison();
        let best = comparison.layers[0].points[0].clone();
        comparison.layers[0].points.push(Point { at: At::Temperature(0.1), ..best.clone() });
        comparison.layers[0].points.push(Point { at: At::Temperature(0.5), is_shown: false, ..best });
        comparison.definition.temperature_unit = TemperatureUnit::Mean;
        let shown = document(&comparison, &[&sample(); 2]);
        assert_eq!(texts(&shown.grids[0])[1][..6], ["", "0.1", "1.000", "", "0.5000", ""]);
        assert_eq!(texts(&shown.grids[0]).len(), 3);
        assert_eq!(shown.records.unwrap().len(), 7 * (1 + 2), "exports have everything");
    }

    #[test]
    fn notes_say_what_is_compared_with_what() {
        let notes = document(&comparison(), &[&sample(); 2]).notes;
        assert!(notes[2].starts_with("best: each checkpoint") && notes[3] == "classes: at best", "{notes:?}");
        assert_eq!(notes[4], "most entangled in second: class a in layer enc1: 0.5000");
        assert!(notes[5].starts_with("change: from first, by means alone"), "{notes:?}");
        assert_eq!(notes[6], "–: the checkpoint does not have the layer");
    }

    #[test]
    fn a_record_for_each_layer_and_checkpoint_that_has_it() {
        let document = document(&comparison(), &[&sample(); 2]);
        assert_eq!(document.sections(), Comparison::SECTIONS);
        let records = document.records.unwrap();
        // Each with its two classes.
        assert_eq!(records.len(), 3 * (1 + 2));
        let names: Vec<&str> = records.columns.iter().map(|column| column.name).collect();
        let expected = "layer class at checkpoint temperature snnl stderr n change change_relative change_stderr change_low \
                        change_high paired distance preset temperature_unit tool_version finished";
        assert_eq!(names.join(" "), expected);
    }
}
