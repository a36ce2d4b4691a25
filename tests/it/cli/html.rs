//! Reports for a browser: complete in one file, and also results. `.ci/browser.py` opens them in a browser.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::cli::harness::{Place, ROWS, assert_refused};
use crate::support::npy::npy;

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
    assert!(place.stdout("compare r.html r.json").contains("paired row by row"));
    let page = place.stdout(&format!("{score} --export-html -"));
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{page}");
    let made_by = concat!("<p>made by snnl-score ", env!("CARGO_PKG_VERSION"), ", 2023-11-14T22:13:20Z</p>");
    assert!(page.contains(made_by), "{page}");
    // A new baseline would replace the pictures by JSON.
    for how in ["--accept", "--update-baseline"] {
        let refused = place.run(&format!("gate r.json --baseline r.html --max 9 {how}"));
        assert_refused(&refused, 2, ["`--baseline r.html`", "would replace the report", ".json"]);
    }
    // One of something else, or cut.
    place.stdout("compare r.json r.json --export-html c.html");
    let whole = place.read("r.html");
    place.write("cut.html", &whole[..whole.find("id=\"result\"").unwrap() + 200]);
    place.write("none.html", "<!doctype html><p>hello");
    for (name, said) in [
        ("c.html", "expected a result of schema_version 1, found 2"),
        ("cut.html", "a page without a result, or an incomplete page"),
        ("none.html", "a page without a result, or an incomplete page"),
    ] {
        assert_refused(&place.run(&format!("compare {name} r.json")), 3, [name, said, "--export-"]);
    }
}

/// The data of the maps of a page.
fn maps(page: &str) -> Vec<serde_json::Value> {
    let after = page.split("<div class=\"map\">").skip(1);
    let data = after.map(|map| map.split_once("json\">").unwrap().1.split_once("</script>").unwrap().0);
    data.map(|json| serde_json::from_str(json).unwrap()).collect()
}

fn bytes(map: &serde_json::Value, name: &str) -> Vec<u8> {
    STANDARD.decode(map[name].as_str().unwrap()).unwrap()
}

fn points(map: &serde_json::Value) -> Vec<u16> {
    bytes(map, "points").chunks_exact(2).map(|two| u16::from_le_bytes(two.try_into().unwrap())).collect()
}

fn rows(map: &serde_json::Value) -> Vec<u32> {
    let bytes = bytes(map, "rows");
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes(four.try_into().unwrap())).collect()
}

#[test]
fn maps_show_the_drawn_rows_and_the_worst() {
    let place = Place::with_real_activations();
    let score = |args: &str| {
        place.stdout(&format!("snnl --labels y.npy --layers enc1 --layers code -T 0.1 {args} --export-html -"))
    };
    let all = maps(&score(""));
    assert_eq!(all.iter().map(|map| rows(map).len()).collect::<Vec<_>>(), [240, 240]);
    assert_eq!((&all[0]["classes"][9], &all[0]["ringed"]), (&"9".into(), &serde_json::json!([])));
    let page = score("--worst 20 --map-rows 50");
    assert!(page.contains("enc1: 50 rows along the two main axes (PCA: "), "{page}");
    let some = maps(&page);
    let worst: Vec<u32> =
        some[0]["ringed"].as_array().unwrap().iter().map(|at| rows(&some[0])[at.as_u64().unwrap() as usize]).collect();
    assert_eq!((rows(&some[0]).len(), worst.len()), (50, 20));
    // Equal runs draw equal maps, by any number of threads and whatever fits into the memory.
    let tsne = |args: &str| maps(&score(&format!("--map tsne --map-rows 120 {args}")));
    let first = tsne("--threads 1");
    assert_eq!(tsne("--threads 2"), first);
    assert_ne!(first[0]["points"], maps(&score("--map-rows 120"))[0]["points"]);
    let least = score("--memory 4MiB");
    assert_eq!(maps(&least), all);
    let refused = place.run("snnl --labels y.npy --map tsne");
    assert_refused(&refused, 2, ["this command line", "--export-html", ""]);
}

#[test]
fn layers_that_differ_in_one_direction_or_none_have_maps() {
    let place = Place::empty();
    place.layer("line.npy", &[[1.0], [2.0], [3.0], [4.0]]);
    place.layer("point.npy", &[[1.0, 1.0]; 4]);
    place.labels("y.npy", &[0, 0, 1, 1]);
    for (layer, method) in [("line", "pca"), ("line", "tsne"), ("point", "pca"), ("point", "tsne")] {
        let args = format!("{layer}.npy --labels y.npy --distance euclidean -T 1 --map {method} --export-html -");
        let page = place.stdout(&args);
        assert_eq!(rows(&maps(&page)[0]), [0, 1, 2, 3], "{args}");
    }
}

