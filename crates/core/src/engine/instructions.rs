//! The instruction sets that the CPU engine is compiled for, and their names.

use std::fmt;
use std::str::FromStr;

/// What vectors are computed with. Each set adds up in an order of its own: values of two of them agree within what is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// AVX-512 F and DQ, of x86-64.
    Avx512,
    /// AVX2 and FMA, of x86-64.
    Avx2,
    /// NEON, which every 64-bit Arm processor has.
    Neon,
    /// What the compiler makes of plain code; there on every processor.
    Portable,
}

impl Instructions {
    const ALL: [(&str, Instructions); 4] = [
        ("avx512", Instructions::Avx512),
        ("avx2", Instructions::Avx2),
        ("neon", Instructions::Neon),
        ("portable", Instructions::Portable),
    ];
}

impl FromStr for Instructions {
    type Err = String;

    fn from_str(text: &str) -> Result<Instructions, String> {
        let found = Instructions::ALL.iter().find(|(name, _)| *name == text);
        found.map(|(_, set)| *set).ok_or_else(|| "expected avx512, avx2, neon or portable".into())
    }
}

impl fmt::Display for Instructions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Instructions::ALL.iter().find(|(_, set)| set == self).map_or("", |(name, _)| name);
        f.write_str(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_by_name() {
        for (name, set) in Instructions::ALL {
            assert_eq!((name.parse(), set.to_string().as_str()), (Ok(set), name));
        }
        assert!("sse".parse::<Instructions>().unwrap_err().contains("portable"));
    }
}
