//! Files from untrusted sources: every seed of the fuzzers, and each damaged at random, gives complete layers or an
//! error, with little time and memory; and if a checksum covers the numbers, the numbers of the seed or none.
//!
//! `SNNL_MUTATIONS` is the number of damaged files for each fuzz target, 300 if it is not set. `fuzz/README.md` says how
//! to run many more within a limit of memory.

#[allow(unreachable_pub, reason = "a crate of its own for the fuzzers")]
#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::ops::Range;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;

use self::targets::{Numbers, Reading, TARGETS, read_all};
use crate::support::mutate::Random;

/// No file of a few kilobytes keeps a reader longer.
const LONGEST: Duration = Duration::from_secs(10);

/// A file that the damaged ones are made of.
struct Seed {
    path: PathBuf,
    name: String,
    bytes: Vec<u8>,
}

/// Stamps the tests of every fuzz target.
macro_rules! stamp {
    ($($target:ident: $others:expr),* $(,)?) => {
        mod seeds {
            $(
                #[test]
                fn $target() {
                    super::replay(stringify!($target), $others);
                }
            )*
        }
        mod damaged_seeds {
            $(
                #[test]
                fn $target() {
                    super::damage(stringify!($target), $others);
                }
            )*
        }
        /// The fuzz targets that have tests.
        const TESTED: &[&str] = &[$(stringify!($target)),*];
    };
}

// Beside the corpus of each: a directory of fixtures whose files of this format are seeds too.
stamp! {
    arrow: "fixtures/containers",
    npy: "fixtures/containers",
    npy_gz: "",
    npy_zst: "",
    npz: "fixtures/containers",
    parquet: "fixtures/parquet-bad",
    pt: "fixtures/containers",
    safetensors: "fixtures/containers",
    index: "",
    dataset: "",
    csv: "",
    csv_gz: "",
    txt: "",
    txt_zst: "",
    json: "",
    jsonl: "",
}

#[test]
fn every_fuzz_target_has_a_corpus_and_tests() {
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, TESTED);
    let corpus = root().join("fuzz/corpus");
    for entry in fs::read_dir(&corpus).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(names.contains(&name.as_str()), "`{name}` in {} is no fuzz target", corpus.display());
    }
    for name in names {
        let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "fuzz/Cargo.toml lacks `{name}`");
        let source = fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(source.contains(&format!("read_all(\"{name}\", bytes)")), "{name}.rs is of another target");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The seeds of `target`, and the files in the directory `others` that have its suffix.
fn seeds_of(target: &str, others: &str) -> Vec<Seed> {
    let files = |directory: PathBuf| -> Vec<PathBuf> {
        fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let mut found = files(root().join("fuzz/corpus").join(target));
    assert!(!found.is_empty(), "no seeds of {target}");
    if !others.is_empty() {
        let before = found.len();
        let (_, suffix) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
        found.extend(files(root().join(others)).into_iter().filter(|path| path.to_string_lossy().ends_with(suffix)));
        assert!(found.len() > before, "no {suffix} in {others}");
    }
    found.sort();
    let seed = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Seed { name, bytes: fs::read(&path).unwrap(), path }
    };
    found.into_iter().map(seed).collect()
}

/// Reads files in a thread of its own, which is left behind when it does not come back.
struct Reader {
    target: &'static str,
    files: Sender<Vec<u8>>,
    readings: Receiver<thread::Result<Reading>>,
    thread: JoinHandle<()>,
}

impl Reader {
    fn of(target: &'static str) -> Reader {
        let (files, to_read) = mpsc::channel::<Vec<u8>>();
        let (read, readings) = mpsc::channel();
        let thread = thread::spawn(move || {
            let all = to_read.iter().map(|file| panic::catch_unwind(|| read_all(target, &file)));
            all.for_each(|reading| read.send(reading).unwrap());
        });
        Reader { target, files, readings, thread }
    }

    /// Waits for the thread to end, and to remove its files.
    fn close(self) {
        drop(self.files);
        self.thread.join().unwrap();
    }

    /// Reads `bytes`; a panic and a read that takes too long are failures, which say where the bytes are saved.
    fn read(&self, origin: &str, bytes: &[u8]) -> Reading {
        self.files.send(bytes.to_vec()).unwrap();
        let problem = match self.readings.recv_timeout(LONGEST) {
            Ok(Ok(reading)) => return reading,
            Ok(Err(_)) => "a panic (above)".to_owned(),
            Err(_) => format!("no end within {LONGEST:?}"),
        };
        panic!("{}, from {origin}: {problem}; the file is {}", self.target, save(self.target, bytes).display());
    }
}

/// Keeps a file that made a test fail.
fn save(target: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{target}-{:08x}", crc32fast::hash(bytes)));
    fs::write(&path, bytes).unwrap();
    path
}

/// Reads every seed: unless its name says that it is broken, there is something in it.
fn replay(target: &'static str, others: &str) {
    let reader = Reader::of(target);
    for Seed { name, bytes, path } in seeds_of(target, others) {
        let reading = reader.read(&name, &bytes);
        let is_empty = reading.layers.is_empty() && reading.labels.is_none();
        let may_be_empty = name.starts_with("broken-") || path.starts_with(root().join("fixtures"));
        assert!(may_be_empty || !is_empty, "{name} of {target} cannot be read");
    }
    reader.close();
}

