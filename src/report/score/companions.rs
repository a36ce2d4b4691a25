//! The companions of the score, layer by layer.

use super::by_layer::by_layer;
use crate::distance::Distance;
use crate::report::cell::CellValue;
use crate::report::grid::{Grid, number, text};
use crate::report::sentences::counted;
use crate::score::companions::record::{ClusterAgreement, Companions, MOST_CLUSTERS};
use crate::score::table::ScoreTable;

/// One line per layer; `None` if they were not requested.
pub(super) fn grid(table: &ScoreTable) -> Option<Grid> {
    let headings = ["silhouette", "R²", "k-means ACC", "NMI", "ARI"].map(number);
    let mut grid = Grid::new("companions", [text("layer")].into_iter().chain(headings));
    for layer in &table.layers {
        let Some(companions) = &layer.companions else { continue };
        let of_clusters = |of: fn(&ClusterAgreement) -> f64| companions.k_means.as_ref().map(of);
        let values = [
            companions.silhouette,
            companions.r_squared,
            of_clusters(|found| found.accuracy),
            of_clusters(|found| found.nmi),
            of_clusters(|found| found.ari),
        ];
        let cells = values.map(|value| value.map_or(CellValue::Missing, CellValue::Index));
        grid.push([CellValue::text(&layer.name)].into_iter().chain(cells));
    }
    (!grid.rows.is_empty()).then_some(grid)
}

/// What the numbers are, and what is missing of them.
pub(super) fn notes(table: &ScoreTable) -> Vec<String> {
    let all: Vec<&Companions> = table.layers.iter().filter_map(|layer| layer.companions.as_ref()).collect();
    let Some(first) = all.first() else { return Vec::new() };
    let of_what = match first.distance {
        Distance::Cosine => "silhouette by cosine distance; R²: share of the variance of directions between classes",
        Distance::UnitSqeuclidean => {
            "silhouette by squared Euclidean distance of directions; R²: share of their variance between classes"
        }
        Distance::Sqeuclidean | Distance::Euclidean => {
            "silhouette by squared Euclidean distance; R²: share of the variance between classes"
        }
    };
    let clustered = by_layer(&table.layers, &|layer| {
        let ClusterAgreement { clusters, rows, .. } = layer.companions.as_ref()?.k_means.as_ref()?;
        Some(format!("{} of {}", counted(*clusters, "cluster", "clusters"), counted(*rows, "row", "rows")))
    });
    let is_clustered = |companions: &&Companions| companions.k_means.is_some();
    let is_whole = |companions: &&Companions| companions.silhouette.is_some() && companions.r_squared.is_some();
    let gaps = (!all.iter().all(is_whole)).then(|| {
        "silhouette is left out for a single class, R² for equal rows, both if the means of the classes exceed the memory"
            .to_owned()
    });
    let unclustered = (!all.iter().all(is_clustered)).then(|| {
        format!(
            "k-means is left out for a single class, for more than {MOST_CLUSTERS} classes, and where the memory holds fewer rows than \
             classes"
        )
    });
    let clustered = clustered.map(|of| format!("k-means on the rows as they are, against the labels: {of}"));
    [Some(of_what.to_owned()), clustered, gaps, unclustered].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    fn companions(rows: usize) -> Companions {
        let k_means = Some(ClusterAgreement { clusters: 10, rows, accuracy: 0.5, nmi: 0.42, ari: 0.3 });
        Companions { distance: Distance::Cosine, rows: 2000, silhouette: Some(-0.1239), r_squared: Some(0.25), k_means }
    }

    #[test]
    fn each_layer_has_a_line_and_the_notes_say_of_what() {
        let mut table = sample();
        assert_eq!((grid(&table), notes(&table)), (None, Vec::new()));
        table.layers[0].companions = Some(companions(2000));
        table.layers[1].companions = Some(companions(500));
        let found = grid(&table).unwrap();
        let row: Vec<String> = found.rows[0].iter().map(|cell| cell.value.to_string()).collect();
        assert_eq!(row, ["enc1", "−0.124", "0.250", "0.500", "0.420", "0.300"]);
        let expected = [
            "silhouette by cosine distance; R²: share of the variance of directions between classes",
            "k-means on the rows as they are, against the labels: enc1 10 clusters of 2000 rows; enc10 10 clusters of 500 rows",
        ];
        assert_eq!(notes(&table), expected);
    }

    #[test]
    fn what_is_missing_is_said() {
        let mut table = sample();
        let missing = Companions { silhouette: None, k_means: None, ..companions(0) };
        table.layers[0].companions = Some(missing);
        table.layers[1].companions = Some(companions(2000));
        let row: Vec<String> = grid(&table).unwrap().rows[0].iter().map(|cell| cell.value.to_string()).collect();
        assert_eq!(row, ["enc1", "–", "0.250", "–", "–", "–"]);
        let notes = notes(&table).join("\n");
        assert!(notes.contains("silhouette is left out") && notes.contains("k-means is left out"));
    }
}
