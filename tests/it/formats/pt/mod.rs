//! Tensors as `torch.save` writes them give the same rows as arrays, also for views of others, and nothing at all if
//! the archive is damaged or lies; no object in it is ever created.

mod damaged;
mod legacy;
mod numpy;
mod structures;
mod writer;

use snnl_score::labels::Labels;
use snnl_score::source::{LabelFile, Pool, Selection, discover};

use self::writer::*;
use crate::support::fixture;
use crate::support::matrix::{assert_holds_the_matrix, assert_says, error_of, open, read};
use crate::support::npy::encode;
use crate::support::zip::{Member, zip};

#[test]
fn what_torch_writes() {
    let path = fixture("containers/tensors.pt");
    let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
    assert_eq!(layers.len(), 4);
    let expected = [("enc1", "float32"), ("enc2", "float16"), ("enc3", "bfloat16"), ("enc4", "float32")];
    for (layer, (name, dtype)) in layers.iter().zip(expected) {
        assert_eq!(layer.name, name);
        assert_holds_the_matrix(layer, dtype);
    }
    for spec in [format!("{}:y", path.display()), path.display().to_string()] {
        assert_eq!(classes_of(&spec), CLASSES);
    }
    assert_says(&labels_error(&format!("{}:z", path.display())), "`z`, found: enc1, enc2, enc3, enc4, y");
    let layer = open(&fixture("containers/view.pth"), &Selection::default());
    assert_eq!(layer.name, "view");
    assert_holds_the_matrix(&layer, "float32");
}

#[test]
fn tensors_of_every_type_in_both_byte_orders() {
    let (_directory, path) = place();
    for (dtype, code, name) in [
        ("Char", "i1", "int8"),
        ("Byte", "u1", "uint8"),
        ("Short", "i2", "int16"),
        ("Int", "i4", "int32"),
        ("Long", "i8", "int64"),
        ("Half", "f2", "float16"),
        ("BFloat16", "V2", "bfloat16"),
        ("Float", "f4", "float32"),
        ("Double", "f8", "float64"),
    ] {
        for (order, byteorder) in [("<", &b"little"[..]), (">", b"big")] {
            let mut archive = members(&dict(&[("enc", whole(dtype))]), [&matrix(&format!("{order}{code}")), &[]]);
            archive[1] = Member::new("dump/byteorder", false, byteorder);
            zip(&path, order == ">", &archive);
            assert_holds_the_matrix(&open(&path, &Selection::default()), name);
        }
    }
    write(&path, &dict(&[("enc", whole("QInt8"))]), [&matrix("<i1"), &[]]);
    assert_says(&error_of(&path, &Selection::default()), "of type `QInt8Storage`; save it as float32");
    let mut archive = members(&dict(&[("enc", whole("Float"))]), [&matrix("<f4"), &[]]);
    archive[1] = Member::new("dump/byteorder", false, b"middle");
    zip(&path, false, &archive);
    assert_says(&error_of(&path, &Selection::default()), "`little` or `big`, found `middle`");
    // So it was before the archive said.
    archive.remove(1);
    zip(&path, false, &archive);
    assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
}

