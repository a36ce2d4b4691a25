//! The companions of a layer's SNNL.

use serde::{Deserialize, Serialize};

use crate::distance::Distance;

/// Clusters that k-means seeks at most: its time grows with rows × clusters × rounds, to hours for more.
pub const MOST_CLUSTERS: usize = 1024;

/// How far the classes of a layer are apart by statistics that cost little compared with the pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Companions {
    /// The distance of the silhouette: that of the score, but squared Euclidean for `euclidean`, which has no closed form.
    pub distance: Distance,
    /// Rows of the silhouette and of R²: all that are kept.
    pub rows: usize,
    /// Mean silhouette, −1 to 1; absent for a single class, and where the means of the classes do not fit into the memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silhouette: Option<f64>,
    /// Share of the variance that lies between the classes, 0 to 1; absent for equal rows, and where the means of the classes do
    /// not fit into the memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r_squared: Option<f64>,
    /// How well clusters agree with the classes; absent for a single class, for more than [`MOST_CLUSTERS`], and where fewer
    /// rows fit into the memory than there are classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub k_means: Option<ClusterAgreement>,
}

/// How well the clusters of k-means agree with the classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterAgreement {
    /// Number of clusters: that of the classes.
    pub clusters: usize,
    /// Rows that were clustered: all that are kept, or a random sample of them.
    pub rows: usize,
    /// Share of the rows whose cluster is matched with their class, in the best one-to-one matching.
    pub accuracy: f64,
    /// Normalised mutual information, 0 to 1.
    pub nmi: f64,
    /// Adjusted Rand index: 1 where they agree, 0 on average where clusters are random.
    pub ari: f64,
}
