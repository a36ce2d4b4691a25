//! Archives of arrays give the same rows as the arrays alone, and nothing at all if they are damaged or lie.

use std::path::{Path, PathBuf};

use snnl_score::labels::Labels;
use snnl_score::source::{LabelFile, Selection, discover};
use tempfile::TempDir;

use crate::support::matrix::{
    DIM, ROWS, assert_holds_the_matrix, assert_says, error_of, open, read, try_read, value, values,
};
use crate::support::mutate::{each_byte_changed, each_cut};
use crate::support::npy::{encode, header, npy_bytes};
use crate::support::zip::{Member, zip};
use crate::support::{chain, fixture};

/// A `.npy` file of the matrix.
fn matrix(descr: &str) -> Vec<u8> {
    let data: Vec<u8> = values().into_iter().flat_map(|value| encode(descr, value)).collect();
    npy_bytes(1, &header(descr, false, &[ROWS, DIM]), &data)
}

/// A `.npy` file of `shape` without anything but zeros.
fn zeros(descr: &str, shape: &[usize], width: usize) -> Vec<u8> {
    npy_bytes(1, &header(descr, false, shape), &vec![0; shape.iter().product::<usize>() * width])
}

fn names(path: &Path, selection: &Selection) -> Vec<String> {
    discover(&[path.to_owned()], selection).unwrap().into_iter().map(|layer| layer.name).collect()
}

/// A directory that lasts as long as the test, and an archive to be in it.
fn place() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("dump.npz");
    (directory, path)
}

#[test]
fn what_numpy_writes() {
    for file in ["stored.npz", "deflated.npz"] {
        let path = fixture("containers").join(file);
        let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
        assert_eq!(layers.len(), 2);
        for (layer, (name, dtype)) in layers.iter().zip([("enc1", "float32"), ("enc2", "float16")]) {
            assert_eq!(layer.name, name);
            assert_holds_the_matrix(layer, dtype);
        }
        for spec in [format!("{}:y", path.display()), path.display().to_string()] {
            assert_eq!(Labels::read(&[&spec], &[]).unwrap().classes, [0, 1, 2, 0, 1, 2, 0]);
        }
        assert_says(
            &chain(&Labels::read(&[&format!("{}:z", path.display())], &[]).unwrap_err()),
            "`z`, found: enc1, enc2, y, epoch",
        );
    }
}

#[test]
fn stored_and_deflated_of_32_and_64_bits() {
    let (_directory, path) = place();
    for (deflated, large) in [(false, false), (false, true), (true, false), (true, true)] {
        for (descr, dtype) in [("<f4", "float32"), (">f8", "float64"), ("<V2", "bfloat16"), ("|u1", "uint8")] {
            let other = Member::new("notes.txt", deflated, b"no array");
            zip(&path, large, &[other, Member::new("enc1.npy", deflated, &matrix(descr))]);
            let layer = open(&path, &Selection::default());
            assert_eq!(layer.name, "enc1");
            assert_holds_the_matrix(&layer, dtype);
        }
    }
}

#[test]
fn columns_first_are_read_where_they_can_be() {
    let (_directory, path) = place();
    let columns = (0..DIM).flat_map(|feature| (0..ROWS).map(move |row| value(row, feature)));
    let data: Vec<u8> = columns.flat_map(|value| encode("<f4", value)).collect();
    let array = npy_bytes(1, &header("<f4", true, &[ROWS, DIM]), &data);
    zip(&path, false, &[Member::new("enc1.npy", false, &array)]);
    assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
    zip(&path, false, &[Member::new("enc1.npy", true, &array)]);
    assert_says(&error_of(&path, &Selection::default()), "ascontiguousarray");
}

