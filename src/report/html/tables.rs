//! Grids as tables that can be sorted by a click on a heading.

use super::escape::escaped;
use super::shade::Ramp;
use crate::report::cell::{Cell, CellValue};
use crate::report::grid::Grid;
use crate::report::number::significant;

/// More rows than this are scrolled in a box.
const TALL: usize = 30;

/// The table, in a box of its own where it is wider than the page.
pub(super) fn table(grid: &Grid) -> String {
    let heading = |at: usize| {
        let heading = &grid.headings[at];
        let class = if heading.is_number { " class=\"n\"" } else { "" };
        let text = escaped(&heading.text);
        match grid.is_sortable {
            true => format!("<th scope=\"col\"{class}><button type=\"button\">{text}</button></th>"),
            false => format!("<th scope=\"col\"{class}><span>{text}</span></th>"),
        }
    };
    let headings: String = (0..grid.headings.len()).map(heading).collect();
    let body = if grid.has_total { grid.rows.len().saturating_sub(1) } else { grid.rows.len() };
    let (body, total) = grid.rows.split_at(body);
    let mut name = None;
    let rows: String = body
        .iter()
        .map(|cells| {
            // A name that also applies to the rows below it is repeated in each of them, so that they can be sorted.
            let is_repeated = cells.first().is_some_and(|cell| cell.value == CellValue::Empty);
            name = if is_repeated { name } else { cells.first() };
            row(grid, name.into_iter().chain(cells.iter().skip(1)))
        })
        .collect();
    let total: String = total.iter().map(|cells| row(grid, cells.iter())).collect();
    let tall = if body.len() > TALL { " tall" } else { "" };
    let total = if total.is_empty() { total } else { format!("<tfoot>{total}</tfoot>") };
    format!(
        "<div class=\"scroll{tall}\"><table><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody>{total}</table></div>"
    )
}

fn row<'a>(grid: &Grid, cells: impl Iterator<Item = &'a Cell>) -> String {
    let cells: String =
        cells.enumerate().map(|(at, drawn)| cell(drawn, grid.headings[at].is_number, at == 0)).collect();
    format!("<tr>{cells}</tr>")
}

fn cell(cell: &Cell, is_number: bool, is_name: bool) -> String {
    let mut classes = Vec::new();
    if is_number {
        classes.push("n".to_owned());
    }
    if cell.is_best {
        classes.push("best".to_owned());
    }
    if cell.is_alarm {
        classes.push("alarm".to_owned());
    }
    let ramp = if matches!(cell.value, CellValue::Probability(_)) { Ramp::Share } else { Ramp::Heat };
    classes.extend(cell.shade.map(|shade| ramp.class(shade)));
    let class = if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) };
    let title = match (&cell.value, cell.shade) {
        (CellValue::Snnl(_) | CellValue::Estimate { .. }, Some(share)) => {
            let best = if cell.is_best { "; the lowest of its layer" } else { "" };
            format!(" title=\"{} of the value of random labels{best}\"", significant(share, 2))
        }
        (CellValue::Probability(share), _) => format!(" title=\"{}\"", significant(*share, 3)),
        _ => String::new(),
    };
    let text = escaped(&cell.value.to_string());
    match is_name {
        true => format!("<th scope=\"row\"{class}>{text}</th>"),
        false => format!("<td{class}{title}>{text}</td>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::grid::{number, text};

    #[test]
    fn a_table_has_a_head_a_body_and_the_total() {
        let mut grid = Grid::new("layers", [text("layer"), number("T=1")]);
        let value = Cell { shade: Some(0.5), is_best: true, ..CellValue::Snnl(1.0).into() };
        grid.push([CellValue::text("<b>").into(), value]);
        grid.push([CellValue::Empty, CellValue::Missing]);
        grid.push([CellValue::text("sum"), CellValue::Snnl(1.0)]);
        grid.has_total = true;
        let html = table(&grid);
        assert_eq!(html.matches("<th scope=\"row\">&lt;b&gt;</th>").count(), 2, "{html}");
        assert!(html.contains(
            "<td class=\"n best h4\" title=\"0.50 of the value of random labels; the lowest of its layer\">1.000</td>"
        ));
        assert!(html.contains("<tfoot><tr><th scope=\"row\">sum</th>"), "{html}");
    }
}
