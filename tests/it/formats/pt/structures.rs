//! Lists are batches, keys are names, and what is not activations gives an error that says what it is.

use snnl_score::labels::Labels;
use snnl_score::source::{LabelFile, Pool, Selection, discover};

use super::writer::*;
use crate::support::fixture;
use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open, read, values};

/// Layers in the fixture `name`, whose labels lie in it as `column`.
fn layers(name: &str, column: &str) -> Vec<(String, String)> {
    let path = fixture("containers").join(name);
    assert_eq!(classes_of(&format!("{}:{column}", path.display())), CLASSES);
    let labels = vec![LabelFile { path: path.clone(), column: Some(column.to_owned()) }];
    let layers = discover(&[path], &Selection { labels, ..Selection::default() }).unwrap();
    let checked = layers.into_iter().map(|layer| {
        let dtype = layer.activations.dtype().to_owned();
        assert_holds_the_matrix(&layer, &dtype);
        assert_eq!(layer.activations.shape().shards, 1);
        (layer.name, dtype)
    });
    checked.collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, dtype)| (name.to_owned(), dtype.to_owned())).collect()
}

#[test]
fn what_scripts_save() {
    assert_eq!(layers("batches.pt", "y"), pairs(&[("3", "float64"), ("enc.2", "float16"), ("enc1", "float32")]));
    assert_eq!(layers("nested.pt", "y"), pairs(&[("acts.enc.l1", "float32"), ("acts.l2", "float32")]));
    assert_eq!(layers("records.pt", "y"), pairs(&[("x", "float32")]));
    assert_eq!(layers("pair.pt", "1"), pairs(&[("pair", "float32")]));
}

/// The rows `rows` of the matrix, in the storage that has all of it.
fn batch(start: i64, rows: i64) -> Vec<u8> {
    tensor("0", "Float", start * DIM as i64, &[rows, DIM as i64], &[DIM as i64, 1])
}

fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [b"](".to_vec(), items.concat(), b"e".to_vec()].concat()
}

fn alone(value: Vec<u8>) -> Vec<u8> {
    [b"\x80\x02".to_vec(), value, b".".to_vec()].concat()
}

fn names(path: &std::path::Path) -> Vec<String> {
    discover(&[path.to_owned()], &Selection::default()).unwrap().into_iter().map(|layer| layer.name).collect()
}

#[test]
fn batches_are_joined_along_their_rows() {
    let (_directory, path) = place();
    let all = [matrix("<f4"), Vec::new()];
    let write = |pickle: Vec<u8>| write(&path, &pickle, [&all[0], &all[1]]);
    for batches in
        [vec![batch(0, 7)], vec![batch(0, 3), batch(3, 0), batch(3, 4)], vec![batch(0, 0), batch(0, 6), batch(6, 1)]]
    {
        write(alone(list(&batches)));
        assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
        write(alone([b"(".to_vec(), batches.concat(), b"t".to_vec()].concat()));
        assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
    }
    // Tokens, and layers that are stacked, in batches too.
    let tokens = |start: i64, rows: i64| tensor("0", "Float", start * 6, &[rows, 3, 2], &[6, 2, 1]);
    write(alone(list(&[tokens(0, 2), tokens(2, 5)])));
    let last = open(&path, &Selection { pool: Some(Pool::Last), ..Selection::default() });
    let expected = |row: usize| values()[row * DIM + 4..(row + 1) * DIM].to_vec();
    assert_eq!(read(&*last.activations, 0), (0..ROWS).flat_map(expected).collect::<Vec<_>>());
    for (axis, count) in [(0, ROWS), (1, 3)] {
        let stacked =
            discover(std::slice::from_ref(&path), &Selection { layer_axis: Some(axis), ..Selection::default() });
        let stacked = stacked.unwrap();
        assert_eq!(stacked.len(), count);
        let first = if axis == 0 { vec![18.0, 19.0, 20.0, 21.0, 22.0, 23.0] } else { vec![18.0, 19.0] };
        let (layer, row) = if axis == 0 { (3, 0) } else { (0, 3) };
        assert_eq!(read(&*stacked[layer].activations, row)[..first.len()], first);
    }
}

