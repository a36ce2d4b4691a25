//! Replaces the libtorch engines in a program that was built without them.

use super::device::{Products, TorchDevice, Unavailable};
use super::sweep::Engine;

/// Whether `auto` has a choice.
pub(super) const IS_BUILT_IN: bool = false;

/// Says how to build a program that can.
pub(super) fn open(_device: TorchDevice, _products: Products, _threads: usize) -> Result<Box<dyn Engine>, Unavailable> {
    Err(Unavailable {
        problem: "this program was built without libtorch".into(),
        hint: "build it with `cargo build --release --features torch`, for PyTorch 2.11: docs/gpu.md says how".into(),
    })
}
