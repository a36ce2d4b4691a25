//! URLs, in a program that was built without the feature `remote`. tests/remote.rs has those of one that was built with it.

use super::harness::{Place, assert_refused};

const EXPLAINED: [&str; 2] = ["this program was built without `remote`", "--features remote"];

#[test]
fn urls_are_refused_with_the_way_to_read_them() {
    let place = Place::with_layer();
    let [cause, hint] = EXPLAINED;
    for url in ["s3://bucket/x.npy", "gs://bucket/dump/", "az://container/enc*.npy", "https://host/x.npy"] {
        let run = place.run(&format!("{url} --labels y.npy"));
        assert_refused(&run, 3, [&format!("cannot read `{url}`"), cause, hint]);
    }
    let run = place.run("x.npy --labels s3://bucket/y.csv:class");
    assert_refused(&run, 3, ["cannot read labels `s3://bucket/y.csv:class`", cause, hint]);
    let run = place.run("gate x.npy --labels y.npy --max 9 --baseline s3://bucket/base.json");
    assert_refused(&run, 3, ["cannot read `s3://bucket/base.json`", cause, hint]);
    let run = place.run("compare s3://bucket/a.json s3://bucket/b.json");
    assert_refused(&run, 3, ["cannot read `s3://bucket/", cause, hint]);
}

#[test]
fn secrets_in_urls_are_not_shown() {
    let run = Place::with_layer().run("https://me:secret@host/x.npy?signature=secret --labels y.npy");
    assert_refused(&run, 3, ["`https://…@host/x.npy?…`", "URL", "remote"]);
    assert!(!run.stderr.contains("secret"), "{run:?}");
}

#[test]
fn nothing_is_written_to_urls() {
    let place = Place::with_layer();
    let [cause, hint] = EXPLAINED;
    for args in
        ["x.npy --labels y.npy --export-json s3://b/out", "plan x.npy --labels y.npy --tasks 1 --out s3://b/out"]
    {
        assert_refused(&place.run(args), 3, ["cannot write `s3://b/out`", cause, hint]);
    }
    place.stdout("plan x.npy --labels y.npy --tasks 1 --out plan.json -q");
    let run = place.run("partial plan.json --task 0 --out s3://b/results");
    assert_refused(&run, 3, ["cannot write `s3://b/results/", cause, hint]);
    assert_refused(&place.run("merge plan.json s3://b/results"), 3, ["cannot read `s3://b/results/", cause, hint]);
}
