//! Turns pairs of blocks into a tally: the trait of engines, and the engines.

pub mod choice;
pub mod cpu;
pub mod device;
mod dispatch;
pub mod instructions;
mod kernel;
mod ledger;
pub mod reference;
mod sweep;
#[cfg(feature = "torch")]
mod torch;
#[cfg(not(feature = "torch"))]
#[path = "no_torch.rs"]
mod torch;

pub use self::sweep::{Engine, Observer, Unobserved};
