//! Which files are the parts of one layer, by their names. A name that could mean either is decided in `assembly`, by
//! counting rows.

use std::path::{Path, PathBuf};

use crate::error::Fault;
use crate::source::formats;
use crate::source::natural::natural;

/// Files that are one layer, or may be.
#[derive(Debug, PartialEq)]
pub(super) struct Set {
    /// What its layer is called if it has but one.
    pub(super) name: String,
    /// Its files, in natural order.
    pub(super) files: Vec<PathBuf>,
    /// How sure it is that the files are parts of one layer.
    pub(super) parts: Parts,
    /// Whether they are called by numbers alone.
    pub(super) is_numbers: bool,
    /// Whether they are parts by a name that says nothing of the layer: `data-00000-of-00003`, `features_0-1000`.
    pub(super) is_generic: bool,
    /// Whether they are all there is in a directory that is an input's.
    pub(super) is_directory: bool,
    /// Whether they were named one by one.
    pub(super) is_named: bool,
}

/// Whether the files of a set are parts of one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Parts {
    /// They are numbered: `enc1`, `enc2`.
    Perhaps,
    /// They are numbered and called as writers of parts call them: `features_0-1000`, `part-0001`.
    Likely,
    /// They say so: `x-00000-of-00003`.
    Surely,
}

/// A file's name, read as a part's.
struct ShardName {
    /// All before the numbers.
    prefix: String,
    /// The number of files, and this one's among them, where it says so.
    of: Option<(usize, usize)>,
    numbered: bool,
}

/// What the files of a set share: directory, suffix, name and number of files.
type SetKey = (PathBuf, Option<&'static str>, String, Option<usize>);

/// Digits of a hash in a file's name.
const HASH: usize = 16;

/// Words before the number of a part.
const WORDS: [&str; 9] = ["activations", "batch", "chunk", "emb", "embeddings", "features", "part", "shard", "data"];

/// `files` in sets that may be layers; a file that is not part of anything is a set by itself.
pub(super) fn sets(mut files: Vec<PathBuf>) -> Vec<Set> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    files.sort_by(|a, b| natural(&text(a), &text(b)));
    let mut sets = Vec::new();
    for file in files {
        let stem = formats::stem(&file);
        let name = ShardName::of(&stem);
        let directory = file.parent().unwrap_or(Path::new("")).to_owned();
        let total = name.of.map(|(_, total)| total);
        let key = name.numbered.then(|| (directory, formats::suffix(&file), name.prefix.clone(), total));
        let known = |(found, _): &&mut (Option<SetKey>, Set)| key.is_some() && *found == key;
        match sets.iter_mut().find(known) {
            Some((_, set)) => set.files.push(file),
            None => {
                let (parts, is_numbers) = (name.parts(), name.numbered && name.prefix.is_empty());
                let files = vec![file];
                sets.push((
                    key,
                    Set {
                        name: stem,
                        files,
                        parts,
                        is_numbers,
                        is_generic: false,
                        is_directory: false,
                        is_named: false,
                    },
                ));
            }
        }
    }
    let named = |(_, set): (Option<SetKey>, Set)| {
        let prefix = ShardName::of(&set.name).prefix;
        let is_several = set.files.len() > 1 || set.parts == Parts::Surely;
        let is_generic = is_several && is_word(&prefix);
        Set { name: if is_several && !prefix.is_empty() { prefix } else { set.name }, is_generic, ..set }
    };
    sets.into_iter().map(named).collect()
}

impl Set {
    /// A stream, whose number says nothing of parts.
    pub(super) fn of_stream(name: String, path: &Path) -> Set {
        let files = vec![path.to_owned()];
        Set {
            name,
            files,
            parts: Parts::Perhaps,
            is_numbers: false,
            is_generic: false,
            is_directory: false,
            is_named: true,
        }
    }

    /// Checks that the set is whole where its files say how many they are.
    pub(super) fn check(&self) -> Result<(), Fault> {
        let numbers: Vec<(usize, usize)> =
            self.files.iter().filter_map(|file| ShardName::of(&formats::stem(file)).of).collect();
        let Some(&(_, total)) = numbers.first().filter(|_| self.parts == Parts::Surely) else {
            return Ok(());
        };
        // Some count from 0, some from 1.
        let first =
            usize::from(numbers.iter().all(|(number, _)| *number > 0) && numbers.iter().any(|(n, _)| *n == total));
        let is_there = |number: &usize| numbers.iter().any(|(found, _)| found == number);
        let Some(missing) = (first..first.saturating_add(total)).find(|number| !is_there(number)) else {
            return match numbers.len() == total {
                true => Ok(()),
                false => Err(Fault::content(format_args!(
                    "expected {total} files according to their names, found {}",
                    numbers.len()
                ))
                .hint("two file names claim the same part; remove one")),
            };
        };
        let problem = format!(
            "expected {total} files according to their names, found {}: number {missing} is missing",
            numbers.len()
        );
        Err(Fault::content(problem).hint("name all files or their directory; was the copy or the writer stopped?"))
    }
}

