//! A checkpoint that is scored now or was scored in an earlier run, and whether it can be compared with another.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::change::{LossesOf, Summary};
use super::embedded;
use super::rows_file;
use crate::disk::{self, Kind, is_url};
use crate::error::{Error, Fault, is_passing};
use crate::score::table::{LayerScore, SCHEMA_VERSION, ScoreTable};
use crate::score::{LayerMap, RowLosses, best};
use crate::source::{Region, natural};

/// A checkpoint's scores, and the losses that they are means of where these are known.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// What it is called: its directory's or file's name.
    pub name: String,
    /// Its scores.
    pub table: ScoreTable,
    /// The losses of each layer's rows.
    pub rows: BTreeMap<String, RowLosses>,
    /// Where the rows of each layer lie in two dimensions, if requested.
    pub maps: BTreeMap<String, LayerMap>,
    /// What each row is called, where that is known; empty for a row of which it is not.
    pub ids: Option<Arc<[String]>>,
}

impl Checkpoint {
    /// Whether `path` is the result of an earlier run rather than activations.
    pub fn is_result(path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_json = name.ends_with(".json") && !name.ends_with(".safetensors.index.json");
        is_json || Checkpoint::is_report(path)
    }

    /// Whether `path` is a report with a result in it.
    pub fn is_report(path: &Path) -> bool {
        path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("html"))
    }

    /// Reads the result `path` of an earlier run, and the losses of its rows where they lie beside it
    /// ([`rows_file::beside`]).
    ///
    /// # Errors
    /// When either cannot be read, or is not what this program writes, or when they are not of one run.
    pub fn read(path: &Path) -> Result<Checkpoint, Error> {
        let table = read_table(path).map_err(|fault| fault.in_input(path))?;
        let rows_path = rows_file::beside(path);
        let (rows, ids) = match disk::kind(&rows_path) {
            Ok(Kind::File) => rows_file::read(&rows_path, &table).map_err(|fault| fault.in_input(&rows_path))?,
            // It may be there, and tell more than the result alone.
            Err(error) if is_url(path) && is_passing(error.kind()) => return Err(Fault::Io(error).in_input(rows_path)),
            _ => (BTreeMap::new(), None),
        };
        Ok(Checkpoint { name: Checkpoint::name_of(path), table, rows, maps: BTreeMap::new(), ids })
    }

    /// What the checkpoint in `path` is called.
    pub fn name_of(path: &Path) -> String {
        // `.` and `..` have no name of their own.
        let whole = path.file_name().is_none().then(|| disk::canonical(path).ok()).flatten();
        let path = whole.as_deref().unwrap_or(path);
        let name = if Checkpoint::is_result(path) { path.file_stem() } else { path.file_name() };
        name.unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
    }

    /// Takes the best temperature of each layer from the first `count` alone: the others were scored to be compared at, not
    /// to be searched.
    pub fn search_first(&mut self, count: usize) {
        for layer in &mut self.table.layers {
            layer.best = best(&layer.scores[..count.min(layer.scores.len())]);
        }
    }

    /// The layer of this name.
    pub fn layer(&self, name: &str) -> Option<&LayerScore> {
        self.table.layers.iter().find(|layer| layer.name == name)
    }

    /// The losses of the layer `name` at its `position`-th temperature, where they are known.
    pub fn losses(&self, name: &str, position: usize) -> Option<LossesOf<'_>> {
        let rows = self.rows.get(name)?;
        Some(LossesOf { rows: &rows.rows, losses: rows.losses.get(position)? })
    }
}

/// What the checkpoints in `paths` are called beside each other: with as many of the folders above as tell them apart.
pub fn names_of(paths: &[PathBuf]) -> Vec<String> {
    let above = |path: &Path, count: usize| -> String {
        let folders = path.parent().into_iter().flat_map(Path::components);
        let folders: Vec<String> = folders.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        folders[folders.len().saturating_sub(count)..].iter().map(|folder| format!("{folder}/")).collect()
    };
    let named = |count: usize| {
        let names = paths.iter().map(|path| above(path, count) + &Checkpoint::name_of(path));
        names.collect::<Vec<String>>()
    };
    let deepest = paths.iter().map(|path| path.components().count()).max().unwrap_or(0);
    let are_distinct = |names: &Vec<String>| (0..names.len()).all(|at| !names[..at].contains(&names[at]));
    (0..deepest).map(named).find(are_distinct).unwrap_or_else(|| named(0))
}

