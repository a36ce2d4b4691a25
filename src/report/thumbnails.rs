//! Small pictures of rows on one sheet.

use crate::error::Fault;
use crate::source::Images;

/// Points that a thumbnail is high and wide, at most.
const LARGEST: usize = 48;

/// Thumbnails beside each other.
const COLUMNS: usize = 64;

/// Thumbnails of some rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnails {
    /// Of which rows, ascending.
    pub rows: Vec<u32>,
    /// Height and width of each.
    pub size: [usize; 2],
    /// How many stand beside each other.
    pub columns: usize,
    /// The sheet, line by line, as a PNG.
    pub png: Vec<u8>,
}

impl Thumbnails {
    /// Those of `rows`, ascending.
    ///
    /// # Errors
    /// What reading meets.
    pub(crate) fn of(images: &Images, rows: Vec<u32>) -> Result<Thumbnails, Fault> {
        let [height, width] = images.size();
        let channels = images.channels();
        // Every point of a large picture is one of so many.
        let every = height.max(width).div_ceil(LARGEST);
        let size = [height.div_ceil(every), width.div_ceil(every)];
        let columns = COLUMNS.min(rows.len()).max(1);
        let line = columns * size[1] * channels;
        let mut sheet = vec![0; line * size[0] * rows.len().div_ceil(columns)];
        let mut place = 0;
        images.each(&rows, &mut |image| {
            let (top, left) = (place / columns * size[0], place % columns * size[1]);
            for (y, points) in image.chunks_exact(width * channels).step_by(every).enumerate() {
                for (x, point) in points.chunks_exact(channels).step_by(every).enumerate() {
                    sheet[(top + y) * line + (left + x) * channels..][..channels].copy_from_slice(point);
                }
            }
            place += 1;
        })?;
        let color = if channels == 1 { png::ColorType::Grayscale } else { png::ColorType::Rgb };
        let png = encode(&sheet, [(columns * size[1]) as u32, (sheet.len() / line) as u32], color)
            .map_err(|error| Fault::Io(std::io::Error::other(error)))?;
        Ok(Thumbnails { rows, size, columns, png })
    }
}

/// The sheet as a PNG.
fn encode(sheet: &[u8], [width, height]: [u32; 2], color: png::ColorType) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(sheet)?;
    Ok(bytes)
}