#[test]
fn views_of_one_storage() {
    let (_directory, path) = place();
    // 7 × 3 × 6, counted through.
    let data: Vec<u8> = (0..126).flat_map(|number| encode("<f4", f64::from(number))).collect();
    let cases: [(&str, i64, Vec<i64>, Vec<i64>); 6] = [
        ("middle", 6, vec![7, 6], vec![18, 1]),
        ("even_rows", 0, vec![4, 6], vec![36, 1]),
        ("odd_columns", 1, vec![7, 9], vec![18, 2]),
        ("transposed", 0, vec![18, 7], vec![1, 18]),
        ("permuted", 0, vec![3, 7, 6], vec![6, 18, 1]),
        ("one_row", 18, vec![1, 6], vec![i64::MAX, 1]),
    ];
    for deflated in [false, true] {
        let views = cases.iter().map(|(name, at, shape, strides)| (*name, tensor("0", "Float", *at, shape, strides)));
        let mut archive = members(&dict(&views.collect::<Vec<_>>()), [&data, &[]]);
        archive[2] = Member::new("dump/data/0", deflated, &data);
        zip(&path, false, &archive);
        for (name, at, shape, strides) in &cases {
            let selection = Selection { layers: vec![(*name).into()], ..Selection::default() };
            if deflated && *name != "one_row" {
                assert_says(&error_of(&path, &selection), "compressed tensor");
                continue;
            }
            let layer = open(&path, &selection);
            let mut expected = vec![*at as f64];
            for (len, stride) in shape.iter().zip(strides) {
                let along = |&start: &f64| (0..*len).map(move |place| start + place as f64 * *stride as f64);
                expected = expected.iter().flat_map(along).collect();
            }
            assert_eq!(read(&*layer.activations, 0), expected, "{name}");
        }
    }
    let one = |selection: Selection| read(&*open(&path, &selection).activations, 0);
    write(&path, &dict(&[("enc", tensor("0", "Float", 0, &[3, 7, 6], &[6, 18, 1]))]), [&data, &[]]);
    let last = one(Selection { pool: Some(Pool::Last), ..Selection::default() });
    assert_eq!(last, [108, 114, 120].into_iter().flat_map(|at| at..at + 6).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn a_tensor_alone_is_a_layer_or_labels() {
    let (directory, path) = place();
    let pickle = |tensor: Vec<u8>| [b"\x80\x02".to_vec(), tensor, b".".to_vec()].concat();
    write(&path, &pickle(whole("Float")), [&matrix("<f4"), &[]]);
    let layer = open(&path, &Selection::default());
    assert_eq!(layer.name, "dump");
    assert_holds_the_matrix(&layer, "float32");
    let labels = directory.path().join("classes.pth");
    let spec = labels.display().to_string();
    let bytes: Vec<u8> = CLASSES.iter().flat_map(|&class| i64::from(class).to_le_bytes()).collect();
    for shape in [&[7][..], &[7, 1]] {
        write(&labels, &pickle(tensor("0", "Long", 0, shape, &vec![1; shape.len()])), [&bytes, &[]]);
        assert_eq!(classes_of(&spec), CLASSES);
        assert_says(&labels_error(&format!("{spec}:y")), "an array has none");
        // Labels are no layer, wherever they lie.
        let labels = vec![LabelFile { path: labels.clone(), column: None }];
        let selection = Selection { labels, ..Selection::default() };
        let layers = discover(&[directory.path().to_owned()], &selection).unwrap();
        assert_eq!(layers.into_iter().map(|layer| layer.name).collect::<Vec<_>>(), ["dump"]);
    }
    write(&labels, &pickle(tensor("0", "Long", 0, &[7], &[1])), [&bytes, &[]]);
    assert_says(&error_of(&labels, &Selection::default()), "one number per row looks like labels");
}

#[test]
fn labels_that_are_views_are_whole_or_refused() {
    let (_directory, path) = place();
    let spec = format!("{}:y", path.display());
    let bytes: Vec<u8> = (0..8_i64).flat_map(i64::to_le_bytes).collect();
    write(&path, &dict(&[("y", tensor("0", "Long", 2, &[3], &[1]))]), [&bytes, &[]]);
    assert_eq!(Labels::read(&[&spec], &[]).unwrap().names, ["2", "3", "4"]);
    write(&path, &dict(&[("y", tensor("0", "Long", 0, &[4], &[2]))]), [&bytes, &[]]);
    assert_says(&labels_error(&spec), "view of a larger array");
    // The end of the storage bears out the start.
    let mut archive = members(&dict(&[("y", tensor("0", "Long", 0, &[2], &[1]))]), [&bytes, &[]]);
    archive[2].crc ^= 1;
    zip(&path, false, &archive);
    assert_says(&labels_error(&spec), "checksum");
}
