//! Compares k-means with its definition.

use super::*;
use crate::error::Signal;

/// Pseudo-random rows of `dim` features, which lie around as many points as `clusters`.
fn rows(count: usize, dim: usize, clusters: usize, width: f32) -> RowSample {
    let number = |at: u64| uniform(5, at) as f32;
    let value = |at: usize| {
        let (row, feature) = (at / dim, at % dim);
        number((row % clusters * dim + feature) as u64) + width * number(1_000_000 + at as u64)
    };
    RowSample { values: (0..count * dim).map(value).collect(), dim }
}

fn clusters_of(rows: &RowSample, clusters: usize) -> Vec<usize> {
    k_means(rows, clusters, &|| Ok(())).unwrap()
}

/// Lloyd's algorithm as it is defined, in f64 and without bounds.
fn plain(rows: &RowSample, mut centres: Vec<Vec<f64>>) -> Vec<usize> {
    let squared = |row: &[f32], centre: &[f64]| -> f64 {
        row.iter().zip(centre).map(|(&x, centre)| (f64::from(x) - centre).powi(2)).sum()
    };
    let mut found = Vec::new();
    loop {
        let nearest = |row: &[f32]| {
            let order = |&a: &usize, &b: &usize| squared(row, &centres[a]).total_cmp(&squared(row, &centres[b]));
            (0..centres.len()).min_by(order).unwrap()
        };
        let now: Vec<usize> = rows.iter().map(nearest).collect();
        if now == found {
            return found;
        }
        found = now;
        for (cluster, centre) in centres.iter_mut().enumerate() {
            let own: Vec<&[f32]> =
                rows.iter().zip(&found).filter(|(_, of)| **of == cluster).map(|(row, _)| row).collect();
            for (feature, centre) in centre.iter_mut().enumerate().filter(|_| !own.is_empty()) {
                *centre = own.iter().map(|row| f64::from(row[feature])).sum::<f64>() / own.len() as f64;
            }
        }
    }
}

#[test]
fn bounds_skip_nothing_that_would_change_a_cluster() {
    for (count, dim, clusters, seed) in [(300, 3, 5, 0), (1000, 17, 9, 1), (1000, 1, 4, 2), (500, 70, 30, 3)] {
        let rows = rows(count, dim, clusters, 1.5);
        let mut run = Run::start(&rows, clusters, seed, &|| Ok(())).unwrap();
        let start = run.centres.chunks(dim).map(|centre| centre.iter().map(|&x| f64::from(x)).collect()).collect();
        loop {
            run.move_centres();
            if !run.assign() {
                break;
            }
        }
        let found: Vec<usize> = run.places.iter().map(|place| place.cluster).collect();
        assert_eq!(found, plain(&rows, start), "{count} rows of {dim} in {clusters}");
    }
}

#[test]
fn clusters_that_are_far_apart_are_found() {
    let rows = rows(120, 8, 6, 0.01);
    let found = clusters_of(&rows, 6);
    for row in 0..120 {
        assert_eq!(found[row], found[row % 6]);
    }
    let mut names = found[..6].to_vec();
    names.sort_unstable();
    assert_eq!(names, [0, 1, 2, 3, 4, 5]);
}

#[test]
fn equal_rows_are_one_cluster_and_as_many_rows_as_clusters_are_one_each() {
    let equal = RowSample { values: vec![0.0; 21], dim: 3 };
    assert_eq!(clusters_of(&equal, 4), [0; 7]);
    let mut each = clusters_of(&rows(5, 2, 5, 0.1), 5);
    each.sort_unstable();
    assert_eq!(each, [0, 1, 2, 3, 4]);
}

#[test]
fn threads_change_no_cluster() {
    let rows = rows(3000, 20, 8, 2.0);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| clusters_of(&rows, 8))
    };
    let expected = on(1);
    assert!([2, 3].iter().all(|&threads| on(threads) == expected));
}

#[test]
fn a_run_that_is_asked_to_stop_does() {
    let stopped = || Err(Fault::Stopped { signal: Signal::Interrupt, hint: String::new() });
    assert!(k_means(&rows(10, 2, 2, 1.0), 2, &stopped).is_err());
}
