//! Writes to the S3 server of the tests of whole runs (tests/remote.rs).

#[allow(dead_code, reason = "tests/remote.rs uses all of it")]
#[path = "../../../tests/remote/server.rs"]
mod server;

use std::fs::File;
use std::io::{Seek, Write};
use std::sync::Arc;

use object_store::aws::{AmazonS3Builder, S3CopyIfNotExists};
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};

use self::server::{KEY, SECRET, server};
use super::put::{Failure, PART, write};
use super::runtime;
use crate::disk::Writing;

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

fn store(bucket: &str) -> Arc<dyn ObjectStore> {
    server().upload(tempfile::tempdir().unwrap().path(), bucket);
    let builder =
        AmazonS3Builder::new().with_endpoint(server().http("")).with_allow_http(true).with_bucket_name(bucket);
    let builder = builder.with_access_key_id(KEY).with_secret_access_key(SECRET);
    Arc::new(builder.with_copy_if_not_exists(S3CopyIfNotExists::Multipart).build().unwrap())
}

#[test]
fn files_of_any_size_are_created_once_and_overwritten_as_often_as_wished() {
    let store = store("written");
    let put = |bytes: &[u8], writing| {
        let (store, file) = (store.clone(), file(bytes));
        runtime::wait(async move { write(&store, &ObjectPath::from("out/x.json"), file, writing).await }).unwrap()
    };
    let found = || {
        let store = store.clone();
        let got = async move { store.get(&ObjectPath::from("out/x.json")).await?.bytes().await };
        runtime::wait(got).unwrap().unwrap()
    };
    let large = |value: u8| vec![value; PART as usize + 3];
    let contents: [(&[u8], &[u8]); 2] = [(b"first", b""), (&large(1), &large(2))];
    for (first, second) in contents {
        put(first, Writing::Overwrite).ok().unwrap();
        assert!(found() == first);
        let refused = put(second, Writing::CreateIfAbsent);
        assert!(matches!(refused, Err(Failure::Store(object_store::Error::AlreadyExists { .. }))), "{}", second.len());
        assert!(found() == first);
        put(second, Writing::Overwrite).ok().unwrap();
        assert!(found() == second);

        let delete = store.clone();
        runtime::wait(async move { delete.delete(&ObjectPath::from("out/x.json")).await }).unwrap().unwrap();
        put(second, Writing::CreateIfAbsent).ok().unwrap();
        assert!(found() == second);
        // Nothing is left of the way there.
        assert_eq!(server().keys("written"), ["out/x.json"]);
    }
}

#[test]
fn a_write_that_fails_leaves_nothing() {
    let store = store("failing");
    server().fault("/failing/out", "status", serde_json::json!({"method": "PUT", "code": 403, "skip": 1}));
    let large = file(&vec![1; 2 * PART as usize]);
    let path = ObjectPath::from("out");
    let written = runtime::wait(async move { write(&store, &path, large, Writing::Overwrite).await }).unwrap();
    assert!(matches!(written, Err(Failure::Store(object_store::Error::PermissionDenied { .. }))));
    assert!(server().keys("failing").is_empty());
}
