//! Help, version and notes.

use crate::cli::harness::Place;

#[test]
fn help_shows_examples_and_every_exit_code() {
    let help = Place::empty().stdout("--help");
    for expected in [
        "Usage: snnl-score [OPTIONS] --labels <FILE[:COLUMN]> <PATH>...",
        "\nExamples:\n  snnl-score embeddings/ --labels y.npy\n",
        "\nExit codes:\n  0  done            2  wrong usage        3  bad input\n  4  nothing",
        "75 a temporary problem",
        "[default: 0.01,0.02,0.05,0.1,0.2,0.5,1,2]",
    ] {
        assert!(help.contains(expected), "{expected} in {help}");
    }
    let widest = help.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(110), "{widest:?}");
    assert!(Place::empty().stdout("-h").len() < help.len());
}

#[test]
fn the_version_is_one_line() {
    assert_eq!(Place::empty().stdout("--version"), concat!("snnl-score ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn only_verbose_runs_say_what_was_decided() {
    let place = Place::with_layer();
    // So small a difference at so low a temperature is beyond f32.
    place.layer("near.npy", &[[1.0, 0.0], [1.0, 3e-4], [1.0, 5e-4], [1.0, 9e-4]]);
    place.labels("four.npy", &[0, 0, 1, 1]);
    let run = |flag: &str| place.run(&format!("near.npy --labels four.npy -T 2e-4 --format csv {flag}"));
    let verbose = run("-v");
    let notes: Vec<&str> = verbose.stderr.lines().collect();
    assert_eq!((verbose.code, notes.len()), (Some(0), 2), "{verbose:?}");
    assert!(notes[0].starts_with("note: T=0.0002: f32 is off by ") && notes[0].ends_with(", computing in f64"));
    assert!(notes[1].starts_with("note: layer `near`: ") && notes[1].contains(" s for it"), "{}", notes[1]);
    for flag in ["", "-q"] {
        let silent = run(flag);
        assert_eq!((silent.code, silent.stderr.as_str()), (Some(0), ""));
        assert_eq!(silent.stdout, verbose.stdout);
    }
}

#[test]
fn a_single_class_is_scored_with_a_note() {
    let place = Place::with_layer();
    place.labels("one.npy", &[3; 8]);
    let table = place.stdout("x.npy --labels one.npy -T 1");
    assert!(table.contains("│ x             –     1      2    0       0 │"), "{table}");
    assert!(table.contains("\n8 rows in 1 class, labels one.npy\n"), "{table}");
    assert!(table.contains("\nno value relative to chance where chance is 0: all neighbors are of one class\n"));
}
