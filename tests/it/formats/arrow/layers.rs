//! Layers in Arrow files and streams give equal rows, whatever their form, layout, compression and batches.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, FixedSizeBinaryArray, FixedSizeListArray, Float32Array, Float64Array, ListArray,
    NullArray, RecordBatch, StringArray, StringViewArray, StructArray, UInt32Array, new_null_array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_cast::cast;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::IpcWriteOptions;
use arrow_schema::{DataType, Field, UnionFields, UnionMode};
use arrow_select::take::take;
use snnl_score::source::{Matrix, Pool, Selection, Values, discover};
use tempfile::TempDir;

use crate::support::fixture;
use crate::support::ipc::{FORMS, Form, batch, ipc_bytes, lists, steps, write_ipc};
use crate::support::matrix::{DIM, ROWS, assert_holds_the_matrix, open, read, value, values};

#[test]
fn lists_of_every_type() {
    use DataType::{Float16, Float32, Float64, Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64};
    let directory = TempDir::new().unwrap();
    for element in [Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float16, Float32, Float64] {
        for list in lists(&element) {
            for (form, suffix) in [(Form::File, "arrow"), (Form::Stream, "arrow"), (Form::Stream, "feather")] {
                let path = directory.path().join("layer").with_extension(suffix);
                let ids: ArrayRef = Arc::new(Float64Array::from(vec![0.5; ROWS]));
                for step in [ROWS, 4, 1] {
                    write_ipc(&path, form, step, &[("id", ids.clone()), ("embedding", list.clone())]);
                    let layer = open(&path, &Selection::default());
                    assert_eq!(layer.name, "embedding");
                    assert_holds_the_matrix(&layer, &element.to_string().to_lowercase());
                }
            }
        }
    }
}

/// Columns of kinds that may stand beside a layer, and that a reader must know how to pass over.
fn odd_columns() -> Vec<(&'static str, ArrayRef)> {
    let text = || (0..ROWS).map(|row| format!("a text too long to stand in the view of row {row}"));
    let strings: ArrayRef = Arc::new(StringArray::from_iter_values(text()));
    let views: ArrayRef = Arc::new(StringViewArray::from_iter_values(text()));
    let field = |name: &str, data_type: DataType| Field::new(name, data_type, true);
    let union = [(0, Arc::new(field("a", DataType::Int32))), (1, Arc::new(field("b", DataType::Utf8)))];
    let union: UnionFields = union.into_iter().collect();
    let mut columns = vec![("text", strings.clone()), ("views", views)];
    columns.push(("nothing", Arc::new(NullArray::new(ROWS))));
    columns.push(("flag", Arc::new(BooleanArray::from(vec![true; ROWS]))));
    columns.push(("pair", Arc::new(StructArray::from(vec![(Arc::new(field("s", DataType::Utf8)), strings.clone())]))));
    columns.push((
        "dictionary",
        cast(&strings, &DataType::Dictionary(DataType::Int8.into(), DataType::Utf8.into())).unwrap(),
    ));
    columns.push((
        "runs",
        cast(
            &strings,
            &DataType::RunEndEncoded(
                field("run_ends", DataType::Int32).with_nullable(false).into(),
                field("values", DataType::Utf8).into(),
            ),
        )
        .unwrap(),
    ));
    columns.push(("sparse", new_null_array(&DataType::Union(union.clone(), UnionMode::Sparse), ROWS)));
    columns.push(("dense", new_null_array(&DataType::Union(union, UnionMode::Dense), ROWS)));
    columns.push(("strings", new_null_array(&DataType::ListView(field("item", DataType::Utf8).into()), ROWS)));
    let entries = [field("key", DataType::Utf8).with_nullable(false), field("value", DataType::Utf8)];
    let entries = field("entries", DataType::Struct(entries.into_iter().collect())).with_nullable(false);
    columns.push(("map", new_null_array(&DataType::Map(entries.into(), false), ROWS)));
    columns
}

