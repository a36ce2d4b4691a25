//! The part of the command line that says what a run may use; none of it changes a value.

use std::path::PathBuf;
use std::str::FromStr;

use bytesize::ByteSize;

use crate::engine::cpu::Cpu;
use crate::engine::device::Device;
use crate::engine::instructions::Instructions;
use crate::error::Error;
use crate::plan::Resources;

/// Device, threads, memory and disk.
#[derive(Debug, clap::Args)]
pub(super) struct ResourceFlags {
    /// Where to compute: auto, cpu, cuda, cuda:1 for a second GPU, mps, torch:cpu; all but cpu need a program built with
    /// libtorch; auto takes a GPU if there is one and the work is large
    #[arg(long, value_name = "DEVICE", default_value = "auto", hide_default_value = true, value_parser = Device::from_str, help_heading = "Run")]
    device: Device,

    /// The processor's instruction set: avx512, avx2, neon or portable [default: the fastest available]
    #[arg(long, value_name = "SET", value_parser = instructions, help_heading = "Run")]
    instructions: Option<Instructions>,

    /// Threads, 1 to 1024 [default: one per core]; the result does not depend on them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Run")]
    threads: Option<u16>,

    /// Memory for the rows, for example 256MiB or 8GB; a larger layer is read in parts, several times, with the same result
    /// [default: half of the free memory]
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Run")]
    memory: Option<usize>,

    /// Directory for scratch files; a layer larger than the memory is decoded into one, once, if its format is slow to read
    /// [default: the directory for temporary files]
    #[arg(long, value_name = "DIR", help_heading = "Run")]
    scratch: Option<PathBuf>,
}

impl ResourceFlags {
    /// The requested resources, and defaults for the others.
    pub(super) fn resources(self) -> Result<Resources, Error> {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let device = match (self.device, self.instructions) {
            (device, None) => device,
            (Device::Auto | Device::Cpu(_), set) => Device::Cpu(set),
            (device @ Device::Torch(_), Some(set)) => {
                let problem = format!("it applies to the processor, and `--device {device}` computes with libtorch");
                return Err(Error::usage(format!("`--instructions {set}`"), problem, "leave one of them out"));
            }
        };
        Ok(Resources {
            device,
            threads: self.threads.map_or_else(cores, usize::from),
            memory: self.memory,
            scratch: self.scratch.unwrap_or_else(std::env::temp_dir),
        })
    }
}

/// Those of this processor.
fn instructions(text: &str) -> Result<Instructions, String> {
    let asked_for = text.parse()?;
    let available = Cpu::instructions();
    if available.contains(&asked_for) {
        return Ok(asked_for);
    }
    let names: Vec<String> = available.iter().map(Instructions::to_string).collect();
    Err(format!("this processor does not have it; it has {}", names.join(", ")))
}

fn size(text: &str) -> Result<usize, String> {
    let bytes = text.parse::<ByteSize>().ok().and_then(|size| usize::try_from(size.as_u64()).ok());
    bytes.filter(|&bytes| bytes > 0).ok_or_else(|| "expected a number with a unit, for example 256MiB or 8GB".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_instructions_of_this_processor() {
        for name in ["avx512", "avx2", "neon", "portable"] {
            match instructions(name) {
                Ok(set) => assert!(Cpu::instructions().contains(&set) && set.to_string() == name),
                Err(said) => assert!(said.contains("it has ") && said.ends_with("portable"), "{said}"),
            }
        }
        assert!(instructions("portable").is_ok());
    }

    #[test]
    fn sizes_with_units() {
        assert_eq!(size("256MiB"), Ok(256 << 20));
        assert_eq!(size("8GB"), Ok(8_000_000_000));
        assert_eq!(size("1.5 GiB"), Ok(3 << 29));
        for text in ["", "0", "much", "-1GB", "12 parsecs"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
