//! Common names of labels, by which labels are distinguished from layers if the command line does not say which they
//! are.

/// Whether a file's stem or a column's name says that labels are in it.
pub fn is_label_like(name: &str) -> bool {
    ["y", "label", "labels", "target", "targets"].contains(&name.to_lowercase().as_str())
}
