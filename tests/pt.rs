//! Tensors as `torch.save` writes them give the same rows as arrays, views of others too, and nothing at all where the
//! archive is damaged or lies; no object in it is ever made.

mod support;

use std::path::{Path, PathBuf};

use snnl_score::labels::Labels;
use snnl_score::source::{LabelFile, Pool, Selection, discover};
use support::matrix::{DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open, read, try_read, values};
use support::npy::encode;
use support::zip::{Member, zip};
use support::{chain, fixture};
use tempfile::TempDir;

const CLASSES: [u32; ROWS] = [0, 1, 2, 0, 1, 2, 0];

/// A directory that lasts as long as the test, and an archive to be in it.
fn place() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("dump.pt");
    (directory, path)
}

/// Writes an archive of a pickle and the bytes of two storages.
fn write(path: &Path, pickle: &[u8], storages: [&[u8]; 2]) {
    zip(path, false, &members(pickle, storages));
}

fn members(pickle: &[u8], [first, second]: [&[u8]; 2]) -> Vec<Member> {
    let stored = |name, bytes| Member::new(name, false, bytes);
    vec![
        stored("dump/data.pkl", pickle),
        stored("dump/byteorder", b"little"),
        stored("dump/data/0", first),
        stored("dump/data/1", second),
    ]
}

