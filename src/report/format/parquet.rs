//! Records as a Parquet file, typed, with their definition and origin in its metadata.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt64Array};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::renderer::{Export, Renderer, Screen};
use crate::report::document::{Document, Section};
use crate::report::records::{ColumnValues, Records};

pub(super) const PARQUET: Renderer = Renderer {
    needs: Some(Section::Records),
    is_printed: false,
    export: Some(Export { flag: "export-parquet", content: "Parquet" }),
    render,
};

/// Name of the metadata entry that holds the metadata of the records as JSON.
const METADATA_KEY: &str = "snnl-score";

/// The columns of the CSV.
fn render(document: &Document, _: Screen, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&encode(document.records()?).map_err(io::Error::other)?)
}

/// The bytes of the file: the writer wants a `Send` output, and a report is small.
fn encode(records: &Records) -> parquet::errors::Result<Vec<u8>> {
    let columns = records.columns.iter().map(|column| {
        let (values, is_nullable) = array(&column.values);
        (column.name, values, is_nullable)
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns)?;
    let entry = |metadata: &String| vec![KeyValue::new(METADATA_KEY.to_owned(), metadata.clone())];
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(records.metadata.as_ref().map(entry))
        .build();
    // An embedded Arrow schema would hide the metadata from pyarrow, and plain columns need none.
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), batch.schema(), options)?;
    writer.write(&batch)?;
    writer.into_inner()
}

/// The values of a column, and whether any may be missing.
fn array(values: &ColumnValues) -> (ArrayRef, bool) {
    match values {
        ColumnValues::Texts(texts) => (Arc::new(StringArray::from_iter_values(texts)), false),
        ColumnValues::OptionalTexts(texts) => (Arc::new(StringArray::from_iter(texts)), true),
        ColumnValues::OptionalCounts(counts) => (Arc::new(UInt64Array::from(counts.clone())), true),
        ColumnValues::Counts(counts) => (Arc::new(UInt64Array::from(counts.clone())), false),
        ColumnValues::Numbers(numbers) => (Arc::new(Float64Array::from(numbers.clone())), false),
        ColumnValues::OptionalNumbers(numbers) => (Arc::new(Float64Array::from(numbers.clone())), true),
        ColumnValues::OptionalFlags(flags) => (Arc::new(BooleanArray::from(flags.clone())), true),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{document, rendered};
    use super::*;
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, UInt64Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    #[test]
    fn records_read_back_with_their_metadata() {
        let bytes = bytes::Bytes::from(rendered(&PARQUET, &document()));
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
        let entries = reader.metadata().file_metadata().key_value_metadata().unwrap();
        let entries: Vec<_> = entries.iter().map(|entry| (entry.key.as_str(), entry.value.as_deref())).collect();
        assert_eq!(entries, [(METADATA_KEY, Some(r#"{"definition":{"preset":"exact"}}"#))]);

        let batch = reader.build().unwrap().next().unwrap().unwrap();
        let schema = batch.schema();
        let nullable: Vec<bool> = schema.fields().iter().map(|field| field.is_nullable()).collect();
        assert_eq!(nullable, [false, false, false, true, true]);
        let column = |name: &str| batch.column_by_name(name).unwrap();
        assert_eq!(column("layer").as_string::<i32>().value(1), "enc10");
        assert_eq!(column("dim").as_primitive::<UInt64Type>().values(), &[500, 70]);
        assert_eq!(column("snnl").as_primitive::<Float64Type>().values(), &[0.1 + 0.2, 1.0]);
        let relative = column("relative").as_primitive::<Float64Type>();
        assert!(relative.is_null(0) && relative.value(1) == 1e-9);
        let paired = column("paired").as_boolean();
        assert!(paired.value(0) && paired.is_null(1));
    }

    #[test]
    fn columns_are_those_of_the_csv() {
        let document = document();
        let header =
            String::from_utf8(rendered(&super::super::csv::CSV, &document)).unwrap().lines().next().unwrap().to_owned();
        let bytes = bytes::Bytes::from(rendered(&PARQUET, &document));
        let schema = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().schema().clone();
        let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(columns.join(","), header);
    }
}
