//! Computes a score in tasks, each by itself and anywhere: cuts the pairs, computes one part of them, and puts the parts
//! together.
//!
//! A [`TaskPlan`] holds all that every task has to agree on, so that none of them looks at all rows: what was seen of them, and the rows
//! and columns of each task. What a task's rows gathered is a file; who computes it, where and how often, does not matter.

mod compute;
mod cost;
mod cut;
mod data;
mod indices;
mod known_rows;
mod merge;
mod part;
mod planning;
mod record;
mod result;
mod results;

pub use self::compute::compute_task;
pub use self::cost::{MOST_TASKS, TaskCost, Wanted};
pub use self::cut::{Cut, Task};
pub use self::data::{TaskData, check_labels};
pub use self::indices::Indices;
pub use self::merge::Merging;
pub use self::planning::plan_tasks;
pub use self::record::{PlannedLayer, Request, TaskPlan};
pub use self::result::TaskResult;
pub use self::results::{Results, Status};
