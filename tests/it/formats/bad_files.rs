//! Files that are broken, lie, or contain something else give errors that say so: never a panic, never a number.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{ArrayRef, Float64Array, Int64Array, ListArray, StringArray};
use snnl_score::labels::Labels;
use snnl_score::source::{Pool, Selection, discover};
use tempfile::TempDir;

use crate::support::matrix::{assert_says, error_of};
use crate::support::mutate::{each_byte_changed, each_cut};
use crate::support::npy::{npy, npy_with_header};
use crate::support::{chain, write_parquet};

#[test]
fn npy_headers_that_lie() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.npy");
    let shape = |shape: &str| format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}");
    let cases = [
        (shape("4294967296, 4294967296"), "larger than any file"),
        (shape("4294967296, 1"), "[4294967296, 1], found 94"),
        (shape("18446744073709551616, 1"), "length of an axis"),
        (shape("-1, 2"), "length of an axis, found \"-1"),
        (shape("3, 2"), "truncated"),
        (shape("1, 2"), "longer than its array"),
        (shape("4,"), "looks like labels"),
        (shape("2, 2").replace("<f4", "|O"), "pickle"),
        (shape("2, 2").replace("<f4", "<U1"), "--labels"),
        (shape("2, 2").replace("<f4", "<M8[ns]"), "`<M8[ns]`"),
        (shape("2, 2").replace("'<f4'", "[('a', '<f4')]"), "named fields"),
        (shape("2, 2").replace("fortran_order", "order"), "one of the keys"),
        ("(".repeat(60_000), "expected {"),
    ];
    for (header, expected) in cases {
        npy_with_header(&path, 1, &header, &[0; 16]);
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
    for empty in ["0, 2", "2, 0", "0, 18446744073709551615, 18446744073709551615"] {
        npy_with_header(&path, 1, &shape(empty), &[]);
        assert_says(&error_of(&path, &Selection::default()), "nothing in an array");
    }
}

#[test]
fn npy_files_cut_anywhere() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.npy");
    npy(&path, 2, "<f4", false, &[2, 2], &[0; 16]);
    let whole = std::fs::read(&path).unwrap();
    each_cut(&path, &whole, || {
        error_of(&path, &Selection::default());
    });
    for (claimed, expected) in [(u32::MAX, "at most 1048576"), (1 << 20, "inside its header")] {
        let mut bytes = whole.clone();
        bytes[8..12].copy_from_slice(&claimed.to_le_bytes());
        std::fs::write(&path, bytes).unwrap();
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
}

#[test]
fn a_file_that_shrinks_after_it_was_opened() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.npy");
    for fortran in [false, true] {
        npy(&path, 1, "<f4", fortran, &[2, 2], &[0; 16]);
        let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
        let length = std::fs::metadata(&path).unwrap().len();
        std::fs::File::options().write(true).open(&path).unwrap().set_len(length - 1).unwrap();
        let fault = layers[0].activations.scan(0..2).unwrap().find_map(Result::err).unwrap();
        assert_says(&fault.to_string(), &format!("it had {length} bytes and now has {}", length - 1));
    }
}

#[test]
fn a_file_that_is_written_to_after_it_was_opened() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.npy");
    npy(&path, 1, "<f4", false, &[2, 2], &[0; 16]);
    let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(9);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
    let fault = layers[0].activations.scan(0..2).unwrap().find_map(Result::err).unwrap();
    assert_says(&fault.to_string(), "the file changed while it was read: it was written to");
    assert_eq!(layers[0].error(fault).exit_code(), snnl_score::error::exit::PASSING_TROUBLE);
}

#[test]
fn parquet_rows_that_do_not_fit() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.parquet");
    let lists = |rows: Vec<Option<Vec<Option<f32>>>>| -> ArrayRef {
        Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>(rows))
    };
    let whole = || Some(vec![Some(1.0), Some(2.0)]);
    let cases = [
        (lists(vec![whole(), whole(), whole(), Some(vec![Some(1.0)])]), "expected 2 elements in row 3, found 1"),
        (lists(vec![whole(), whole(), whole(), None]), "`v`: row 3 is null"),
        (lists(vec![whole(), whole(), Some(vec![Some(1.0), None])]), "`v`: row 2 has a null at 1"),
        (lists(vec![None, whole()]), "row 0 is null"),
        (lists(vec![Some(vec![]), Some(vec![])]), "its lists are empty"),
        (lists(vec![]), "no rows"),
        (Arc::new(StringArray::from(vec!["a"])), "v (Utf8)"),
    ];
    for (column, expected) in cases {
        write_parquet(&path, &[("v", column)]);
        assert_says(&error_of(&path, &Selection::default()), expected);
    }
    // Two tokens in the first row, one in the second.
    let inner =
        ListArray::from_iter_primitive::<Float64Type, _, _>([Some([Some(1.0)]), Some([Some(2.0)]), Some([None])]);
    let field = arrow_schema::Field::new_list_field(arrow_array::Array::data_type(&inner).clone(), true);
    let offsets = arrow_buffer::OffsetBuffer::from_lengths([2, 1]);
    write_parquet(&path, &[("v", Arc::new(ListArray::new(field.into(), offsets, Arc::new(inner), None)))]);
    assert_says(&error_of(&path, &Selection::default()), "expected 2 elements in row 1, found 1");
    let pooled = Selection { pool: Some(Pool::First), ..Selection::default() };
    assert_says(&error_of(&path, &pooled), "`v`: row 1 has a null at 0");

    let null: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None]));
    let id: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    write_parquet(&path, &[("id", id), ("f1", null)]);
    let columns = |glob: &str| Selection { columns: Some(glob.to_owned()), ..Selection::default() };
    assert_says(&error_of(&path, &columns("f*")), "`f1`: row 1 is null");
    assert_says(&error_of(&path, &columns("g*")), "the columns are: id (Int64), f1 (Float64)");
}