/// Reads damaged seeds, as many as are asked for.
fn damage(target: &'static str, others: &str) {
    let reader = Reader::of(target);
    let mutations: usize =
        std::env::var("SNNL_MUTATIONS").map_or(300, |count| count.parse().expect("a number of mutations"));
    let mut random = Random::new(u64::from(crc32fast::hash(target.as_bytes())));
    // Large ones would take the time of many small ones.
    let seeds: Vec<Seed> =
        seeds_of(target, others).into_iter().filter(|seed| (1..8192).contains(&seed.bytes.len())).collect();
    let checked: Vec<Checked> = seeds.iter().filter_map(|seed| Checked::of(&reader, seed)).collect();
    for _ in 0..mutations {
        let (seed, other) = (&seeds[random.below(seeds.len())], &seeds[random.below(seeds.len())]);
        let mut bytes = seed.bytes.clone();
        random.damage(&mut bytes, &other.bytes);
        reader.read(&seed.name, &bytes);
    }
    if !checked.is_empty() {
        for _ in 0..mutations.div_ceil(3) {
            checked[random.below(checked.len())].damage(&reader, &mut random);
        }
    }
    reader.close();
}

/// A seed in which no number can change unseen.
///
/// In an archive, each member has a CRC-32, which covers the header of the array too: whatever byte of the file changes,
/// its layers are those of the seed. Names, which have no checksum, may change.
///
/// In a Parquet file, each page has a CRC-32 that covers its body and not its header, and nothing covers the footer: there
/// a changed byte can make other numbers of the same body (an encoding, a type, a number of rows) that nobody can tell
/// from right ones. So only bodies are damaged.
struct Checked<'a> {
    seed: &'a Seed,
    truth: Reading,
    /// What is under a checksum, and may be damaged.
    places: Vec<Range<usize>>,
}

impl Checked<'_> {
    fn of<'a>(reader: &Reader, seed: &'a Seed) -> Option<Checked<'a>> {
        if !seed.name.starts_with("crc-") {
            return None;
        }
        let places = match reader.target {
            "parquet" => page_bodies(seed),
            _ => std::iter::once(0..seed.bytes.len()).collect(),
        };
        assert!(!places.is_empty(), "{} has no checksums", seed.name);
        Some(Checked { seed, truth: reader.read(&seed.name, &seed.bytes), places })
    }

    /// Damages the file in one place, without moving a byte.
    fn damage(&self, reader: &Reader, random: &mut Random) {
        let mut bytes = self.seed.bytes.clone();
        let place = &self.places[random.below(self.places.len())];
        let at = random.below(place.len());
        random.overwrite(&mut bytes[place.clone()], at);
        let found = reader.read(&self.seed.name, &bytes);
        // What the seed cannot be read as is not known: a layer less may leave one that can.
        let known = |layer: &Numbers| self.truth.layers.iter().any(|truth| truth.way == layer.way);
        let is_true = found.layers.iter().all(|layer| !known(layer) || self.truth.layers.contains(layer))
            && (found.labels.is_none() || self.truth.labels.is_none() || found.labels == self.truth.labels);
        if !is_true {
            let saved = save(reader.target, &bytes);
            panic!(
                "{}: byte {} of {} changed unseen; the file is {}",
                reader.target,
                place.start + at,
                self.seed.name,
                saved.display()
            );
        }
    }
}

/// Where the bodies of the pages are, all of which must have the checksums that are written before them.
fn page_bodies(seed: &Seed) -> Vec<Range<usize>> {
    let options = ReadOptionsBuilder::new().with_page_index().build();
    let reader = SerializedFileReader::new_with_options(fs::File::open(&seed.path).unwrap(), options).unwrap();
    let metadata = reader.metadata();
    let mut pages = Vec::new();
    for (index, group) in metadata.row_groups().iter().enumerate() {
        let offsets = metadata.page_index_for_row_group(index);
        for (leaf, column) in group.columns().iter().enumerate() {
            let locations = offsets.page_locations(leaf).expect("seeds with checksums have a page index");
            let (start, first) = (column.byte_range().0 as usize, locations[0].offset as usize);
            // Before the pages that the index has, there may be one with a dictionary.
            pages.extend((start < first).then_some(start..first));
            let place = |start: usize, len: i32| start..start + len as usize;
            pages.extend(locations.iter().map(|page| place(page.offset as usize, page.compressed_page_size)));
        }
    }
    pages.into_iter().map(|page| body(&seed.bytes[page.clone()]) + page.start..page.end).collect()
}

/// Where the header of `page` ends: before the bytes whose checksum it has.
fn body(page: &[u8]) -> usize {
    let has_checksum = |&end: &usize| {
        let crc = crc32fast::hash(&page[end..]) as i32;
        // As Thrift writes it: the sign in the lowest bit, then seven bits a byte.
        let mut left = ((crc << 1) ^ (crc >> 31)) as u32;
        let mut written = Vec::new();
        while left >= 0x80 {
            written.push(left as u8 | 0x80);
            left >>= 7;
        }
        written.push(left as u8);
        page[..end].windows(written.len()).any(|bytes| bytes == written)
    };
    (5..page.len()).find(has_checksum).expect("each page has a checksum")
}
