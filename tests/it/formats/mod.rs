//! Every format read as layers: the same rows from each, and errors for files that are broken or lie.

mod arrow;
mod axes;
mod bad_files;
mod compressed;
mod delimited;
mod discovery;
mod hostile;
mod hub;
mod npz;
mod pt;
mod safetensors;
mod shards;
mod sources;
mod tables;
