//! The part of the command line that every command shares: which layers and which labels, in the words of the field.

use std::ops::Range;
use std::path::PathBuf;

use crate::compare::checkpoint::Checkpoint;
use crate::disk::is_directory;
use crate::error::Error;
use crate::labels::{LabelInputs, LabelOptions, Labels};
use crate::source::{InMemory, Nulls, Pool, Selection, expand, stream_name};

/// Layers and labels.
#[derive(Debug, clap::Args)]
pub(super) struct Input {
    /// Activations: .npy, .npz, .parquet, .arrow, .safetensors or .pt files, directories of them, or globs; one N × D matrix
    /// per layer, in one file or in parts; - for .npy or Arrow from standard input
    #[arg(required = true, value_name = "PATH")]
    pub(super) inputs: Vec<PathBuf>,

    /// Labels of the N rows: y.npy, y.npz[:ARRAY], y.parquet[:COLUMN], y.csv[:COLUMN], y.tsv[:COLUMN], y.json[:KEY],
    /// y.jsonl[:KEY], y.txt[:HEADER] with one per line, any other format of activations, a directory of parts, or a
    /// glob; :COLUMN alone is in the files of the layer; if given several times, they are concatenated
    #[arg(short, long, value_name = "FILE[:COLUMN]")]
    labels: Vec<String>,

    /// Ids of the rows of the layers, by which labels in any order are found: ids.npy, dump.parquet:id, any other format of
    /// labels; :id is in the files of the layer
    #[arg(long, value_name = "FILE[:COLUMN]", requires = "labels", help_heading = "Input")]
    ids: Vec<String>,

    /// Ids of the labels [default: the column of the same name in the file of the labels]
    #[arg(long, value_name = "FILE[:COLUMN]", requires = "ids", help_heading = "Input")]
    label_ids: Vec<String>,

    /// What separates columns of text: a character, or tab [default: the comma, semicolon or tab, whichever is most
    /// frequent in the first line]
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter, help_heading = "Input")]
    delimiter: Option<u8>,

    /// Leave out rows with this label, and count them; null stands for rows without one; may be given several times
    #[arg(long, value_name = "LABEL", allow_hyphen_values = true, help_heading = "Input")]
    ignore_label: Vec<String>,

    /// Files to skip in directories, by name or by path within the directory; may be given several times
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    exclude: Vec<String>,

    /// The dataset to use if a directory has several: train, test
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    split: Option<String>,

    /// Layers to score, by name; may be given several times
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    layers: Vec<String>,

    /// Numeric columns of a table that together form one layer, one feature each
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    columns: Option<String>,

    /// Number of features in each value of a column of raw bytes (Parquet FIXED_LEN_BYTE_ARRAY); makes such columns layers of
    /// float16, float32 or float64
    #[arg(long, value_name = "D", help_heading = "Input")]
    dim: Option<usize>,

    /// Axis of an array along which layers are stacked, counted from 0; layer I of x is called x.I
    #[arg(long, value_name = "AXIS", help_heading = "Input")]
    layer_axis: Option<usize>,

    /// How to combine the tokens of N × tokens × D [default: flatten]
    #[arg(long, value_name = "HOW", help_heading = "Input")]
    pool: Option<Pool>,

    /// Features of each layer to use, from A up to but not including B
    #[arg(long, value_name = "A..B", value_parser = units, allow_hyphen_values = true, help_heading = "Input")]
    units: Option<Range<usize>>,
}

/// Rows that those of the input are compared with.
#[derive(Debug, Default, clap::Args)]
pub(super) struct ReferenceFlags {
    /// Layers whose rows the input's rows are compared with, instead of each other: training rows, for test rows; paired by
    /// name. `compare` takes one for each checkpoint, in the same order
    #[arg(long, value_name = "PATH", requires = "reference_labels", help_heading = "Input")]
    pub(super) reference: Vec<PathBuf>,

    /// Labels of the references; classes are paired by name
    #[arg(long, value_name = "FILE[:COLUMN]", requires = "reference", help_heading = "Input")]
    pub(super) reference_labels: Vec<String>,
}

impl ReferenceFlags {
    /// Each checkpoint with its references, one for each that is not a result, or none at all.
    pub(super) fn of_checkpoints(&self, checkpoints: Vec<PathBuf>) -> Result<Vec<(PathBuf, Vec<PathBuf>)>, Error> {
        let scored = checkpoints.iter().filter(|path| !Checkpoint::is_result(path)).count();
        if !self.reference.is_empty() && self.reference.len() != scored {
            let problem = format!("{} given, for {scored} checkpoints that are scored", self.reference.len());
            return Err(Error::usage("`--reference`", problem, "give one for each of them, in the same order"));
        }
        let mut references = self.reference.iter().cloned();
        let with_own = |path: PathBuf| match Checkpoint::is_result(&path) {
            true => (path, Vec::new()),
            false => (path, references.next().into_iter().collect()),
        };
        Ok(checkpoints.into_iter().map(with_own).collect())
    }
}

impl Input {
    /// Checks that there are labels unless each of `checkpoints` is the result of an earlier run.
    pub(super) fn check_labels(&self, checkpoints: &[PathBuf]) -> Result<(), Error> {
        if self.labels.is_empty() && !checkpoints.iter().all(|path| Checkpoint::is_result(path)) {
            let problem = "activations need labels: --labels <FILE[:COLUMN]> is missing";
            return Err(Error::usage("this command line", problem, "results of earlier runs (.json) need none"));
        }
        Ok(())
    }

