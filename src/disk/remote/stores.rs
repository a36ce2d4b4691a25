//! Which server a URL leads to, with which credentials, and what its files are called there.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, S3CopyIfNotExists};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path as ObjectPath;
use object_store::{ClientOptions, CredentialProvider, ObjectStore, RetryConfig};

use super::faults::{self, no_credentials};
use super::runtime;
use crate::disk::url::{scheme, split_root};
use crate::error::Explained;

/// How long a machine is asked for credentials of its own; one that has some answers at once.
const CREDENTIALS: Duration = Duration::from_secs(5);

/// How long requests are tried again, if nothing else is set.
const RETRIED: Duration = Duration::from_secs(120);

/// How long HTTP servers may be silent. The others have the defaults of `object_store`, which the environment can change.
const SILENCE: Duration = Duration::from_secs(30);

/// How long they may take for one answer, which has a few MiB.
const ANSWER: Duration = Duration::from_secs(600);

/// The place of a file or directory at a server.
#[derive(Debug)]
pub(super) struct Location {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) path: ObjectPath,
    scheme: &'static str,
    /// The URL up to the name of the bucket or server.
    root: String,
    /// Whether the URL ends as only those of directories do.
    ends_in_slash: bool,
}

impl Location {
    /// Where `url` leads to.
    pub(super) fn of(url: &Path) -> io::Result<Location> {
        let incomplete = || refused("expected a URL like s3://bucket/x.npy", "name the bucket or server");
        // On Windows, names are joined to it by backslashes.
        let text = url.to_str().map(|text| if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() });
        let url = PathBuf::from(text.ok_or_else(incomplete)?);
        let (scheme, (root, name)) = scheme(&url).zip(split_root(&url)).ok_or_else(incomplete)?;
        if root.ends_with('/') {
            return Err(incomplete());
        }
        let is_http = scheme.starts_with("http");
        let has_user = root.rsplit_once('@').is_some_and(|(user, _)| is_http || user.matches(':').count() > 1);
        if has_user || (is_http && name.contains(['?', '#'])) {
            return Err(refused(
                "expected a URL without user name, password, query and fragment",
                "results and reports show URLs, and would show secrets in them; s3://, gs:// and az:// take credentials from the \
                 environment",
            ));
        }
        let path = if is_http { ObjectPath::from_url_path(name) } else { ObjectPath::parse(name) };
        let path =
            path.map_err(|_| refused("expected names between the slashes of a URL", "look for `//` and `..`"))?;
        let ends_in_slash = name.is_empty() || name.ends_with('/');
        Ok(Location { store: store(scheme, root)?, path, scheme, root: root.to_owned(), ends_in_slash })
    }

    /// Whether it can only be a directory.
    pub(super) fn is_directory(&self) -> bool {
        self.ends_in_slash
    }

    /// Whether the server says what is in a directory.
    pub(super) fn has_listings(&self) -> bool {
        !self.scheme.starts_with("http")
    }

    /// The URL of `path` at the same server.
    pub(super) fn url_of(&self, path: &ObjectPath) -> PathBuf {
        format!("{}/{path}", self.root).into()
    }

    /// What `error` means here.
    pub(super) fn fault(&self, error: &object_store::Error) -> io::Error {
        faults::fault(error, self.scheme)
    }

    /// That there is nothing here.
    pub(super) fn not_found(&self) -> io::Error {
        faults::not_found()
    }
}

fn refused(problem: &str, hint: &str) -> io::Error {
    Explained { kind: io::ErrorKind::InvalidInput, problem: problem.into(), hint: hint.into() }.into()
}

/// The store at `root`, the same one each time it is asked for, so that connections are used again.
fn store(scheme: &'static str, root: &str) -> io::Result<Arc<dyn ObjectStore>> {
    static STORES: Mutex<BTreeMap<(String, u64), Arc<dyn ObjectStore>>> = Mutex::new(BTreeMap::new());
    let key = (root.to_owned(), environment());
    let known = || STORES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(store) = known().get(&key).cloned() {
        return Ok(store);
    }
    let store = connect(scheme, root)?;
    known().insert(key, store.clone());
    Ok(store)
}

/// A digest of the variables that say how to connect. A program that runs for long, as Python does, may set others.
fn environment() -> u64 {
    let mut variables: Vec<_> = std::env::vars_os().filter(|(name, _)| is_setting(&name.to_string_lossy())).collect();
    variables.sort();
    let mut hasher = DefaultHasher::new();
    variables.hash(&mut hasher);
    hasher.finish()
}

fn is_setting(name: &str) -> bool {
    ["AWS_", "GOOGLE_", "AZURE_", "SNNL_SCORE_"].iter().any(|start| name.starts_with(start))
}

/// The store at `root`, with what the environment says of it.
fn connect(scheme: &'static str, root: &str) -> io::Result<Arc<dyn ObjectStore>> {
    let name = &root[scheme.len() + "://".len()..];
    let unusable = |error: object_store::Error| faults::fault(&error, scheme);
    let is_true = |value: Option<String>| value.is_some_and(|value| value == "true");
    match scheme {
        "s3" => {
            let builder = AmazonS3Builder::from_env().with_bucket_name(name).with_retry(retries());
            let is_public = is_true(builder.get_config_value(&AmazonS3ConfigKey::SkipSignature));
            let builder = builder.with_copy_if_not_exists(S3CopyIfNotExists::Multipart);
            let store = builder.build().map_err(unusable)?;
            check_credentials(is_public, store.credentials().clone(), scheme)?;
            Ok(Arc::new(store))
        }
        "gs" => {
            let builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(name).with_retry(retries());
            let is_public = is_true(builder.get_config_value(&GoogleConfigKey::SkipSignature));
            let store = builder.build().map_err(unusable)?;
            check_credentials(is_public, store.credentials().clone(), scheme)?;
            Ok(Arc::new(store))
        }
        "az" => {
            let builder = MicrosoftAzureBuilder::from_env().with_url(root).with_retry(retries());
            let is_public = is_true(builder.get_config_value(&AzureConfigKey::SkipSignature));
            let store = builder.build().map_err(|error| no_credentials(Some(&error), scheme))?;
            check_credentials(is_public, store.credentials().clone(), scheme)?;
            Ok(Arc::new(store))
        }
        _ => {
            let options = ClientOptions::new().with_allow_http(scheme == "http");
            let options = options.with_timeout(ANSWER).with_read_timeout(SILENCE);
            let builder = HttpBuilder::new().with_url(root).with_client_options(options).with_retry(retries());
            Ok(Arc::new(builder.build().map_err(unusable)?))
        }
    }
}

/// Finds out whether there are credentials before the first request, whose failure would look like one of the network.
fn check_credentials<C: Send + Sync + 'static>(
    is_public: bool,
    credentials: Arc<dyn CredentialProvider<Credential = C>>,
    scheme: &'static str,
) -> io::Result<()> {
    if is_public {
        return Ok(());
    }
    let asked = runtime::wait(async move {
        tokio::time::timeout(CREDENTIALS, async move { credentials.get_credential().await.map(drop) }).await
    })?;
    match asked {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(no_credentials(Some(&error), scheme)),
        Err(_) => Err(no_credentials(None, scheme)),
    }
}

/// How often and how long requests are tried again that fail for the moment.
fn retries() -> RetryConfig {
    let set = std::env::var("SNNL_SCORE_RETRY_SECONDS").ok().and_then(|text| text.parse().ok());
    RetryConfig { retry_timeout: set.map_or(RETRIED, Duration::from_secs), ..RetryConfig::default() }
}
