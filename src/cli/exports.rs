//! The flags that name an output: `--format` and, for every format that is exported, `--export-NAME`. They follow from
//! the formats that the command's report has.

use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueEnum, value_parser};

use crate::error::Error;
use crate::plan::Output;
use crate::report::document::Report;
use crate::report::format::{Export, Format};

/// A report that a command exports, and how its help says so.
pub(super) trait Exported: Report {
    /// What is exported.
    const SUBJECT: &'static str;

    /// The help of `--export-NAME`, in the order of the flags; all other formats follow with a sentence of their own.
    const HELP: &'static [(Format, &'static str)];
}

/// `--export-NAME FILE` for the formats of a report; each may be given several times.
#[derive(Debug)]
pub(super) struct ExportFlags<R> {
    named: Vec<(Format, PathBuf)>,
    report: PhantomData<R>,
}

/// Parses the name of a format of `R` that can be printed.
pub(super) fn printed<R: Report>() -> impl TypedValueParser<Value = Format> {
    one_of(Format::of::<R>().filter(|format| format.is_printed()))
}

/// Parses the name of one of these formats.
pub(super) fn one_of(formats: impl IntoIterator<Item = Format>) -> impl TypedValueParser<Value = Format> {
    let names = formats.into_iter().filter_map(|format| Some(format.to_possible_value()?.help(None)));
    PossibleValuesParser::new(names).try_map(|name| Format::from_str(&name, false))
}

/// The exports of a report: the format, its flag and the help of that.
fn exports<R: Exported>() -> Vec<(Format, &'static str, String)> {
    let is_described = |format: &Format| R::HELP.iter().any(|(described, _)| described == format);
    let others = Format::of::<R>().filter(|format| !is_described(format)).map(|format| (format, None));
    let described = R::HELP.iter().map(|(format, help)| (*format, Some((*help).to_owned())));
    let export = |(format, help): (Format, Option<String>)| {
        let Export { flag, content } = format.export()?;
        Some((format, flag, help.unwrap_or_else(|| format!("Also write {} as {content}", R::SUBJECT))))
    };
    described.chain(others).filter_map(export).collect()
}

impl<R: Exported> Args for ExportFlags<R> {
    fn augment_args(command: Command) -> Command {
        let arg = |(_, flag, help): (Format, &'static str, String)| {
            let arg = Arg::new(flag).long(flag).value_name("FILE").help(help).help_heading("Output");
            arg.action(ArgAction::Append).value_parser(value_parser!(PathBuf))
        };
        command.args(exports::<R>().into_iter().map(arg))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<R: Exported> FromArgMatches for ExportFlags<R> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut named = Vec::new();
        for (format, flag, _) in exports::<R>() {
            let paths = matches.get_many::<PathBuf>(flag).into_iter().flatten();
            named.extend(paths.map(|path| (format, path.clone())));
        }
        Ok(ExportFlags { named, report: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<R> ExportFlags<R> {
    /// All outputs: those that are named, and `printed` on standard output unless one of them goes there.
    pub(super) fn outputs(&self, printed: Format) -> Result<Vec<Output>, Error> {
        let output = |(format, path): &(Format, PathBuf)| Output { format: *format, path: standard(path) };
        let mut outputs: Vec<Output> = self.named.iter().map(output).collect();
        for (place, Output { path, .. }) in outputs.iter().enumerate() {
            if outputs[..place].iter().any(|earlier| earlier.path == *path) {
                let argument = format!("`{}` for an export", path.display());
                return Err(Error::usage(argument, "another export goes there", "name a file for each"));
            }
        }
        let standard = PathBuf::from("-");
        if outputs.iter().all(|output| output.path != standard) {
            outputs.push(Output { format: printed, path: standard });
        }
        Ok(outputs)
    }
}

/// `path`, with one name for standard output.
fn standard(path: &Path) -> PathBuf {
    if is_standard(path) { PathBuf::from("-") } else { path.to_owned() }
}

/// Whether `path` is standard output.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::Section;

    #[derive(Debug)]
    struct Ranking;

    impl Report for Ranking {
        const SECTIONS: &'static [Section] = &[Section::Records];
    }

    impl Exported for Ranking {
        const SUBJECT: &'static str = "the ranking";
        const HELP: &'static [(Format, &'static str)] = &[(Format::Csv, "One line per layer")];
    }

    #[test]
    fn flags_follow_from_the_formats_of_the_report() {
        let expected = [
            (Format::Csv, "export-csv", "One line per layer"),
            (Format::Markdown, "export-markdown", "Also write the ranking as Markdown"),
            (Format::Html, "export-html", "Also write the ranking as one HTML page with pictures"),
            (Format::Json, "export-json", "Also write the ranking as JSON"),
            (Format::Parquet, "export-parquet", "Also write the ranking as Parquet"),
        ];
        assert_eq!(exports::<Ranking>(), expected.map(|(format, flag, help)| (format, flag, help.to_owned())));
    }

    #[test]
    fn a_format_that_the_report_lacks_is_no_flag() {
        let parse = |args: &[&str]| {
            let command = ExportFlags::<Ranking>::augment_args(Command::new("x"));
            let flags = ExportFlags::<Ranking>::from_arg_matches(&command.try_get_matches_from(args)?)?;
            Ok::<_, clap::Error>(flags.named)
        };
        assert!(parse(&["x", "--export-junit", "j"]).is_err());
        let named = parse(&["x", "--export-json", "a", "--export-csv", "b", "--export-json", "c"]).unwrap();
        let expected = [(Format::Csv, "b"), (Format::Json, "a"), (Format::Json, "c")];
        assert_eq!(named, expected.map(|(format, path)| (format, PathBuf::from(path))));
    }
}
