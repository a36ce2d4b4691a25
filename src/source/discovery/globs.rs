//! Globs in paths, for shells that do not expand them, and for arguments that a shell does not take for a path:
//! `train-*.parquet:label`.

use std::io;
use std::path::{Component, Path, PathBuf};

use globset::Glob;

use crate::disk::{self, glob_start, has_listings, is_url};
use crate::error::Fault;
use crate::source::natural::natural;

/// The paths that `path` stands for, in natural order: itself if it exists or is not a glob, otherwise those that it
/// matches. A `*` is any text within a name, but does not match hidden names.
///
/// # Errors
/// A glob that matches nothing.
pub fn expand(path: &Path) -> Result<Vec<PathBuf>, Fault> {
    if !is_glob(path) || disk::exists(path) {
        return Ok(vec![path.to_owned()]);
    }
    let (start, rest) = glob_start(path);
    let mut found = vec![start];
    for component in rest.components() {
        let deeper = found.iter().map(|directory| within(directory, component)).collect::<io::Result<Vec<_>>>()?;
        found = deeper.concat();
    }
    match found.is_empty() {
        true => Err(Fault::content("no file has this name or matches it as a glob").hint(
            "`*` stands for any text within a name, `[ab]` for a or b; a relative path starts at the current directory",
        )),
        false => Ok(found),
    }
}

/// What `component` stands for in `directory`.
///
/// # Errors
/// Where a server does not say what there is; what cannot be read of a disk counts as nothing.
fn within(directory: &Path, component: Component) -> io::Result<Vec<PathBuf>> {
    let literal = directory.join(component);
    let Component::Normal(name) = component else { return Ok(vec![literal]) };
    // Each question is a request to a server; what is missing there is found out when it is read.
    let is_known = is_url(directory) && !is_glob(Path::new(name));
    if is_known || disk::exists(&literal) {
        return Ok(vec![literal]);
    }
    let Some(glob) = name.to_str().and_then(|name| Glob::new(name).ok()) else { return Ok(Vec::new()) };
    let (glob, is_dotted) = (glob.compile_matcher(), name.as_encoded_bytes().starts_with(b"."));
    let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let entries = disk::entries(here).or_else(|error| if is_url(here) { Err(error) } else { Ok(Vec::new()) })?;
    let is_hidden = |name: &str| name.starts_with('.') && !is_dotted;
    let names = entries.iter().filter_map(|entry| entry.path.file_name()?.to_str().map(str::to_owned));
    let mut names: Vec<String> = names.filter(|name| glob.is_match(name) && !is_hidden(name)).collect();
    names.sort_by(|a, b| natural(a, b));
    Ok(names.into_iter().map(|name| directory.join(name)).collect())
}

/// Whether `path` may be a glob: not, where nothing says what there is.
fn is_glob(path: &Path) -> bool {
    has_listings(path) && path.to_string_lossy().contains(['*', '?', '[', '{'])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn names_that_match_in_natural_order_and_those_that_exist_as_they_are() {
        let root = tempfile::TempDir::new().unwrap();
        for name in ["a", "b"] {
            fs::create_dir(root.path().join(name)).unwrap();
            for file in ["x-10.npy", "x-9.npy", ".x-1.npy", "y.npy"] {
                fs::write(root.path().join(name).join(file), "").unwrap();
            }
        }
        fs::write(root.path().join("[x]-1.npy"), "").unwrap();
        let found = |glob: &str| -> Option<Vec<String>> {
            let found = expand(&root.path().join(glob)).ok()?;
            let name = |path: &PathBuf| path.strip_prefix(root.path()).unwrap().to_string_lossy().into_owned();
            Some(found.iter().map(name).collect())
        };
        assert_eq!(found("a/x-*.npy").unwrap(), ["a/x-9.npy", "a/x-10.npy"]);
        assert_eq!(found("*/y.npy").unwrap(), ["a/y.npy", "b/y.npy"]);
        assert_eq!(found("[x]-1.npy").unwrap(), ["[x]-1.npy"]);
        assert_eq!(found("a/.x*").unwrap(), ["a/.x-1.npy"]);
        assert_eq!(found("c/x.npy").unwrap(), ["c/x.npy"]);
        assert_eq!(found("a/z*"), None);
        assert_eq!(found("[/y.npy"), None);
    }
}
