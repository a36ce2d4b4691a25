//! The devices that may compute pairs, and their names.

use std::fmt;
use std::str::FromStr;

use super::instructions::Instructions;

/// Where to compute, as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// Wherever it is done first.
    #[default]
    Auto,
    /// On the processor: with the fastest instruction set that it has, or with this one.
    Cpu(Option<Instructions>),
    /// On what libtorch computes on.
    Torch(TorchDevice),
}

/// What libtorch computes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TorchDevice {
    /// The processor, on one thread: slower than [`Device::Cpu`], to see that the engine is right.
    Cpu,
    /// The CUDA device of this number.
    Cuda(usize),
    /// The GPU of a Mac.
    Mps,
}

/// How exactly f32 is multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Products {
    /// As f32.
    Exact,
    /// Rounded to TF32, three decimal digits, which tensor cores multiply faster.
    Tf32,
}

/// Why there is no such device. Both texts are lower-case fragments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// What is missing.
    pub problem: String,
    /// What to try.
    pub hint: String,
}

/// A device that did not compute; running again may help. Both texts are lower-case fragments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceFailure {
    /// What is in the way.
    pub problem: String,
    /// What to try.
    pub hint: String,
}

impl FromStr for Device {
    type Err = String;

    fn from_str(text: &str) -> Result<Device, String> {
        let expected = || "expected auto, cpu, cuda, cuda:1 for a second GPU, mps or torch:cpu".to_owned();
        match text {
            "auto" => Ok(Device::Auto),
            "cpu" => Ok(Device::Cpu(None)),
            "cuda" => Ok(Device::Torch(TorchDevice::Cuda(0))),
            "mps" => Ok(Device::Torch(TorchDevice::Mps)),
            "torch:cpu" => Ok(Device::Torch(TorchDevice::Cpu)),
            _ => {
                let index = text.strip_prefix("cuda:").and_then(|index| index.parse().ok());
                // More would not fit into what libtorch numbers devices with.
                let index = index.filter(|&index| index <= i8::MAX as usize).ok_or_else(expected)?;
                Ok(Device::Torch(TorchDevice::Cuda(index)))
            }
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Auto => f.write_str("auto"),
            Device::Cpu(_) => f.write_str("cpu"),
            Device::Torch(TorchDevice::Cpu) => f.write_str("torch:cpu"),
            Device::Torch(TorchDevice::Cuda(0)) => f.write_str("cuda"),
            Device::Torch(TorchDevice::Cuda(index)) => write!(f, "cuda:{index}"),
            Device::Torch(TorchDevice::Mps) => f.write_str("mps"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_by_name() {
        for name in ["auto", "cpu", "cuda", "cuda:3", "mps", "torch:cpu"] {
            assert_eq!(name.parse::<Device>().unwrap().to_string(), name);
        }
        assert_eq!("cuda:0".parse(), Ok(Device::Torch(TorchDevice::Cuda(0))));
        for name in ["", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:200", "torch", "CPU"] {
            assert!(name.parse::<Device>().unwrap_err().contains("torch:cpu"), "{name}");
        }
    }
}
