//! Pictures of rows: an array of bytes, N × H × W or N × H × W × 3.

use std::io::Read;
use std::path::Path;

use super::content::Content;
use crate::error::Fault;
use crate::source::arrays::array::Array;
use crate::source::{open_file, read_fault};

/// The hint for an array that is not pictures.
const AS_SAVED: &str = "save them as uint8, `np.save(\"images.npy\", images.astype(\"uint8\"))`";

/// Pictures that are described, not read.
#[derive(Debug)]
pub(crate) struct Images {
    array: Array,
    /// Height and width.
    size: [usize; 2],
    /// Bytes of a point: 1, grey, or 3, red, green and blue.
    channels: usize,
}

impl Images {
    /// The pictures in `path`, of which there must be `rows`.
    ///
    /// # Errors
    /// A fault where it is not such an array.
    pub(crate) fn open(path: &Path, rows: usize) -> Result<Images, Fault> {
        let array = match open_file(path)? {
            Content::Array(array) => array,
            Content::Arrays(_) | Content::Table(_) => {
                return Err(Fault::content("expected one array of pictures, found several, or a table").hint(AS_SAVED));
            }
        };
        let header = array.header();
        let (size, channels) = match header.shape[..] {
            [_, height, width] | [_, height, width, 1] => ([height, width], 1),
            [_, height, width, 3] => ([height, width], 3),
            _ => ([0, 0], 0),
        };
        if size.contains(&0) || header.dtype.kind != b'u' || header.dtype.width != 1 {
            let problem = format!(
                "expected pictures of uint8, N × H × W or N × H × W × 3, found {} of the shape {:?}",
                header.dtype.name(),
                header.shape
            );
            return Err(Fault::content(problem).hint(AS_SAVED));
        }
        if header.shape[0] != rows {
            let problem = format!("expected a picture for each of {rows} rows, found {}", header.shape[0]);
            return Err(Fault::content(problem).hint("pictures must be in the order of the rows of the layers"));
        }
        Ok(Images { size, channels, array })
    }

    /// Height and width.
    pub(crate) fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Bytes of a point.
    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// Takes the pictures of `rows`, ascending, one after the other.
    ///
    /// # Errors
    /// What reading meets.
    pub(crate) fn each(&self, rows: &[u32], take: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
        let mut elements = self.array.elements()?;
        let mut image = vec![0; self.size[0] * self.size[1] * self.channels];
        let mut next = 0;
        for &row in rows {
            while next <= row {
                elements.read_exact(&mut image).map_err(read_fault)?;
                next += 1;
            }
            take(&image);
        }
        Ok(())
    }
}
