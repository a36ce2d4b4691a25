//! Workflow commands of GitHub Actions, which show failed checks beside the change that made them.
//!
//! Syntax: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use std::io::{self, Write};

use crate::gate::{Finding, GateReport, Outcome};

/// Writes a command for every check that did not pass: an error, or a warning where it is only reported.
///
/// # Errors
/// What `out` reports.
pub fn write(report: &GateReport, out: &mut dyn Write) -> io::Result<()> {
    let mark = if report.definition.sample.is_some() { " (estimate)" } else { "" };
    let line = |found: &Finding| {
        let command = if found.report_only { "warning" } else { "error" };
        let title = format!("snnl-score gate: {}, {}{mark}", found.layer, found.rule);
        format!("::{command} title={}::{}", property(&title), data(&found.why))
    };
    let broken = report.findings.iter().filter(|found| found.outcome != Outcome::Pass);
    broken.map(line).try_for_each(|line| writeln!(out, "{line}"))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_end_a_command() {
        assert_eq!(property("a: b,\n100 %"), "a%3A b%2C%0A100 %25");
        assert_eq!(data("a: b,\r\n::error"), "a: b,%0D%0A::error");
    }
}
