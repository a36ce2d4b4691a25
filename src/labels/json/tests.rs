//! Labels in every form of JSON, and JSON that is not labels.

use super::*;

type JsonLabels = Result<(Vec<u32>, Vec<String>), Fault>;

fn with(text: &str, read: impl FnOnce(&TextFile, &mut Classes) -> Result<(), Fault>) -> JsonLabels {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, text).unwrap();
    let mut classes = Classes::default();
    read(&TextFile::open(file.path()).unwrap(), &mut classes)?;
    Ok(classes.finish())
}

fn json(text: &str, key: Option<&str>) -> JsonLabels {
    with(text, |text, classes| read(text, key, classes))
}

fn lines(text: &str, key: Option<&str>) -> JsonLabels {
    with(text, |text, classes| read_lines(text, key, classes))
}

fn expected() -> (Vec<u32>, Vec<String>) {
    (vec![1, 0, 1], vec!["1".into(), "3".into()])
}

#[test]
fn every_form_has_the_same_labels() {
    assert_eq!(json("[3, 1, 3.0]", None).unwrap(), expected());
    assert_eq!(json(r#" ["3", 1, "3e0"] "#, None).unwrap(), expected());
    let objects = r#"[{"id": [1, {"y": 0}], "y": 3}, {"y": 1, "id": null}, {"y": 3}]"#;
    assert_eq!(json(objects, Some("y")).unwrap(), expected());
    assert_eq!(json(objects, None).unwrap(), expected());
    assert_eq!(json(r#"{"id": [7, 8, 9], "class": [3, 1, 3]}"#, Some("class")).unwrap(), expected());
    assert_eq!(json(r#"{"class": [3, 1, 3]}"#, None).unwrap(), expected());
    assert_eq!(lines("3\n1\n\"3\"\n\n", None).unwrap(), expected());
    assert_eq!(lines("{\"y\": 3, \"a\": {}}\n{\"y\": 1}\r\n{\"y\": 3}\n", Some("y")).unwrap(), expected());
    assert_eq!(json("[true, false]", None).unwrap().1, ["False", "True"]);
    assert_eq!(json("[18446744073709551615, -9223372036854775808]", None).unwrap().0.len(), 2);
    assert_eq!((json("[]", None).unwrap().0.len(), lines("\n", None).unwrap().0.len()), (0, 0));
}

#[test]
fn what_is_no_list_of_labels_is_said() {
    for (text, key, problem) in [
        ("[3, null]", None, "row 1 has no label"),
        ("[3, 0.5]", None, "found 0.5 in row 1"),
        ("[3, 1e300]", None, "row 1 is too large"),
        ("[3, \"\"]", None, "row 1 has no label"),
        ("[3, [1]]", None, "expected a label (a number, text or a boolean)"),
        ("[3, 1", None, "EOF while parsing a list at line 1 column 5"),
        ("[3] 1", None, "trailing characters"),
        ("[NaN]", None, "expected value"),
        ("3", None, "found a single value"),
        ("[3]", Some("y"), "expected no key"),
        ("{\"0\": 3, \"1\": 2}", None, "found: 0, 1"),
        ("{\"y\": {\"0\": 3}}", None, "expected a list of labels"),
        ("[{\"y\": 3}, {\"z\": 3}]", None, "no `y`"),
        ("[{\"y\": 3}, 3]", None, "expected an object with `y`"),
        ("[{\"y\": 3}, {\"y\": 3, \"y\": 4}]", None, "twice"),
        ("[{\"y\": 3, \"z\": 4}]", Some("x"), "found: y, z"),
        ("", None, "EOF"),
    ] {
        let fault = json(text, key).unwrap_err().to_string();
        assert!(fault.contains(problem), "{text}: {fault}");
    }
    for (text, key, problem) in [
        ("3\n\n1\n", None, "line 2 is not a label in JSON"),
        ("3\n{\"y\": 1}\n", None, "line 2 is not a label"),
        ("{\"y\": 3}\n{\"y\": null}\n", None, "row 1 has no label"),
        ("{\"y\": 3}\n{\"y\"\n", None, "line 2 is not a label"),
        ("3\n", Some("y"), "expected no key"),
    ] {
        let fault = lines(text, key).unwrap_err().to_string();
        assert!(fault.contains(problem), "{text}: {fault}");
    }
}

#[test]
fn deep_nesting_costs_no_stack() {
    for text in ["[".repeat(1 << 20), format!("[3, {}", "{\"a\":".repeat(1 << 18)), "{\"a\":".repeat(1 << 18)] {
        assert!(json(&text, None).is_err());
        assert!(lines(&text, None).is_err());
    }
}
