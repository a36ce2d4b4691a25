//! The library and the binary as others use them. One executable, because each executable that links Arrow and Parquet
//! takes seconds to link.

mod cli;
mod formats;
mod labels;
mod numbers;
#[path = "../oracle/mod.rs"]
mod oracle;
mod readme;
mod support;