#[test]
fn maps_of_checkpoints_show_the_same_rows_turned_onto_the_first() {
    let place = Place::with_real_activations();
    fs::create_dir(place.path("other")).unwrap();
    fs::copy(place.path("snnl/code.npy"), place.path("other/code.npy")).unwrap();
    let compare = |args: &str| {
        place.stdout(&format!("compare {args} --labels y.npy --layers code --map-rows 100 --export-html -"))
    };
    let page = compare("snnl other");
    let found = maps(&page);
    assert_eq!((found.len(), rows(&found[0]).len()), (2, 100));
    // One and the same dump lies where it lay, but for the rounding of a turn.
    assert_eq!(rows(&found[0]), rows(&found[1]));
    for (a, b) in points(&found[0]).into_iter().zip(points(&found[1])) {
        assert!(a.abs_diff(b) <= 1, "{a} {b}");
    }
    assert!(page.contains("<figcaption>other, code: 100 rows along the two main axes"), "{page}");
    // Of an earlier result, nobody knows where its rows lay.
    place.stdout("snnl --labels y.npy --layers code --temperature-unit mean --export-json base.json -q");
    assert_eq!(maps(&compare("base.json other")).len(), 1);
}

/// `images.npy` of these bytes.
fn images(place: &Place, shape: &[usize], bytes: &[u8]) {
    npy(&place.path("images.npy"), 1, "|u1", false, shape, bytes);
}

#[test]
fn thumbnails_are_those_of_the_rows_that_are_shown() {
    let place = Place::with_layer();
    // A picture of row i is all i; of colors, the last is its double.
    let grey: Vec<u8> = (0..8).flat_map(|row| [row; 6]).collect();
    let colour: Vec<u8> = (0..8).flat_map(|row| [row, row, 2 * row].repeat(6)).collect();
    let large: Vec<u8> = (0..8).flat_map(|row| vec![row; 100 * 10]).collect();
    for (shape, bytes, size, channels) in [
        (&[8, 2, 3][..], &grey, [2, 3], 1),
        (&[8, 2, 3, 1], &grey, [2, 3], 1),
        (&[8, 2, 3, 3], &colour, [2, 3], 3),
        (&[8, 100, 10], &large, [34, 4], 1),
    ] {
        images(&place, shape, bytes);
        let page = place.stdout("x.npy --labels y.npy --map-rows 5 --worst 3 --thumbnails images.npy --export-html -");
        let json = page.split_once("id=\"thumbnails\">").unwrap().1.split_once("</script>").unwrap().0;
        let sheet: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!((&sheet["height"], &sheet["width"]), (&size[0].into(), &size[1].into()));
        let rows = rows(&sheet);
        let cards: Vec<u32> =
            page.split("data-row=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0.parse().unwrap()).collect();
        assert!(cards.len() == 9 && cards.iter().all(|row| rows.contains(row)), "{cards:?} {rows:?}");
        let png = STANDARD.decode(sheet["png"].as_str().unwrap().split_once("base64,").unwrap().1).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut points = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut points).unwrap();
        let line = size[1] * channels * rows.len();
        assert_eq!(points.len(), line * size[0]);
        for (at, &row) in rows.iter().enumerate() {
            let last = (at + 1) * size[1] * channels - 1;
            assert_eq!(u32::from(points[line + last]), row * if channels == 3 { 2 } else { 1 }, "{shape:?}");
        }
    }
}

#[test]
fn pictures_that_cannot_be_are_refused() {
    let place = Place::with_layer();
    let refused = |said: [&str; 3]| {
        let run = place.run("x.npy --labels y.npy --thumbnails images.npy --export-html r.html");
        assert_refused(&run, 3, said);
        assert!(!place.path("r.html").exists());
    };
    images(&place, &[7, 2, 2], &[0; 28]);
    refused(["`images.npy`", "a picture for each of 8 rows, found 7", "order of the rows"]);
    images(&place, &[8, 4], &[0; 32]);
    refused(["`images.npy`", "found uint8 of the shape [8, 4]", "astype(\"uint8\")"]);
    images(&place, &[8, 2, 2, 4], &[0; 128]);
    refused(["`images.npy`", "N × H × W or N × H × W × 3", "uint8"]);
    npy(&place.path("images.npy"), 1, "<f4", false, &[8, 1, 1], &[0; 32]);
    refused(["`images.npy`", "found float32", "uint8"]);
    images(&place, &[8, 1, 1], &[0; 8]);
    let other = place.run("x.npy --labels y.npy --thumbnails images.npy --export-html images.npy");
    assert_refused(&other, 2, ["images.npy", "this run reads it", ""]);
}
