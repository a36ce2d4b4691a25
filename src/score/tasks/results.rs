//! The results of a plan's tasks in a directory: which are there, which are missing, and which are damaged.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use super::indices::Indices;
use super::record::TaskPlan;
use super::result::{ResultFile, TaskResult};
use crate::disk::{self, Replacement, Writing, is_url};
use crate::error::{Error, Fault};

/// Version of the JSON's shape; grows when a name changes its meaning or is removed.
const SCHEMA_VERSION: u32 = 1;

/// A directory with a file for each task that is done.
pub struct Results<'a> {
    plan: &'a TaskPlan,
    directory: PathBuf,
}

/// How far the tasks of a plan are: the JSON of `snnl-score status`.
#[derive(Debug, Serialize)]
pub struct Status {
    /// Grows when a name changes its meaning or is removed.
    pub schema_version: u32,
    /// The id of the plan.
    pub plan: String,
    /// Number of its tasks.
    pub tasks: usize,
    /// How many have a whole result.
    pub done: usize,
    /// Those that have none.
    pub missing: Indices,
    /// Those whose result is damaged.
    pub damaged: Indices,
    /// Pairs of rows of all tasks, in all layers.
    pub pairs: u64,
    /// Those of the tasks that are done.
    pub pairs_done: u64,
    /// What is wrong with the first that is damaged.
    #[serde(skip)]
    pub damage: Option<Fault>,
}

/// The state of one task.
enum State {
    Done,
    Missing,
    Damaged(Fault),
}

impl<'a> Results<'a> {
    /// Those of `plan` in `directory`, which need not be there.
    pub fn of(plan: &'a TaskPlan, directory: &Path) -> Results<'a> {
        Results { plan, directory: directory.join(&plan.id) }
    }

    /// Makes the directory, and checks that files can be made there.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(&self) -> Result<(), Error> {
        // Object stores have no directories, only names.
        let made = if is_url(&self.directory) { Ok(()) } else { fs::create_dir_all(&self.directory) };
        let made = made.and_then(|()| Replacement::of(&self.path(0), None));
        made.map(drop).map_err(|error| self.output(Fault::Io(error)))
    }

    /// Whether there is a whole result of a task.
    ///
    /// # Errors
    /// A file that cannot be read, or belongs to another plan; not one that is damaged.
    pub fn has(&self, task: usize) -> Result<bool, Error> {
        Ok(matches!(self.state(task)?, State::Done))
    }

    /// Puts a result in its place, unless somebody else was faster; one that is damaged is replaced.
    ///
    /// # Errors
    /// What the system says; an earlier file is then as it was.
    pub fn put(&self, result: &TaskResult) -> Result<(), Error> {
        let write = |writing| result.write(&self.path(result.task), writing);
        let written = match write(Writing::CreateIfAbsent) {
            Err(Fault::Io(error)) if error.kind() == io::ErrorKind::AlreadyExists => match self.has(result.task)? {
                true => Ok(()),
                false => write(Writing::Overwrite),
            },
            written => written,
        };
        written.map_err(|fault| self.output(fault))
    }

    /// How far the tasks are. Reads every result, for only then it is known to be whole.
    ///
    /// # Errors
    /// A file that cannot be read, or belongs to another plan.
    pub fn status(&self) -> Result<Status, Error> {
        let states: Vec<State> =
            (0..self.plan.tasks.len()).into_par_iter().map(|task| self.state(task)).collect::<Result<_, _>>()?;
        let which = |is: fn(&State) -> bool| -> Indices {
            (0..).zip(&states).filter(|(_, state)| is(state)).map(|(task, _)| task).collect()
        };
        let done = which(|state| matches!(state, State::Done));
        let missing = which(|state| matches!(state, State::Missing));
        let damaged = which(|state| matches!(state, State::Damaged(_)));
        let pairs_done: u64 = done.iter().map(|task| self.plan.tasks[task as usize].pairs).sum();
        Ok(Status {
            schema_version: SCHEMA_VERSION,
            plan: self.plan.id.clone(),
            tasks: states.len(),
            done: done.len(),
            pairs: self.plan.pairs(),
            pairs_done: pairs_done * self.plan.layers.len() as u64,
            damage: states
                .into_iter()
                .find_map(|state| if let State::Damaged(fault) = state { Some(fault) } else { None }),
            missing,
            damaged,
        })
    }

