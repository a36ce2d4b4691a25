//! The long form as one Parquet file with the definition in its metadata; the choice of columns is left to `long`.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde::Serialize;

use super::Exporter;
use super::long::{Record, records};
use crate::score::table::{Dataset, DefinitionRecord, ScoreTable, Tool};

/// Name of the metadata entry that holds a [`Provenance`] as JSON.
const METADATA_KEY: &str = "snnl-score";

/// One row a layer and temperature.
pub(super) struct Parquet;

/// What the rows alone do not say; the names are those of the JSON.
#[derive(Serialize)]
struct Provenance<'a> {
    schema_version: u32,
    tool: &'a Tool,
    definition: &'a DefinitionRecord,
    data: &'a Dataset,
}

impl Exporter for Parquet {
    fn export(&self, table: &ScoreTable, out: &mut dyn Write) -> io::Result<()> {
        let provenance = Provenance {
            schema_version: table.schema_version,
            tool: &table.tool,
            definition: &table.definition,
            data: &table.data,
        };
        let metadata = KeyValue::new(METADATA_KEY.to_owned(), serde_json::to_string(&provenance)?);
        out.write_all(&encode(&records(table), metadata).map_err(io::Error::other)?)
    }
}

/// The bytes of the file: the writer wants a `Send` output, and a score table is small.
fn encode(records: &[Record], metadata: KeyValue) -> parquet::errors::Result<Vec<u8>> {
    let batch = batch(records)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(vec![metadata]))
        .build();
    // An embedded Arrow schema would hide the metadata from pyarrow, and plain columns need none.
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), batch.schema(), options)?;
    writer.write(&batch)?;
    writer.into_inner()
}

fn batch(records: &[Record]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let texts =
        |of: fn(&Record) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values(records.iter().map(of))) };
    let counts = |of: fn(&Record) -> usize| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(records.iter().map(|record| of(record) as u64)))
    };
    let floats =
        |of: fn(&Record) -> f64| -> ArrayRef { Arc::new(Float64Array::from_iter_values(records.iter().map(of))) };
    let some =
        |of: fn(&Record) -> Option<f64>| -> ArrayRef { Arc::new(records.iter().map(of).collect::<Float64Array>()) };
    RecordBatch::try_from_iter_with_nullable([
        ("layer", texts(|record| record.layer.to_owned()), false),
        ("dim", counts(|record| record.dim), false),
        ("dtype", texts(|record| record.dtype.to_owned()), false),
        ("temperature", floats(|record| record.temperature), false),
        ("temperature_scale", floats(|record| record.temperature_scale), false),
        ("snnl", floats(|record| record.snnl), false),
        ("stderr", floats(|record| record.stderr), false),
        ("relative", some(|record| record.relative), true),
        ("n", counts(|record| record.n), false),
        ("chance", floats(|record| record.chance), false),
        ("precision", texts(|record| record.precision.to_owned()), false),
        ("singletons", counts(|record| record.singletons), false),
        ("zero_rows", counts(|record| record.zero_rows), false),
        ("non_finite_rows", counts(|record| record.non_finite_rows), false),
        ("duplicate_rows", counts(|record| record.duplicate_rows), false),
        ("low", some(|record| record.low), true),
        ("high", some(|record| record.high), true),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::Float64Type;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    #[test]
    fn the_file_reads_back_with_its_definition() {
        let mut table = sample();
        table.layers[0].scores[0].relative = None;
        let mut file = tempfile::tempfile().unwrap();
        Parquet.export(&table, &mut file).unwrap();

        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let entries = reader.metadata().file_metadata().key_value_metadata().unwrap();
        let entry = entries.iter().find(|entry| entry.key == METADATA_KEY).unwrap();
        let provenance: serde_json::Value = serde_json::from_str(entry.value.as_ref().unwrap()).unwrap();
        assert_eq!(provenance["definition"], serde_json::to_value(&table.definition).unwrap());
        assert_eq!(provenance["data"]["rows"], 2000);

        let batch = reader.build().unwrap().next().unwrap().unwrap();
        let floats = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Float64Type>().clone();
        let names: Vec<_> = batch.column_by_name("layer").unwrap().as_string::<i32>().iter().flatten().collect();
        assert_eq!(names, ["enc1", "enc1", "enc10", "enc10"]);
        assert_eq!(floats("temperature").values(), &[0.01, 1.0, 0.01, 1.0]);
        assert_eq!(floats("snnl").values(), &[0.598_71, 2.1, 0.25, 1e-9]);
        assert!(floats("relative").is_null(0) && !floats("relative").is_null(1));
    }

    #[test]
    fn columns_are_those_of_the_csv() {
        let table = sample();
        let mut out = Vec::new();
        super::super::csv::Csv.export(&table, &mut out).unwrap();
        let header = String::from_utf8(out).unwrap().lines().next().unwrap().to_owned();
        let schema = batch(&records(&table)).unwrap().schema();
        let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(columns.join(","), header);
    }
}
