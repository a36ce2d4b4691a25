//! Chooses the engine of this machine for the requested device and precision.

use super::cpu::Cpu;
use super::device::{Device, Products, TorchDevice, Unavailable};
use super::sweep::Engine;
use super::torch;

/// An engine, and why it was taken where there was a choice.
pub struct Choice {
    /// The engine.
    pub engine: Box<dyn Engine>,
    /// Why this one; `None` if it was requested, or is the only one that the program was built with.
    pub reason: Option<String>,
}

/// Multiplications that the processor does in a second on each thread, about, with all else that a pair needs.
const CPU_SPEED: f64 = 1e11;

/// Seconds that it takes to wake up a GPU and libtorch, at most.
const WAKING: f64 = 5.0;

/// Bytes for rows, without which a GPU is taken only where it is asked for.
const LEAST_ROOM: usize = 1 << 30;

/// The multiplications, about, of `pairs` pairs of rows of `dim` features: what else a pair needs is as much as some
/// features more.
pub fn work(pairs: f64, dim: usize) -> f64 {
    pairs * (dim + 64) as f64
}

impl Device {
    /// The engine for so much [`work`] in such `products`, on `threads` threads where it is the processor's.
    ///
    /// # Errors
    /// What is missing where a device was asked for by name.
    pub fn choose(self, products: Products, work: f64, threads: usize) -> Result<Choice, Unavailable> {
        let on_cpu = |reason| Choice { engine: Box::new(Cpu::new(threads)), reason };
        let asked_for = |device| torch::open(device, products, threads).map(|engine| Choice { engine, reason: None });
        if products == Products::Tf32 {
            return match self {
                Device::Auto => asked_for(TorchDevice::Cuda(0)),
                Device::Torch(device @ TorchDevice::Cuda(_)) => asked_for(device),
                Device::Cpu(_) | Device::Torch(TorchDevice::Cpu | TorchDevice::Mps) => Err(Unavailable {
                    problem: "it has no TF32, which is a format of CUDA devices".into(),
                    hint: "--precision f32".into(),
                }),
            };
        }
        match self {
            Device::Cpu(None) => Ok(on_cpu(None)),
            Device::Cpu(Some(instructions)) => match Cpu::with(instructions, threads) {
                Some(engine) => Ok(Choice { engine: Box::new(engine), reason: None }),
                None => Err(Unavailable {
                    problem: format!("this processor does not have {instructions}"),
                    hint: "leave it out to use the fastest available".into(),
                }),
            },
            Device::Torch(device) => asked_for(device),
            Device::Auto if !torch::IS_BUILT_IN => Ok(on_cpu(None)),
            Device::Auto if work < CPU_SPEED * threads as f64 * WAKING => {
                Ok(on_cpu(Some("too little work for a GPU to pay off".into())))
            }
            Device::Auto => Ok(match torch::open(TorchDevice::Cuda(0), products, threads) {
                Ok(engine) if engine.memory().is_some_and(|room| room < LEAST_ROOM) => {
                    on_cpu(Some("the GPU has too little free memory".into()))
                }
                Ok(engine) => {
                    Choice { engine, reason: Some("a GPU is available, and the work is large enough for it".into()) }
                }
                Err(Unavailable { problem, .. }) => on_cpu(Some(problem)),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_work_stays_on_the_processor_and_says_why() {
        let choice = Device::Auto.choose(Products::Exact, work(1e6, 64), 2).unwrap();
        assert!(choice.engine.describe().starts_with("cpu, "));
        assert_eq!(choice.reason.is_some_and(|reason| reason.contains("little work")), torch::IS_BUILT_IN);
        assert!(Device::Cpu(None).choose(Products::Exact, 1e30, 1).unwrap().reason.is_none());
    }

    #[test]
    fn tf32_is_for_cuda_devices() {
        for name in ["cpu", "torch:cpu", "mps"] {
            let missing = name.parse::<Device>().unwrap().choose(Products::Tf32, 1e30, 1).err().unwrap();
            assert!(missing.problem.contains("TF32"), "{name}: {missing:?}");
        }
    }
}
