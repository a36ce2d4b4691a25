//! Complete printed and exported outputs; the tests of the score check the numbers.

use snnl_score::engine::cpu::Cpu;

use crate::cli::harness::{Place, assert_refused, column, timeless};

const INPUT: &str = "snnl --labels y.npy";

#[test]
fn the_table_of_real_activations() {
    let place = Place::with_real_activations();
    let table = timeless(&place.stdout(&format!("{INPUT} --color never")));
    assert_eq!(table, include_str!("snapshots/table.txt"));
    // No terminal, hence no color and no width.
    assert_eq!(timeless(&place.stdout(INPUT)), table);
    let quiet = place.run(&format!("{INPUT} -q"));
    assert_eq!((timeless(&quiet.stdout), quiet.stderr.as_str()), (table, ""));
}

#[test]
fn every_instruction_set_says_its_name_and_agrees() {
    let place = Place::with_real_activations();
    let scored = |args: &str| -> serde_json::Value {
        serde_json::from_str(&place.stdout(&format!("{INPUT} --format json {args}"))).unwrap()
    };
    let exact = scored("--precision f64");
    for set in Cpu::instructions() {
        let found = scored(&format!("--instructions {set}"));
        assert_eq!(found["run"]["device"], format!("cpu, {set}"));
        for (found, exact) in found["sum"].as_array().unwrap().iter().zip(exact["sum"].as_array().unwrap()) {
            let [found, exact] = [found, exact].map(|sum| sum["snnl"].as_f64().unwrap());
            assert!((found / exact - 1.0).abs() < 1e-5, "{set}: {found} for {exact}");
        }
    }
}

#[test]
fn the_minimum_over_all_temperatures_is_lower_than_that_of_any_ladder() {
    let place = Place::with_real_activations();
    let scored = |args: &str| -> serde_json::Value {
        serde_json::from_str(&place.stdout(&format!("{INPUT} --format json {args}"))).unwrap()
    };
    let fine = scored("-T log:0.01..1:120 --temperature-unit mean");
    // In either unit it is the same.
    for args in ["--minimise", "--minimise -T 0.05,0.5,1", "--minimise --memory 24MiB"] {
        let found = scored(args);
        for (found, fine) in found["layers"].as_array().unwrap().iter().zip(fine["layers"].as_array().unwrap()) {
            let [minimum, best] = [&found["minimum"], &fine["best"]].map(|value| value["snnl"].as_f64().unwrap());
            assert!(minimum <= best * (1.0 + 1e-4) && minimum > best * (1.0 - 1e-3), "{args}: {minimum}, {best}");
            assert_eq!(found["minimum"]["place"], "interior");
        }
    }
    // What it says is what a run at that temperature finds.
    let found = scored("--minimise --layers enc1");
    let minimum = &found["layers"][0]["minimum"];
    let again = scored(&format!("--layers enc1 --temperature-unit mean -T {}", minimum["temperature"]));
    let [first, second] = [&minimum["snnl"], &again["layers"][0]["best"]["snnl"]].map(|value| value.as_f64().unwrap());
    assert!((first / second - 1.0).abs() < 1e-5, "{first}, {second}");
    let table = place.stdout(&format!("{INPUT} --minimise --color never"));
    let headings: Vec<&str> = table.lines().nth(1).unwrap().split_whitespace().collect();
    assert!(headings.ends_with(&["chance", "minimum", "at", "T", "│"]), "{table}");
    assert!(table.contains("minimum: the lowest value over T from 1e-3 to 1e2 mean distances"), "{table}");
    let csv = place.stdout(&format!("{INPUT} --minimise --format csv"));
    assert!(column(&csv, "minimum_temperature").iter().all(|cell| cell.parse::<f64>().is_ok()), "{csv}");
}