fn text(text: &str) -> Vec<u8> {
    [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
}

fn ints(numbers: &[i64]) -> Vec<u8> {
    let each = numbers.iter().flat_map(|number| [&[0x8a, 8], &number.to_le_bytes()[..]].concat());
    [b"(".to_vec(), each.collect(), b"t".to_vec()].concat()
}

/// A tensor of type `torch.{dtype}Storage` at `offset` of the storage `key`.
fn tensor(key: &str, dtype: &str, offset: i64, shape: &[i64], strides: &[i64]) -> Vec<u8> {
    let storage = format!("ctorch\n{dtype}Storage\n");
    let reference = [b"(", &text("storage")[..], storage.as_bytes(), &text(key), &text("cpu"), b"K\x07tQ"].concat();
    let offset = [&[0x8a, 8], &offset.to_le_bytes()[..]].concat();
    let hooks = b"\x89ccollections\nOrderedDict\n)RtR";
    [b"ctorch._utils\n_rebuild_tensor_v2\n(", &reference[..], &offset, &ints(shape), &ints(strides), hooks].concat()
}

/// A pickle of a dict.
fn dict(items: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let items = items.iter().flat_map(|(key, value)| [text(key), value.clone()].concat());
    [b"\x80\x02}(".to_vec(), items.collect(), b"u.".to_vec()].concat()
}

fn matrix(descr: &str) -> Vec<u8> {
    values().into_iter().flat_map(|value| encode(descr, value)).collect()
}

/// The matrix as the storage 0 has it.
fn whole(dtype: &str) -> Vec<u8> {
    tensor("0", dtype, 0, &[ROWS as i64, DIM as i64], &[DIM as i64, 1])
}

fn classes_of(spec: &str) -> Vec<u32> {
    Labels::read(&[spec], &[]).unwrap().classes
}

fn labels_error(spec: &str) -> String {
    chain(&Labels::read(&[spec], &[]).unwrap_err())
}

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
    assert_says(&error_of(&labels, &Selection::default()), "one number a row looks like labels");
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

#[test]
fn plain_values_are_passed_over_and_tensors_in_containers_refused() {
    let (_directory, path) = place();
    let size = b"ctorch\nSize\n(K\x07K\x06t\x85R".to_vec();
    let plain = || {
        vec![
            ("epoch", b"K\x0c".to_vec()),
            ("loss", b"G\x3f\xf0\0\0\0\0\0\0".to_vec()),
            ("name", text("run")),
            ("list", b"](K\x01Ne".to_vec()),
            ("dict", [b"}", &text("a")[..], b"K\x01s"].concat()),
            ("shape", size.clone()),
        ]
    };
    let with = |name, value| dict(&[plain(), vec![("enc", whole("Float")), (name, value)]].concat());
    write(&path, &with("none", b"N".to_vec()), [&matrix("<f4"), &[]]);
    assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
    let inner = whole("Float");
    for (value, expected) in [
        ([b"](", &inner[..], b"e"].concat(), "found a list with tensors in it; save a flat dict"),
        ([b"]", &inner[..], b"a"].concat(), "found a list"),
        ([&inner[..], b"\x85"].concat(), "found a tuple"),
        ([b"}", &text("a")[..], &inner, b"s"].concat(), "found a dict"),
        ([b"]]", &inner[..], b"aa"].concat(), "found a list"),
    ] {
        write(&path, &with("deep", value), [&matrix("<f4"), &[]]);
        assert_says(&error_of(&path, &Selection::default()), expected);
        // Only a layer that is taken needs to be readable.
        open(&path, &Selection { layers: vec!["enc".into()], ..Selection::default() });
    }
    for (pickle, expected) in [
        ([b"\x80\x02](", &inner[..], b"e."].concat(), "found a list; save a flat dict"),
        (b"\x80\x02K\x01.".to_vec(), "found a number"),
        ([b"\x80\x02}N", &inner[..], b"s."].concat(), "name of a tensor, found a plain value"),
        (dict(&[("a", inner.clone()), ("a", inner.clone())]), "two tensors are called `a`"),
        (dict(&plain()), "found no array"),
    ] {
        write(&path, &pickle, [&matrix("<f4"), &[]]);
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
    let numbered = [b"\x80\x02}(K\x02", &inner[..], b"J\xff\xff\xff\xff", &inner, b"u."].concat();
    write(&path, &numbered, [&matrix("<f4"), &[]]);
    let names = discover(&[path], &Selection::default()).unwrap().into_iter().map(|layer| layer.name);
    assert_eq!(names.collect::<Vec<_>>(), ["-1", "2"]);
}

#[test]
fn nothing_is_run_and_nothing_else_is_made() {
    let (directory, path) = place();
    let trace = directory.path().join("trace");
    let command = text(&format!("touch {}", trace.display()));
    let cases = [
        ([b"\x80\x02cos\nsystem\n", &command[..], b"\x85R."].concat(), "an object `os.system`; save a flat dict"),
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
        (tensor("0", "Float", -1, &[7, 6], &[6, 1]), "no whole number from 0"),
        (tensor("0", "Float", 0, &[7, 6], &[-6, 1]), "no whole number from 0"),
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
        (b"ctorch._utils\n_rebuild_tensor_v2\n(NNNNNNtR".to_vec(), "without a storage"),
        (b"(NNNNNtQ".to_vec(), "no storage"),
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
        (with(other("dump/data/0")), "two members of the archive are called `dump/data/0`"),
        (with(other("other/data.pkl")), "2 members called `data.pkl`"),
        (vec![other("enc1.npy")], "0 members called `data.pkl`"),
        (vec![long], "at most 16777216 bytes of `data.pkl`"),
    ] {
        zip(&path, false, &members);
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
    std::fs::write(&path, b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.").unwrap();
    assert_says(&error_of(&path, &Selection::default()), "found a pickle, as it once wrote");
    for bytes in [&b""[..], b"P", b"PK\x03\x04"] {
        std::fs::write(&path, bytes).unwrap();
        assert_says(&error_of(&path, &Selection::default()), "not a whole archive");
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
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        error_of(&path, &Selection::default());
        Labels::read(&[&spec], &[]).unwrap_err();
    }
    for (position, flip) in (0..whole.len()).flat_map(|position| [0xff, 0x01, 0x80].map(|flip| (position, flip))) {
        let mut damaged = whole.clone();
        damaged[position] ^= flip;
        std::fs::write(&path, damaged).unwrap();
        if let Ok(layers) = try_read(&path, &Selection::default()) {
            assert_eq!(layers, truth, "byte {position}");
        }
        if let Ok(found) = Labels::read(&[&spec], &[]) {
            assert_eq!(found.classes, labels, "byte {position}");
        }
    }
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
