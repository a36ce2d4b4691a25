//! The error when some layers have as many rows as there are labels, and others do not or are not layers: which, and
//! the flags that score those that fit.

use std::path::{Path, PathBuf};

use crate::disk::is_file;
use crate::error::{Error, Fault};
use crate::source::layer::{Layer, place};

/// Layers that are listed by name.
const MOST_NAMES: usize = 4;

/// A layer that does not fit.
struct Unfit {
    name: String,
    path: String,
    problem: String,
}

/// The layers, where each can be read; and where there are so many labels, each has as many rows or none has.
///
/// # Errors
/// The first that cannot be read, or the first that does not fit, with the others.
pub(super) fn check(
    found: Vec<Result<Layer, Error>>,
    inputs: &[PathBuf],
    rows: Option<usize>,
) -> Result<Vec<Layer>, Error> {
    let Some(rows) = rows else {
        return found.into_iter().collect();
    };
    let (mut fit, mut unfit) = (Vec::new(), Vec::new());
    for layer in &found {
        match layer {
            Ok(layer) if layer.activations.rows() == rows => fit.push((layer.name.as_str(), place(&layer.files))),
            Ok(layer) => unfit.push(Unfit {
                name: layer.name.clone(),
                path: place(&layer.files),
                problem: format!("{} rows, but there are {rows} labels", layer.activations.rows()),
            }),
            Err(Error::Layer { layer, path, fault: Fault::NoLayer { problem, .. } }) => {
                unfit.push(Unfit { name: layer.clone(), path: path.clone(), problem: problem.clone() });
            }
            Err(_) => return found.into_iter().collect(),
        }
    }
    let (Some(first), false) = (unfit.first(), fit.is_empty()) else {
        return found.into_iter().collect();
    };
    let names: Vec<&str> = fit.iter().map(|(name, _)| *name).collect();
    let others: Vec<&str> = unfit[1..].iter().map(|layer| layer.name.as_str()).collect();
    let (fits, also) = (list(&names), list(&others));
    let is_one = |names: &[&str], one: &'static str, several| if names.len() == 1 { one } else { several };
    let mut problem = format!("{}; {fits} {} the {rows} labels", first.problem, is_one(&names, "fits", "fit"));
    if !others.is_empty() {
        problem.push_str(&format!(", {also} {} not", is_one(&others, "does", "do")));
    }
    let by_files = exclude_flags(&unfit, &fit, inputs).map_or(String::new(), |flags| format!(" or `{flags}`"));
    let hint = format!("to score what fits: `{}`{by_files}", layer_flags(&names, &unfit));
    let fault = Fault::no_layer(problem).hint(hint);
    Err(Error::Layer { layer: first.name.clone(), path: first.path.clone(), fault })
}

/// Names in a sentence; only some of them if there are many.
fn list(names: &[&str]) -> String {
    let quoted = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
    match names {
        [most @ .., last] if names.len() <= MOST_NAMES && !most.is_empty() => {
            format!("{} and `{last}`", quoted(most).join(", "))
        }
        _ if names.len() <= MOST_NAMES => quoted(names).join(", "),
        _ => format!("{} and {} more", quoted(&names[..MOST_NAMES - 1]).join(", "), names.len() + 1 - MOST_NAMES),
    }
}

/// The flags that take the layers `names` and none of `unfit`: a glob of what they begin with, or else each by its name.
fn layer_flags(names: &[&str], unfit: &[Unfit]) -> String {
    let prefix = names.iter().skip(1).fold(names[0], |prefix, name| {
        let same = prefix.char_indices().zip(name.chars()).find(|((_, a), b)| a != b);
        let end = same.map_or(prefix.len().min(name.len()), |((end, _), _)| end);
        &prefix[..end]
    });
    let is_glob = |text: &str| text.contains(['*', '?', '[', '{', '\\']);
    if names.len() > 1
        && !prefix.is_empty()
        && !is_glob(prefix)
        && !unfit.iter().any(|layer| layer.name.starts_with(prefix))
    {
        return format!("--layers {}", quote(&format!("{prefix}*")));
    }
    names.iter().map(|name| format!("--layers {}", quote(name))).collect::<Vec<_>>().join(" ")
}

/// The flags that leave the files of `unfit` out, where they were found in a directory and have nothing that fits.
fn exclude_flags(unfit: &[Unfit], fit: &[(&str, String)], inputs: &[PathBuf]) -> Option<String> {
    let mut files: Vec<String> = Vec::new();
    for Unfit { path, .. } in unfit {
        let is_apart =
            fit.iter().all(|(_, other)| other != path) && !inputs.iter().any(|input| input == Path::new(path));
        let name = Path::new(path).file_name().filter(|_| is_apart && is_file(Path::new(path)))?;
        let flag = format!("--exclude {}", quote(&name.to_string_lossy()));
        if !files.contains(&flag) {
            files.push(flag);
        }
    }
    (files.len() <= MOST_NAMES).then(|| files.join(" "))
}

/// A word as a shell takes it.
fn quote(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./:=@%+,".contains(letter);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_take_what_fits_and_nothing_else() {
        let flags = |names: &[&str], unfit: &[&str]| {
            let layer = |name: &&str| Unfit { name: (*name).to_owned(), path: String::new(), problem: String::new() };
            layer_flags(names, &unfit.iter().map(layer).collect::<Vec<_>>())
        };
        assert_eq!(flags(&["enc1"], &["enc2"]), "--layers enc1");
        assert_eq!(flags(&["enc1", "enc2"], &["ids"]), "--layers 'enc*'");
        assert_eq!(flags(&["enc1", "enc12"], &["enc"]), "--layers 'enc1*'");
        assert_eq!(flags(&["enc1", "enc2"], &["enc3"]), "--layers enc1 --layers enc2");
        assert_eq!(flags(&["head", "enc 1"], &["ids"]), "--layers head --layers 'enc 1'");
        assert_eq!(flags(&["čáp1", "čáp2"], &["ids"]), "--layers 'čáp*'");
        assert_eq!(quote("it's"), r"'it'\''s'");
    }

    #[test]
    fn names_in_a_sentence() {
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b", "c", "d"]), "`a`, `b`, `c` and `d`");
        assert_eq!(list(&["a", "b", "c", "d", "e"]), "`a`, `b`, `c` and 2 more");
    }
}
