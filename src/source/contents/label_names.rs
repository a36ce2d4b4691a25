//! Names that people give to labels, by which labels are told from layers where nobody says which they are.

/// Whether a file's stem or a column's name says that labels are in it.
pub fn is_label_like(name: &str) -> bool {
    ["y", "label", "labels", "target", "targets"].contains(&name.to_lowercase().as_str())
}
