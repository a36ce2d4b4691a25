//! Blocks that meet become a tally: what every engine does, and the engines there are.

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
