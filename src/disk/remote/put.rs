//! Writes a file to a URL: as a whole, or not at all.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use object_store::path::Path as ObjectPath;
use object_store::{CopyMode, CopyOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};

use super::runtime;
use super::stores::Location;
use crate::disk::Writing;

/// Bytes of a request: S3 takes no parts of less than 5 MiB, and no more than 10 000 of them.
pub(super) const PART: u64 = 16 << 20;

/// Writes all of `file` to `url`.
pub(in crate::disk) fn put(url: &Path, file: File, writing: Writing) -> io::Result<()> {
    let location = Location::of(url)?;
    let (store, path) = (location.store.clone(), location.path.clone());
    let written = runtime::wait(async move { write(&store, &path, file, writing).await })?;
    written.map_err(|failure| match failure {
        Failure::Disk(error) => error,
        Failure::Store(error) => location.fault(&error),
    })
}

/// What failed.
#[derive(Debug)]
pub(super) enum Failure {
    Disk(io::Error),
    Store(object_store::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Disk(error)
    }
}

impl From<object_store::Error> for Failure {
    fn from(error: object_store::Error) -> Failure {
        Failure::Store(error)
    }
}

pub(super) async fn write(
    store: &Arc<dyn ObjectStore>,
    path: &ObjectPath,
    mut file: File,
    writing: Writing,
) -> Result<(), Failure> {
    if file.metadata()?.len() <= PART {
        let mode = match writing {
            Writing::CreateIfAbsent => PutMode::Create,
            Writing::Overwrite => PutMode::Overwrite,
        };
        let payload = part(&mut file)?.unwrap_or_default();
        store.put_opts(path, payload, PutOptions { mode, ..PutOptions::default() }).await?;
        return Ok(());
    }
    if writing == Writing::Overwrite {
        return upload(store, path, file).await;
    }
    // What comes in parts cannot be conditional; a copy at the server can.
    let unfinished = ObjectPath::parse(format!("{path}.{}.part", unique())).map_err(object_store::Error::from)?;
    upload(store, &unfinished, file).await?;
    let options = CopyOptions { mode: CopyMode::Create, ..CopyOptions::default() };
    let copied = store.copy_opts(&unfinished, path, options).await;
    // Whether that succeeds changes nothing of what was asked for.
    let _ = store.delete(&unfinished).await;
    Ok(copied?)
}

/// Sends a file in parts, and nothing if one of them fails.
async fn upload(store: &Arc<dyn ObjectStore>, path: &ObjectPath, mut file: File) -> Result<(), Failure> {
    let mut upload = store.put_multipart(path).await?;
    let sent = async {
        while let Some(part) = part(&mut file)? {
            upload.put_part(part).await?;
        }
        upload.complete().await?;
        Ok(())
    };
    let sent = sent.await;
    if sent.is_err() {
        // Parts that stay would cost money, until the bucket's own rules remove them.
        let _ = upload.abort().await;
    }
    sent
}

/// The next bytes of `file`; `None` at its end.
fn part(file: &mut File) -> io::Result<Option<PutPayload>> {
    let mut bytes = Vec::new();
    file.take(PART).read_to_end(&mut bytes)?;
    Ok((!bytes.is_empty()).then(|| bytes.into()))
}

/// A name that no other run has at the same time.
fn unique() -> String {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("{time:x}-{}", std::process::id())
}
