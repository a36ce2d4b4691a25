//! What a failed command prints on standard error, before it is written.

use std::error::Error as _;

use super::failure::Error;
use super::redacted::redacted;

/// Where, what, and what to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What could not be done.
    pub headline: String,
    /// Why, from near to far.
    pub causes: Vec<String>,
    /// What to try, if anything helps.
    pub hint: Option<String>,
}

impl From<&Error> for Explanation {
    fn from(error: &Error) -> Explanation {
        let causes = std::iter::successors(error.source(), |&cause| cause.source());
        Explanation {
            headline: redacted(&error.to_string()),
            causes: causes.map(|cause| redacted(&cause.to_string())).collect(),
            hint: error.hint().map(redacted),
        }
    }
}
