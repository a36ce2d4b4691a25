//! Records as CSV, every number with all digits: it reads back to the same bits.

use std::io::{self, Write};

use super::renderer::{Export, Renderer, Screen};
use crate::report::document::{Document, Section};
use crate::report::records::FieldValue;

pub(super) const CSV: Renderer = Renderer {
    needs: Some(Section::Records),
    is_printed: true,
    export: Some(Export { flag: "export-csv", content: "CSV" }),
    render,
};

/// A header, then one line per record.
fn render(document: &Document, _: Screen, out: &mut dyn Write) -> io::Result<()> {
    let records = document.records()?;
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
    writer.write_record(records.columns.iter().map(|column| column.name)).map_err(io_error)?;
    for place in 0..records.len() {
        writer.serialize(records.fields(place).collect::<Vec<FieldValue>>()).map_err(io_error)?;
    }
    writer.flush()
}

/// The writer's own error, whose kind says whether a pipe was closed.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{document, rendered};
    use super::*;
    use crate::report::records::ColumnValues;

    #[test]
    fn a_closed_pipe_keeps_its_name() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut document = document();
        // More than the CSV writer buffers, so that a record meets the pipe, not the last flush.
        let names = ColumnValues::Texts(vec!["x".repeat(1 << 16); 2]);
        document.records.as_mut().unwrap().columns[0].values = names;
        assert_eq!(render(&document, Screen::default(), &mut Closed).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn records_read_back_bit_for_bit() {
        let out = rendered(&CSV, &document());
        let mut reader = csv::Reader::from_reader(out.as_slice());
        assert_eq!(reader.headers().unwrap(), vec!["layer", "dim", "snnl", "relative", "paired"]);
        let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(lines[0], vec!["a,\"b\"\nc", "500", "0.30000000000000004", "", "true"]);
        assert_eq!(lines[1], vec!["enc10", "70", "1.0", "1e-9", ""]);
        assert_eq!(lines[0][2].parse().map(f64::to_bits), Ok((0.1_f64 + 0.2).to_bits()));
        assert_eq!(lines.len(), 2);
    }
}
