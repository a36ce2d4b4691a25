//! The binary as users see it: standard output, standard error and exit code together, and the files on the disk
//! afterwards.

mod action;
mod any_size;
mod bad_input;
mod bad_usage;
mod batches;
mod before_reading;
mod companions;
mod compare;
mod edited_plans;
mod estimates;
mod explain;
mod foreign;
mod formats;
mod gate;
mod harness;
mod html;
mod ids;
mod inspect;
mod labels;
mod paths;
mod pipes;
mod presets;
mod ratchet;
mod references;
mod schema;
mod streams;
mod tables;
mod tasks;
mod text;
#[cfg(not(feature = "remote"))]
mod urls;
