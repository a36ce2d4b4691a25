//! Files as `torch.save` wrote them before version 1.6: pickles, then storages, each with its number of elements.

use snnl_score::labels::Labels;
use snnl_score::source::{Selection, discover};

use super::writer::*;
use crate::support::fixture;
use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open, try_read};
use crate::support::mutate::{each_byte_changed, each_cut};

const MAGIC: &[u8] = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.";

/// A file of a pickle, and of storages by name.
fn file(pickle: &[u8], storages: &[(&str, u64, &[u8])]) -> Vec<u8> {
    let keys: Vec<u8> = storages.iter().flat_map(|(key, ..)| text(key)).collect();
    let keys = [b"\x80\x02](", &keys[..], b"e."].concat();
    let storages = storages.iter().flat_map(|(_, len, bytes)| [&len.to_le_bytes()[..], bytes].concat());
    [MAGIC, b"\x80\x02M\xe9\x03.", b"\x80\x02}.", pickle, &keys, &storages.collect::<Vec<_>>()].concat()
}

/// A tensor as such a file describes it, of a storage of `len` elements.
fn legacy(key: &str, dtype: &str, len: u64, shape: &[i64], strides: &[i64]) -> Vec<u8> {
    let storage = format!("ctorch\n{dtype}Storage\n");
    let len = [&[0x8a, 8], &len.to_le_bytes()[..]].concat();
    let reference = [b"(", &text("storage")[..], storage.as_bytes(), &text(key), &text("cpu"), &len, b"NtQ"].concat();
    let hooks = b"\x89ccollections\nOrderedDict\n)RtR";
    [b"ctorch._utils\n_rebuild_tensor_v2\n(", &reference[..], b"K\0", &ints(shape), &ints(strides), hooks].concat()
}

const SHAPE: [i64; 2] = [ROWS as i64, DIM as i64];

fn sample() -> Vec<u8> {
    let enc = legacy("94", "Float", 42, &SHAPE, &[DIM as i64, 1]);
    let y = legacy("7", "Long", 7, &[7], &[1]);
    let classes: Vec<u8> = CLASSES.iter().flat_map(|&class| i64::from(class).to_le_bytes()).collect();
    file(&dict(&[("enc", enc), ("y", y)]), &[("7", 7, &classes), ("94", 42, &matrix("<f4"))])
}

#[test]
fn what_torch_wrote() {
    let path = fixture("containers/legacy.pt");
    let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
    let expected = [("enc1", "float32"), ("enc2", "float32"), ("enc3", "bfloat16")];
    assert_eq!(layers.len(), expected.len());
    for (layer, (name, dtype)) in layers.iter().zip(expected) {
        assert_eq!(layer.name, name);
        assert_holds_the_matrix(layer, dtype);
    }
    assert_eq!(classes_of(&format!("{}:y", path.display())), CLASSES);
}

#[test]
fn pickles_of_any_length_stand_before_the_storages() {
    let (_directory, path) = place();
    // Longer than what is tried first, on either side of the object.
    let note = text(&"x".repeat(100_000));
    let object =
        [b"\x80\x02}(", &text("note")[..], &note, &text("enc"), &legacy("0", "Float", 42, &SHAPE, &[6, 1]), b"u."];
    std::fs::write(&path, file(&object.concat(), &[("0", 42, &matrix("<f4"))])).unwrap();
    assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
}

#[test]
fn files_that_lie() {
    let (_directory, path) = place();
    let enc = |len| dict(&[("enc", legacy("0", "Float", len, &SHAPE, &[6, 1]))]);
    let whole = matrix("<f4");
    let quantized = dict(&[("enc", legacy("0", "QInt8", 42, &SHAPE, &[6, 1]))]);
    let huge = u64::MAX / 2;
    for (bytes, expected) in [
        (file(&enc(42), &[("0", 42, &whole[1..])]), "truncated: expected 42 elements after byte"),
        (file(&enc(42), &[("0", 42, &[&whole[..], b"!"].concat())]), "expected the file to end after"),
        (file(&enc(42), &[("0", 43, &whole)]), "not as long as its tensors say"),
        (file(&enc(41), &[("0", 41, &whole[4..])]), "a storage of at least 168 bytes"),
        (file(&enc(huge), &[("0", huge, &whole)]), "truncated"),
        (file(&enc(42), &[("1", 42, &whole)]), "a storage belongs to no tensor"),
        (file(&enc(42), &[]), "expected a storage `0`, found none"),
        (file(&quantized, &[("0", 42, &whole[..42])]), "of type `QInt8Storage`"),
        (b"\x80\x02K\x01.".to_vec(), "found another pickle"),
        (MAGIC.to_vec(), "ends too early"),
        ([&file(b"\x80\x02cos\nsystem\n.", &[])[..], b"."].concat(), "an object `os.system`"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
}

#[test]
fn files_damaged_anywhere_never_panic() {
    let (_directory, path) = place();
    let whole = sample();
    let spec = format!("{}:y", path.display());
    std::fs::write(&path, &whole).unwrap();
    assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
    assert_eq!(classes_of(&spec), CLASSES);
    each_cut(&path, &whole, || {
        error_of(&path, &Selection::default());
        Labels::read(&[&spec], &[]).unwrap_err();
    });
    each_byte_changed(&path, &whole, |_| {
        let _ = try_read(&path, &Selection::default());
        let _ = Labels::read(&[&spec], &[]);
    });
}
