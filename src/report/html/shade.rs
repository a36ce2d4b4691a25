//! The color of a value, in the steps of the style sheet.

/// Steps of a ramp.
const STEPS: usize = 9;

/// Colours from low to high.
#[derive(Clone, Copy)]
pub(super) enum Ramp {
    /// From far below chance (blue) to chance (orange).
    Heat,
    /// From nothing (the paper) to all (blue).
    Share,
}

impl Ramp {
    /// The class of a shade; what is above 1 is as high as 1.
    pub(super) fn class(self, shade: f64) -> String {
        let step = (shade.clamp(0.0, 1.0) * (STEPS - 1) as f64).round() as usize;
        match self {
            Ramp::Heat => format!("h{step}"),
            Ramp::Share => format!("p{step}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heat_ends_at_chance() {
        let classes = [-1.0, 0.0, 0.5, 1.0, 7.0, f64::NAN].map(|shade| Ramp::Heat.class(shade));
        assert_eq!(classes, ["h0", "h0", "h4", "h8", "h8", "h0"]);
        assert_eq!(Ramp::Share.class(0.25), "p2");
    }
}
