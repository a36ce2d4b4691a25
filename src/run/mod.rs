//! Carries out one command from its first file to its last output; the steps are in the modules that they belong to.

mod baseline;
mod checkpoint;
mod compare;
mod context;
mod data;
mod gate;
mod inspect;
mod interruption;
mod memory;
mod outputs;
mod rows;
mod saved;
mod score;
mod tasks;
mod workload;

use std::path::Path;

pub use self::compare::compare;
pub use self::context::Context;
pub use self::gate::gate;
pub use self::saved::save;
pub use self::score::score;
use crate::cli::describe;
use crate::error::{Error, Explanation, exit};
use crate::gate::Verdict;
use crate::plan::Plan;
use crate::report::destination::Destination;

/// How a run without an error ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Everything requested was done.
    Done,
    /// A gate decided.
    Decided(Verdict),
}

impl Ending {
    /// The exit code that it means.
    pub fn exit_code(&self) -> u8 {
        match self {
            Ending::Done => exit::DONE,
            Ending::Decided(verdict) => verdict.exit_code(),
        }
    }

    /// What is printed about it on standard error, if anything.
    pub fn explanation(&self) -> Option<Explanation> {
        match self {
            Ending::Done => None,
            Ending::Decided(verdict) => verdict.explanation(),
        }
    }
}

/// Carries out the plan.
///
/// # Errors
/// Outputs are opened first and replaced last: on any error they are unchanged.
pub fn run(plan: &Plan) -> Result<Ending, Error> {
    let done = match plan {
        Plan::Score(plan) => score::run(plan),
        Plan::Inspect(plan) => inspect::run(plan),
        Plan::Compare(plan) => compare::run(plan),
        Plan::Gate(plan) => match gate::run(plan)? {
            _ if plan.exit_zero => Ok(()),
            verdict => return Ok(Ending::Decided(verdict)),
        },
        Plan::Cut(plan) => tasks::cut(plan),
        Plan::Partial(plan) => tasks::compute(plan),
        Plan::Status(plan) => tasks::status(plan),
        Plan::Merge(plan) => tasks::merge(plan),
        Plan::Describe(description) => {
            Destination::create(Path::new("-"))?.finish(|out| describe(description, out)).map(drop)
        }
    };
    done.map(|()| Ending::Done)
}
