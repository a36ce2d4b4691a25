//! Rows of one layer prepared for the engines: scaled for their distance, laid out in panels, sorted by class within
//! every tile.

mod preparation;
mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use half::{bf16, f16};
use rayon::prelude::*;

pub use self::preparation::{Preparation, Scales, inverse_norm};
pub use self::stream::{Chunks, MissingRow, RowStream};
use crate::rows::Rows;

/// Rows in a panel: a multiple of what the widest kernel takes at once, on either side of the product.
pub const PANEL: usize = 48;

/// Rows on each side of a tile, the unit of computation. Rows are sorted by class within a tile, never across tiles, so
/// a block of consecutive rows can be read by itself, and the tiles of a dataset do not depend on how it was cut.
pub const TILE: usize = 8 * PANEL;

/// One feature of [`PANEL`] consecutive rows; aligned so that a vector load never crosses a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub struct Panel<E>(pub [E; PANEL]);

/// Who a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowTag {
    /// Its index in the layer: a row never meets itself, whichever blocks it is in.
    pub id: u32,
    /// Where its sums are kept; [`RowTag::NOWHERE`] where they are not.
    pub slot: u32,
    /// Its class.
    pub class: u32,
}

impl RowTag {
    /// The slot of a row that is only met: it gains nothing.
    pub const NOWHERE: u32 = u32::MAX;
}

/// The numbers of a block in the precision that they are multiplied in.
#[derive(Debug, Clone)]
pub enum Features {
    /// f32 products.
    F32(Prepared<f32>),
    /// f64 products.
    F64(Prepared<f64>),
    /// Rows as they are in the file, for f32 products.
    F16(Prepared<f16, f32>),
    /// As [`Features::F16`].
    Bf16(Prepared<bf16, f32>),
}

/// Rows in panels, zero where the last panel is not full.
#[derive(Debug, Clone)]
pub struct Prepared<E, N = E> {
    /// Panel after panel; within one, feature after feature.
    pub panels: Vec<Panel<E>>,
    /// ‖x‖² of each prepared row.
    pub norms: Vec<N>,
    /// What each row is still to be multiplied by; none where rows are prepared.
    pub factors: Vec<N>,
}

/// Rows of one layer, ready for an engine.
#[derive(Debug, Clone)]
pub struct Block {
    /// Tells it from every other block of the process but its clones.
    pub serial: u64,
    /// Features per row, D.
    pub dim: usize,
    /// The rows in the order they are laid out: by class within each tile.
    pub tags: Vec<RowTag>,
    /// Their numbers.
    pub features: Features,
}

/// The serial number of the next block.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A float that rows can be laid out in: f32 and f64 once they are prepared; f16 and bf16, which prepared rows would have to
/// be rounded to, as they are in the file.
pub trait Scalar: sealed::Sealed + Copy + Default + Send + Sync + 'static {
    /// What files and notes call it.
    const NAME: &str;
    /// Whether rows are prepared in it, rather than left as they are.
    const IS_PREPARED: bool;
    /// What their norms are in.
    type Norm: Scalar;
    /// Rounds to this precision.
    fn rounded(value: f64) -> Self;
    /// Prepares a row in place, as far as it is in this precision.
    fn prepare(preparation: &Preparation, row: &mut [f64]) -> Scales;
    /// Wraps rows.
    fn features(rows: Prepared<Self, Self::Norm>) -> Features;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
    impl Sealed for half::f16 {}
    impl Sealed for half::bf16 {}
}

macro_rules! scalar {
    ($type:ty, $name:literal, $norm:ty, $features:ident, $is_prepared:literal, $prepare:ident, |$value:ident| $rounded:expr) => {
        impl Scalar for $type {
            const NAME: &str = $name;
            const IS_PREPARED: bool = $is_prepared;
            type Norm = $norm;
            fn rounded($value: f64) -> Self {
                $rounded
            }
            fn prepare(preparation: &Preparation, row: &mut [f64]) -> Scales {
                preparation.$prepare(row)
            }
            fn features(rows: Prepared<Self, $norm>) -> Features {
                Features::$features(rows)
            }
        }
    };
}

scalar!(f32, "f32", f32, F32, true, apply, |value| value as f32);
scalar!(f64, "f64", f64, F64, true, apply, |value| value);
scalar!(f16, "f16", f32, F16, false, defer, |value| f16::from_f64(value));
scalar!(bf16, "bf16", f32, Bf16, false, defer, |value| bf16::from_f64(value));

impl Block {
    /// Reads and prepares a block: the rows of `tags`, ascending by id, from a stream that has not yet passed them.
    ///
    /// # Errors
    /// What the stream meets, or [`MissingRow`] when it ends before the last of `tags`.
    pub fn read<E: Scalar, F: From<MissingRow>>(
        stream: &mut RowStream<F>,
        tags: &[RowTag],
        dim: usize,
        preparation: &Preparation,
    ) -> Result<Block, F> {
        let mut sorted = tags.to_vec();
        sorted.chunks_mut(TILE).for_each(|tile| tile.sort_by_key(|tag| tag.class));
        let mut prepared = Prepared {
            panels: vec![Panel([E::default(); PANEL]); tags.len().div_ceil(PANEL) * dim],
            norms: vec![E::Norm::default(); tags.len()],
            factors: Vec::new(),
        };
        let layout = tags.chunks(TILE).zip(sorted.chunks(TILE));
        let room = prepared.panels.chunks_mut(TILE / PANEL * dim).zip(prepared.norms.chunks_mut(TILE));
        for ((tags, sorted), (panels, norms)) in layout.zip(room) {
            let (first, last) = (tags[0].id, tags[tags.len() - 1].id);
            // Chunks of which little is needed must not stay for it.
            let is_dense = (last - first) as usize <= 2 * tags.len();
            let mut places = Vec::with_capacity(tags.len());
            for tag in tags {
                let (chunk, row) = stream.seek(tag.id as usize)?;
                places.push(if is_dense { (chunk.clone(), row) } else { (Arc::new(chunk.row(row)), 0) });
            }
            // Ids ascend, so a row's place among those of the tile is found by its id.
            let row_of = |tag: &RowTag| &places[tags.partition_point(|other| other.id < tag.id)];
            let factors = lay_out(&row_of, sorted, preparation, dim, panels, norms);
            if !E::IS_PREPARED {
                prepared.factors.extend(factors);
            }
        }
        let serial = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Block { serial, dim, tags: sorted, features: E::features(prepared) })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.tags.len()
    }
}

