//! A failure of the whole command, and what is wrong with one input or output.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::PathBuf;

use snnl_core::block::MissingRow;
use snnl_core::engine::device::DeviceFailure;

use super::exit::{self, Signal};
use super::explained::{self, is_passing};

/// A failure of the whole command. Says where; its source says what, and [`Error::hint`] what to try.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line asks for something impossible.
    #[error("cannot use {argument}")]
    Usage {
        /// The argument, as it was typed.
        argument: String,
        /// What is wrong with it.
        #[source]
        fault: Fault,
    },
    /// A file or directory of activations cannot be used.
    #[error("cannot read `{path}`")]
    Input {
        /// The file or directory.
        path: String,
        /// What is wrong with it.
        #[source]
        fault: Fault,
    },
    /// The labels cannot be used.
    #[error("cannot read labels `{path}`")]
    Labels {
        /// The labels as they were named on the command line.
        path: String,
        /// What is wrong with them.
        #[source]
        fault: Fault,
    },
    /// The ids of rows cannot be used.
    #[error("cannot use the ids `{path}`")]
    Ids {
        /// The ids as they were named on the command line.
        path: String,
        /// What is wrong with them.
        #[source]
        fault: Fault,
    },
    /// One layer cannot be scored.
    #[error("cannot score layer `{layer}` ({path})")]
    Layer {
        /// The layer's name.
        layer: String,
        /// The file it comes from.
        path: String,
        /// What is wrong with it.
        #[source]
        fault: Fault,
    },
    /// The run was asked to stop.
    #[error("stopped before layer `{layer}` was scored")]
    Stopped {
        /// The layer's name.
        layer: String,
        /// The signal.
        #[source]
        fault: Fault,
    },
    /// The machine lacks what a run needs.
    #[error("cannot start the run")]
    Machine {
        /// What it lacks.
        #[source]
        fault: Fault,
    },
    /// Two results cannot be compared.
    #[error("cannot compare `{second}` with `{first}`")]
    Comparison {
        /// What is compared with.
        first: String,
        /// What is compared.
        second: String,
        /// How they differ.
        #[source]
        fault: Fault,
    },
    /// An earlier run cannot be resumed.
    #[error("cannot resume from `{path}`")]
    Resume {
        /// The file.
        path: String,
        /// Why not.
        #[source]
        fault: Fault,
    },
    /// The tasks of a plan are not all done.
    #[error("the tasks of `{path}` are not all done")]
    Tasks {
        /// The file of the plan.
        path: String,
        /// Which are not.
        #[source]
        fault: Fault,
    },
    /// A result cannot be written.
    #[error("cannot write `{path}`")]
    Output {
        /// The file, or `-` for standard output.
        path: String,
        /// What is wrong with it.
        #[source]
        fault: Fault,
    },
}

/// What is wrong with an input or output, without its location.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The content is not what the format or the tool requires. Both texts are lower-case fragments.
    #[error("{problem}")]
    Content {
        /// What was expected and what was found.
        problem: String,
        /// What to try, or empty.
        hint: String,
    },
    /// The content is valid, but is not a layer: the weights of a model, or one number per row.
    #[error("{problem}")]
    NoLayer {
        /// What was expected and what was found.
        problem: String,
        /// What to try, or empty.
        hint: String,
    },
    /// It is valid, but belongs to other data or to other flags than this run.
    #[error("{problem}")]
    Different {
        /// How it differs.
        problem: String,
        /// What to try, or empty.
        hint: String,
    },
    /// A temporary problem with the machine or another program; running again may help.
    #[error("{problem}")]
    Passing {
        /// What the problem is.
        problem: String,
        /// What to try, or empty.
        hint: String,
    },
    /// A signal asked the run to stop.
    #[error("{signal}")]
    Stopped {
        /// The signal.
        signal: Signal,
        /// Where the work so far is saved, or empty.
        hint: String,
    },
    /// The content is valid, but contains nothing to score.
    #[error("{problem}")]
    NothingToScore {
        /// Why nothing can be scored.
        problem: String,
        /// What to try, or empty.
        hint: String,
    },
}

impl From<MissingRow> for Fault {
    fn from(missing: MissingRow) -> Fault {
        Fault::content(missing)
    }
}

