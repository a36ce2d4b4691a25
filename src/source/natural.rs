//! The natural order of names with numbers in them: `layer2` before `layer10`.

use std::cmp::Ordering;

/// Compares runs of digits by the number they spell and everything else character by character.
pub(crate) fn natural(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left, right);
    loop {
        let ((number_a, rest_a), (number_b, rest_b)) = (split_digits(a), split_digits(b));
        let step = if number_a.is_empty() || number_b.is_empty() {
            let (next_a, next_b) = (a.chars().next(), b.chars().next());
            let (Some(char_a), Some(char_b)) = (next_a, next_b) else {
                // Equal but for leading zeros: any fixed order will do.
                return next_a.cmp(&next_b).then_with(|| left.cmp(right));
            };
            (a, b) = (&a[char_a.len_utf8()..], &b[char_b.len_utf8()..]);
            char_a.cmp(&char_b)
        } else {
            (a, b) = (rest_a, rest_b);
            // Without leading zeros, the longer number is the larger, however long it is.
            let (number_a, number_b) = (number_a.trim_start_matches('0'), number_b.trim_start_matches('0'));
            number_a.len().cmp(&number_b.len()).then_with(|| number_a.cmp(number_b))
        };
        if step.is_ne() {
            return step;
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut names = ["layer10.b", "layer2", "layer", "layer10.a", "layer010.a", "Layer3", "layer2x", "ü1", "2"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["2", "Layer3", "layer", "layer2", "layer2x", "layer010.a", "layer10.a", "layer10.b", "ü1"]);
    }

    #[test]
    fn numbers_longer_than_any_integer_compare() {
        let (small, large) = ("9".repeat(50), "1".repeat(51));
        assert_eq!(natural(&small, &large), Ordering::Less);
    }
}
