//! The pairs of one class among all pairs of two parts: rectangles, for the rows of both are sorted by class; weighing them
//! is left to `weights`.

use std::collections::BTreeMap;
use std::ops::Range;

use tch::{TchError, Tensor};

use super::Number;
use crate::block::RowTag;

/// The pairs of the rows of a class, by their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rectangle {
    pub(super) rows: Range<usize>,
    pub(super) cols: Range<usize>,
}

/// Rectangles of about one size, padded to the same.
pub(super) struct Group {
    /// −distance, rectangles × rows × cols; [`Number::NEVER`] where it is padded.
    pub(super) similarity: Tensor,
    pub(super) rectangles: Vec<Rectangle>,
}

/// One rectangle for each class that both sides have.
pub(super) fn rectangles(rows: &[RowTag], cols: &[RowTag]) -> Vec<Rectangle> {
    let mut rectangles = Vec::new();
    let mut start = 0;
    while let Some(class) = rows.get(start).map(|tag| tag.class) {
        let end = start + rows[start..].partition_point(|tag| tag.class == class);
        let first = cols.partition_point(|tag| tag.class < class);
        let past = cols.partition_point(|tag| tag.class <= class);
        if first < past {
            rectangles.push(Rectangle { rows: start..end, cols: first..past });
        }
        start = end;
    }
    rectangles
}

/// Moves the pairs of one class out of `similarity`, which is left with the others.
pub(super) fn moved<E: Number>(similarity: &Tensor, rectangles: Vec<Rectangle>) -> Result<Vec<Group>, TchError> {
    let mut of_size: BTreeMap<[usize; 2], Vec<Rectangle>> = BTreeMap::new();
    for rectangle in rectangles {
        // Within a power of two, padding is little, and there are few sizes however many classes there are.
        let size = [&rectangle.rows, &rectangle.cols].map(|range| range.len().next_power_of_two());
        of_size.entry(size).or_default().push(rectangle);
    }
    of_size.into_values().map(|rectangles| group::<E>(similarity, rectangles)).collect()
}

fn group<E: Number>(similarity: &Tensor, rectangles: Vec<Rectangle>) -> Result<Group, TchError> {
    let longest =
        |side: fn(&Rectangle) -> &Range<usize>| rectangles.iter().map(|one| side(one).len()).max().unwrap_or(0);
    let size = [rectangles.len() as i64, longest(|one| &one.rows) as i64, longest(|one| &one.cols) as i64];
    let never = E::NEVER.to_f64();
    let together = Tensor::f_full(size, never, (E::KIND, similarity.device()))?;
    for (place, Rectangle { rows, cols }) in rectangles.iter().enumerate() {
        let (height, width) = (rows.len() as i64, cols.len() as i64);
        let mut from = similarity.f_narrow(0, rows.start as i64, height)?.f_narrow(1, cols.start as i64, width)?;
        let mut to = together.f_select(0, place as i64)?.f_narrow(0, 0, height)?.f_narrow(1, 0, width)?;
        to.f_copy_(&from)?;
        let _ = from.f_fill_(never)?;
    }
    Ok(Group { similarity: together, rectangles })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(classes: &[u32]) -> Vec<RowTag> {
        classes.iter().map(|&class| RowTag { id: 0, slot: 0, class }).collect()
    }

    #[test]
    fn rectangles_by_hand() {
        let found = rectangles(&tags(&[0, 0, 2, 3]), &tags(&[0, 1, 3, 3, 3]));
        let expected = [Rectangle { rows: 0..2, cols: 0..1 }, Rectangle { rows: 3..4, cols: 2..5 }];
        assert_eq!(found, expected);
        assert_eq!(rectangles(&tags(&[]), &tags(&[1])), []);
        assert_eq!(rectangles(&tags(&[1]), &tags(&[])), []);
    }

    #[test]
    fn padding_is_no_pair_and_what_is_moved_is_gone() {
        let similarity = Tensor::from_slice(&[-1.0f32, -2.0, -3.0, -4.0, -5.0, -6.0]).view([2, 3]);
        let one = Rectangle { rows: 0..1, cols: 0..1 };
        let two = Rectangle { rows: 1..2, cols: 1..3 };
        let groups = moved::<f32>(&similarity, vec![one, two]).unwrap();
        let never = f64::from(<f32 as crate::engine::simd::Element>::NEVER);
        let values = |tensor: &Tensor| super::super::rows::fetched(tensor).unwrap();
        assert_eq!(values(&groups[0].similarity), [-1.0]);
        assert_eq!(values(&groups[1].similarity), [-5.0, -6.0]);
        assert_eq!(values(&similarity), [never, -2.0, -3.0, -4.0, never, never]);
    }
}
