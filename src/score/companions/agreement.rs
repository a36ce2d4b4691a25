//! How well clusters agree with classes: accuracy under the best matching, NMI and ARI, as scikit-learn computes them.

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

/// How many rows each class and each cluster have in common.
pub(super) struct Contingency {
    /// One row per class and one column per cluster; no more classes than clusters.
    counts: Matrix<i64>,
    rows: usize,
}

impl Contingency {
    /// Of rows in classes and clusters that are numbered from 0; there are `clusters` clusters, and no more classes.
    pub(super) fn of(classes: &[usize], clusters_of_rows: &[usize], clusters: usize) -> Contingency {
        let mut counts = Matrix::new(clusters, clusters, 0);
        classes.iter().zip(clusters_of_rows).for_each(|(&class, &cluster)| counts[(class, cluster)] += 1);
        Contingency { counts, rows: classes.len() }
    }

    /// The share of the rows whose cluster is matched with their class, in the one-to-one matching where it is highest.
    ///
    /// # Formula
    /// max over permutations m of Σ_i [m(cluster_i) = class_i] / n, by the Hungarian method.
    pub(super) fn accuracy(&self) -> f64 {
        kuhn_munkres(&self.counts).0 as f64 / self.rows as f64
    }

    /// Normalised mutual information: 0 where clusters say nothing of classes, 1 where each says all of the other.
    ///
    /// # Formula
    /// I(class; cluster) / ½ (H(class) + H(cluster)); 1 where there is one of either
    /// (`sklearn.metrics.normalized_mutual_info_score`, arithmetic mean).
    pub(super) fn nmi(&self) -> f64 {
        let n = self.rows as f64;
        let (classes, clusters) = self.margins();
        let entropy = |sizes: &[i64]| -> f64 {
            let shares = sizes.iter().filter(|&&size| size > 0).map(|&size| size as f64 / n);
            -shares.map(|share| share * share.ln()).sum::<f64>()
        };
        let mean = 0.5 * (entropy(&classes) + entropy(&clusters));
        if mean == 0.0 {
            return 1.0;
        }
        let common = self.counts.items().filter(|(_, count)| **count > 0);
        let information = common.map(|((class, cluster), &count)| {
            let independent = classes[class] as f64 * clusters[cluster] as f64 / n;
            count as f64 / n * (count as f64 / independent).ln()
        });
        // Rounding may leave a little more or less than there can be.
        (information.sum::<f64>() / mean).clamp(0.0, 1.0)
    }

    /// Adjusted Rand index: 1 where clusters are the classes, 0 on average where they are random.
    ///
    /// # Formula
    /// 2 (tp·tn − fn·fp) / ((tp + fn)(fn + tn) + (tp + fp)(fp + tn)) over ordered pairs of rows, a positive being a pair of one
    /// cluster and a true one being right (Hubert & Arabie 1985; `sklearn.metrics.adjusted_rand_score`); 1 where none is wrong.
    pub(super) fn ari(&self) -> f64 {
        let squares = |sizes: &mut dyn Iterator<Item = i64>| sizes.map(|size| i128::from(size).pow(2)).sum::<i128>();
        let (classes, clusters) = self.margins();
        let n = self.rows as i128;
        let of_both = squares(&mut self.counts.values().copied());
        let (of_classes, of_clusters) = (squares(&mut classes.into_iter()), squares(&mut clusters.into_iter()));
        let (true_positive, false_positive) = (of_both - n, of_clusters - of_both);
        let false_negative = of_classes - of_both;
        let true_negative = n * n - false_positive - false_negative - of_both;
        if false_positive == 0 && false_negative == 0 {
            return 1.0;
        }
        let agreement = 2 * (true_positive * true_negative - false_negative * false_positive);
        let scale = (true_positive + false_negative) * (false_negative + true_negative)
            + (true_positive + false_positive) * (false_positive + true_negative);
        agreement as f64 / scale as f64
    }

    /// Rows of each class, and of each cluster.
    fn margins(&self) -> (Vec<i64>, Vec<i64>) {
        let mut clusters = vec![0; self.counts.columns];
        let of_class = |row: &[i64]| {
            clusters.iter_mut().zip(row).for_each(|(all, count)| *all += count);
            row.iter().sum()
        };
        let classes = self.counts.iter().map(of_class).collect();
        (classes, clusters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formulas are those of scikit-learn; only the order of additions differs.
    const ROUNDING: f64 = 1e-12;

    #[test]
    fn two_classes_in_three_clusters_by_hand() {
        // Classes down, clusters across: [2 1 0] and [0 1 2].
        let found = Contingency::of(&[0, 0, 0, 1, 1, 1], &[0, 0, 1, 1, 2, 2], 3);
        assert_eq!(found.accuracy(), 4.0 / 6.0);
        let (of_classes, of_clusters, of_both) = (2f64.ln(), 3f64.ln(), 2.0 / 3.0 * 3f64.ln() + 1.0 / 3.0 * 6f64.ln());
        let nmi = (of_classes + of_clusters - of_both) / (0.5 * (of_classes + of_clusters));
        assert!((found.nmi() - nmi).abs() < ROUNDING, "{} is not {nmi}", found.nmi());
        // Of 15 pairs, 2 are right, 1 is of one cluster only and 4 are of one class only.
        let ari = 2.0 * (2.0 * 8.0 - 4.0) / ((2.0 + 4.0) * (4.0 + 8.0) + (2.0 + 1.0) * (1.0 + 8.0));
        assert!((found.ari() - ari).abs() < ROUNDING, "{} is not {ari}", found.ari());
    }

    #[test]
    fn made_up_labels_agree_as_much_as_scikit_learn_says() {
        let expected: serde_json::Value =
            serde_json::from_str(include_str!("../../../fixtures/companions.json")).unwrap();
        let cases = expected["agreement"].as_array().unwrap();
        assert_eq!(cases.len(), 9);
        for case in cases {
            let labels = |name: &str| -> Vec<usize> { serde_json::from_value(case[name].clone()).unwrap() };
            let (classes, clusters) = (labels("classes"), labels("clusters"));
            let count = 1 + classes.iter().chain(&clusters).max().unwrap();
            let found = Contingency::of(&classes, &clusters, count);
            for (name, value) in [("accuracy", found.accuracy()), ("nmi", found.nmi()), ("ari", found.ari())] {
                let expected = case[name].as_f64().unwrap();
                assert!((value - expected).abs() < ROUNDING, "{name} {value} is not {expected} of {case}");
            }
        }
    }
}
