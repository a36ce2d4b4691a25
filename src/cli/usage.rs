//! Explains why a command line cannot be parsed, in the same three lines as every other error.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::Error;

const HELP: &str = "`snnl-score --help` explains every option";

/// Which argument, what is wrong with it, and what to try.
pub fn explain(error: &clap::Error) -> Error {
    let context = |kind| error.get(kind).map(list).unwrap_or_default();
    let named = context(ContextKind::InvalidArg);
    // Clap names a flag with its placeholder, `--units <A..B>`.
    let flag = named.split(' ').next().unwrap_or_default();
    let value = context(ContextKind::InvalidValue);
    let typed = if value.is_empty() { format!("`{flag}`") } else { format!("`{flag} {value}`") };
    match error.kind() {
        ErrorKind::ValueValidation => {
            let cause = error.source().map_or_else(|| "not a value".to_owned(), ToString::to_string);
            Error::usage(typed, cause, HELP)
        }
        ErrorKind::InvalidValue if value.is_empty() => Error::usage(typed, "it needs a value", HELP),
        ErrorKind::InvalidValue => {
            Error::usage(typed, format_args!("expected one of {}", context(ContextKind::ValidValue)), HELP)
        }
        ErrorKind::UnknownArgument => {
            let hint = match context(ContextKind::SuggestedArg) {
                similar if similar.is_empty() => HELP.to_owned(),
                similar => format!("did you mean `{similar}`?"),
            };
            Error::usage(typed, "there is no such option", hint)
        }
        ErrorKind::InvalidSubcommand => {
            let name = context(ContextKind::InvalidSubcommand);
            Error::usage(format_args!("`{name}`"), "there is no such command", "`snnl-score help` lists them")
        }
        ErrorKind::MissingRequiredArgument => {
            let hint = match named.contains("--labels") || named.contains("<PATH>") {
                true => "`snnl-score embeddings/ --labels y.npy` is the shortest form",
                false => HELP,
            };
            Error::usage("this command line", format_args!("it lacks {named}"), hint)
        }
        ErrorKind::ArgumentConflict => match context(ContextKind::PriorArg) {
            prior if prior == named => Error::usage(typed, "it is given twice", "give it once"),
            prior => Error::usage(typed, format_args!("it cannot be used with `{prior}`"), "leave one of them out"),
        },
        kind => {
            let argument = if flag.is_empty() { "this command line".to_owned() } else { typed };
            Error::usage(argument, kind.as_str().unwrap_or("it cannot be parsed"), HELP)
        }
    }
}

fn list(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(several) => several.join(", "),
        one => one.to_string(),
    }
}
