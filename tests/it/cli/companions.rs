//! `--companions`: what is shown of them, and that they change nothing else.

use serde_json::Value;

use crate::cli::harness::{Place, ROWS, timeless};
use crate::support::npy::{encode, header, npy_bytes};

const INPUT: &str = "snnl --labels y.npy --companions";

fn json(place: &Place, args: &str) -> Value {
    serde_json::from_str(&place.stdout(&format!("{args} --format json"))).unwrap()
}

fn companions(place: &Place, args: &str) -> Value {
    json(place, args)["layers"][0]["companions"].clone()
}

#[test]
fn a_table_of_its_own_and_columns_of_the_records() {
    let place = Place::with_real_activations();
    let table = timeless(&place.stdout(&format!("{INPUT} --layers enc*")));
    let is_drawn = |line: &&str| line.starts_with(['╭', '│', '├', '╰']);
    let of_companions: Vec<&str> =
        table.lines().filter(is_drawn).skip_while(|line| !line.contains("silhouette")).collect();
    let expected = [
        "│ layer  silhouette     R²  k-means ACC    NMI    ARI │",
        "├─────────────────────────────────────────────────────┤",
        "│ enc1        0.245  0.674        0.671  0.671  0.505 │",
        "│ enc2        0.357  0.754        0.683  0.718  0.544 │",
        "│ enc3        0.380  0.795        0.683  0.683  0.524 │",
        "╰─────────────────────────────────────────────────────╯",
    ];
    assert_eq!(of_companions, expected);
    let notes = "\
silhouette by cosine distance; R²: share of the variance of directions between classes
k-means on the rows as they are, against the labels: 10 clusters of 240 rows in every layer
";
    assert!(table.contains(notes), "{table}");
    let csv = place.stdout(&format!("{INPUT} -T 0.1,1 --layers enc1 --format csv"));
    let fields: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let silhouette = fields[0].iter().position(|name| *name == "silhouette").unwrap();
    let found = companions(&place, &format!("{INPUT} --layers enc1"));
    for line in &fields[1..] {
        assert_eq!(line[silhouette].parse::<f64>().unwrap(), found["silhouette"].as_f64().unwrap());
        assert!(line[silhouette..].iter().all(|field| !field.is_empty()), "{csv}");
    }
    assert_eq!(json(&place, "snnl --labels y.npy")["layers"][0]["companions"], Value::Null);
}

#[test]
fn threads_memory_and_a_sample_of_queries_change_no_bit() {
    let place = Place::empty();
    let (rows, dim) = (3000, 40);
    let value = |at: usize| (at * 7919 % 1009) as f64 / 100.0 + (at / dim % 5) as f64;
    let data: Vec<u8> = (0..rows * dim).flat_map(|at| encode("<f2", value(at))).collect();
    place.write("x.npy", npy_bytes(1, &header("<f2", false, &[rows, dim]), &data));
    place.labels("y.npy", &(0..rows as i64).map(|row| row % 5).collect::<Vec<_>>());
    for distance in ["cosine", "euclidean"] {
        let found =
            |args: &str| companions(&place, &format!("x.npy --labels y.npy --companions --distance {distance} {args}"));
        let expected = found("--threads 1");
        assert_eq!(expected["rows"], rows);
        for args in ["--threads 2", "--threads 3", "--memory 8MiB", "--rows 50", "-T 1,2 --minimise"] {
            assert_eq!(found(args), expected, "{args}");
        }
        // Out of core the rows are read again, and fewer are clustered.
        let small = found("--memory 800KiB");
        for name in ["silhouette", "r_squared"] {
            assert_eq!(small[name], expected[name]);
        }
        let clustered = small["k_means"]["rows"].as_u64().unwrap() as usize;
        assert!(clustered < rows && 4 * clustered * dim <= 400 << 10, "{small}");
    }
}

#[test]
fn rows_that_are_left_out_are_left_out_here_too() {
    let place = Place::with_layer();
    let expected = companions(&place, "x.npy --labels y.npy --companions");
    assert_eq!((&expected["rows"], &expected["k_means"]["rows"]), (&8.into(), &8.into()));
    let mut more = ROWS.to_vec();
    more.insert(0, [f64::NAN, 1.0]);
    more.insert(5, [7.0, -3.0]);
    place.layer("more.npy", &more);
    place.labels("of_more.npy", &[0, 0, 0, 0, 0, 9, 1, 1, 1, 1]);
    let kept = "more.npy --labels of_more.npy --non-finite drop --ignore-label 9 --companions";
    assert_eq!(companions(&place, kept), expected);
    // The rows are those of the layer, whoever its references are.
    place.layer("references.npy", &ROWS[2..]);
    place.labels("of_references.npy", &[0, 0, 1, 1, 1, 1]);
    let across = "x.npy --labels y.npy --reference references.npy --reference-labels of_references.npy --companions";
    let across = companions(&place, across);
    assert_eq!(across, expected);
}

#[test]
fn zero_rows_constant_columns_and_huge_numbers_have_companions_or_none() {
    let place = Place::with_layer();
    let mut odd = ROWS.map(|[x, y]| [x, y, 5.0]);
    odd[0] = [0.0; 3];
    place.layer("odd.npy", &odd);
    for distance in ["cosine", "sqeuclidean"] {
        let found = companions(&place, &format!("odd.npy --labels y.npy --companions --distance {distance}"));
        assert!(found["silhouette"].is_number() && found["r_squared"].is_number(), "{found}");
    }
    place.layer("huge.npy", &ROWS.map(|row| row.map(|x| x * 3e38)));
    assert!(companions(&place, "huge.npy --labels y.npy --companions")["k_means"].is_object());
    // A class for every row but two.
    place.labels("many.npy", &[0, 0, 1, 2, 3, 4, 5, 6]);
    let found = companions(&place, "x.npy --labels many.npy --companions");
    assert_eq!(found["k_means"]["clusters"], 7);
    place.labels("one.npy", &[3; 8]);
    let table = place.stdout("x.npy --labels one.npy --companions");
    assert!(table.contains("silhouette is left out for a single class"), "{table}");
}