impl ShardName {
    fn of(stem: &str) -> ShardName {
        let (rest, last) = split_number(without_hash(stem));
        let Some(last) = last else {
            return ShardName { prefix: stem.to_owned(), of: None, numbered: false };
        };
        if let Some((rest, Some(number))) = rest.strip_suffix("-of-").map(split_number) {
            return ShardName { prefix: trim_separators(rest), of: Some((number, last)), numbered: true };
        }
        // A range of rows, `0-1000`.
        let rest = match rest.strip_suffix('-').map(split_number) {
            Some((rest, Some(from))) if from < last => rest,
            _ => rest,
        };
        ShardName { prefix: trim_separators(rest), of: None, numbered: true }
    }

    fn parts(&self) -> Parts {
        match self.of {
            Some(_) => Parts::Surely,
            None if is_word(&self.prefix) => Parts::Likely,
            None => Parts::Perhaps,
        }
    }
}

/// Whether a part's name ends in one of the words that writers of parts use.
fn is_word(prefix: &str) -> bool {
    let word = prefix.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    WORDS.contains(&word.to_lowercase().as_str())
}

/// `text` without the number at its end, and the number.
fn split_number(text: &str) -> (&str, Option<usize>) {
    let rest = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
    (rest, text[rest.len()..].parse().ok())
}

/// `stem` without the hash that follows the number of files in `train-00000-of-00002-a09b74b3ef9c3b56`, as files on the Hugging Face
/// hub are called.
fn without_hash(stem: &str) -> &str {
    let is_hash = |text: &str| text.len() == HASH && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match stem.rsplit_once('-') {
        Some((rest, hash)) if is_hash(hash) && split_number(rest).0.ends_with("-of-") => rest,
        _ => stem,
    }
}

fn trim_separators(prefix: &str) -> String {
    prefix.trim_end_matches(['-', '_', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[&str]) -> Vec<(String, usize, Parts)> {
        let sets = sets(files.iter().map(PathBuf::from).collect());
        sets.into_iter().map(|set| (set.name, set.files.len(), set.parts)).collect()
    }

    #[test]
    fn parts_by_the_names_that_writers_give() {
        let cases: [(&[&str], &str, Parts); 7] = [
            (
                &["train-0-of-2-a09b74b3ef9c3b56.parquet", "train-1-of-2-1234567890123456.parquet"],
                "train",
                Parts::Surely,
            ),
            (&["data-00000-of-00002.arrow", "data-00001-of-00002.arrow"], "data", Parts::Surely),
            (&["features_0-1000.npy", "features_1000-2000.npy"], "features", Parts::Likely),
            (&["img_emb_9.npy", "img_emb_10.npy"], "img_emb", Parts::Likely),
            (&["part-0001.npy", "part-0002.npy"], "part", Parts::Likely),
            (&["part.0.parquet", "part.1.parquet"], "part", Parts::Likely),
            (&["enc1.npy", "enc2.npy"], "enc", Parts::Perhaps),
        ];
        for (files, name, parts) in cases {
            assert_eq!(found(files), [(name.to_owned(), 2, parts)], "{files:?}");
        }
    }

    #[test]
    fn other_files_are_sets_by_themselves() {
        let files = ["a/enc1.npy", "b/enc1.npy", "enc.npy", "enc1.npy", "enc1.parquet", "code.npy"];
        assert!(found(&files).iter().all(|(_, files, _)| *files == 1));
        assert_eq!(found(&["enc1.npy"])[0].0, "enc1");
    }

    #[test]
    fn sets_that_say_how_many_they_are_must_be_whole() {
        let check =
            |files: &[&str]| sets(files.iter().map(PathBuf::from).collect())[0].check().map_err(|f| f.to_string());
        assert_eq!(check(&["x-0-of-2.npy", "x-1-of-2.npy"]), Ok(()));
        assert_eq!(check(&["x-1-of-2.npy", "x-2-of-2.npy"]), Ok(()));
        assert_eq!(check(&["x-00000-of-00001.npy"]), Ok(()));
        let missing = "expected 3 files according to their names, found 2: number 1 is missing";
        assert_eq!(check(&["x-0-of-3.npy", "x-2-of-3.npy"]), Err(missing.into()));
        assert!(check(&["x-1-of-2.npy"]).unwrap_err().contains("number 0 is missing"));
        assert!(check(&["x-0-of-2.npy", "x-00-of-2.npy", "x-1-of-2.npy"]).unwrap_err().contains("found 3"));
        assert!(check(&["x-0-of-0.npy"]).is_err());
    }
}
