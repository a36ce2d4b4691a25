//! Why a device could not compute.

use tch::TchError;

use crate::engine::device::DeviceFailure;

/// Why a device did not compute.
pub(super) enum Refusal {
    /// It has no memory left.
    Full,
    /// Something else.
    Broken(TchError),
}

impl From<TchError> for Refusal {
    fn from(error: TchError) -> Refusal {
        match error.to_string().contains("out of memory") {
            true => Refusal::Full,
            false => Refusal::Broken(error),
        }
    }
}

impl From<Refusal> for DeviceFailure {
    fn from(refusal: Refusal) -> DeviceFailure {
        let problem = match refusal {
            Refusal::Full => "the device has no memory left".to_owned(),
            // What follows are the functions of libtorch that it came through.
            Refusal::Broken(error) => format!("the device failed: {}", error.to_string().lines().next().unwrap_or("")),
        };
        DeviceFailure { problem, hint: "--device cpu runs without it".into() }
    }
}
