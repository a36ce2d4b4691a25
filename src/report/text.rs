//! Escapes text from files and command lines for a terminal.

/// Whether the character moves the cursor, breaks the line or reorders what follows.
pub(super) fn is_unfit(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// `text` with characters that move the cursor, break the line or reorder what follows written as escapes.
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_unfit(letter) { printable.extend(letter.escape_default()) } else { printable.push(letter) }
    }
    printable
}

/// `text` in lines of `width` characters at most, broken between words; a word that is longer has a line of its own.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
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
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("incomprehensible ±0.1 é", 6), ["incomprehensible", "±0.1 é"]);
        assert_eq!((wrapped("", 5), wrapped("a  b", 9)), (vec![String::new()], vec!["a  b".to_owned()]));
    }

    #[test]
    fn what_is_printable_stays_as_it_is() {
        let once = printable("\u{1b}[31mred\n");
        assert_eq!(printable(&once), once);
    }
}
