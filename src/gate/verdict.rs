//! The decision of a gate, with the exit code and the explanation that the command ends with.

use super::finding::{Finding, Outcome};
use super::report::GateReport;
use crate::error::{Explanation, exit};

/// What a gate decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every rule is kept.
    Passed,
    /// A rule is broken.
    Failed {
        /// What the candidate is called.
        candidate: String,
        /// Which rule, and how.
        broken: String,
    },
    /// No rule is broken, but not everything could be checked.
    Unchecked {
        /// What the candidate is called.
        candidate: String,
        /// What could not, and why.
        missing: String,
    },
}

impl Verdict {
    /// The verdict that follows from the findings of a report.
    pub fn of(report: &GateReport) -> Verdict {
        let candidate = report.candidate.clone();
        match report.outcome {
            Outcome::Pass => Verdict::Passed,
            Outcome::Fail => Verdict::Failed { candidate, broken: summary(report, |outcome| outcome == Outcome::Fail) },
            Outcome::Missing | Outcome::Degenerate => {
                Verdict::Unchecked { candidate, missing: summary(report, Outcome::is_unchecked) }
            }
        }
    }

    /// The exit code that it means.
    pub fn exit_code(&self) -> u8 {
        match self {
            Verdict::Passed => exit::DONE,
            Verdict::Failed { .. } => exit::GATE_FAILED,
            Verdict::Unchecked { .. } => exit::NOT_SCORED,
        }
    }

    /// The explanation printed beside the report; none if the gate is passed.
    pub fn explanation(&self) -> Option<Explanation> {
        let (candidate, cause, hint) = match self {
            Verdict::Passed => return None,
            Verdict::Failed { candidate, broken } => {
                let hint = "`snnl-score compare` shows what changed";
                (candidate, broken, hint)
            }
            Verdict::Unchecked { candidate, missing } => {
                let hint = "what cannot be checked does not pass; docs/gating.md says what to do about each reason";
                (candidate, missing, hint)
            }
        };
        Some(Explanation {
            headline: format!("`{candidate}` does not pass the gate"),
            causes: vec![cause.clone()],
            hint: Some(hint.to_owned()),
        })
    }
}

/// How many checks have such an outcome, and the first of them.
fn summary(report: &GateReport, is_such: fn(Outcome) -> bool) -> String {
    let decides = |found: &&Finding| is_such(found.outcome) && !found.report_only;
    let count = report.findings.iter().filter(decides).count();
    let first = report.findings.iter().find(decides);
    let first = first.map_or(String::new(), |found| format!("`{}`: {}", found.layer, found.why));
    match count {
        1 => first,
        count => format!("{count} of {} checks; first {first}", report.findings.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each kind, on the candidate `new`.
    fn verdicts() -> [Verdict; 3] {
        let candidate = || "new".to_owned();
        [
            Verdict::Passed,
            Verdict::Failed { candidate: candidate(), broken: "`enc`: 0.9 is above 0.8".into() },
            Verdict::Unchecked { candidate: candidate(), missing: "2 of 3 checks; first `enc`: no baseline".into() },
        ]
    }

    #[test]
    fn each_verdict_has_its_exit_code() {
        assert_eq!(verdicts().map(|verdict| verdict.exit_code()), [exit::DONE, exit::GATE_FAILED, exit::NOT_SCORED]);
    }

    #[test]
    fn what_does_not_pass_says_why() {
        let [passed, failed, unchecked] = verdicts().map(|verdict| verdict.explanation());
        assert_eq!(passed, None);
        for (explanation, cause, hint) in [
            (failed, "`enc`: 0.9 is above 0.8", "compare"),
            (unchecked, "2 of 3 checks; first `enc`: no baseline", "docs/gating.md"),
        ] {
            let explanation = explanation.unwrap();
            assert_eq!(
                (explanation.headline.as_str(), explanation.causes),
                ("`new` does not pass the gate", vec![cause.into()])
            );
            assert!(explanation.hint.is_some_and(|text| text.contains(hint)));
        }
    }
}
