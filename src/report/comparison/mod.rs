//! A [`Comparison`] as a document.

mod classes;
mod layers;
mod notes;
mod records;

use super::document::{Document, Report, Section, json};
use crate::compare::Comparison;

impl Report for Comparison {
    const SECTIONS: &'static [Section] = &[Section::Records];
}

/// Layers and, where they were asked for, classes in every checkpoint; a record a layer and checkpoint.
pub fn document(comparison: &Comparison) -> Document {
    Document {
        headline: None,
        grids: [layers::grid(comparison)].into_iter().chain(classes::grid(comparison)).collect(),
        notes: notes::notes(comparison),
        json: json(comparison),
        records: Some(records::records(comparison)),
        checks: None,
        metrics: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::score::sample::sample;
    use super::*;
    use crate::compare::change::{Change, Summary};
    use crate::compare::{Compared, ComparedClass, LayerComparison};
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
            change,
            classes: Some(vec![class("a", snnl), class("b", snnl / 2.0)]),
        };
        Comparison {
            schema_version: 1,
            tool: table.tool,
            definition: table.definition,
            data: table.data,
            checkpoints: vec!["first".into(), "second".into()],
            layers: vec![
                LayerComparison {
                    name: "enc1".into(),
                    values: vec![Some(value(1.0, None)), Some(value(0.5, Some(change)))],
                },
                LayerComparison { name: "enc2".into(), values: vec![Some(value(2.0, None)), None] },
            ],
        }
    }

    fn texts(grid: &Grid) -> Vec<Vec<String>> {
        grid.rows.iter().map(|row| row.iter().map(|cell| cell.value.to_string()).collect()).collect()
    }

    #[test]
    fn layers_and_classes_stand_beside_each_other() {
        let document = document(&comparison());
        let headings: Vec<&str> = document.grids[0].headings.iter().map(|heading| heading.text.as_str()).collect();
        assert_eq!(headings, ["layer", "T", "first", "second", "change", "%", "95 % interval"]);
        let interval = texts(&document.grids[0])[0].pop().unwrap();
        assert_eq!(texts(&document.grids[0])[0][..6], ["enc1", "0.1", "1.000", "0.5000", "−0.500", "−50.0"]);
        assert!(interval.starts_with("−0.77") && interval.contains(" … −0.22"), "{interval}");
        assert_eq!(texts(&document.grids[0])[1], ["enc2", "0.1", "2.000", "–", "–", "", ""]);
        assert_eq!(texts(&document.grids[1])[3], ["enc2", "b", "3", "1.000", "–"]);
    }

    #[test]
    fn temperatures_that_differ_stand_beside_their_values() {
        let mut comparison = comparison();
        comparison.layers[0].values[1].as_mut().unwrap().temperature = 0.2;
        let document = document(&comparison);
        assert_eq!(texts(&document.grids[0])[0][..5], ["enc1", "1.000", "0.1", "0.5000", "0.2"]);
    }

    #[test]
    fn notes_say_what_is_compared_with_what() {
        let notes = document(&comparison()).notes;
        assert_eq!(notes[2], "most entangled class in second: enc1 a 0.5000; enc2 a 2.000");
        assert!(notes[3].starts_with("change: against first, of means alone"), "{notes:?}");
        assert_eq!(notes[4], "–: a checkpoint lacks the layer");
    }

    #[test]
    fn a_record_for_each_layer_and_checkpoint_that_has_it() {
        let document = document(&comparison());
        assert_eq!(document.sections(), Comparison::SECTIONS);
        let records = document.records.unwrap();
        assert_eq!(records.len(), 3);
        let names: Vec<&str> = records.columns.iter().map(|column| column.name).collect();
        let expected = "layer checkpoint temperature snnl stderr n change change_relative change_stderr change_low change_high \
                        paired";
        assert_eq!(names.join(" "), expected);
    }
}
