//! The same activations in every format, type, order and layout have the same scores, to the last bit.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::{Array, ArrayRef, FixedSizeListArray, Float32Array, LargeListArray, ListArray};
use arrow_buffer::OffsetBuffer;
use arrow_cast::cast;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{DataType, Field};
use snnl_score::definition::{Definition, Precision};
use snnl_score::distance::Distance;
use snnl_score::score::score;
use snnl_score::source::{Pool, Selection, discover};
use tempfile::TempDir;

use crate::oracle::{labels, means, wishes};
use crate::support::npy::{encode, header, npy_bytes};
use crate::support::write_parquet;
use crate::support::zip::{Member, zip};

const ROWS: usize = 100;

const DIM: usize = 12;

/// Halves that are no whole numbers, of all magnitudes that bfloat16 holds too.
fn value(row: usize, feature: usize) -> f64 {
    let number = (row * DIM + feature) * 7919 % 251;
    (number as f64 - 120.0) * 0.0625 * if row.is_multiple_of(3) { 1.0 } else { 16.0 }
}

/// The bits of every value and standard error of the only layer in `path`, at cold and warm temperatures.
fn bits(path: &Path, selection: Selection) -> Vec<[u64; 2]> {
    let classes: Vec<u32> = (0..ROWS as u32).map(|row| row * row % 7 % 4).collect();
    let selection = Selection { rows: Some(ROWS), ..selection };
    let layers = discover(&[path.to_owned()], &selection).unwrap();
    assert_eq!(layers.len(), 1, "{}", path.display());
    let definition = Definition::new(wishes(Distance::Cosine, Precision::Auto, &[0.01, 0.1, 1.0])).unwrap();
    let table = score(&layers, &labels(&classes), &definition, means()).unwrap();
    table.layers[0].scores.iter().map(|score| [score.snnl.to_bits(), score.stderr.to_bits()]).collect()
}

/// A `.npy` file of the given rows.
fn npy(descr: &str, fortran: bool, rows: std::ops::Range<usize>) -> Vec<u8> {
    let count = rows.len();
    let cell = |at: usize| match fortran {
        false => value(rows.start + at / DIM, at % DIM),
        true => value(rows.start + at % count, at / count),
    };
    let data: Vec<u8> = (0..count * DIM).flat_map(|at| encode(descr, cell(at))).collect();
    npy_bytes(1, &header(descr, fortran, &[count, DIM]), &data)
}

/// The matrix as a column of lists, in each of the three layouts.
fn lists(element: &DataType) -> [ArrayRef; 3] {
    let cells = Float32Array::from_iter_values((0..ROWS * DIM).map(|at| value(at / DIM, at % DIM) as f32));
    let cells = cast(&cells, element).unwrap();
    let field = || Arc::new(Field::new("item", element.clone(), true));
    let lengths = || std::iter::repeat_n(DIM, ROWS);
    [
        Arc::new(ListArray::new(field(), OffsetBuffer::from_lengths(lengths()), cells.clone(), None)),
        Arc::new(LargeListArray::new(field(), OffsetBuffer::from_lengths(lengths()), cells.clone(), None)),
        Arc::new(FixedSizeListArray::new(field(), DIM as i32, cells, None)),
    ]
}

/// Writes `list` in batches of 33 rows, as a file or a stream.
fn write_arrow(path: &Path, list: &ArrayRef, compression: Option<CompressionType>, is_file: bool) {
    let batch = RecordBatch::try_from_iter([("x", list.clone())]).unwrap();
    let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
    let (schema, out) = (batch.schema(), fs::File::create(path).unwrap());
    let batches = (0..ROWS).step_by(33).map(|start| batch.slice(start, 33.min(ROWS - start)));
    if is_file {
        let mut writer = FileWriter::try_new_with_options(out, &schema, options).unwrap();
        batches.for_each(|batch| writer.write(&batch).unwrap());
        writer.finish().unwrap();
    } else {
        let mut writer = StreamWriter::try_new_with_options(out, &schema, options).unwrap();
        batches.for_each(|batch| writer.write(&batch).unwrap());
        writer.finish().unwrap();
    }
}

