//! The engine that this machine has for what was asked for; computing is left to the engines.

use super::Engine;
use super::cpu::Cpu;
use super::device::{Device, TorchDevice, Unavailable};
use super::torch;

/// An engine, and why it was taken where there was a choice.
pub struct Choice {
    /// The engine.
    pub engine: Box<dyn Engine>,
    /// Why this one; `None` where it was asked for.
    pub reason: Option<String>,
}

/// Multiplications that the processor does in a second on each thread, about, with all else that a pair needs.
const CPU_SPEED: f64 = 1e11;

/// Seconds that it takes to wake up a GPU and libtorch, at most.
const WAKING: f64 = 5.0;

/// The multiplications, about, of `pairs` pairs of rows of `dim` features: what else a pair needs is as much as some
/// features more.
pub fn work(pairs: f64, dim: usize) -> f64 {
    pairs * (dim + 64) as f64
}

impl Device {
    /// The engine for so much [`work`], on `threads` threads where it is the processor's.
    ///
    /// # Errors
    /// What is missing where a device was asked for by name.
    pub fn choose(self, work: f64, threads: usize) -> Result<Choice, Unavailable> {
        let asked_for = |engine| Choice { engine, reason: None };
        match self {
            Device::Cpu => Ok(asked_for(Box::new(Cpu::new(threads)))),
            Device::Torch(device) => torch::open(device, threads).map(asked_for),
            Device::Auto => {
                let on_cpu = |reason| Choice { engine: Box::new(Cpu::new(threads)), reason: Some(reason) };
                let seconds = work / (CPU_SPEED * threads as f64);
                if seconds < WAKING {
                    return Ok(on_cpu("too little work for a GPU to pay".to_owned()));
                }
                match torch::open(TorchDevice::Cuda(0), threads) {
                    Ok(engine) => Ok(Choice { engine, reason: Some("a GPU is here and the work is large".to_owned()) }),
                    Err(Unavailable { problem, .. }) => Ok(on_cpu(problem)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_work_stays_on_the_processor_and_says_why() {
        let choice = Device::Auto.choose(work(1e6, 64), 2).unwrap();
        assert!(choice.engine.describe().starts_with("cpu, "));
        assert_eq!(choice.reason.unwrap(), "too little work for a GPU to pay");
        assert!(Device::Cpu.choose(1e30, 1).unwrap().reason.is_none());
    }
}
