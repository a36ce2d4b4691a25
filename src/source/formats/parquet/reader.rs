//! A file as the decoder reads it: from any position, by several threads at once.

use std::io::{BufReader, Read};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::source::files::region::{Region, RegionReader};

impl Length for Region {
    fn len(&self) -> u64 {
        Region::len(self)
    }
}

impl ChunkReader for Region {
    type T = BufReader<RegionReader>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let rest = self.part(start, Region::len(self).saturating_sub(start));
        rest.map(|rest| BufReader::new(rest.reader())).ok_or_else(end_of_file)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let part = self.part(start, length as u64).ok_or_else(end_of_file)?;
        let mut bytes = vec![0; length];
        part.reader().read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

fn end_of_file() -> ParquetError {
    ParquetError::EOF("it ended before the data that its metadata announce".into())
}