#[test]
fn beside_columns_of_every_kind_in_every_compression() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("table.arrow");
    let [list, large, fixed] = lists(&DataType::Float32);
    let mut columns = odd_columns();
    columns.insert(0, ("list", list));
    columns.insert(3, ("large", large));
    columns.push(("fixed", fixed));
    for compression in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
        for form in FORMS {
            for step in [ROWS, 3] {
                let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
                std::fs::write(&path, ipc_bytes(form, options, &steps(&batch(&columns), step))).unwrap();
                let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
                assert_eq!(layers.iter().map(|layer| &*layer.name).collect::<Vec<_>>(), ["fixed", "large", "list"]);
                layers.iter().for_each(|layer| assert_holds_the_matrix(layer, "float32"));
                let bytes = layers[2].activations.shape().bytes;
                let offsets = 4 * (ROWS + ROWS.div_ceil(step));
                assert!(compression.is_some() || bytes == (4 * DIM * ROWS + offsets) as u64, "{bytes}");
            }
        }
    }
}

#[test]
fn columns_side_by_side_and_bytes() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("table.ipc");
    let column = |feature| -> ArrayRef {
        Arc::new(Float32Array::from_iter_values((0..ROWS).map(|row| value(row, feature) as f32)))
    };
    let names = ["f3", "f1", "y", "f2", "f5", "f4", "f6"];
    let columns: Vec<_> = names.into_iter().zip([2, 0, 0, 1, 4, 3, 5].map(column)).collect();
    let bytes: Vec<Vec<u8>> =
        values().chunks(DIM).map(|row| row.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
    let bytes: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter(bytes.into_iter()).unwrap());
    for form in FORMS {
        write_ipc(&path, form, 3, &columns);
        assert_holds_the_matrix(
            &open(&path, &Selection { columns: Some("f*".to_owned()), ..Selection::default() }),
            "float32",
        );
        write_ipc(&path, form, 3, &[("bytes", bytes.clone())]);
        assert_holds_the_matrix(&open(&path, &Selection { dim: Some(DIM), ..Selection::default() }), "float64");
    }
}

/// Numbers that tell every cell of a large matrix.
fn cell(index: usize) -> f32 {
    (index % 1021) as f32
}

/// The cells `range` as lists of `dim`.
fn fixed(range: Range<usize>, dim: i32) -> ArrayRef {
    let cells = Arc::new(Float32Array::from_iter_values(range.map(cell)));
    Arc::new(FixedSizeListArray::new(Arc::new(Field::new_list_field(DataType::Float32, true)), dim, cells, None))
}

/// Asserts that each row of the matrix has the next `dim` cells, counted from that of `first`.
fn assert_holds_cells(matrix: &dyn Matrix, first: usize) {
    let (rows, dim) = (matrix.rows(), matrix.dim());
    for start in [0, 1, 7, 777, rows - 1] {
        assert!(matrix.scan(start..rows).unwrap().count() > 1 || start == rows - 1);
        let expected = (start * dim..rows * dim).map(|index| f64::from(cell(first + index)));
        assert!(read(matrix, start).into_iter().eq(expected), "from row {start}");
    }
}

#[test]
fn one_batch_larger_than_a_window() {
    const ROWS: usize = 9_001;
    const DIM: usize = 1_000;
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("table.arrow");
    let flat = fixed(0..ROWS * DIM, DIM as i32);
    let nested = FixedSizeListArray::new(
        Arc::new(Field::new_list_field(fixed(0..0, 10).data_type().clone(), true)),
        100,
        fixed(5..5 + ROWS * DIM, 10),
        None,
    );
    let field = Arc::new(Field::new_list_field(DataType::Float32, true));
    let cells = Arc::new(Float32Array::from_iter_values((9..9 + ROWS * DIM).map(cell)));
    let ragged = ListArray::new(field, OffsetBuffer::from_lengths(std::iter::repeat_n(DIM, ROWS)), cells, None);
    let text: ArrayRef = Arc::new(StringArray::from_iter_values((0..ROWS).map(|row| row.to_string())));
    let columns = [("flat", flat), ("text", text), ("nested", Arc::new(nested)), ("ragged", Arc::new(ragged))];
    // The compressed one is decoded as a whole, and handed out in steps.
    for (form, compression) in
        [(Form::File, None), (Form::Stream, None), (Form::Stream, Some(CompressionType::LZ4_FRAME))]
    {
        let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
        std::fs::write(&path, ipc_bytes(form, options, &[batch(&columns)])).unwrap();
        let layers = discover(std::slice::from_ref(&path), &Selection::default()).unwrap();
        for (layer, (name, first)) in layers.iter().zip([("flat", 0), ("nested", 5), ("ragged", 9)]) {
            assert_eq!((&*layer.name, layer.activations.dim()), (name, DIM));
            assert_holds_cells(&*layer.activations, first);
            let chunks = layer.activations.scan(0..ROWS).unwrap().map(|rows| rows.unwrap().rows());
            assert!(chunks.max().unwrap() * DIM * 4 <= 1 << 20, "a chunk larger than was asked for");
        }
    }
}

