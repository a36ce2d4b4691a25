//! Companions of the SNNL that cost little compared with the pairs: the silhouette, the share of the variance between
//! the classes, and how well k-means finds the classes.

mod agreement;
mod batches;
mod class_moments;
mod group_sums;
mod k_means;
pub mod record;
mod row_sample;
mod silhouette;

use std::time::Instant;

use self::agreement::Contingency;
pub(super) use self::batches::{ReadRow, each_batch};
use self::class_moments::{BYTES_A_FEATURE, Moments};
use self::k_means::k_means;
use self::record::{ClusterAgreement, Companions, MOST_CLUSTERS};
use self::row_sample::RowSample;
use self::silhouette::silhouette;
use super::side::Side;
use crate::block::RowTag;
use crate::distance::Distance;
use crate::draw::Draw;
use crate::error::Fault;

/// Rows that k-means takes at most: enough to tell layers apart, in seconds.
const MOST_SAMPLED: usize = 50_000;

/// The seed of the sample: one for all, since layers are compared on the same rows.
const SEED: u64 = 1;

/// Bytes that k-means takes for each feature of a cluster: a center, its next place and a sum.
const BYTES_A_CENTRE: usize = 2 * size_of::<f32>() + size_of::<f64>();

/// The companions of the rows of `side`, those of layer `name`, which are prepared for the distance of the score; the rows of a layer
/// may take `memory` bytes, half of which others of them may need at the same time.
///
/// # Errors
/// What reading meets, and a signal that asks the run to stop.
pub(super) fn companions(name: &str, side: &Side, memory: usize) -> Result<Companions, Fault> {
    let start = Instant::now();
    let present = side.rows.class_sizes.iter().filter(|&&size| size > 0).count();
    let (rows, dim) = (&side.rows.tags, side.reading.matrix.dim());
    let room = memory / 2;
    let has_room_for_means = present.saturating_mul(dim).saturating_mul(BYTES_A_FEATURE) <= room;
    let (silhouette, r_squared) = if has_room_for_means {
        let moments = Moments::of(side)?;
        (silhouette(side, &moments)?, moments.r_squared())
    } else {
        (None, None)
    };
    let of_moments = start.elapsed().as_secs_f64();
    let sampled = sampled_rows(rows.len(), dim, present, room);
    let sample = Draw { rows: sampled, seed: SEED }.of(rows, |tag| tag.id);
    let is_clustered = (2..=MOST_CLUSTERS.min(sampled)).contains(&present);
    let k_means = is_clustered.then(|| agreement(side, &sample, present)).transpose()?;
    let of_k_means = start.elapsed().as_secs_f64() - of_moments;
    side.reading
        .progress
        .note(&format!("layer `{name}`: silhouette and R² in {of_moments:.3} s, k-means in {of_k_means:.3} s"));
    Ok(Companions {
        distance: match side.rows.preparation.distance {
            distance @ (Distance::Cosine | Distance::UnitSqeuclidean) => distance,
            Distance::Sqeuclidean | Distance::Euclidean => Distance::Sqeuclidean,
        },
        rows: rows.len(),
        silhouette,
        r_squared,
        k_means,
    })
}

/// How many of `rows` rows k-means takes, so that they and the centers of the clusters fit into `room` bytes.
fn sampled_rows(rows: usize, dim: usize, clusters: usize, room: usize) -> usize {
    let left = room.saturating_sub(clusters.saturating_mul(dim).saturating_mul(BYTES_A_CENTRE));
    rows.min(MOST_SAMPLED).min(left / (dim * size_of::<f32>()))
}

/// How well as many clusters as there are classes agree with the classes, over the rows of `tags`.
fn agreement(side: &Side, tags: &[RowTag], clusters: usize) -> Result<ClusterAgreement, Fault> {
    let sample = RowSample::read(side, tags)?;
    let found = k_means(&sample, clusters, &|| side.reading.check_stop())?;
    let mut classes: Vec<u32> = tags.iter().map(|tag| tag.class).collect();
    classes.sort_unstable();
    classes.dedup();
    let classes: Vec<usize> = tags.iter().map(|tag| classes.partition_point(|class| *class < tag.class)).collect();
    let contingency = Contingency::of(&classes, &found, clusters);
    Ok(ClusterAgreement {
        clusters,
        rows: tags.len(),
        accuracy: contingency.accuracy(),
        nmi: contingency.nmi(),
        ari: contingency.ari(),
    })
}

#[cfg(test)]
mod tests;