    /// The tasks that have no file at all.
    ///
    /// # Errors
    /// What the system says.
    pub fn missing(&self) -> Result<Indices, Error> {
        let entries = match disk::entries(&self.directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            entries => entries.map_err(|error| Fault::Io(error).in_input(&self.directory))?,
        };
        let there: HashSet<PathBuf> = entries.into_iter().map(|entry| entry.path).collect();
        let all = 0..self.plan.tasks.len();
        Ok(all.filter(|&task| !there.contains(&self.path(task))).map(|task| task as u32).collect())
    }

    /// The error of a merge where these tasks have no result. `plan` is the file of the plan.
    pub fn incomplete(&self, missing: &Indices, plan: &Path) -> Error {
        let (count, all) = (missing.len(), self.plan.tasks.len());
        let problem = match count == all && !disk::exists(&self.directory) && disk::is_directory(self.parent()) {
            true => format!("none of {all} tasks has a result there: are those there of another plan?"),
            false => format!("{count} of {all} tasks have no result: {missing}"),
        };
        not_done(plan, Fault::NothingToScore { problem, hint: self.how_to_compute(missing, plan) })
    }

    /// Checks that all tasks are done.
    ///
    /// # Errors
    /// Results that are damaged, or else missing.
    pub fn check_complete(&self, status: Status, plan: &Path) -> Result<(), Error> {
        let hint = self.how_to_compute(&status.damaged, plan);
        match status.damage {
            Some(damage) => {
                let problem = format!("the results of tasks {} are damaged: {damage}", status.damaged);
                Err(not_done(plan, Fault::content(problem).hint(hint)))
            }
            None if status.missing.is_empty() => Ok(()),
            None => Err(self.incomplete(&status.missing, plan)),
        }
    }

    fn how_to_compute(&self, tasks: &Indices, plan: &Path) -> String {
        format!("`snnl-score partial {} --task {tasks} --out {}`", plan.display(), self.parent().display())
    }

    /// The directory with the results of this and other plans.
    fn parent(&self) -> &Path {
        self.directory.parent().unwrap_or(&self.directory)
    }

    /// The result of a task.
    ///
    /// # Errors
    /// One that is missing, damaged, or of another plan.
    pub(super) fn open(&self, task: usize) -> Result<ResultFile, Error> {
        let path = self.path(task);
        let file = ResultFile::open(&path).and_then(|file| self.check(task, file));
        file.map_err(|fault| self.damaged(task, fault))
    }

    /// This fault of the result of a task.
    pub(super) fn damaged(&self, task: usize, fault: Fault) -> Error {
        again(fault, task).in_input(self.path(task))
    }

    /// The file of a task.
    fn path(&self, task: usize) -> PathBuf {
        self.directory.join(format!("{task}.arrow"))
    }

    fn state(&self, task: usize) -> Result<State, Error> {
        let path = self.path(task);
        let read = || {
            let file = self.check(task, ResultFile::open(&path)?)?;
            (0..)
                .zip(self.plan.sweeps())
                .try_for_each(|(place, (_, sweep))| file.parts(place, &sweep.nothing(0), &mut |_, _| {}))
        };
        match read() {
            Ok(()) => Ok(State::Done),
            Err(Fault::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(State::Missing),
            Err(fault @ Fault::Content { .. }) => Ok(State::Damaged(fault.within(&path.display().to_string()))),
            Err(fault) => Err(fault.in_input(path)),
        }
    }

    /// `file`, if it is the result of this task: damaged if it has not what the task computes.
    fn check(&self, task: usize, file: ResultFile) -> Result<ResultFile, Fault> {
        let header = &file.header;
        if (header.plan.as_str(), header.task) != (self.plan.id.as_str(), task) {
            let problem = format!("it is the result of task {} of plan {}", header.task, header.plan);
            let hint = format!("remove it, then compute task {task} again");
            return Err(Fault::Different { problem, hint });
        }
        let found = header.tallies.iter().map(|found| (&found.layer, &found.precision));
        match found.eq(self.plan.sweeps().map(|(layer, sweep)| (&layer.name, &sweep.precision))) {
            true => Ok(file),
            false => Err(Fault::content("it does not have what the task computes")),
        }
    }

    fn output(&self, fault: Fault) -> Error {
        Error::Output { path: self.directory.display().to_string(), fault }
    }
}

/// The error where tasks of the plan in the file `plan` are missing or damaged.
fn not_done(plan: &Path, fault: Fault) -> Error {
    Error::Tasks { path: plan.display().to_string(), fault }
}

/// What to try about a damaged result.
fn again(fault: Fault, task: usize) -> Fault {
    match fault {
        fault @ Fault::Content { .. } => {
            fault.hint(format_args!("`snnl-score partial` computes it again: --task {task}"))
        }
        fault => fault,
    }
}
