//! Why a file is refused.

use parquet::errors::ParquetError;

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// It could not be read, or the decoder refused what it was asked to read.
    #[error(transparent)]
    Read(#[from] ParquetError),
    /// Its own bytes do not bear out what it claims: a lower-case fragment that names the column and the numbers.
    #[error("{0}")]
    Unsound(String),
}

impl GuardError {
    pub(crate) fn unsound(problem: impl std::fmt::Display) -> GuardError {
        GuardError::Unsound(problem.to_string())
    }
}