#[test]
fn parquet_files_damaged_anywhere() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.parquet");
    let lists = ListArray::from_iter_primitive::<Float32Type, _, _>((0..5).map(|_| Some([Some(1.0), Some(2.0)])));
    write_parquet(&path, &[("v", Arc::new(lists))]);
    let whole = std::fs::read(&path).unwrap();
    each_cut(&path, &whole, || {
        error_of(&path, &Selection::default());
    });
    // A changed byte may go unseen, but never costs the process, and never a row.
    each_byte_changed(&path, &whole, |position| {
        for layer in discover(std::slice::from_ref(&path), &Selection::default()).unwrap_or_default() {
            let promised = layer.activations.rows();
            let Ok(scan) = layer.activations.scan(0..promised) else {
                continue;
            };
            if let Ok(chunks) = scan.collect::<Result<Vec<_>, _>>() {
                assert_eq!(chunks.iter().map(|chunk| chunk.rows()).sum::<usize>(), promised, "byte {position}");
            }
        }
    });
}

/// Seeds of the fuzzers whose sizes would end the process if the decoder believed them, and what their errors say.
const PARQUET_LIES: &[(&str, &str)] = &[
    ("broken-unpacked-size-snappy", "cannot unpack to 2147483647 bytes"),
    ("broken-unpacked-size-gzip", "cannot unpack to 2147483647 bytes"),
    ("broken-unpacked-size-brotli", "cannot unpack to 2147483647 bytes"),
    ("broken-unpacked-size-zstd", "cannot unpack to 2147483647 bytes"),
    ("broken-unpacked-size-lz4", "cannot unpack to 2147483647 bytes"),
    ("broken-page-beyond-its-column", "does not fit"),
    ("broken-dictionary-entries", "cannot have 2147483647 values"),
    ("broken-value-width", "no page has a value of 2147483647 bytes"),
    ("broken-number-of-lengths", "more lengths than values"),
    ("broken-number-of-prefixes", "more lengths than values"),
    ("broken-number-of-children", "its schema is not a tree"),
    ("broken-deep-schema", "deeper than"),
];

#[test]
fn parquet_sizes_that_lie() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("y.parquet");
    for (seed, expected) in PARQUET_LIES {
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/parquet").join(seed), &path).unwrap();
        assert_says(&chain(&Labels::read(&[path.to_str().unwrap()], &[]).unwrap_err()), expected);
    }
}

#[test]
fn a_parquet_page_with_too_few_repetition_levels_does_not_keep_who_skips_rows() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.parquet");
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/parquet/broken-too-few-levels");
    std::fs::copy(seed, &path).unwrap();
    let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
    let matrix = &layers[0].activations;
    let fault = matrix.scan(matrix.rows() / 2..matrix.rows()).err().unwrap();
    assert_says(&fault.to_string(), "fewer repetition levels than values");
}

#[test]
fn empty_arrays_of_axes_beyond_any_file_are_not_pooled() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.npy");
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 18446744073709551615, 18446744073709551615), }";
    npy_with_header(&path, 1, header, &[]);
    for pool in [Pool::Mean, Pool::First, Pool::Last, Pool::Flatten] {
        let pooled = Selection { pool: Some(pool), ..Selection::default() };
        assert_says(&error_of(&path, &pooled), "nothing in an array");
    }
}

const NO_LISTS: &str = "expected a column of lists of numbers";

/// Every broken Parquet file there is, and what its errors say: by itself, and when all numeric columns are one layer.
const PARQUET_BAD: &[(&str, &str, &str)] = &[
    ("ARROW-GH-41317.parquet", "damaged", "damaged"),
    ("ARROW-GH-41321.parquet", "row 0 has a null", "damaged: Invalid or corrupted RLE"),
    // One value, repeated by indices of no bits, crashed another reader; the numbers are in order.
    ("ARROW-GH-43605.parquet", NO_LISTS, ""),
    ("ARROW-GH-45185.parquet", "first repetition level", "no numeric column"),
    ("ARROW-GH-47662.parquet", NO_LISTS, "no numeric column"),
    ("ARROW-RS-GH-6229-DICTHEADER.parquet", NO_LISTS, "damaged"),
    ("ARROW-RS-GH-6229-LEVELS.parquet", NO_LISTS, "no numeric column"),
    ("PARQUET-1481.parquet", "Unexpected Type -7", "Unexpected Type -7"),
];

#[test]
fn parquet_files_broken_in_the_wild() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/parquet-bad");
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let broken: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|suffix| suffix == "parquet")).collect();
    assert_eq!(broken.len(), PARQUET_BAD.len());
    let side_by_side = Selection { columns: Some("*".to_owned()), ..Selection::default() };
    for path in broken {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (_, alone, together) =
            PARQUET_BAD.iter().find(|(file, ..)| *file == name).expect("each file has an expectation");
        assert_says(&error_of(&path, &Selection::default()), alone);
        if !together.is_empty() {
            assert_says(&error_of(&path, &side_by_side), together);
        }
    }
}