#[test]
fn members_of_many_chunks_have_every_row_once() {
    let (_directory, path) = place();
    let data: Vec<u8> = (0..3000 * 200).flat_map(|index| (index as f32).to_le_bytes()).collect();
    let array = npy_bytes(1, &header("<f4", false, &[3000, 200]), &data);
    for deflated in [false, true] {
        zip(&path, false, &[Member::new("enc1.npy", deflated, &array)]);
        let layer = open(&path, &Selection::default());
        assert!(layer.activations.scan(0..3000).unwrap().count() > 1);
        for start in [0, 1, 1777] {
            let expected = (start * 200..3000 * 200).map(|index| index as f64);
            assert!(read(&*layer.activations, start).into_iter().eq(expected), "from {start}");
        }
        let rows = layer.activations.scan(5..8).unwrap().map(|chunk| chunk.unwrap().rows()).collect::<Vec<_>>();
        assert_eq!(rows, [3]);
    }
}

#[test]
fn what_is_no_matrix_is_no_layer() {
    let (_directory, path) = place();
    let vector = || Member::new("ids.npy", false, &zeros("<i8", &[2], 8));
    let text = || Member::new("files.npy", false, &zeros("<U2", &[2, 2], 8));
    let labels = || Member::new("Targets.npy", false, &zeros("<i8", &[2, 2], 8));
    let layer = |name| Member::new(name, true, &zeros("<f4", &[2, 2], 4));
    zip(&path, false, &[vector(), text(), labels(), layer("b10.npy"), layer("b2.npy")]);
    assert_eq!(names(&path, &Selection::default()), ["b2", "b10"]);
    let named =
        Selection { labels: vec![LabelFile { path: path.clone(), column: Some("b2".into()) }], ..Selection::default() };
    assert_eq!(names(&path, &named), ["b10"]);
    zip(&path, false, &[vector(), text(), labels()]);
    assert_says(&error_of(&path, &Selection::default()), "found ids [2], files [2, 2] of text, Targets [2, 2]");
    zip(&path, false, &[]);
    assert_says(&error_of(&path, &Selection::default()), "found no array");
}

#[test]
fn what_cannot_be_a_layer_is_passed_over_and_named() {
    let (_directory, path) = place();
    let layer = || Member::new("b1.npy", true, &zeros("<f4", &[2, 2], 4));
    let pickle = || Member::new("p.npy", false, &npy_bytes(1, &header("|O", false, &[2]), b"junk"));
    let others = || {
        vec![
            pickle(),
            Member::new("ids.npy", false, &zeros("<i8", &[2], 8)),
            Member::new("names.npy", false, &zeros("<U2", &[2, 2], 8)),
            Member::new("epoch.npy", false, &zeros("<i8", &[], 8)),
            Member::new("y.npy", false, &zeros("<i8", &[2], 8)),
            Member::new("__MACOSX/._b1.npy", false, b"\0\x05\x16\x07"),
        ]
    };
    zip(&path, false, &others().into_iter().chain([layer()]).collect::<Vec<_>>());
    let found = open(&path, &Selection::default());
    assert_eq!(found.name, "b1");
    let told: Vec<&str> = found.passed_over.iter().map(|text| text.split(" (").next().unwrap()).collect();
    assert_eq!(told, ["p", "ids", "names", "__MACOSX/._b1"]);
    assert_eq!(found.passed_over[1..3], ["ids (shape [2])", "names (text)"]);
    let asked = |name: &str| Selection { layers: vec![name.to_owned()], ..Selection::default() };
    for (name, expected) in [
        ("p", "object arrays are pickles"),
        ("ids", "two axes"),
        ("names", "found text"),
        ("__MACOSX/._b1", "a metadata file that macOS adds"),
    ] {
        assert_says(&error_of(&path, &asked(name)), expected);
    }
    // A glob asks for none of them, nor to be told of them.
    let by_glob = open(&path, &asked("*"));
    assert_eq!((by_glob.name.as_str(), by_glob.passed_over.len()), ("b1", 0));
    // Where there is no layer at all, what was refused says why.
    zip(&path, false, &others()[..5]);
    assert_says(&error_of(&path, &Selection::default()), "pickle");
    // One that is damaged might be a layer.
    zip(&path, false, &[layer(), Member::new("b2.npy", false, b"junk")]);
    assert_says(&error_of(&path, &Selection::default()), "not a .npy file");
    // Only a layer that is taken needs to be readable.
    assert_eq!(names(&path, &asked("b1")), ["b1"]);
}

