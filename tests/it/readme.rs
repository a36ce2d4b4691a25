//! What the README and the pages about the command show is what the tool does: tables are the output of their commands, and
//! examples run.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::program;

/// The first of the two commands, before its arguments; the tests run the binary that cargo built for them instead.
const CARGO_RUN: &str = "cargo run --release -- ";

/// Pages whose examples are run.
const PAGES: [&str; 5] = ["README.md", "docs/usage.md", "docs/any-size.md", "docs/many-machines.md", "docs/why.md"];

fn readme() -> String {
    page("README.md")
}

fn page(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap()
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The fenced blocks of a language, without their fences.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("\n```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split_once("```").unwrap().0).collect()
}

/// The lines of all shell blocks.
fn commands(text: &str) -> Vec<&str> {
    blocks(text, "sh").into_iter().flat_map(str::lines).collect()
}

/// Arguments split as a shell would where nothing but single quotes is special.
fn words(arguments: &str) -> Vec<String> {
    let parts = arguments.split('\'').enumerate();
    let quoted = |(place, part): (usize, &str)| match place % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
        _ => vec![part.to_owned()],
    };
    parts.flat_map(quoted).collect()
}

fn run(arguments: &str, directory: &Path) -> Output {
    let mut command = Command::new(program());
    command.args(words(arguments)).current_dir(directory).output().unwrap()
}

#[test]
fn the_picture_is_what_the_first_command_prints() {
    let readme = readme();
    let arguments = commands(&readme).into_iter().find_map(|command| command.strip_prefix(CARGO_RUN)).unwrap();
    let output = run(arguments, repository());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();

    // The last line tells the time and the machine.
    let [printed, shown] = [printed.as_str(), blocks(&readme, "text")[0]].map(|text| text.trim_end().rsplit_once('\n'));
    let ((printed, printed_run), (shown, shown_run)) = (printed.unwrap(), shown.unwrap());
    assert_eq!(printed, shown);
    for run in [printed_run, shown_run] {
        assert!(run.contains(" s on cpu, ") && run.contains("self-check of 64 rows per layer: error ≤ "), "{run}");
    }
}

#[test]
fn the_comparison_is_what_its_command_prints() {
    let readme = readme();
    let command = commands(&readme).into_iter().find(|command| command.starts_with("snnl-score compare")).unwrap();
    let output = run(command.strip_prefix("snnl-score ").unwrap(), repository());
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), blocks(&readme, "text")[1].trim_end());
}

#[test]
fn a_newcomer_needs_two_commands() {
    let readme = readme();
    let last = blocks(&readme, "sh").pop().unwrap().lines().collect::<Vec<_>>();
    assert!(last.len() == 2 && last[0].starts_with(CARGO_RUN) && last[1] == "cargo test", "{last:?}");
}

#[test]
fn the_examples_run_and_write_what_they_name() {
    let directory = TempDir::new().unwrap();
    copy(&repository().join("fixtures"), &directory.path().join("fixtures"));
    let pages = PAGES.map(page);
    let examples: Vec<&str> =
        pages.iter().flat_map(|page| commands(page)).filter_map(|line| line.strip_prefix("snnl-score ")).collect();
    assert!(examples.len() > PAGES.len());
    for arguments in examples {
        let output = run(arguments, directory.path());
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        let words = words(arguments);
        for [flag, file] in words.array_windows() {
            assert!(!flag.starts_with("--export") || directory.path().join(file).is_file(), "{arguments}: no {file}");
        }
    }
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_in_it() {
    for name in PAGES.iter().chain(&["docs/python.md", "docs/stability.md", "CHANGELOG.md", "SECURITY.md"]) {
        let page = page(name);
        let directory = repository().join(name);
        // What is in a block is code.
        let prose: String = page.split("\n```").step_by(2).collect();
        for link in prose.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let (target, heading) = link.split_once('#').unwrap_or((link, ""));
            if target.contains("://") {
                continue;
            }
            let path = directory.parent().unwrap().join(target);
            let text = fs::read(&path).unwrap_or_else(|_| panic!("{name}: {link}"));
            let text = String::from_utf8_lossy(&text);
            let slug = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            let has_heading = text.lines().any(|line| line.starts_with('#') && slug(line) == heading);
            assert!(heading.is_empty() || has_heading, "{name}: {link}");
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}
