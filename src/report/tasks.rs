//! A score in tasks as documents: what they cost, and how far they are.

use super::cell::CellValue;
use super::document::{Document, json};
use super::grid::{Folding, Grid, number, text};
use super::inspection::duration;
use super::number::significant;
use crate::score::tasks::{Cut, Status, TaskCost, TaskPlan};

/// What the tasks of `plan` cost.
pub fn cost_document(plan: &TaskPlan, cost: &TaskCost) -> Document {
    let headings =
        [text("cut"), number("tasks"), number("pairs"), text("a task"), text("all"), number("results"), number("read")];
    let mut grid = Grid::new("tasks", headings);
    let cut = match plan.cut {
        Cut::Squares => "squares",
        Cut::Strips => "strips",
    };
    grid.push([
        CellValue::text(cut),
        CellValue::Count(plan.tasks.len()),
        CellValue::text(significant(cost.pairs as f64, 3)),
        CellValue::text(duration(cost.longest)),
        CellValue::text(duration(cost.seconds)),
        CellValue::Bytes(cost.result_bytes),
        CellValue::Bytes(cost.read_bytes),
    ]);
    let f64s = plan.layers.iter().map(|layer| (&layer.name, layer.in_f64(&plan.temperatures)));
    let f64s =
        f64s.filter(|(_, temperatures)| !temperatures.is_empty() && temperatures.len() < plan.temperatures.len());
    let in_f64 = |(layer, temperatures): (&String, Vec<f64>)| {
        let temperatures: Vec<String> = temperatures.iter().map(f64::to_string).collect();
        format!("layer {layer}: computed in f64, too, at temperature {}", temperatures.join(", "))
    };
    let times = "times are measured on this machine; results are all that tasks write, read is what the largest task reads at least";
    let mut document = plain("Tasks", grid, json(plan));
    document.notes = f64s.map(in_f64).chain([times.to_owned(), format!("plan {}", plan.id)]).collect();
    document
}

/// How far tasks are.
pub fn status_document(status: &Status) -> Document {
    let headings = [number("tasks"), number("done"), number("pairs done"), text("missing"), text("damaged")];
    let mut grid = Grid::new("tasks", headings);
    grid.folding = Folding::LastColumn;
    // Rounded down, so that only all is 100 %.
    let percent = format!("{:.1} %", (1000.0 * status.pairs_done as f64 / status.pairs.max(1) as f64).floor() / 10.0);
    let which = |tasks: String| if tasks.is_empty() { CellValue::Missing } else { CellValue::Text(tasks) };
    grid.push([
        CellValue::Count(status.tasks),
        CellValue::Count(status.done),
        CellValue::Text(percent),
        which(status.missing.to_string()),
        which(status.damaged.to_string()),
    ]);
    let mut document = plain("Tasks", grid, json(status));
    document.notes = vec![format!("plan {}", status.plan)];
    document
}

fn plain(title: &str, grid: Grid, json: Result<String, String>) -> Document {
    Document {
        title: title.into(),
        headline: None,
        grids: vec![grid],
        figures: Vec::new(),
        thumbnails: None,
        notes: Vec::new(),
        json,
        command: None,
        records: None,
        checks: None,
        metrics: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_and_what_is_not() {
        let status = Status {
            schema_version: 1,
            plan: "abc".into(),
            tasks: 64,
            done: 60,
            missing: "17,40-41".parse().unwrap(),
            damaged: "3".parse().unwrap(),
            pairs: 1000,
            pairs_done: 900,
            damage: None,
        };
        let document = status_document(&status);
        let cells: Vec<String> = document.grids[0].rows[0].iter().map(|cell| cell.value.to_string()).collect();
        assert_eq!(cells, ["64", "60", "90.0 %", "17,40-41", "3"]);
        let json: serde_json::Value = serde_json::from_str(&document.json.unwrap()).unwrap();
        assert_eq!(json["missing"], "17,40-41");
        assert_eq!(json.as_object().unwrap().len(), 8);
    }
}