/// Rows that are prepared before any of their features is laid out, so that what is written to one cache line comes together.
const TOGETHER: usize = 8;

/// A row as the source gave it: its chunk, and its place there.
type Place = (Arc<Rows>, usize);

/// Fills `panels` and `norms` with the rows of `sorted`, and returns the rows' factors.
fn lay_out<'a, E: Scalar>(
    row_of: &(impl Fn(&RowTag) -> &'a Place + Sync),
    sorted: &[RowTag],
    preparation: &Preparation,
    dim: usize,
    panels: &mut [Panel<E>],
    norms: &mut [E::Norm],
) -> Vec<E::Norm> {
    let mut factors = vec![E::Norm::default(); sorted.len()];
    let scales = norms.par_chunks_mut(PANEL).zip(factors.par_chunks_mut(PANEL));
    let destinations = panels.par_chunks_mut(dim).zip(scales).zip(sorted.par_chunks(PANEL));
    let room = || vec![[E::default(); TOGETHER]; dim];
    destinations.for_each_init(room, |together, ((panel, (norms, factors)), tags)| {
        let mut prepared = vec![0.0; dim];
        let scales = norms.chunks_mut(TOGETHER).zip(factors.chunks_mut(TOGETHER));
        for ((tags, (norms, factors)), first) in tags.chunks(TOGETHER).zip(scales).zip(0..) {
            for (lane, tag) in tags.iter().enumerate() {
                let (chunk, row) = row_of(tag);
                chunk.write_row(*row, &mut prepared);
                let Scales { norm, factor } = E::prepare(preparation, &mut prepared);
                norms[lane] = E::Norm::rounded(norm);
                factors[lane] = E::Norm::rounded(factor);
                for (lanes, value) in together.iter_mut().zip(&prepared) {
                    lanes[lane] = E::rounded(*value);
                }
            }
            if tags.len() < TOGETHER {
                together.iter_mut().for_each(|lanes| lanes[tags.len()..].fill(E::default()));
            }
            for (feature, lanes) in panel.iter_mut().zip(&*together) {
                feature.0.as_chunks_mut::<TOGETHER>().0[first] = *lanes;
            }
        }
    });
    factors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance::Distance;
    use crate::rows::Values;

    fn tag(id: u32, class: u32) -> RowTag {
        RowTag { id, slot: id, class }
    }

    fn read(values: Vec<f64>, tags: &[RowTag], distance: Distance) -> Block {
        let preparation = Preparation { distance, centre: vec![1.0, 1.0], scale: 0.5 };
        let rows = Rows { start: 0, dim: 2, values: Values::F64(values) };
        let mut stream = RowStream::new(Box::new(std::iter::once(Ok(Arc::new(rows)))));
        Block::read::<f64, MissingRow>(&mut stream, tags, 2, &preparation).unwrap()
    }

    fn row(block: &Block, position: usize) -> [f64; 2] {
        let Features::F64(prepared) = &block.features else { panic!("read as f64") };
        [prepared.panels[0].0[position], prepared.panels[1].0[position]]
    }

    #[test]
    fn rows_are_sorted_by_class_and_keep_their_tags() {
        let tags = [tag(0, 1), tag(1, 0), tag(2, 1)];
        let block = read(vec![3.0, 1.0, 5.0, 1.0, 7.0, 1.0], &tags, Distance::Sqeuclidean);
        assert_eq!(block.tags, [tags[1], tags[0], tags[2]]);
        assert_eq!([row(&block, 0), row(&block, 1), row(&block, 2)], [[2.0, 0.0], [1.0, 0.0], [3.0, 0.0]]);
    }

    #[test]
    fn rows_without_a_tag_are_left_out() {
        let block = read(vec![3.0, 1.0, f64::NAN, 1.0, 7.0, 1.0], &[tag(0, 0), tag(2, 0)], Distance::Euclidean);
        assert_eq!([row(&block, 0), row(&block, 1)], [[1.0, 0.0], [3.0, 0.0]]);
    }

    #[test]
    fn normalising_survives_every_magnitude() {
        for magnitude in [1.0, 1e-200, 1e200, 1e-310, 1e308] {
            let block = read(vec![3.0 / 5.0 * magnitude, 0.8 * magnitude], &[tag(0, 0)], Distance::Cosine);
            let [x, y] = row(&block, 0);
            assert!((x - 0.6).abs() < 1e-10 && (y - 0.8).abs() < 1e-10, "{magnitude}: {x}, {y}");
        }
        assert_eq!(row(&read(vec![0.0, 0.0], &[tag(0, 0)], Distance::Cosine), 0), [0.0, 0.0]);
    }

    #[test]
    fn a_scan_that_ends_early_is_a_fault() {
        let preparation = Preparation { distance: Distance::Cosine, centre: Vec::new(), scale: 1.0 };
        let mut stream = RowStream::new(Box::new(std::iter::empty()));
        assert!(Block::read::<f32, MissingRow>(&mut stream, &[tag(0, 0)], 2, &preparation).is_err());
    }
}
