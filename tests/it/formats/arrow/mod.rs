//! Arrow IPC in both forms: the same rows as in every other format, labels of every kind, and errors for what is broken.

mod damaged;
mod labels;
mod layers;
mod lies;