impl From<DeviceFailure> for Fault {
    fn from(DeviceFailure { problem, hint }: DeviceFailure) -> Fault {
        Fault::Passing { problem, hint }
    }
}

impl Fault {
    /// Bad content, with nothing to suggest.
    pub fn content(problem: impl fmt::Display) -> Self {
        Fault::Content { problem: problem.to_string(), hint: String::new() }
    }

    /// Valid content that is not a layer, with nothing to suggest.
    pub fn no_layer(problem: impl fmt::Display) -> Self {
        Fault::NoLayer { problem: problem.to_string(), hint: String::new() }
    }

    /// Adds what to try.
    #[must_use]
    pub fn hint(mut self, text: impl fmt::Display) -> Self {
        match &mut self {
            Fault::Content { hint, .. }
            | Fault::NoLayer { hint, .. }
            | Fault::Different { hint, .. }
            | Fault::Passing { hint, .. }
            | Fault::Stopped { hint, .. }
            | Fault::NothingToScore { hint, .. } => *hint = text.to_string(),
            Fault::Io(_) => {}
        }
        self
    }

    /// This fault in the file `name`, one of several that the error is about.
    #[must_use]
    pub fn within(mut self, name: &str) -> Self {
        match &mut self {
            Fault::Content { problem, .. }
            | Fault::NoLayer { problem, .. }
            | Fault::Different { problem, .. }
            | Fault::Passing { problem, .. }
            | Fault::NothingToScore { problem, .. } => *problem = format!("`{name}`: {problem}"),
            Fault::Stopped { .. } => {}
            Fault::Io(error) => *error = explained::within(error, name),
        }
        self
    }

    /// This fault in the file or directory `path`.
    pub fn in_input(self, path: impl Into<PathBuf>) -> Error {
        Error::Input { path: path.into().display().to_string(), fault: self }
    }
}

impl Error {
    /// A usage error: which argument, what is wrong with it, and what to try.
    pub fn usage(argument: impl fmt::Display, problem: impl fmt::Display, hint: impl fmt::Display) -> Self {
        Error::Usage { argument: argument.to_string(), fault: Fault::content(problem).hint(hint) }
    }

    fn fault(&self) -> &Fault {
        match self {
            Error::Usage { fault, .. }
            | Error::Input { fault, .. }
            | Error::Labels { fault, .. }
            | Error::Ids { fault, .. }
            | Error::Layer { fault, .. }
            | Error::Stopped { fault, .. }
            | Error::Machine { fault }
            | Error::Comparison { fault, .. }
            | Error::Tasks { fault, .. }
            | Error::Resume { fault, .. }
            | Error::Output { fault, .. } => fault,
        }
    }

    /// What to try, if anything helps.
    pub fn hint(&self) -> Option<&str> {
        let hint = match self.fault() {
            Fault::Content { hint, .. }
            | Fault::NoLayer { hint, .. }
            | Fault::Different { hint, .. }
            | Fault::Passing { hint, .. }
            | Fault::Stopped { hint, .. }
            | Fault::NothingToScore { hint, .. } => hint,
            Fault::Io(error) => explained::hint(error),
        };
        Some(hint).filter(|text| !text.is_empty())
    }

    /// The exit code this error means; see [`exit`].
    pub fn exit_code(&self) -> u8 {
        match (self, self.fault()) {
            (_, Fault::Stopped { signal, .. }) => signal.exit_code(),
            (_, Fault::Different { .. }) => exit::INCOMPARABLE,
            (_, Fault::Passing { .. }) => exit::PASSING_TROUBLE,
            (Error::Usage { .. }, _) => exit::USAGE,
            (Error::Comparison { fault: Fault::NothingToScore { .. }, .. }, _) => exit::NOT_SCORED,
            (Error::Comparison { .. }, _) => exit::INCOMPARABLE,
            (_, Fault::Content { .. } | Fault::NoLayer { .. }) => exit::BAD_INPUT,
            (_, Fault::NothingToScore { .. }) => exit::NOT_SCORED,
            (_, Fault::Io(error)) if is_passing(error.kind()) => exit::PASSING_TROUBLE,
            (_, Fault::Io(_)) => exit::BAD_INPUT,
        }
    }
}