#[test]
fn batches_that_differ_are_named() {
    let (_directory, path) = place();
    let narrow = tensor("0", "Float", 0, &[2, 5], &[5, 1]);
    for (other, expected) in [
        (narrow, "batch 0 is float32 of shape [3, 6], batch 2 is float32 of shape [2, 5]; batches are joined"),
        (tensor("0", "Half", 0, &[2, 6], &[6, 1]), "batch 2 is float16 of shape [2, 6]"),
        (tensor("0", "Float", 0, &[1, 2, 6], &[12, 6, 1]), "batch 2 is float32 of shape [1, 2, 6]"),
        (tensor("0", "Float", 40, &[2, 6], &[6, 1]), "`batch 2`: expected a storage of at least 208 bytes"),
    ] {
        let items = [batch(0, 3), batch(3, 4), other];
        write(&path, &alone(list(&items)), [&matrix("<f4"), &[]]);
        assert_says(&error_of(&path, &Selection::default()), expected);
        write(&path, &dict(&[("enc", list(&items)), ("z", batch(0, 7))]), [&matrix("<f4"), &[]]);
        assert_says(&error_of(&path, &Selection::default()), expected);
        // Only a layer that is taken needs to be readable.
        open(&path, &Selection { layers: vec!["z".into()], ..Selection::default() });
    }
    let again = [b"](", &batch(0, 7)[..], b"q\0", &b"h\0".repeat(999), b"e"].concat();
    write(&path, &alone(again), [&matrix("<f4"), &[]]);
    assert_says(&error_of(&path, &Selection::default()), "batches that are all stored, found 168000 bytes of them in");
}

#[test]
fn what_has_one_axis_beside_matrices_is_no_batch() {
    let (_directory, path) = place();
    let classes: Vec<u8> = CLASSES.iter().flat_map(|&class| i64::from(class).to_le_bytes()).collect();
    let some = |start: i64, rows: i64| tensor("1", "Long", start, &[rows], &[1]);
    let (x, y) = (batch(0, 7), some(0, 7));
    let (many_x, many_y) = (list(&[batch(0, 3), batch(3, 4)]), list(&[some(0, 3), some(3, 4)]));
    let tuple = |[first, second]: [&Vec<u8>; 2]| [b"(".to_vec(), first.clone(), second.clone(), b"t".to_vec()].concat();
    let single: Vec<Vec<u8>> = (0..7).map(|row| tensor("1", "Long", row, &[], &[])).collect();
    for saved in [
        tuple([&x, &y]),
        list(&[x.clone(), y.clone()]),
        tuple([&many_x, &many_y]),
        tuple([&many_x, &y]),
        tuple([&x, &list(&single)]),
        list(&[tuple([&batch(0, 3), &some(0, 3)]), tuple([&batch(3, 4), &some(3, 4)])]),
        list(&[list(&[batch(0, 7)]), list(std::slice::from_ref(&y))]),
    ] {
        write(&path, &alone(saved), [&matrix("<f4"), &classes]);
        assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
        assert_eq!(classes_of(&format!("{}:1", path.display())), CLASSES);
    }
    // Two tuples are no batches of one another: training and test.
    write(&path, &alone(tuple([&tuple([&x, &y]), &tuple([&x, &y])])), [&matrix("<f4"), &classes]);
    assert_eq!(names(&path), ["0.0", "1.0"]);
    // Lists of batches are layers.
    write(&path, &alone(list(&[many_x.clone(), many_x])), [&matrix("<f4"), &classes]);
    assert_eq!(names(&path), ["0", "1"]);
    write(&path, &alone(many_y), [&matrix("<f4"), &classes]);
    assert_eq!(classes_of(&path.display().to_string()), CLASSES);
    assert_says(&error_of(&path, &Selection::default()), "two axes");
}

