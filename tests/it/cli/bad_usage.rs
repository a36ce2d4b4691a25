//! Impossible command lines: exit code 2, before anything is written.

use crate::cli::harness::{Place, assert_refused};

const HELP: &str = "--help";

/// What is typed beside `x.npy --labels y.npy`, and what is said.
const CASES: &[(&str, [&str; 3])] = &[
    ("-T 0", ["`--temperatures 0`", "must be positive and finite, found 0", HELP]),
    ("-T -1", ["`--temperatures -1`", "must be positive and finite, found -1", HELP]),
    ("-T -1,2", ["`--temperatures -1,2`", "must be positive and finite, found -1", HELP]),
    ("-T nan", ["`--temperatures nan`", "must be positive and finite, found NaN", HELP]),
    ("-T inf", ["`--temperatures inf`", "must be positive and finite, found inf", HELP]),
    ("-T=", ["`--temperatures`", "", HELP]),
    ("-T 1,,2", ["`--temperatures 1,,2`", "`` is not a number", HELP]),
    ("-T 1,2,1.0", ["`--temperatures 1,2,1.0`", "temperature 1 is given twice", HELP]),
    ("-T 1 -T 2", ["`--temperatures`", "it is given twice", "give it once"]),
    ("--epsilon nan", ["`--epsilon NaN`", "expected 0 or a positive number", "1e-5"]),
    ("--epsilon -1", ["`--epsilon -1`", "expected 0 or a positive number", "1e-5"]),
    ("--singletons cap", ["`--singletons cap`", "infinite without an ε", "--epsilon 1e-5"]),
    ("--epsilon-form outer", ["`--epsilon-form outer`", "no effect without an ε", "--epsilon 1e-5"]),
    ("--rectify=maybe", ["`--rectify", "", HELP]),
    ("--units 2..1", ["`--units 2..1`", "expected A..B with A below B", HELP]),
    ("--units -1..2", ["`--units -1..2`", "expected A..B with A below B", HELP]),
    ("--layers q*", ["`--layers q*`", "no layer has such a name", "there are: x"]),
    ("--layers [a", ["`--layers [a`", "unclosed character class", "`[ab]` for a or b"]),
    ("--threads 0", ["`--threads 0`", "0 is not in 1..=1024", HELP]),
    ("--threads 99999999", ["`--threads 99999999`", "99999999 is not in 1..=1024", HELP]),
    ("--distance manhattan", ["`--distance manhattan`", "expected one of cosine, sqeuclidean, euclidean, unit", HELP]),
    ("--formt json", ["`--formt`", "there is no such option", "did you mean `--format`?"]),
    ("--dry", ["`--dry`", "there is no such option", HELP]),
    ("--quiet=yes", ["`--quiet", "", HELP]),
    ("-q -v", ["`--quiet`", "it cannot be used with `--verbose`", "leave one of them out"]),
    ("--distance", ["`--distance`", "it needs a value", HELP]),
    ("--export-json - --export-csv -", ["`-` for an export", "another export goes there", "name a file for each"]),
    ("--export-json - --export-csv /dev/stdout", ["`-` for an export", "another export", "name a file for each"]),
    ("--export-json r --export-csv ./r", ["/r` for an export", "another export goes there", "name a file for each"]),
    ("--device gpu", ["`--device gpu`", "expected auto, cpu, cuda, cuda:1", HELP]),
    ("--device cuda:1000", ["`--device cuda:1000`", "expected auto, cpu, cuda, cuda:1", HELP]),
    ("--instructions sse", ["`--instructions sse`", "expected avx512, avx2, neon or portable", HELP]),
    (
        "--device cuda --instructions portable",
        ["`--instructions portable`", "`--device cuda` computes", "leave one of them"],
    ),
    ("--device cpu --precision tf32", ["`--device cpu`", "it has no TF32", "--precision f32"]),
    ("--export-json x.npy", ["x.npy` for an export", "this run reads it", "name another file"]),
];

#[test]
fn what_cannot_be_is_refused_in_three_lines() {
    let place = Place::with_layer();
    let before = (place.files(), std::fs::read(place.path("x.npy")).unwrap());
    for (args, said) in CASES {
        assert_refused(&place.run(&format!("x.npy --labels y.npy --export-markdown new.md {args}")), 2, *said);
        assert!(!place.path("new.md").exists());
    }
    assert_eq!((place.files(), std::fs::read(place.path("x.npy")).unwrap()), before);
}

#[test]
#[cfg(not(feature = "torch"))]
fn a_device_that_the_program_was_not_built_for_is_refused() {
    let place = Place::with_layer();
    for device in ["cuda", "cuda:1", "mps", "torch:cpu"] {
        let run = place.run(&format!("x.npy --labels y.npy --device {device} --export-json new.json"));
        let argument = format!("`--device {device}");
        assert_refused(&run, 2, [&argument, "this program was built without libtorch", "--features torch"]);
        assert!(!place.path("new.json").exists());
    }
    let result = place.stdout("x.npy --labels y.npy --device auto --format json");
    assert!(result.contains("\"device\": \"cpu, ") && !result.contains("device_reason"), "{result}");
    let argument = "`--device auto`";
    assert_refused(
        &place.run("x.npy --labels y.npy --precision tf32"),
        2,
        [argument, "this program was built without libtorch", "--features torch"],
    );
}

#[test]
fn a_command_line_without_labels_names_what_it_lacks() {
    let place = Place::with_layer();
    assert_refused(
        &place.run("x.npy"),
        2,
        ["this command line", "it lacks --labels <FILE[:COLUMN]>", "--labels y.npy"],
    );
    assert_refused(&place.run(""), 2, ["this command line", "--labels <FILE[:COLUMN]>, <PATH>...", "--labels y.npy"]);
}

#[cfg(unix)]
#[test]
fn no_export_replaces_what_the_run_reads_under_whatever_name() {
    let place = Place::with_layer();
    std::os::unix::fs::symlink("y.npy", place.path("link")).unwrap();
    std::fs::create_dir(place.path("dump")).unwrap();
    std::fs::rename(place.path("x.npy"), place.path("dump/x.npy")).unwrap();
    for path in ["dump/x.npy", "dump/../y.npy", "link"] {
        let run = place.run(&format!("dump --labels y.npy --export-csv {path}"));
        assert_refused(&run, 2, ["for an export", "this run reads it", "name another file"]);
    }
    assert_eq!(place.stdout("dump --labels y.npy -T 1 --format csv").lines().count(), 2);
}