#[test]
fn rows_of_another_class_than_their_neighbors_are_named() {
    let place = Place::with_layer();
    // The third row of class 1 lies among those of class 0.
    place.layer("odd.npy", &[[1.0, 0.1], [1.0, 0.2], [1.0, 0.3], [0.1, 1.0], [0.2, 1.0], [1.0, 0.15]]);
    place.labels("of.npy", &[0, 0, 0, 1, 1, 1]);
    let json = place.stdout("odd.npy --labels of.npy --worst 1 --format json");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let worst = &value["layers"][0]["worst"];
    assert_eq!((worst.as_array().unwrap().len(), &worst[0]["row"], &worst[0]["class"]), (1, &5.into(), &"1".into()));
    assert_eq!((&worst[0]["picks"], &worst[0]["nearest_own"]["row"]), (&"0".into(), &4.into()));
    let table = place.stdout("odd.npy --labels of.npy --worst 2");
    assert!(table.contains("│ odd      5  1") && table.contains("nearest of another"), "{table}");
    assert!(!place.stdout("odd.npy --labels of.npy").contains("nearest"));
    assert_refused(&place.run("odd.npy --labels of.npy --worst 10001"), 2, ["`--worst 10001`", "", ""]);
}

#[test]
fn at_the_cold_edge_nearest_neighbors_decide() {
    let place = Place::with_layer();
    // Pairs of a class far from all others: the colder, the lower, until nothing is left to lower.
    let rows: Vec<[f64; 2]> = (0..6).map(|at| [f64::from(at / 2 * 10) + 1.0, f64::from(at) * 2.0 + 1.0]).collect();
    place.layer("pairs.npy", &rows);
    place.labels("of.npy", &[0, 0, 1, 1, 2, 2]);
    let json = place.stdout("pairs.npy --labels of.npy --distance euclidean --minimise --format json");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let minimum = &value["layers"][0]["minimum"];
    assert_eq!((&minimum["place"], &minimum["nearest_neighbor_error"]), (&"cold_edge".into(), &0.0.into()));
    let table = place.stdout("pairs.npy --labels of.npy --distance euclidean --minimise");
    assert!(
        table.contains("minimum at the cold edge, where nearest neighbors decide")
            && table.contains("their classification error: 0.0 %"),
        "{table}"
    );
    // Of two neighbors at one place the first is nearest: two of four rows, for the fifth is alone in its class.
    place.layer("same.npy", &[[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [30.0, 1.0], [31.0, 1.0]]);
    place.labels("of.npy", &[9, 0, 0, 5, 5]);
    let json = place.stdout("same.npy --labels of.npy --distance euclidean --minimise --format json");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let minimum = &value["layers"][0]["minimum"];
    assert_eq!((&minimum["place"], &minimum["nearest_neighbor_error"]), (&"cold_edge".into(), &0.5.into()));
}

#[test]
fn markdown_and_csv_of_real_activations() {
    let place = Place::with_real_activations();
    let markdown = place.stdout(&format!("{INPUT} -T 0.1,1 --format markdown"));
    assert_eq!(timeless(&markdown), include_str!("snapshots/table.md"));
    let csv = place.stdout(&format!("{INPUT} -T 0.1,1 --precision f64 --format csv"));
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some(
            "layer,dim,dtype,temperature,temperature_scale,snnl,stderr,relative,n,chance,precision,singletons,\
             zero_rows,non_finite_rows,duplicate_rows,distance,preset,temperature_unit,tool_version,finished"
        )
    );
    let keys: Vec<String> = lines.map(|line| line.split(',').take(5).collect::<Vec<_>>().join(",")).collect();
    let expected = [("code", 70), ("enc1", 500), ("enc2", 500), ("enc3", 2000)]
        .map(|(name, dim)| ["0.1", "1.0"].map(|temperature| format!("{name},{dim},float16,{temperature},1.0")));
    assert_eq!(keys, expected.as_flattened());
}