#[test]
fn windows_over_nulls_and_bits_start_anywhere() {
    const ROWS: usize = 40_009;
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("table.arrow");
    let bits = |index: usize| index * 7 % 11 < 5;
    let field = Arc::new(Field::new_list_field(DataType::Boolean, true));
    // Nulls beyond the last row's lists stand in the last value only.
    let elements = BooleanArray::new((0..ROWS * 33).map(bits).collect(), None);
    let valid: NullBuffer = (0..ROWS).map(|row| row != ROWS - 1).collect();
    let lists = FixedSizeListArray::new(field, 33, Arc::new(elements), Some(valid));
    for form in FORMS {
        write_ipc(&path, form, ROWS, &[("bits", Arc::new(lists.clone()))]);
        let layer = open(&path, &Selection::default());
        for start in [0, 1, 777, ROWS - 3] {
            let chunks = layer.activations.scan(start..ROWS - 1).unwrap().map(|rows| rows.unwrap().values);
            let found = chunks.flat_map(|values| match values {
                Values::F32(values) => values,
                Values::F64(_) => panic!("bits need no f64"),
            });
            assert!(found.eq((start * 33..(ROWS - 1) * 33).map(|index| f32::from(u8::from(bits(index))))));
        }
        let last = layer.activations.scan(0..ROWS).unwrap().find_map(Result::err).unwrap();
        assert!(last.to_string().contains(&format!("row {} is null", ROWS - 1)), "{last}");
    }
}

#[test]
fn tokens_are_pooled_and_lists_may_be_shuffled() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("table.arrow");
    let rows = (0..ROWS).map(|row| Some((0..DIM).map(|feature| Some(value(row, feature) as f32)).collect::<Vec<_>>()));
    let tokens =
        ListArray::from_iter_primitive::<Float32Type, _, _>(rows.flat_map(|row| [Some(vec![Some(0.0); DIM]), row]));
    let field = Arc::new(Field::new_list_field(tokens.data_type().clone(), true));
    let lists: ArrayRef =
        Arc::new(ListArray::new(field, OffsetBuffer::from_lengths([2; ROWS]), Arc::new(tokens), None));
    let reversed = take(&lists, &UInt32Array::from_iter_values((0..ROWS as u32).rev()), None).unwrap();
    for form in FORMS {
        for step in [ROWS, 2] {
            write_ipc(&path, form, step, &[("tokens", lists.clone()), ("reversed", reversed.clone())]);
            let layers =
                discover(std::slice::from_ref(&path), &Selection { pool: Some(Pool::Last), ..Selection::default() })
                    .unwrap();
            assert_eq!(layers[0].name, "reversed");
            let expected: Vec<f64> = values().chunks(DIM).rev().flatten().copied().collect();
            assert_eq!(read(&*layers[0].activations, 0), expected);
            assert_holds_the_matrix(&layers[1], "float32");
        }
    }
}

#[test]
fn files_of_other_libraries() {
    let layers = discover(&[fixture("containers").join("table.arrow")], &Selection::default()).unwrap();
    assert_eq!(layers.iter().map(|layer| &*layer.name).collect::<Vec<_>>(), ["enc1", "enc2"]);
    assert_holds_the_matrix(&layers[0], "float32");
    assert_holds_the_matrix(&layers[1], "float16");
    let layers = discover(&[fixture("containers").join("dataset.arrow")], &Selection::default()).unwrap();
    assert_eq!(layers.iter().map(|layer| &*layer.name).collect::<Vec<_>>(), ["enc1", "enc2"]);
    layers.iter().for_each(|layer| assert_holds_the_matrix(layer, "float32"));
}

#[test]
fn batches_without_rows_are_passed_over() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("layer.arrow");
    for list in lists(&DataType::Float32) {
        let whole = batch(&[("v", list)]);
        let empty = RecordBatch::new_empty(whole.schema());
        for form in FORMS {
            let batches = [empty.clone(), whole.slice(0, 2), empty.clone(), whole.slice(2, ROWS - 2), empty.clone()];
            std::fs::write(&path, ipc_bytes(form, IpcWriteOptions::default(), &batches)).unwrap();
            assert_holds_the_matrix(&open(&path, &Selection::default()), "float32");
        }
    }
}
