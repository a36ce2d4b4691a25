//! JUnit XML, one test case a check, as CI systems read it.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite, XmlString};

use crate::gate::{Finding, GateReport, Outcome};

/// Writes one suite named after the candidate. A check that was not made is an error, one that is only reported is skipped
/// where it fails.
///
/// # Errors
/// What `out` reports.
pub fn write(report: &GateReport, out: &mut dyn Write) -> io::Result<()> {
    let mut suite = TestSuite::new(XmlString::new(&report.candidate));
    let mark = if report.definition.sample.is_some() { " (estimate)" } else { "" };
    suite.add_test_cases(report.findings.iter().map(|found| case(found, mark)));
    let mut all = Report::new("snnl-score gate");
    all.add_test_suite(suite);
    all.serialize(out).map_err(io::Error::other)
}

fn case(found: &Finding, mark: &str) -> TestCase {
    let status = match (found.outcome, found.report_only) {
        (Outcome::Pass, _) => TestCaseStatus::success(),
        (_, true) => message(TestCaseStatus::skipped(), found),
        (Outcome::Fail, false) => message(TestCaseStatus::non_success(NonSuccessKind::Failure), found),
        (Outcome::Missing, false) => message(TestCaseStatus::non_success(NonSuccessKind::Error), found),
    };
    let at = found.temperature.map_or(String::new(), |temperature| format!(" at T={temperature}"));
    let mut case = TestCase::new(format!("{}: {} of {}{at}{mark}", found.rule, found.check, found.layer), status);
    case.set_classname(format!("snnl-score.{}", found.layer));
    case
}

fn message(mut status: TestCaseStatus, found: &Finding) -> TestCaseStatus {
    status.set_message(found.why.clone());
    status
}
