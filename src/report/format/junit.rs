//! Checks as JUnit XML, one test case each, as CI systems read it.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite, XmlString};

use super::renderer::{Export, Renderer, Screen};
use crate::report::checks::{CheckResult, CheckStatus, Checks};
use crate::report::document::{Document, Section};

pub(super) const JUNIT: Renderer = Renderer {
    needs: Some(Section::Checks),
    is_printed: false,
    export: Some(Export { flag: "export-junit", content: "JUnit XML" }),
    render,
};

/// One suite named after what was checked. A check that was not made is an error; one that is only reported is skipped
/// where it did not pass.
fn render(document: &Document, _: Screen, out: &mut dyn Write) -> io::Result<()> {
    let checks = document.checks()?;
    let mut suite = TestSuite::new(XmlString::new(&checks.subject));
    suite.add_test_cases(checks.checks.iter().map(|check| test_case(check, checks)));
    let mut report = Report::new(checks.made_by.as_str());
    if let Some(time) = checks.seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        suite.set_time(time);
        report.set_time(time);
    }
    report.add_test_suite(suite);
    report.serialize(out).map_err(io::Error::other)
}

fn test_case(check: &CheckResult, all: &Checks) -> TestCase {
    let status = match (check.status, check.is_reported_only) {
        (CheckStatus::Passed, _) => TestCaseStatus::success(),
        (_, true) => with_message(TestCaseStatus::skipped(), check),
        (CheckStatus::Failed, false) => with_message(TestCaseStatus::non_success(NonSuccessKind::Failure), check),
        (CheckStatus::NotMade, false) => with_message(TestCaseStatus::non_success(NonSuccessKind::Error), check),
    };
    let at = check.temperature.map_or(String::new(), |temperature| format!(" at T={temperature}"));
    let mark = if all.are_estimates { " (estimate)" } else { "" };
    let mut case = TestCase::new(format!("{}: {} of {}{at}{mark}", check.rule, check.limit, check.layer), status);
    case.set_classname(format!("snnl-score.{}", check.layer));
    case
}

fn with_message(mut status: TestCaseStatus, check: &CheckResult) -> TestCaseStatus {
    status.set_message(check.message.clone());
    status
}

#[cfg(test)]
mod tests {
    use super::super::sample::{document, rendered};
    use super::*;

    fn xml(change: impl FnOnce(&mut Checks)) -> String {
        let mut document = document();
        change(document.checks.as_mut().unwrap());
        String::from_utf8(rendered(&JUNIT, &document)).unwrap()
    }

    #[test]
    fn each_check_is_a_case_with_its_status() {
        let text = xml(|_| ());
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="snnl-score gate" tests="3" skipped="0" failures="1" errors="1" time="1.500">
    <testsuite name="x" tests="3" skipped="0" errors="1" failures="1" time="1.500">
        <testcase name="code: max of enc1 at T=0.1" classname="snnl-score.enc1"/>
        <testcase name="code: max of enc10 at T=0.1" classname="snnl-score.enc10">
            <failure message="0.7 is above 0.5"/>
        </testcase>
        <testcase name="code: max of head at T=0.1" classname="snnl-score.head">
            <error message="no such layer"/>
        </testcase>
    </testsuite>
</testsuites>
"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_only_reported_fails_nothing() {
        let text = xml(|checks| checks.checks.iter_mut().for_each(|check| check.is_reported_only = true));
        assert!(text.contains(r#"tests="3" skipped="2" failures="0" errors="0""#), "{text}");
        assert_eq!(text.matches("<skipped message=").count(), 2, "{text}");
    }

    #[test]
    fn estimates_are_marked_and_names_escaped() {
        let text = xml(|checks| {
            checks.are_estimates = true;
            checks.checks[0].layer = "<a&b>".into();
        });
        assert!(text.contains("code: max of &lt;a&amp;b&gt; at T=0.1 (estimate)"), "{text}");
    }
}
