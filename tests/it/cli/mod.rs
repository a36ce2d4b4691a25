//! The binary as users meet it: standard output, standard error and exit code together, and what lies on the disk
//! afterwards.

mod action;
mod any_size;
mod bad_input;
mod bad_usage;
mod batches;
mod before_reading;
mod companions;
mod compare;
mod estimates;
mod explain;
mod foreign;
mod formats;
mod gate;
mod harness;
mod ids;
mod inspect;
mod labels;
mod paths;
mod pipes;
mod presets;
mod references;
mod schema;
mod streams;
mod tables;
mod text;
