//! What every format declares about itself, in its own file.

use std::io::{self, Write};

use crate::report::document::{Document, Section};

/// A format.
pub(super) struct Renderer {
    /// The section that a document must have to be rendered, beside what all documents have.
    pub(super) needs: Option<Section>,
    /// Whether it is text to print on standard output (`--format`).
    pub(super) is_printed: bool,
    /// How it is exported to a file, if it is.
    pub(super) export: Option<Export>,
    /// Writes a document, to the last newline.
    pub(super) render: fn(&Document, Screen, &mut dyn Write) -> io::Result<()>,
}

/// How a format is exported to a file.
#[derive(Debug, Clone, Copy)]
pub struct Export {
    /// The flag that names the file, without its dashes.
    pub flag: &'static str,
    /// What the file is, for the help.
    pub content: &'static str,
}

/// What is known of the terminal that is written to, if it is one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Screen {
    /// Whether cells are shaded and marked, by 256-color escapes.
    pub color: bool,
    /// Characters in a line; `None` for as many as need be.
    pub width: Option<usize>,
    /// Whether curves are drawn, too.
    pub plots: bool,
    /// Whether they are drawn in ASCII alone.
    pub is_ascii: bool,
}
