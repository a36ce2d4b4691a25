//! Text from files and command lines, made fit for a terminal.

/// `text` with characters that move the cursor, break the line or reorder what follows written as escapes.
pub fn printable(text: &str) -> String {
    let is_unfit = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let mut printable = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_unfit(letter) { printable.extend(letter.escape_default()) } else { printable.push(letter) }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_steer_a_terminal() {
        assert_eq!(printable("a\u{1b}[2J\r\n\u{9b}\u{202e}b"), "a\\u{1b}[2J\\r\\n\\u{9b}\\u{202e}b");
        assert_eq!(printable("größe 層 'x'\\y"), "größe 層 'x'\\y");
    }

    #[test]
    fn what_is_printable_stays_as_it_is() {
        let once = printable("\u{1b}[31mred\n");
        assert_eq!(printable(&once), once);
    }
}
