//! A [`GateReport`] as a document.

mod figures;
mod undecided;

use std::collections::BTreeMap;

pub use self::undecided::undecided;
use crate::gate::{Finding, GateReport, Outcome, Renewal, RenewedLayer};
use crate::report::cell::{Cell, CellValue};
use crate::report::checks::{CheckResult, CheckStatus, Checks};
use crate::report::document::{Document, Metrics, Report, Section, json};
use crate::report::grid::{Folding, Grid, number, text};
use crate::report::number::{DIGITS, significant, temperature};
use crate::report::score::{classes, odd_rows};
use crate::report::sentences;
use crate::score::table::{LayerScore, ScoreTable};

/// The program that made the checks.
const MADE_BY: &str = "snnl-score gate";

impl Report for GateReport {
    const SECTIONS: &'static [Section] = &[Section::Checks, Section::Metrics];
}

/// The checks and the values of the `candidate` that they were made on, with its classes if these are to be shown.
pub fn document(report: &GateReport, candidate: &ScoreTable, shows_classes: bool) -> Document {
    let classes = shows_classes.then_some(candidate);
    Document {
        title: "Gate".into(),
        headline: Some(headline(report)),
        grids: [grid(report)].into_iter().chain(classes.and_then(classes::grid)).collect(),
        figures: figures::figure(report).into_iter().collect(),
        notes: notes(report, candidate, classes),
        json: json(report),
        thumbnails: None,
        command: None,
        records: None,
        checks: Some(checks(report, candidate)),
        metrics: Some(metrics(candidate)),
    }
}

/// The outcome in a sentence.
fn headline(report: &GateReport) -> String {
    let count = |is_such: fn(Outcome) -> bool| {
        report.findings.iter().filter(|found| is_such(found.outcome) && !found.report_only).count()
    };
    let (candidate, all) = (&report.candidate, report.findings.len());
    match report.outcome {
        Outcome::Pass => format!("{candidate} passes the gate"),
        Outcome::Fail => {
            format!("{candidate} fails the gate: {} of {all} checks", count(|outcome| outcome == Outcome::Fail))
        }
        Outcome::Missing | Outcome::Degenerate => {
            let count = count(Outcome::is_unchecked);
            format!("{candidate} does not pass the gate: {count} of {all} checks could not be made")
        }
    }
}

/// One row per check, with its reason.
fn grid(report: &GateReport) -> Grid {
    let headings = [text(""), text("layer"), number("T"), text("rule"), text("check"), text("why")];
    let mut grid = Grid::new("checks", headings);
    grid.folding = Folding::LastColumn;
    for found in &report.findings {
        let is_alarm = found.outcome != Outcome::Pass && !found.report_only;
        let status = Cell { is_alarm, ..CellValue::text(status(found)).into() };
        let others = [
            CellValue::text(&found.layer),
            found.temperature.map_or(CellValue::Empty, CellValue::Temperature),
            CellValue::text(&found.rule),
            CellValue::text(&found.check),
            CellValue::text(&found.why),
        ];
        grid.push([status].into_iter().chain(others.map(Cell::from)));
    }
    grid
}

/// The outcome of a check, in a word.
fn status(found: &Finding) -> &'static str {
    match (found.outcome, found.report_only) {
        (Outcome::Pass, _) => "pass",
        (Outcome::Fail, false) => "FAIL",
        (Outcome::Fail, true) => "fail, reported only",
        (Outcome::Missing, false) => "MISSING",
        (Outcome::Missing, true) => "missing, reported only",
        (Outcome::Degenerate, false) => "DEGENERATE",
        (Outcome::Degenerate, true) => "degenerate, reported only",
    }
}

/// What changes in the layers of a baseline, in one sentence.
fn renewed(layers: &[RenewedLayer]) -> String {
    let words = [
        (Renewal::Added, "added"),
        (Renewal::Replaced, "replaced"),
        (Renewal::Partly, "replaced in part"),
        (Renewal::Kept, "kept"),
        (Renewal::Removed, "removed"),
    ];
    let named = |layer: &RenewedLayer| match layer.renewal {
        Renewal::Partly => {
            let at: Vec<String> = layer.temperatures.iter().map(|&value| temperature(value)).collect();
            format!("{} (T = {})", layer.layer, at.join(", "))
        }
        _ => layer.layer.clone(),
    };
    let of = |(renewal, word): (Renewal, &str)| {
        let names: Vec<String> = layers.iter().filter(|layer| layer.renewal == renewal).map(named).collect();
        (!names.is_empty()).then(|| format!("{word} {}", names.join(", ")))
    };
    format!("new baseline: {}", words.into_iter().filter_map(of).collect::<Vec<_>>().join("; "))
}

fn notes(report: &GateReport, candidate: &ScoreTable, classes: Option<&ScoreTable>) -> Vec<String> {
    let mut notes = vec![sentences::definition(&report.definition), sentences::dataset(&report.data)];
    notes.extend(sentences::unit(&report.definition));
    notes.extend(odd_rows(candidate));
    notes.extend(report.findings.iter().filter_map(|found| above_chance(found, candidate)));
    notes.extend(classes.and_then(|table| classes::most_entangled(&table.layers)));
    if let Some(baseline) = &report.baseline {
        let changes = || report.findings.iter().filter_map(|found| found.change.as_ref());
        let how = match changes().next().is_some() && changes().all(|change| change.paired) {
            true => ", paired row by row",
            false => "",
        };
        notes.push(format!("baseline: {baseline}{how}"));
    }
    notes.extend(report.new_baseline.as_deref().map(renewed));
    if report.loses_rows {
        let note =
            "the new baseline has no row losses because the candidate has none: changes from it compare means only";
        notes.push(note.to_owned());
    }
    notes
}

