//! What a failed command prints on standard error, before it is written.

use std::error::Error as _;

use super::failure::Error;

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
            headline: error.to_string(),
            causes: causes.map(ToString::to_string).collect(),
            hint: error.hint().map(str::to_owned),
        }
    }
}
