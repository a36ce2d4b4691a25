//! Puts the rows of two checkpoints into one order by their ids.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::checkpoint::Checkpoint;

/// Numbers the rows of `other` as those of `first` are, where both know their ids. A row that `first` does not know takes a number
/// that is free there.
pub fn align(first: &Checkpoint, other: &mut Checkpoint) {
    let (Some(ids), Some(others)) = (&first.ids, &other.ids) else { return };
    if ids == others {
        return;
    }
    let known: HashMap<&str, u32> = (0..).zip(ids.iter()).map(|(row, id)| (id.as_str(), row)).collect();
    let found: Vec<Option<u32>> =
        others.iter().map(|id| known.get(id.as_str()).copied().filter(|_| !id.is_empty())).collect();
    let taken: HashSet<u32> = found.iter().flatten().copied().collect();
    let mut free = (0..).filter(|row| !taken.contains(row));
    let numbers: Vec<u32> = found.iter().map(|row| row.or_else(|| free.next()).unwrap_or_default()).collect();
    let mut names = vec![String::new(); numbers.iter().max().map_or(0, |last| *last as usize + 1)];
    numbers.iter().zip(others.iter()).for_each(|(&number, id)| names[number as usize].clone_from(id));
    other.ids = Some(Arc::from(names));
    other.rows.values_mut().for_each(|rows| rows.renumber(&numbers));
    other.maps.values_mut().flat_map(|map| &mut map.points).for_each(|point| point.row = numbers[point.row as usize]);
    other.table.data.labels_sha256.clone_from(&first.table.data.labels_sha256);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::change::Change;
    use crate::compare::made;
    use crate::score::RowLosses;

    /// Rows of these ids, of which those with a loss are counted.
    fn checkpoint(rows: &[(&str, Option<f64>)]) -> Checkpoint {
        let counted: Vec<(u32, f64)> = (0..).zip(rows).filter_map(|(row, (_, loss))| Some((row, (*loss)?))).collect();
        let losses = RowLosses {
            rows: counted.iter().map(|(row, _)| *row).collect(),
            classes: counted.iter().map(|(row, _)| *row).collect(),
            names: rows.iter().map(|(id, _)| id.to_uppercase()).collect(),
            temperatures: vec![1.0],
            losses: vec![counted.iter().map(|(_, loss)| *loss).collect()],
            ..RowLosses::default()
        };
        Checkpoint {
            rows: [("enc".to_owned(), losses)].into(),
            ids: Some(rows.iter().map(|(id, _)| id.to_string()).collect()),
            ..made::checkpoint(&[(1.0, 0.5)])
        }
    }

    #[test]
    fn a_row_is_found_by_its_id() {
        let first = checkpoint(&[("a", Some(1.0)), ("b", Some(2.0)), ("c", Some(4.0)), ("d", None)]);
        let mut other = checkpoint(&[("d", Some(9.0)), ("c", Some(5.0)), ("a", Some(1.5)), ("b", None)]);
        align(&first, &mut other);
        assert_eq!(other.ids, first.ids);
        let rows = &other.rows["enc"];
        assert_eq!((&rows.rows, &rows.losses[0]), (&vec![0, 2, 3], &vec![1.5, 5.0, 9.0]));
        let names: Vec<&str> = rows.classes.iter().map(|&class| rows.names[class as usize].as_str()).collect();
        assert_eq!(names, ["A", "C", "D"]);
        let change = Change::paired(first.losses("enc", 0).unwrap(), other.losses("enc", 0).unwrap()).unwrap();
        assert_eq!((change.absolute, change.n), (0.75, 2));
    }

    #[test]
    fn rows_that_only_one_knows_do_not_meet_others() {
        // Of a file of losses, the ids of rows that count nowhere are not known.
        let first = checkpoint(&[("a", Some(1.0)), ("", None), ("c", Some(4.0))]);
        let mut other = checkpoint(&[("b", Some(7.0)), ("c", Some(5.0)), ("a", Some(3.0))]);
        align(&first, &mut other);
        assert_eq!(other.rows["enc"].rows, [0, 1, 2]);
        assert_eq!(other.rows["enc"].losses[0], [3.0, 7.0, 5.0]);
        assert_eq!(other.ids.unwrap()[..], ["a", "b", "c"]);
    }
}
