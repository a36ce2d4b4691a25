//! Results in the formats that people and programs read. Each kind of result has a file that turns it into a [`document`];
//! each [`mod@format`] has a file that renders documents; [`destination`] and [`stream`] are where the bytes go.

pub mod cell;
pub mod checks;
pub mod comparison;
pub mod destination;
pub mod document;
pub mod figure;
pub mod format;
pub mod gate;
pub mod grid;
pub mod html;
pub mod inspection;
mod number;
pub mod provenance;
pub mod records;
pub mod score;
mod sentences;
pub mod stream;
pub mod tasks;
mod text;
pub mod thumbnails;

pub use self::text::printable;