/// `checkpoints`, each with its path, as they are compared: in natural order where they differ in numbers alone, as the epochs of
/// one model do, otherwise as they were named.
pub fn in_order<T>(mut checkpoints: Vec<T>, path: impl Fn(&T) -> &PathBuf) -> Vec<T> {
    let without_numbers = |checkpoint: &T| {
        let text = path(checkpoint).to_string_lossy().into_owned();
        text.trim_end_matches(['/', '\\']).replace(|letter: char| letter.is_ascii_digit(), "")
    };
    if checkpoints.windows(2).all(|pair| without_numbers(&pair[0]) == without_numbers(&pair[1])) {
        checkpoints.sort_by(|a, b| natural(&path(a).to_string_lossy(), &path(b).to_string_lossy()));
    }
    checkpoints
}

/// The epoch in the name of a checkpoint: the number after `epoch`, or else the last.
///
/// # Errors
/// [`Error::Usage`] where it has none.
pub fn epoch_of(name: &str) -> Result<u32, Error> {
    let numbers = |text: &str| -> Vec<String> {
        text.split(|letter: char| !letter.is_ascii_digit())
            .filter(|digits| !digits.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let after_epoch = name.to_lowercase().split_once("epoch").and_then(|(_, rest)| numbers(rest).into_iter().next());
    let number = after_epoch.or_else(|| numbers(name).pop());
    number.and_then(|digits| digits.parse().ok()).ok_or_else(|| {
        let hint = "name checkpoints by their epoch, for example `epoch_03`";
        Error::usage("`-T anneal`", format_args!("checkpoint `{name}` has no epoch in its name"), hint)
    })
}

impl Summary {
    /// What is known of the layer's value at the `position`-th temperature.
    pub(super) fn of(layer: &LayerScore, position: usize) -> Summary {
        let score = &layer.scores[position];
        Summary { mean: score.snnl, stderr: score.stderr, n: score.n }
    }
}

/// What holds a result beside JSON.
const IN_REPORTS: &str = "reports with a result in them are written by `snnl-score … --export-html`";

/// The table in the file `path`, JSON or a report.
fn read_table(path: &Path) -> Result<ScoreTable, Fault> {
    const HINT: &str = "results are written by `--export-json`";
    let not_json =
        |error: serde_json::Error| Fault::content(format_args!("not JSON, or incomplete JSON: {error}")).hint(HINT);
    let reader = BufReader::new(Region::open(path)?.reader());
    let value: serde_json::Value = match Checkpoint::is_report(path) {
        true => {
            let page = std::io::read_to_string(reader)?;
            let lacks = || Fault::content("a page without a result, or an incomplete page").hint(IN_REPORTS);
            serde_json::from_str(embedded::result_in(&page).ok_or_else(lacks)?).map_err(not_json)?
        }
        false => serde_json::from_reader(reader).map_err(not_json)?,
    };
    match value.get("schema_version").and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(SCHEMA_VERSION) => {}
        found => {
            let found = found.map_or("none".to_owned(), |version| version.to_string());
            let problem = format!("expected a result of schema_version {SCHEMA_VERSION}, found {found}");
            return Err(Fault::content(problem).hint(HINT));
        }
    }
    let table: ScoreTable = serde_json::from_value(value)
        .map_err(|error| Fault::content(format_args!("not a result of a run: {error}")).hint(HINT))?;
    let lacks =
        |layer: &&LayerScore| layer.scores.is_empty() || !layer.scores.iter().all(|score| score.snnl.is_finite());
    match table.layers.iter().find(lacks) {
        Some(layer) => Err(Fault::content(format_args!("layer `{}` has no value", layer.name)).hint(HINT)),
        None => Ok(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_read_from_names() {
        for (name, epoch) in [("epoch_03", 3), ("Epoch-12_step500", 12), ("ckpt7", 7), ("v2-ckpt-0010", 10)] {
            assert_eq!(epoch_of(name).unwrap(), epoch, "{name}");
        }
        assert!(epoch_of("final").is_err() && epoch_of("epoch99999999999").is_err());
    }

    #[test]
    fn checkpoints_of_one_name_are_told_apart_by_their_folders() {
        let names = |paths: &[&str]| names_of(&paths.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(names(&["a/init", "a/snnl.json"]), ["init", "snnl"]);
        assert_eq!(names(&["run1/acts", "run2/acts", "x/base.json"]), ["run1/acts", "run2/acts", "x/base"]);
        assert_eq!(names(&["r/1/out/acts", "r/2/out/acts"]), ["1/out/acts", "2/out/acts"]);
        assert_eq!(names(&["acts", "acts"]), ["acts", "acts"]);
    }

    #[test]
    fn epochs_stand_in_natural_order_and_others_as_named() {
        let order = |names: &[&str]| in_order(names.iter().map(PathBuf::from).collect(), |path| path);
        assert_eq!(order(&["r/epoch_10/", "r/epoch_9"]), [PathBuf::from("r/epoch_9"), PathBuf::from("r/epoch_10/")]);
        assert_eq!(order(&["snnl", "init"]), [PathBuf::from("snnl"), PathBuf::from("init")]);
    }
}
