//! A document as one HTML page that needs nothing else: no network, no font, no other file.

mod curves;
mod escape;
mod fragment;
mod frame;
mod map;
mod matrix;
mod page;
mod pictures;
mod shade;
mod strips;
mod tables;
mod ticks;

pub use self::fragment::fragment;
pub(super) use self::page::page;