#[test]
fn keys_are_names() {
    let (_directory, path) = place();
    let inner = whole("Float");
    let write = |pickle: &[u8]| write(&path, pickle, [&matrix("<f4"), &[]]);
    for (key, name) in [
        (b"J\xff\xff\xff\xff".to_vec(), "-1"),
        ([b"(", &text("enc")[..], b"K\x01K\x02t"].concat(), "enc.1.2"),
        ([b"(", &text("enc")[..], b"t"].concat(), "enc"),
    ] {
        write(&[b"\x80\x02}(", &key[..], &inner, b"K\x02", &inner, b"u."].concat());
        let found = names(&path);
        assert!(found.contains(&name.to_owned()) && found.contains(&"2".to_owned()), "{found:?}");
    }
    for key in [&b"N"[..], b")", b"]", b"N\x85", b"\x88"] {
        write(&[b"\x80\x02}", key, &inner, b"s."].concat());
        assert_says(&error_of(&path, &Selection::default()), "text or numbers as the name of a tensor, found");
    }
    let deep = [b"}", &text("b")[..], &inner, b"s"].concat();
    write(&dict(&[("a.b", inner.clone()), ("a", deep)]));
    assert_says(&error_of(&path, &Selection::default()), "two tensors are named `a.b`");
}

#[test]
fn plain_values_are_passed_over() {
    let (_directory, path) = place();
    let size = b"ctorch\nSize\n(K\x07K\x06t\x85R".to_vec();
    let plain = vec![
        ("epoch", b"K\x0c".to_vec()),
        ("loss", b"G\x3f\xf0\0\0\0\0\0\0".to_vec()),
        ("name", text("run")),
        ("list", b"](K\x01Ne".to_vec()),
        ("dict", [b"}", &text("a")[..], b"K\x01s"].concat()),
        ("default", b"ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R".to_vec()),
        ("set", b"c__builtin__\nset\n](K\x01e\x85R".to_vec()),
        ("shape", size),
    ];
    write(&path, &dict(&[plain.clone(), vec![("enc", whole("Float"))]].concat()), [&matrix("<f4"), &[]]);
    assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
    for (pickle, expected) in [
        (dict(&plain), "found no array"),
        (b"\x80\x02K\x01.".to_vec(), "expected tensors, found a number; save a dict of tensors"),
        (b"\x80\x02](K\x01K\x02e.".to_vec(), "expected tensors, found a list"),
    ] {
        write(&path, &pickle, [&matrix("<f4"), &[]]);
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
}

#[test]
fn an_optimizer_is_called_one() {
    let (_directory, path) = place();
    assert_says(
        &error_of(&fixture("containers/optimizer.pt"), &Selection::default()),
        "looks like an optimizer's state",
    );
    let groups = [b"}(", &text("state")[..], b"}", &text("param_groups"), b"]u"].concat();
    write(&path, &alone(groups), [&[], &[]]);
    assert_says(&error_of(&path, &Selection::default()), "looks like an optimizer's state");
    let state = |value: &[u8]| [b"}(", &text("state")[..], value, &text("param_groups"), b"]u"].concat();
    write(&path, &dict(&[("enc", whole("Float")), ("opt", state(&whole("Float")))]), [&matrix("<f4"), &[]]);
    let layer = open(&path, &Selection::default());
    assert_eq!((layer.name.as_str(), layer.passed_over.len()), ("enc", 1));
    assert!(layer.passed_over[0].starts_with("opt (") && layer.passed_over[0].contains("optimizer"));
    let asked = Selection { layers: vec!["opt".into()], ..Selection::default() };
    assert_says(&error_of(&path, &asked), "looks like an optimizer's state");
}

#[test]
fn containers_shared_without_end_are_refused() {
    let (_directory, path) = place();
    // Each of 30 dicts holds the one before it twice.
    let doubled = [&b"q\0}(K\x01h\0K\x02h\0u"[..]].concat();
    let shared = [whole("Float"), doubled.repeat(30)].concat();
    write(&path, &alone(shared), [&matrix("<f4"), &[]]);
    assert_says(&error_of(&path, &Selection::default()), "the same ones repeated");
    let deep = [&b"}K\x01".repeat(40)[..], &whole("Float"), &b"s".repeat(40)].concat();
    write(&path, &alone(deep), [&matrix("<f4"), &[]]);
    assert_says(&error_of(&path, &Selection::default()), "at most 32 containers in each other");
    // A list that holds itself and a tensor.
    write(&path, &alone([&b"]q\0"[..], &whole("Float"), b"ah\0a"].concat()), [&matrix("<f4"), &[]]);
    assert_says(&error_of(&path, &Selection::default()), "containers");
    assert!(Labels::read(&[path.display().to_string()], &[]).is_err());
}
