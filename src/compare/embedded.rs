//! Finds the result embedded in the page of a report.

/// What precedes it.
pub const BEGIN: &str = "<script type=\"application/json\" id=\"result\">";

/// What follows it, and does not occur in it.
pub const END: &str = "</script>";

/// The result in the page `html`.
pub(super) fn result_in(html: &str) -> Option<&str> {
    let (_, from) = html.split_once(BEGIN)?;
    from.split_once(END).map(|(json, _)| json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_lies_between_its_marks() {
        let page = format!("<p>x</p>{BEGIN}{{\"a\":1}}{END}<script>1</script>");
        assert_eq!(result_in(&page), Some("{\"a\":1}"));
        assert_eq!((result_in("<p>x</p>"), result_in(&page[..30])), (None, None));
    }
}
