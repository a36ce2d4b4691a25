//! Scores in tasks: cuts a score, computes tasks, looks how far they are, and puts their results together.

mod compute;
mod cut;
mod merge;
mod opened;
mod status;

pub(super) use self::compute::run as compute;
pub(super) use self::cut::run as cut;
pub(super) use self::merge::run as merge;
pub(super) use self::status::run as status;
