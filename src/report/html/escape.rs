//! Escapes text from files and command lines for a page.

use crate::report::text::{is_unfit, printable};

/// `text` as text between tags and in quoted attributes, whatever is in it.
pub(super) fn escaped(text: &str) -> String {
    let text = printable(text);
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// JSON without blanks between its parts as the content of a script element, which no text in it can end.
pub(super) fn script_json(json: &str) -> String {
    let mut script = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' => script.push_str("\\u003c"),
            // All of these are of one unit.
            letter if is_unfit(letter) => script.push_str(&format!("\\u{:04x}", u32::from(letter))),
            other => script.push(other),
        }
    }
    script
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_becomes_text() {
        let name = "<img src=x onerror=\"alert('a')\"> & \u{202e}x\n";
        let expected = "&lt;img src=x onerror=&quot;alert(&#39;a&#39;)&quot;&gt; &amp; \\u{202e}x\\n";
        assert_eq!(escaped(name), expected);
        assert_eq!(script_json("{\"a\":\"</script><!--\"}"), "{\"a\":\"\\u003c/script>\\u003c!--\"}");
    }

    proptest! {
        #[test]
        fn no_name_opens_a_tag_or_ends_an_attribute(name in any::<String>()) {
            let text = escaped(&name);
            prop_assert!(!text.contains(['<', '>', '"', '\'']), "{}", text);
            prop_assert!(!text.chars().any(char::is_control), "{}", text);
            let json = serde_json::to_string(&name).unwrap();
            let script = script_json(&json);
            prop_assert!(!script.contains('<'));
            prop_assert_eq!(serde_json::from_str::<String>(&script).unwrap(), name);
        }
    }
}
