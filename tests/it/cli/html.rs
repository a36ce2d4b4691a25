//! Reports for a browser: whole in one file, and results themselves. What a browser makes of them is tried by `.ci/browser.py`.

use std::fs;

use crate::cli::harness::{Place, ROWS, assert_refused};

/// Two checkpoints whose layers and classes have names that are markup.
fn place() -> Place {
    let place = Place::empty();
    let mut mixed = ROWS;
    mixed.swap(1, 6);
    for (name, rows) in [("good", ROWS), ("worse", mixed)] {
        fs::create_dir(place.path(name)).unwrap();
        place.layer(&format!("{name}/<img src=x onerror=alert(1)>.npy"), &rows);
        place.layer(&format!("{name}/\"'&amp;\u{202e}.npy"), &rows);
    }
    place.write("y.csv", "label\n</script>\n</script>\n</script>\n</script>\n<b>\n<b>\n<b>\n<b>\n");
    place
}

#[test]
fn names_are_text_wherever_they_stand() {
    let place = place();
    let shown = "--per-class --explain --companions --emulate-batch 4";
    place.stdout(&format!("good --labels y.csv {shown} --export-html score.html"));
    place.stdout("compare good worse good --labels y.csv --per-class --export-html compare.html");
    place.stdout("gate good --labels y.csv --max 9 --per-class --export-html gate.html");
    for name in ["score.html", "compare.html", "gate.html"] {
        let page = place.read(name);
        assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;") && !page.contains("<img"), "{name}");
        assert!(page.contains("\\u{202e}") && !page.contains('\u{202e}'), "{name}");
        // The page's own: the results', and those of the pictures that the script draws.
        let own = page.matches("<script").count();
        assert_eq!((page.matches("</script>").count(), page.matches("<b>").count()), (own, 0), "{name}");
        assert!(page.contains("default-src 'none'") && page.contains("made by snnl-score"), "{name}");
        assert!(page.contains(&format!("--export-html {name}")), "the command is named");
    }
}

#[test]
fn a_report_is_a_result() {
    let place = Place::with_layer();
    let score = "x.npy --labels y.npy --per-class";
    place.stdout(&format!("{score} --export-html r.html --export-json r.json --export-rows r.rows.parquet"));
    for args in ["compare r.html r.json", "gate r.html --baseline r.json --max-regression 0", "gate r.html --max 9"] {
        let run = place.run(args);
        assert_eq!(run.code, Some(0), "{args}: {run:?}");
    }
    assert!(place.stdout("compare r.html r.json").contains("over the same rows, one by one"));
    let page = place.stdout(&format!("{score} --export-html -"));
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{page}");
    // One of something else, or cut.
    place.stdout("compare r.json r.json --export-html c.html");
    let whole = place.read("r.html");
    place.write("cut.html", &whole[..whole.find("id=\"result\"").unwrap() + 200]);
    place.write("none.html", "<!doctype html><p>hello");
    for (name, said) in [
        ("c.html", "expected a result of schema_version 1, found 2"),
        ("cut.html", "a page without a result in it, or not all of it"),
        ("none.html", "a page without a result in it, or not all of it"),
    ] {
        assert_refused(&place.run(&format!("compare {name} r.json")), 3, [name, said, "--export-"]);
    }
}
