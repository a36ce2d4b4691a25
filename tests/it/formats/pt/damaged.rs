//! Archives and pickles that lie, or were damaged.

use snnl_score::labels::Labels;
use snnl_score::source::{Pool, Selection};

use super::writer::*;
use crate::support::matrix::{ROWS, assert_says, error_of, try_read, values};
use crate::support::mutate::{each_byte_changed, each_cut};
use crate::support::npy::encode;
use crate::support::zip::{Member, zip};

#[test]
fn nothing_is_run_and_nothing_else_is_made() {
    let (directory, path) = place();
    let trace = directory.path().join("trace");
    let command = text(&format!("touch {}", trace.display()));
    let cases = [
        ([b"\x80\x02cos\nsystem\n", &command[..], b"\x85R."].concat(), "an object `os.system`; save a dict"),
        ([b"\x80\x04", &text("os")[..], &text("system"), b"\x93."].concat(), "an object `os.system`"),
        (b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81.".to_vec(), "`torch.nn.modules.linear.Linear`"),
        (b"\x80\x02(ios\nsystem\n.".to_vec(), "opcode 0x69"),
        (b"\x80\x02\x82\x01.".to_vec(), "opcode 0x82"),
        (b"\x80\x02ctorch._utils\n_rebuild_qtensor\n.".to_vec(), "`torch._utils._rebuild_qtensor` makes; save a plain"),
        (b"\x80\x00(dp0\n.".to_vec(), "found 0"),
    ];
    for (pickle, expected) in cases {
        write(&path, &pickle, [&[], &[]]);
        assert_says(&error_of(&path, &Selection::default()), expected);
        assert_says(&labels_error(&path.display().to_string()), expected.split(';').next().unwrap());
    }
    assert!(!trace.exists());
    let flags = [b"}", &text("conj")[..], b"\x88s"].concat();
    let conjugate = whole("ComplexFloat");
    let conjugate = [&conjugate[..conjugate.len() - 2], &flags, b"tR"].concat();
    write(&path, &dict(&[("enc", conjugate)]), [&[0; 336], &[]]);
    assert_says(&error_of(&path, &Selection::default()), "resolve_conj");
}

#[test]
fn tensors_that_lie() {
    let (_directory, path) = place();
    let huge = i64::MAX;
    for (lie, expected) in [
        (tensor("0", "Float", 0, &[8, 6], &[6, 1]), "at least 192 bytes for float32 of shape [8, 6], found 168"),
        (tensor("0", "Double", 0, &[7, 6], &[6, 1]), "at least 336 bytes"),
        (tensor("0", "Float", 1, &[7, 6], &[6, 1]), "at least 172 bytes"),
        (tensor("0", "Float", 1 << 40, &[7, 6], &[6, 1]), "at least"),
        (tensor("0", "Float", -1, &[7, 6], &[6, 1]), "not a whole number of at least 0"),
        (tensor("0", "Float", 0, &[7, 6], &[-6, 1]), "not a whole number of at least 0"),
        (tensor("0", "Float", huge, &[7, 6], &[6, 1]), "larger than any file"),
        (tensor("0", "Float", 0, &[huge, huge], &[huge, huge]), "larger than any file"),
        (tensor("0", "Float", 0, &[huge, huge], &[0, 0]), "expanded view of shape"),
        (
            tensor("0", "Float", 0, &[1 << 40, 6], &[0, 1]),
            "expanded view of shape [1099511627776, 6]; save `x.contiguous()`",
        ),
        (tensor("0", "Float", 0, &[7, 2], &[0, 1]), "expanded view"),
        (tensor("0", "Float", 0, &[37, 6], &[1, 1]), "expanded view"),
        (tensor("0", "Float", 0, &[7, 6], &[6]), "without a stride"),
        (tensor("0", "Float", 0, &[1; 33], &[1; 33]), "at most 32 axes, found 33"),
        (tensor("0", "Float", 0, &[0, 6], &[6, 1]), "nothing in an array of shape [0, 6]"),
        (tensor("0", "Float", huge, &[0, huge, 2], &[huge, huge, huge]), "nothing in an array"),
        (tensor("7", "Float", 0, &[7, 6], &[6, 1]), "one without `data/7`"),
        (tensor("../data.pkl", "Float", 0, &[7, 6], &[6, 1]), "one without `data/../data.pkl`"),
        (b"ctorch._utils\n_rebuild_tensor_v2\n)R".to_vec(), "arguments of another"),
        (b"ctorch._utils\n_rebuild_tensor_v2\n(NNNNNNtR".to_vec(), "a tensor has no storage"),
        (b"(NNNNNtQ".to_vec(), "not a storage"),
    ] {
        write(&path, &dict(&[("enc", lie)]), [&matrix("<f4"), &[]]);
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
    let empty = tensor("0", "Float", i64::MAX, &[0, 5, 2], &[i64::MAX; 3]);
    write(&path, &dict(&[("enc", empty)]), [&matrix("<f4"), &[]]);
    for pool in [Pool::First, Pool::Last, Pool::Mean] {
        assert_says(&error_of(&path, &Selection { pool: Some(pool), ..Selection::default() }), "nothing in an array");
    }
}

#[test]
fn archives_that_are_no_tensors() {
    let (_directory, path) = place();
    let archive = || members(&dict(&[("enc", whole("Float"))]), [&matrix("<f4"), &[]]);
    let with = |member: Member| archive().into_iter().chain([member]).collect::<Vec<_>>();
    let wrong_crc = |at: usize| {
        let mut archive = archive();
        archive[at].crc ^= 1;
        archive
    };
    let other = |name| Member::new(name, false, b"");
    let long = Member::new("dump/data.pkl", true, &vec![b'0'; (1 << 24) + 1]);
    for (members, expected) in [
        (wrong_crc(0), "checksum"),
        (wrong_crc(1), "checksum"),
        (wrong_crc(2), "checksum"),
        (with(other("dump/constants.pkl")), "program of TorchScript"),
        (with(other("dump/code/a.py")), "program of TorchScript"),
        (with(other("dump/data/0")), "two members of the archive are named `dump/data/0`"),
        (with(other("other/data.pkl")), "2 members called `data.pkl`"),
        (vec![other("enc1.npy")], "0 members called `data.pkl`"),
        (vec![long], "at most 16777216 bytes of `data.pkl`"),
    ] {
        zip(&path, false, &members);
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
    for bytes in [&b""[..], b"P", b"PK\x03\x04"] {
        std::fs::write(&path, bytes).unwrap();
        assert_says(&error_of(&path, &Selection::default()), "an incomplete archive");
    }
}

/// A dict of two layers in storages of their own, and of labels.
fn sample() -> (Vec<u8>, [Vec<u8>; 2]) {
    let reversed: Vec<u8> = values().into_iter().rev().flat_map(|value| encode("<f4", value)).collect();
    let labels = tensor("1", "Float", 0, &[ROWS as i64], &[1]);
    let transposed = tensor("1", "Float", 0, &[6, 7], &[1, 6]);
    let pickle = dict(&[("enc1", whole("Float")), ("enc2", transposed), ("y", labels), ("epoch", b"K\x0c".to_vec())]);
    (pickle, [matrix("<f4"), reversed])
}

#[test]
fn archives_damaged_anywhere_give_the_truth_or_an_error() {
    let (_directory, path) = place();
    let (pickle, [first, second]) = sample();
    write(&path, &pickle, [&first, &second]);
    let spec = format!("{}:y", path.display());
    let whole = std::fs::read(&path).unwrap();
    let truth = try_read(&path, &Selection::default()).unwrap();
    assert_eq!(truth.len(), 2);
    let labels = classes_of(&spec);
    each_cut(&path, &whole, || {
        error_of(&path, &Selection::default());
        Labels::read(&[&spec], &[]).unwrap_err();
    });
    each_byte_changed(&path, &whole, |position| {
        if let Ok(layers) = try_read(&path, &Selection::default()) {
            assert_eq!(layers, truth, "byte {position}");
        }
        if let Ok(found) = Labels::read(&[&spec], &[]) {
            assert_eq!(found.classes, labels, "byte {position}");
        }
    });
}

#[test]
fn a_damaged_name_does_not_hide_the_byte_order() {
    let (_directory, path) = place();
    let mut archive = members(&dict(&[("enc", whole("Float"))]), [&matrix(">f4"), &[]]);
    archive[1] = Member::new("dump/byteorder", false, b"big");
    zip(&path, false, &archive);
    let mut bytes = std::fs::read(&path).unwrap();
    let name = b"dump/byteorder";
    let in_directory = bytes.windows(name.len()).rposition(|window| window == name).unwrap();
    bytes[in_directory + 5] = b'c';
    std::fs::write(&path, bytes).unwrap();
    assert_says(&error_of(&path, &Selection::default()), "its directory contradicts it");
}

#[test]
fn pickles_damaged_under_a_right_checksum_never_panic() {
    let (_directory, path) = place();
    let (pickle, [first, second]) = sample();
    let selections = [Selection::default(), Selection { pool: Some(Pool::Last), ..Selection::default() }];
    let check = |pickle: &[u8]| {
        write(&path, pickle, [&first, &second]);
        for selection in &selections {
            let _ = try_read(&path, selection);
        }
        let _ = Labels::read(&[&format!("{}:y", path.display())], &[]);
    };
    for length in 0..pickle.len() {
        check(&pickle[..length]);
        assert_says(&error_of(&path, &Selection::default()), "ends too early");
    }
    for (position, flip) in (0..pickle.len()).flat_map(|position| [0xff, 0x01, 0x80].map(|flip| (position, flip))) {
        let mut damaged = pickle.clone();
        damaged[position] ^= flip;
        check(&damaged);
    }
    // Every opcode at every place of a short pickle.
    let short = [b"\x80\x02}", &text("a")[..], b"K\x01K\x02\x86s."].concat();
    for position in 0..short.len() {
        for opcode in 0..=u8::MAX {
            let mut damaged = short.clone();
            damaged[position] = opcode;
            check(&damaged);
        }
    }
}