    /// Refuses what can be read only once, by one program.
    pub(super) fn check_no_streams(&self, labels: &LabelInputs, references: &ReferenceFlags) -> Result<(), Error> {
        let LabelInputs { own, ids, row_ids, references: met, .. } = labels;
        let of_labels = [own, ids, row_ids, met].into_iter().flatten().map(|spec| Labels::locate(spec).path);
        let mut paths = self.inputs.iter().chain(&references.reference).cloned().chain(of_labels);
        match paths.find(|path| stream_name(path).is_some()) {
            None => Ok(()),
            Some(stream) => {
                let problem = "every task reads its rows by itself, and a stream can be read only once";
                Err(Error::usage(format_args!("`{}`", stream.display()), problem, "save it to a file first"))
            }
        }
    }

    /// Replaces globs by what they match.
    ///
    /// # Errors
    /// What matches nothing, and a split of something that has none.
    pub(super) fn resolve(&mut self, references: &mut ReferenceFlags) -> Result<(), Error> {
        (self.inputs, references.reference) = (expand_all(&self.inputs)?, expand_all(&references.reference)?);
        if let Some(split) = &self.split
            && !self.inputs.iter().any(|input| is_directory(input))
        {
            let hint = "it chooses among the datasets of a directory; to score single files, name them without it";
            return Err(Error::usage(format_args!("`--split {split}`"), "no input is a directory", hint));
        }
        Ok(())
    }

    /// The labels of the rows in `inputs` and of their references, and how they are read; none of results of earlier runs.
    ///
    /// # Errors
    /// What matches nothing, and a split that is not there or not named.
    pub(super) fn label_inputs(&self, inputs: &[PathBuf], references: &ReferenceFlags) -> Result<LabelInputs, Error> {
        let scored: Vec<PathBuf> = inputs.iter().filter(|path| !Checkpoint::is_result(path)).cloned().collect();
        if scored.is_empty() && !inputs.is_empty() {
            return Ok(LabelInputs::default());
        }
        let resolve = |specs: &[String], inputs: &[PathBuf]| Labels::resolve(specs, inputs, self.split.as_deref());
        let own = resolve(&self.labels, &scored)?;
        let ids = match self.label_ids.is_empty() {
            true => self.ids_beside(&own)?,
            false => resolve(&self.label_ids, &scored)?,
        };
        Ok(LabelInputs {
            own,
            ids,
            row_ids: resolve(&self.ids, &scored)?,
            references: resolve(&references.reference_labels, &references.reference)?,
            options: LabelOptions {
                ignored: self.ignore_label.clone(),
                delimiter: self.delimiter,
                in_memory: InMemory::default(),
            },
        })
    }

    /// Where the labels have their ids if nothing else is said: in the column of the files of the labels that is called as that of the
    /// rows.
    fn ids_beside(&self, labels: &[String]) -> Result<Vec<String>, Error> {
        let column = |spec: &String| match spec.strip_prefix(':') {
            Some(column) => Some(column.to_owned()),
            None => Labels::locate(spec).column,
        };
        let beside = |column: String| {
            let of = |spec: &String| format!("{}:{column}", Labels::locate(spec).path.display());
            labels.iter().map(of).collect()
        };
        match self.ids.first().map(|spec| (spec, column(spec))) {
            None => Ok(Vec::new()),
            Some((_, Some(column))) => Ok(beside(column)),
            Some((spec, None)) => Err(Error::usage(
                format_args!("`--ids {spec}`"),
                "it gives the ids of rows, not of labels",
                "--label-ids names the ids of the labels; name the same file if labels are in the order of the rows",
            )),
        }
    }

    /// What to take from inputs and references with these labels.
    pub(super) fn selection<'a>(&self, labels: impl IntoIterator<Item = &'a LabelInputs>) -> Selection {
        let specs = |of: &'a LabelInputs| [&of.own, &of.ids, &of.row_ids, &of.references].into_iter().flatten();
        Selection {
            exclude: self.exclude.clone(),
            layers: self.layers.clone(),
            split: self.split.clone(),
            columns: self.columns.clone(),
            dim: self.dim,
            layer_axis: self.layer_axis,
            pool: self.pool,
            nulls: Nulls::default(),
            units: self.units.clone(),
            labels: labels.into_iter().flat_map(specs).map(|spec| Labels::locate(spec)).collect(),
            rows: None,
            delimiter: self.delimiter,
            scratch: None,
            in_memory: InMemory::default(),
        }
    }
}

/// What `paths` stand for, in their order.
fn expand_all(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let expanded = |path: &PathBuf| expand(path).map_err(|fault| fault.in_input(path));
    Ok(paths.iter().map(expanded).collect::<Result<Vec<_>, _>>()?.concat())
}

fn units(text: &str) -> Result<Range<usize>, String> {
    let bounds = text.split_once("..").and_then(|(from, until)| Some(from.parse().ok()?..until.parse().ok()?));
    bounds
        .filter(|units: &Range<usize>| !units.is_empty())
        .ok_or("expected A..B with A below B, for example 0..70".into())
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        // These delimit lines and cells already.
        [b'\n' | b'\r' | b'"'] => Err("expected a character that can separate columns".into()),
        &[byte] if byte.is_ascii() => Ok(byte),
        _ => Err("expected one ASCII character, for example `;`, or `tab`".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_single_characters() {
        assert_eq!((delimiter(";"), delimiter("tab"), delimiter("\\t")), (Ok(b';'), Ok(b'\t'), Ok(b'\t')));
        for text in ["", ";;", "§", "\"", "\n"] {
            assert!(delimiter(text).is_err(), "{text}");
        }
    }

    #[test]
    fn slices_of_units() {
        assert_eq!(units("0..70"), Ok(0..70));
        for text in ["70", "5..5", "5..2", "a..b", "..", "-1..2"] {
            assert!(units(text).is_err(), "{text}");
        }
    }
}