#[test]
fn members_that_lie() {
    let (_directory, path) = place();
    let whole = matrix("<f4");
    for deflated in [false, true] {
        let longer = [&whole[..], &[0; 8]].concat();
        let member = |bytes: &[u8]| Member::new("enc1.npy", deflated, bytes);
        let mut claims_less = member(&longer);
        (claims_less.size, claims_less.crc) = (whole.len() as u64, crc32fast::hash(&whole));
        let mut claims_more = member(&whole[..whole.len() - 4]);
        (claims_more.size, claims_more.crc) = (whole.len() as u64, crc32fast::hash(&whole));
        let [less, more] =
            if deflated { ["longer than its directory", "ends too early"] } else { ["cannot unpack to"; 2] };
        let cases = [
            (member(&longer), "longer than its array"),
            (member(&whole[..whole.len() - 1]), "truncated"),
            (member(&whole[..20]), "inside its header"),
            (member(&[]), "not a .npy file"),
            (Member { crc: 1, ..member(&whole) }, "checksum"),
            (Member { flags: 1, ..member(&whole) }, "encrypted"),
            (Member { method: 14, ..member(&whole) }, "found method 14"),
            (Member { size: u64::from(u32::MAX) - 1, ..member(&whole) }, "cannot unpack to 4294967294"),
            (claims_less, less),
            (claims_more, more),
        ];
        for (member, expected) in cases {
            zip(&path, false, &[member]);
            assert_says(&error_of(&path, &Selection::default()), expected);
        }
    }
}

#[test]
fn no_number_comes_out_of_a_stored_member_with_a_wrong_checksum() {
    let (_directory, path) = place();
    zip(&path, false, &[Member { crc: 1, ..Member::new("enc1.npy", false, &matrix("<f4")) }]);
    let layer = open(&path, &Selection::default());
    for _ in 0..2 {
        assert_says(&layer.activations.scan(2..3).err().unwrap().to_string(), "checksum");
    }
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let (_directory, path) = place();
    // A terabyte by its header and by the directory, a few bytes in fact: no such ratio exists.
    let array = npy_bytes(1, &header("<f4", false, &[1 << 19, 1 << 19]), &[0; 64]);
    let size = (array.len() - 64 + (1 << 40)) as u64;
    zip(&path, true, &[Member { size, ..Member::new("enc1.npy", true, &array) }]);
    assert_says(&error_of(&path, &Selection::default()), "cannot unpack to");
    // A few rows by its header, eight MiB in fact.
    let array = npy_bytes(1, &header("<f4", false, &[2, 2]), &vec![0; 8 << 20]);
    let size = (array.len() - (8 << 20) + 16) as u64;
    zip(&path, true, &[Member { size, ..Member::new("enc1.npy", true, &array) }]);
    assert_says(&error_of(&path, &Selection::default()), "longer than its directory says");
}

#[test]
fn archives_damaged_anywhere_give_the_truth_or_an_error() {
    let (_directory, path) = place();
    for deflated in [false, true] {
        for large in [false, true] {
            let labels = Member::new("y.npy", deflated, &zeros("<i8", &[ROWS], 8));
            zip(&path, large, &[Member::new("enc1.npy", deflated, &matrix("<f4")), labels]);
            let whole = std::fs::read(&path).unwrap();
            let truth = try_read(&path, &Selection::default()).unwrap();
            each_cut(&path, &whole, || {
                error_of(&path, &Selection::default());
                Labels::read(&[&format!("{}:y", path.display())], &[]).unwrap_err();
            });
            each_byte_changed(&path, &whole, |position| {
                for (_, values) in try_read(&path, &Selection::default()).unwrap_or_default() {
                    // A changed name may make a layer of the labels, never other numbers of the matrix.
                    assert_eq!(values, truth[0].1, "byte {position}");
                }
                if let Ok(labels) = Labels::read(&[&format!("{}:y", path.display())], &[]) {
                    assert_eq!(labels.classes, [0; ROWS], "byte {position}");
                }
            });
        }
    }
}
