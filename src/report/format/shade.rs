//! The color of a cell, from far below chance (blue) to chance (orange).

use tabled::settings::Color;

use crate::report::cell::Cell;

/// Backgrounds of the 256-color palette, equal steps from 0 to chance. Blue to orange is told apart by color-blind
/// readers, and all are light enough for black text, so that dark and light terminals look alike.
const RAMP: [u8; 9] = [74, 110, 153, 195, 255, 230, 223, 215, 208];

/// Black of the color cube, which themes do not redefine.
const BLACK: u8 = 16;

/// How to print this cell: with its shade behind it, the best value bold and underlined, an alarm bold and red.
pub(super) fn color(cell: &Cell) -> Color {
    let mut codes = Vec::new();
    if cell.is_best {
        codes.push("1;4".to_owned());
    }
    if cell.is_alarm {
        codes.push("1;31".to_owned());
    }
    if let Some(shade) = cell.shade {
        codes.push(format!("38;5;{BLACK};48;5;{}", nearest_step(shade)));
    }
    if codes.is_empty() { Color::empty() } else { Color::new(format!("\u{1b}[{}m", codes.join(";")), "\u{1b}[0m") }
}

/// The step of the ramp nearest to a shade; what is above 1 is as hot as 1.
fn nearest_step(shade: f64) -> u8 {
    let last = RAMP.len() - 1;
    RAMP[(shade.clamp(0.0, 1.0) * last as f64).round() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::cell::CellValue;

    #[test]
    fn heat_ends_at_chance() {
        assert_eq!([-1.0, 0.0, 0.5, 1.0, 5.0].map(nearest_step), [74, 74, 255, 208, 208]);
    }

    #[test]
    fn a_plain_cell_has_no_escape() {
        assert!(color(&Cell::from(CellValue::Count(500))).is_empty());
        let best = Cell { shade: Some(1.0), is_best: true, ..CellValue::Snnl(1.0).into() };
        assert_eq!(color(&best).get_prefix(), "\u{1b}[1;4;38;5;16;48;5;208m");
        let alarm = Cell { is_alarm: true, ..CellValue::text("FAIL").into() };
        assert_eq!(color(&alarm).get_prefix(), "\u{1b}[1;31m");
    }
}