/// A warning if random labels would also keep the highest allowed value.
fn above_chance(found: &Finding, candidate: &ScoreTable) -> Option<String> {
    let layer = candidate.layers.iter().find(|layer| layer.name == found.layer)?;
    let is_above = found.check == "max" && found.outcome == Outcome::Pass && found.limit >= layer.chance;
    let [limit, chance] = [found.limit, layer.chance].map(|value| significant(value, DIGITS));
    is_above.then(|| format!("max {limit} lets layer {} pass with random labels, whose value is {chance}", layer.name))
}

fn checks(report: &GateReport, candidate: &ScoreTable) -> Checks {
    let check = |found: &Finding| CheckResult {
        rule: found.rule.clone(),
        limit: found.check.clone(),
        layer: found.layer.clone(),
        temperature: found.temperature,
        status: match found.outcome {
            Outcome::Pass => CheckStatus::Passed,
            Outcome::Fail => CheckStatus::Failed,
            Outcome::Missing | Outcome::Degenerate => CheckStatus::NotMade,
        },
        is_reported_only: found.report_only,
        message: found.why.clone(),
    };
    Checks {
        made_by: MADE_BY.to_owned(),
        seconds: Some(candidate.run.seconds),
        subject: report.candidate.clone(),
        are_estimates: report.definition.sample.is_some(),
        checks: report.findings.iter().map(check).collect(),
    }
}

/// The values of each layer at its best temperature and at all; an estimate by another name.
fn metrics(candidate: &ScoreTable) -> Metrics {
    let values = |layer: &LayerScore| {
        let scores = layer.scores.iter().map(|score| (format!("T={}", score.temperature), score.snnl));
        [("best".to_owned(), layer.best.snnl)].into_iter().chain(scores).collect::<BTreeMap<_, _>>()
    };
    let name = if candidate.definition.sample.is_some() { "snnl_estimate" } else { "snnl" };
    Metrics { name, groups: candidate.layers.iter().map(|layer| (layer.name.clone(), values(layer))).collect() }
}

#[cfg(test)]
mod tests {
    use super::super::score::sample::sample;
    use super::*;

    fn finding(layer: &str, outcome: Outcome, report_only: bool) -> Finding {
        Finding {
            rule: "code".into(),
            layer: layer.into(),
            check: "max".into(),
            temperature: Some(0.1),
            value: Some(0.7),
            baseline: None,
            limit: 0.5,
            bound: None,
            history: None,
            change: None,
            confidence: None,
            outcome,
            report_only,
            why: "0.7000 is above 0.5000".into(),
        }
    }

    fn report(outcome: Outcome) -> GateReport {
        let table = sample();
        GateReport {
            schema_version: 1,
            tool: table.tool,
            definition: table.definition,
            data: table.data,
            candidate: "x".into(),
            baseline: Some("base".into()),
            outcome,
            findings: vec![
                finding("enc1", Outcome::Pass, false),
                finding("enc10", outcome, false),
                finding("head", Outcome::Fail, true),
            ],
            new_baseline: None,
            loses_rows: false,
        }
    }

    #[test]
    fn the_outcome_is_a_sentence() {
        let headline = |outcome| document(&report(outcome), &sample(), false).headline.unwrap();
        assert_eq!(headline(Outcome::Pass), "x passes the gate");
        assert_eq!(headline(Outcome::Fail), "x fails the gate: 1 of 3 checks");
        assert_eq!(headline(Outcome::Missing), "x does not pass the gate: 1 of 3 checks could not be made");
    }

    #[test]
    fn every_check_is_a_row_and_a_check() {
        let document = document(&report(Outcome::Missing), &sample(), false);
        assert_eq!(document.sections(), GateReport::SECTIONS);
        let row = |at: usize| document.grids[0].rows[at].iter().map(|cell| cell.value.to_string()).collect::<Vec<_>>();
        assert_eq!(row(1), ["MISSING", "enc10", "0.1", "code", "max", "0.7000 is above 0.5000"]);
        assert_eq!(row(2)[0], "fail, reported only");
        let checks = document.checks.unwrap();
        let statuses: Vec<_> = checks.checks.iter().map(|check| (check.status, check.is_reported_only)).collect();
        let expected = [(CheckStatus::Passed, false), (CheckStatus::NotMade, false), (CheckStatus::Failed, true)];
        assert_eq!(statuses, expected);
        assert_eq!(document.notes.last().unwrap(), "baseline: base");
    }

    #[test]
    fn metrics_are_the_values_of_the_candidate() {
        let metrics = document(&report(Outcome::Pass), &sample(), true).metrics.unwrap();
        assert_eq!(metrics.name, "snnl");
        assert_eq!(
            metrics.groups["enc10"],
            [("best", 1e-9), ("T=0.01", 0.25), ("T=1", 1e-9)].map(|(n, v)| (n.to_owned(), v)).into()
        );
    }
}
