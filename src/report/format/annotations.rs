//! Workflow commands of GitHub Actions, which show checks that did not pass beside the change that caused them.
//!
//! Syntax: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use std::io::{self, Write};

use super::renderer::{Renderer, Screen};
use crate::report::checks::{CheckResult, CheckStatus};
use crate::report::document::{Document, Section};

pub(super) const ANNOTATIONS: Renderer =
    Renderer { needs: Some(Section::Checks), is_printed: false, export: None, render };

/// A command for every check that did not pass: an error, or a warning where it is only reported.
fn render(document: &Document, _: Screen, out: &mut dyn Write) -> io::Result<()> {
    let checks = document.checks()?;
    let mark = if checks.are_estimates { " (estimate)" } else { "" };
    let command = |check: &CheckResult| {
        let level = if check.is_reported_only { "warning" } else { "error" };
        let title = format!("{}: {}, {}{mark}", checks.made_by, check.layer, check.rule);
        format!("::{level} title={}::{}", escape_property(&title), escape_data(&check.message))
    };
    let not_passed = checks.checks.iter().filter(|check| check.status != CheckStatus::Passed);
    not_passed.map(command).try_for_each(|command| writeln!(out, "{command}"))
}

fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::sample::{document, rendered};
    use super::*;

    #[test]
    fn names_cannot_end_a_command() {
        assert_eq!(escape_property("a: b,\n100 %"), "a%3A b%2C%0A100 %25");
        assert_eq!(escape_data("a: b,\r\n::error"), "a: b,%0D%0A::error");
    }

    #[test]
    fn only_what_did_not_pass_is_annotated() {
        let mut document = document();
        document.checks.as_mut().unwrap().checks[2].is_reported_only = true;
        let expected = "::error title=snnl-score gate%3A enc10%2C code::0.7 is above 0.5\n\
                        ::warning title=snnl-score gate%3A head%2C code::no such layer\n";
        assert_eq!(String::from_utf8(rendered(&ANNOTATIONS, &document)).unwrap(), expected);
    }
}
