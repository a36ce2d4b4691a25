//! The long form as CSV, every number in full; rounding for people is left to the table.

use std::io::{self, Write};

use super::Exporter;
use super::long::records;
use crate::score::table::ScoreTable;

/// A header, then one line a layer and temperature; floats have the digits that read back to the same bits.
pub(super) struct Csv;

impl Exporter for Csv {
    fn export(&self, table: &ScoreTable, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        for record in records(table) {
            writer.serialize(record).map_err(unwrapped)?;
        }
        writer.flush()
    }
}

/// The writer's own error, whose kind says whether a pipe was closed.
pub(super) fn unwrapped(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

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
        let mut table = sample();
        // More than the CSV writer buffers, so that a record meets the pipe, not the last flush.
        table.layers[0].name = "x".repeat(1 << 16);
        assert_eq!(Csv.export(&table, &mut Closed).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn values_read_back_bit_for_bit() {
        let mut table = sample();
        table.layers[0].name = "a,\"b\"\nc".into();
        table.layers[0].scores[0].snnl = 0.1 + 0.2;
        table.layers[0].scores[1].relative = None;
        let mut out = Vec::new();
        Csv.export(&table, &mut out).unwrap();

        let mut reader = csv::Reader::from_reader(out.as_slice());
        let header = reader.headers().unwrap().clone();
        let column = |name: &str| header.iter().position(|other| other == name).unwrap();
        let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let expected: Vec<_> = records(&table);
        assert_eq!(lines.len(), 4);
        for (line, record) in lines.iter().zip(expected) {
            let bits = |name: &str| line[column(name)].parse().map(f64::to_bits).ok();
            assert_eq!(&line[column("layer")], record.layer);
            assert_eq!(bits("temperature"), Some(record.temperature.to_bits()));
            assert_eq!(bits("snnl"), Some(record.snnl.to_bits()));
            assert_eq!(bits("stderr"), Some(record.stderr.to_bits()));
            assert_eq!(bits("relative"), record.relative.map(f64::to_bits));
            assert_eq!(line[column("n")].parse(), Ok(record.n));
        }
    }
}