#[test]
fn colour_shades_the_table_only_where_it_is_wanted() {
    let place = Place::with_layer();
    let coloured = |args: &str, no_color: bool| {
        let mut command = place.command(&format!("x.npy --labels y.npy {args}"));
        if no_color {
            command.env("NO_COLOR", "1");
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        output.stdout.contains(&0x1b)
    };
    // What is asked for outright wins over the environment.
    assert!(coloured("--color always", false) && coloured("--color always", true));
    assert!(!coloured("--color never", false) && !coloured("", false) && !coloured("", true));
    for format in ["json", "csv", "markdown"] {
        assert!(!coloured(&format!("--color always --format {format}"), false), "{format}");
    }
}

#[test]
fn several_exports_at_once_are_what_their_formats_print() {
    let place = Place::with_layer();
    let input = "x.npy --labels y.npy --threads 1";
    let printed = |format: &str| place.stdout(&format!("{input} --format {format}"));
    let exports = "--export-json r.json --export-csv r.csv --export-markdown r.md --export-parquet r.parquet";
    let table = place.stdout(&format!("{input} {exports}"));
    assert_eq!(timeless(&table), timeless(&printed("table")));
    assert_eq!(place.read("r.csv"), printed("csv"));
    assert_eq!(timeless(&place.read("r.md")), timeless(&printed("markdown")));
    assert_eq!(without_run(&place.read("r.json")), without_run(&printed("json")));
    assert!(std::fs::read(place.path("r.parquet")).unwrap().starts_with(b"PAR1"));
    assert_eq!(place.files(), ["r.csv", "r.json", "r.md", "r.parquet", "x.npy", "y.npy"]);
    // An export to standard output takes the place of what is printed there; an older file is replaced.
    place.write("r.csv", "old");
    let standard = place.stdout(&format!("{input} --export-json - --export-csv r.csv"));
    assert_eq!(without_run(&standard), without_run(&place.read("r.json")));
    assert_eq!(place.read("r.csv"), printed("csv"));
}

#[test]
fn the_result_does_not_depend_on_the_threads() {
    let place = Place::with_real_activations();
    let result = |threads: usize| {
        place.stdout(&format!(
            "{INPUT} --threads {threads} --distance euclidean --format csv --export-json {threads}.json"
        ))
    };
    assert_eq!(result(1), result(2));
    assert_eq!(without_run(&place.read("1.json")), without_run(&place.read("2.json")));
    let threads = |name: &str| place.read(name).matches("\"threads\": 2").count();
    assert_eq!((threads("1.json"), threads("2.json")), (0, 1));
}

/// A result as text, without what says how it was computed; the sample's error does not depend on the run.
fn without_run(json: &str) -> String {
    let (result, run) = json.split_once("\n  \"run\": {").expect("a result ends with its run");
    let error = run.lines().find(|line| line.contains("max_error")).expect("a run has checked itself");
    format!("{result}{error}")
}

#[test]
fn names_from_files_reach_no_terminal_as_they_are() {
    let place = Place::with_layer();
    std::fs::create_dir(place.path("odd")).unwrap();
    let names = if cfg!(unix) { ["a|b", "\u{1b}[31mred\n", "größe 層"] } else { ["a`b", "c*d", "größe 層"] };
    for name in names {
        std::fs::copy(place.path("x.npy"), place.path(&format!("odd/{name}.npy"))).unwrap();
    }
    let table = place.stdout("odd --labels y.npy -T 1");
    assert!(!table.chars().any(|letter| letter.is_control() && letter != '\n'), "{table:?}");
    let markdown = place.stdout("odd --labels y.npy -T 1 --format markdown");
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows: Vec<usize> = markdown.lines().take_while(|line| !line.is_empty()).map(cells).collect();
    assert_eq!(rows, [7; 6], "{markdown}");
    let json: serde_json::Value = serde_json::from_str(&place.stdout("odd --labels y.npy --format json")).unwrap();
    let mut written: Vec<&str> = json["layers"].as_array().unwrap().iter().filter_map(|l| l["name"].as_str()).collect();
    written.sort_unstable();
    let mut expected = names;
    expected.sort_unstable();
    assert_eq!(written, expected);
}

#[test]
fn curves_are_drawn_in_a_terminal_where_they_are_asked_for() {
    let place = Place::with_real_activations();
    let drawn = |locale: &str, args: &str| {
        let mut command = place.command(args);
        command.env_remove("LC_ALL").env_remove("LC_CTYPE").env("LANG", locale);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let args = format!("{INPUT} -T 0.01,0.1,1");
    let (plain, dots) = (drawn("C.UTF-8", &args), drawn("C.UTF-8", &format!("{args} --plot")));
    assert_eq!(dots.matches("T=0.01").count() - plain.matches("T=0.01").count(), 4, "{dots}");
    assert!(dots.contains('⠤') || dots.contains('⠁') || dots.contains('⡀'), "{dots}");
    let ascii = drawn("C", &format!("{args} --plot"));
    assert!(ascii.contains("***") && !ascii.contains('\u{2800}'), "{ascii}");
    let compared = drawn("C.UTF-8", "compare snnl snnl --labels y.npy --layers code --plot");
    assert!(compared.contains("code, snnl\n"), "{compared}");
}
