//! NumPy arrays in a pickle: their numbers are in it, as bytes or encoded as text.

use snnl_score::labels::Labels;
use snnl_score::source::{LabelFile, Selection, discover};

use super::writer::*;
use crate::support::fixture;
use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open};

#[test]
fn what_numpy_pickles() {
    for name in ["containers/numpy.pt", "containers/numpy-protocol-5.pt"] {
        let path = fixture(name);
        let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
        assert_eq!(layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>(), ["enc1", "enc2"]);
        assert_holds_the_matrix(&layers[0], "float32");
        assert_holds_the_matrix(&layers[1], "float64");
        assert_eq!(classes_of(&format!("{}:y", path.display())), CLASSES);
        let named = Labels::read(&[format!("{}:names", path.display())], &[]).unwrap();
        assert_eq!((named.classes, named.names.join("")), (CLASSES.to_vec(), "abc".to_owned()));
    }
}

/// An array of `code` and `order` over `elements`, a value of the pickle.
fn array(code: &str, order: &str, shape: &[i64], columns_first: bool, elements: &[u8]) -> Vec<u8> {
    let empty = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85NtR";
    let dtype = [b"cnumpy\ndtype\n(", &text(code)[..], b"\x89\x88tR(K\x03", &text(order), b"NNNtb"].concat();
    let is_fortran: &[u8] = if columns_first { b"\x88" } else { b"\x89" };
    [&empty[..], b"(K\x01", &ints(shape), &dtype, is_fortran, elements, b"tb"].concat()
}

/// `bytes` as a text whose characters are their numbers, as pickles of protocol 2 have them.
fn encoded(bytes: &[u8]) -> Vec<u8> {
    let characters: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    [b"c_codecs\nencode\n(", &text(&characters)[..], &text("latin1"), b"tR"].concat()
}

fn plain(bytes: &[u8]) -> Vec<u8> {
    [b"B", &(bytes.len() as u32).to_le_bytes()[..], bytes].concat()
}

const SHAPE: [i64; 2] = [ROWS as i64, DIM as i64];

#[test]
fn arrays_of_every_type_in_both_byte_orders() {
    let (_directory, path) = place();
    for (code, name) in [
        ("i1", "int8"),
        ("u1", "uint8"),
        ("i2", "int16"),
        ("u2", "uint16"),
        ("i4", "int32"),
        ("u4", "uint32"),
        ("i8", "int64"),
        ("u8", "uint64"),
        ("f2", "float16"),
        ("f4", "float32"),
        ("f8", "float64"),
    ] {
        for order in ["<", ">"] {
            let bytes = matrix(&format!("{order}{code}"));
            for elements in [plain(&bytes), encoded(&bytes)] {
                write(&path, &dict(&[("enc", array(code, order, &SHAPE, false, &elements))]), [&[], &[]]);
                assert_holds_the_matrix(&open(&path, &Selection::default()), name);
            }
        }
    }
    // Arrays and tensors may be batches of one layer.
    let whole = matrix("<f4");
    let (first, rest) = whole.split_at(3 * DIM * 4);
    let batch = array("f4", "<", &[3, DIM as i64], false, &plain(first));
    let tensor = tensor("0", "Float", 0, &[4, DIM as i64], &[DIM as i64, 1]);
    write(&path, &dict(&[("enc", [b"](".to_vec(), batch, tensor, b"e".to_vec()].concat())]), [rest, &[]]);
    assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
}

#[test]
fn arrays_that_lie() {
    let (_directory, path) = place();
    let bytes = matrix("<f4");
    let with = |code, shape: &[i64], elements: &[u8]| array(code, "<", shape, false, elements);
    let huge = i64::MAX;
    let not_latin = [b"c_codecs\nencode\n(", &text("čáp")[..], &text("latin1"), b"tR"].concat();
    let utf8 = [b"c_codecs\nencode\n(", &text("a")[..], &text("utf8"), b"tR"].concat();
    for (lie, expected) in [
        (with("f4", &[8, 6], &plain(&bytes)), "168 bytes are not float32 of shape [8, 6]"),
        (with("f8", &SHAPE, &encoded(&bytes)), "168 bytes are not float64 of shape [7, 6]"),
        (with("f4", &[huge, huge], &plain(&bytes)), "are not float32"),
        (with("f4", &[huge, huge, 0], &plain(b"")), "are not float32"),
        (with("f4", &[0, 6], &plain(b"")), "nothing in an array"),
        (with("f4", &[-7, 6], &plain(&bytes)), "not a whole number of at least 0"),
        (with("f4", &[1; 33], &plain(&bytes)), "at most 32 axes"),
        (with("f4", &SHAPE, &not_latin), "a character is not a byte"),
        (with("f4", &SHAPE, &utf8), "arguments of another"),
        (with("f4", &SHAPE, b"N"), "the elements of an array are not bytes"),
        (with("O8", &SHAPE, b"](NNe"), "object arrays are pickles, which are never loaded"),
        (with("f16", &SHAPE, &plain(&bytes)), "save it as float64"),
        (with("V3", &SHAPE, &plain(&bytes)), "of type `<V3`"),
        (with("é", &SHAPE, &plain(&bytes)), "of type `<é`"),
        (b"cnumpy.core.multiarray\n_reconstruct\n)R".to_vec(), "an array has no elements"),
        (b"cnumpy.core.multiarray\n_reconstruct\n)R)b".to_vec(), "an array has no elements"),
        (b"cnumpy.core.multiarray\n_reconstruct\n)R(NNNNNtb".to_vec(), "an array has no type"),
        (b"cnumpy\ndtype\n)R".to_vec(), "arguments of another"),
    ] {
        write(&path, &dict(&[("enc", lie)]), [&[], &[]]);
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
}

#[test]
fn bytes_that_arrays_share_are_decoded_once() {
    let (_directory, path) = place();
    let bytes = vec![1; 1 << 16];
    let shared = array("u1", "|", &[1 << 8, 1 << 8], false, b"h\0");
    let many: Vec<u8> =
        (0..20_000_u32).flat_map(|number| [text(&format!("layer{number}")), shared.clone()].concat()).collect();
    let pickle = [b"\x80\x02", &encoded(&bytes)[..], b"q\x000}(", &many, b"u."].concat();
    write(&path, &pickle, [&[], &[]]);
    // More than a gigabyte, if each had its own.
    let labels = vec![LabelFile { path: path.clone(), column: Some("layer7".into()) }];
    let layers = discover(&[path], &Selection { labels, ..Selection::default() }).unwrap();
    assert_eq!(layers.len(), 19_999);
}
