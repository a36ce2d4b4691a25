//! The colour of a cell, from far below chance (blue) to chance (orange); which cells are coloured is left to `table`.

use tabled::settings::Color;

use super::cells::Cell;

/// Backgrounds of the 256-colour palette, equal steps from 0 to chance. Blue to orange is told apart by colour-blind
/// readers, and all are light enough for black text, so that dark and light terminals look alike.
const RAMP: [u8; 9] = [74, 110, 153, 195, 255, 230, 223, 215, 208];

/// Black of the colour cube, which themes do not redefine.
const BLACK: u8 = 16;

/// How to print this cell: shaded by its heat, the best value bold and underlined.
pub(super) fn shade(cell: &Cell) -> Color {
    let mut codes = Vec::new();
    if cell.best {
        codes.push("1;4".to_owned());
    }
    if let Some(heat) = cell.heat {
        codes.push(format!("38;5;{BLACK};48;5;{}", step(heat)));
    }
    if codes.is_empty() { Color::empty() } else { Color::new(format!("\u{1b}[{}m", codes.join(";")), "\u{1b}[0m") }
}

/// The step of the ramp nearest to a value relative to chance; above chance is as hot as chance.
fn step(heat: f64) -> u8 {
    let last = RAMP.len() - 1;
    RAMP[(heat.clamp(0.0, 1.0) * last as f64).round() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heat_ends_at_chance() {
        assert_eq!([-1.0, 0.0, 0.5, 1.0, 5.0].map(step), [74, 74, 255, 208, 208]);
    }

    #[test]
    fn a_plain_cell_has_no_escape() {
        assert!(shade(&Cell::from("500".to_owned())).is_empty());
        let best = Cell { text: "1".into(), heat: Some(1.0), best: true };
        assert_eq!(shade(&best).get_prefix(), "\u{1b}[1;4;38;5;16;48;5;208m");
    }
}