/// A `.pt` file of the matrix, whose elements are of a type and lie in an order that both have a name.
fn write_pt(path: &Path, kind: &str, descr: &str, fortran: bool) {
    let number = |number: usize| [b"J".as_slice(), &(number as i32).to_le_bytes()].concat();
    let text = |text: &str| [b"X".as_slice(), &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    let strides = if fortran { [1, ROWS] } else { [DIM, 1] };
    let pickle = [
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((".to_vec(),
        text("storage"),
        format!("ctorch\n{kind}\n").into_bytes(),
        [text("0"), text("cpu"), number(ROWS * DIM), b"tQ".to_vec(), number(0)].concat(),
        [b"(".to_vec(), number(ROWS), number(DIM), b"t(".to_vec(), number(strides[0]), number(strides[1])].concat(),
        b"t\x89ccollections\nOrderedDict\n)RtR.".to_vec(),
    ];
    let array = npy(descr, fortran, 0..ROWS);
    let data = &array[array.len() - ROWS * DIM * encode(descr, 0.0).len()..];
    let members = [
        Member::new("x/data.pkl", false, &pickle.concat()),
        Member::new("x/byteorder", false, b"little"),
        Member::new("x/data/0", false, data),
    ];
    zip(path, false, &members);
}

#[test]
fn every_format_type_order_and_layout() {
    let directory = TempDir::new().unwrap();
    let at = |name: &str| directory.path().join(name);
    let plain = Selection::default;
    fs::write(at("x.npy"), npy("<f4", false, 0..ROWS)).unwrap();
    let expected = bits(&at("x.npy"), plain());
    let same =
        |path: &str, selection: Selection, what: &str| assert_eq!(bits(&at(path), selection), expected, "{what}");

    for descr in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<V2", ">V2"] {
        for fortran in [false, true] {
            let array = npy(descr, fortran, 0..ROWS);
            fs::write(at("x.npy"), &array).unwrap();
            same("x.npy", plain(), descr);
            for deflated in [false, true] {
                if !(deflated && fortran) {
                    zip(&at("x.npz"), deflated, &[Member::new("x.npy", deflated, &array)]);
                    same("x.npz", plain(), descr);
                }
            }
        }
    }
    let storages = [("Half", "<f2"), ("BFloat16", "<V2"), ("Float", "<f4"), ("Double", "<f8")];
    for (kind, descr) in storages {
        for fortran in [false, true] {
            write_pt(&at("x.pt"), &format!("{kind}Storage"), descr, fortran);
            same("x.pt", plain(), kind);
        }
    }
    for (dtype, descr) in [("F16", "<f2"), ("BF16", "<V2"), ("F32", "<f4"), ("F64", "<f8")] {
        let data: Vec<u8> = (0..ROWS * DIM).flat_map(|at| encode(descr, value(at / DIM, at % DIM))).collect();
        let offsets = data.len();
        let text =
            format!("{{\"x\":{{\"dtype\":\"{dtype}\",\"shape\":[{ROWS},{DIM}],\"data_offsets\":[0,{offsets}]}}}}");
        fs::write(at("x.safetensors"), [&(text.len() as u64).to_le_bytes(), text.as_bytes(), &data].concat()).unwrap();
        same("x.safetensors", plain(), dtype);
    }
    for element in [DataType::Float16, DataType::Float32, DataType::Float64] {
        for list in lists(&element) {
            write_parquet(&at("x.parquet"), &[("x", list.clone())]);
            same("x.parquet", plain(), &list.data_type().to_string());
            for compression in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
                for is_file in [true, false] {
                    write_arrow(&at("x.arrow"), &list, compression, is_file);
                    same("x.arrow", plain(), &list.data_type().to_string());
                }
            }
        }
    }
    let column = |feature| -> ArrayRef {
        Arc::new(Float32Array::from_iter_values((0..ROWS).map(|row| value(row, feature) as f32)))
    };
    let names: Vec<String> = (0..DIM).map(|feature| format!("f{feature}")).collect();
    let columns: Vec<(&str, ArrayRef)> =
        names.iter().enumerate().map(|(feature, name)| (name.as_str(), column(feature))).collect();
    write_parquet(&at("x.parquet"), &columns);
    same("x.parquet", Selection { columns: Some("f*".into()), ..plain() }, "columns side by side");
}

#[test]
fn parts_and_stacked_arrays() {
    let directory = TempDir::new().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::write(at("x.npy"), npy("<f4", false, 0..ROWS)).unwrap();
    let expected = bits(&at("x.npy"), Selection::default());

    fs::create_dir(at("parts")).unwrap();
    for (part, rows) in [0..1, 1..64, 64..99, 99..ROWS].into_iter().enumerate() {
        fs::write(at("parts").join(format!("part-{part}.npy")), npy("<f4", part == 2, rows)).unwrap();
    }
    assert_eq!(bits(&at("parts"), Selection::default()), expected);

    // Layer 1 of 3 at each axis, and the last of 2 tokens.
    let stacked = |axis: usize, count: usize, fortran: bool| {
        let mut shape = vec![ROWS, DIM];
        shape.insert(axis, count);
        let all: usize = shape.iter().product();
        let cell = |mut at: usize| {
            let mut index = vec![0; 3];
            let mut axes: Vec<usize> = (0..3).collect();
            if !fortran {
                axes.reverse();
            }
            for axis in axes {
                (index[axis], at) = (at % shape[axis], at / shape[axis]);
            }
            let layer = index.remove(axis);
            if layer == 1 { value(index[0], index[1]) } else { (index[0] + layer) as f64 }
        };
        let data: Vec<u8> = (0..all).flat_map(|at| encode("<f2", cell(at))).collect();
        npy_bytes(1, &header("<f2", fortran, &shape), &data)
    };
    for fortran in [false, true] {
        for axis in 0..3 {
            fs::write(at("s.npy"), stacked(axis, 3, fortran)).unwrap();
            let selection = Selection { layer_axis: Some(axis), layers: vec!["s.1".into()], ..Selection::default() };
            assert_eq!(bits(&at("s.npy"), selection), expected, "axis {axis}, {fortran}");
        }
        fs::write(at("t.npy"), stacked(1, 2, fortran)).unwrap();
        let last = Selection { pool: Some(Pool::Last), ..Selection::default() };
        assert_eq!(bits(&at("t.npy"), last), expected);
    }
}
