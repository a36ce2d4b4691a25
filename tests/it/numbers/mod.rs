//! Values: those of independent programs, those of hard cases, and the same bits however they are computed.

mod batches;
mod companions;
mod equal_bits;
mod false_alarms;
mod golden;
mod laws;
mod odd_rows;
mod programs;
mod resumed;
mod self_check;
mod tasks;
mod traps;
