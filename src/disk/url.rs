//! URLs among paths. They are kept as paths, for all that is done with either: names and suffixes, parents, and joining.

use std::path::{Path, PathBuf};

/// What is read by URL.
const SCHEMES: [&str; 5] = ["s3", "gs", "az", "http", "https"];

/// The scheme of the URL that `path` is; `None` where it is a path.
pub(crate) fn scheme(path: &Path) -> Option<&'static str> {
    let (found, _) = path.to_str()?.split_once("://")?;
    SCHEMES.into_iter().find(|scheme| found.eq_ignore_ascii_case(scheme))
}

/// Whether `path` is a URL.
pub(crate) fn is_url(path: &Path) -> bool {
    scheme(path).is_some()
}

/// Whether what lies at `path` has a directory that can be listed: all paths and URLs but those of HTTP.
pub(crate) fn has_listings(path: &Path) -> bool {
    !scheme(path).is_some_and(|scheme| scheme.starts_with("http"))
}

/// The URL `path` in two: up to the name of its bucket or server, and what comes after.
pub(crate) fn split_root(path: &Path) -> Option<(&str, &str)> {
    let scheme = scheme(path)?;
    let text = path.to_str()?;
    let start = scheme.len() + "://".len();
    let end = text[start..].find('/').map_or(text.len(), |at| start + at);
    Some(text.split_at(end))
}

/// Where the names below `directory` begin to be globs: after the bucket or the server of a URL.
pub(crate) fn glob_start(path: &Path) -> (PathBuf, &Path) {
    match split_root(path) {
        Some((root, rest)) => (root.into(), Path::new(rest.trim_start_matches('/'))),
        None => (PathBuf::new(), path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_known_by_their_schemes() {
        for url in ["s3://b/x.npy", "GS://b", "az://c/x", "http://host:80/x", "https://host"] {
            assert!(is_url(Path::new(url)), "{url}");
        }
        for path in ["s3:/b/x", "s3/x.npy", "ftp://host/x", "://x", "C:\\x", "file:///x"] {
            assert!(!is_url(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn the_root_ends_with_the_bucket() {
        let split = |url| split_root(Path::new(url));
        assert_eq!(split("s3://b/run/x.npy"), Some(("s3://b", "/run/x.npy")));
        assert_eq!(split("http://host:80"), Some(("http://host:80", "")));
        assert_eq!(split("run/x.npy"), None);
        assert_eq!(glob_start(Path::new("s3://b/*/x.npy")), ("s3://b".into(), Path::new("*/x.npy")));
    }

    #[test]
    fn urls_are_joined_as_paths() {
        let joined = Path::new("s3://b/run").join("x.npy");
        assert_eq!((joined.to_str(), joined.parent()), (Some("s3://b/run/x.npy"), Some(Path::new("s3://b/run"))));
    }
}
