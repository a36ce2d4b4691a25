//! The pairs of two parts, split into those of one class and the others. The rows of both are sorted by class, so the
//! former are rectangles.

use std::collections::BTreeMap;
use std::iter::repeat;
use std::ops::Range;

use tch::{TchError, Tensor};

use super::number::Number;
use crate::block::RowTag;
use crate::tally::Relation;

/// Pairs that all have the same relation.
pub(super) struct PairsOfRelation {
    pub(super) relation: Relation,
    /// −distance, any number of matrices of rows × cols; [`Number::NEVER`] if there is no such pair.
    pub(super) similarity: Tensor,
    /// For the rows of the matrices, one after the other, and for their columns, the place of each among the part's; `None`
    /// for padding, and for what is of no such pair.
    pub(super) places: [Vec<Option<usize>>; 2],
}

/// The pairs of the rows of a class, by their places.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rectangle([Range<usize>; 2]);

/// Splits the pairs of `rows` and `cols`, both ascending by class. Those of one class are move_out out of `similarity`, and
/// what is left are the others.
pub(super) fn split<E: Number>(
    similarity: Tensor,
    rows: &[RowTag],
    cols: &[RowTag],
) -> Result<Vec<PairsOfRelation>, TchError> {
    let mut of_size: BTreeMap<[usize; 2], Vec<Rectangle>> = BTreeMap::new();
    for rectangle in rectangles(rows, cols) {
        // Within a power of two, padding is little, and there are few sizes however many classes there are.
        let size = rectangle.0.each_ref().map(|range| range.len().next_power_of_two());
        of_size.entry(size).or_default().push(rectangle);
    }
    let mut pairs = of_size
        .into_values()
        .map(|rectangles| move_out::<E>(&similarity, &rectangles))
        .collect::<Result<Vec<PairsOfRelation>, TchError>>()?;
    let places = [others(rows, cols), others(cols, rows)];
    pairs.push(PairsOfRelation { relation: Relation::Other, similarity, places });
    Ok(pairs)
}

/// One rectangle for each class that both sides have.
fn rectangles(rows: &[RowTag], cols: &[RowTag]) -> Vec<Rectangle> {
    let mut rectangles = Vec::new();
    let mut start = 0;
    while let Some(class) = rows.get(start).map(|tag| tag.class) {
        let end = start + rows[start..].partition_point(|tag| tag.class == class);
        let first = cols.partition_point(|tag| tag.class < class);
        let past = cols.partition_point(|tag| tag.class <= class);
        if first < past {
            rectangles.push(Rectangle([start..end, first..past]));
        }
        start = end;
    }
    rectangles
}

/// The rows that face one of another class.
fn others(own: &[RowTag], facing: &[RowTag]) -> Vec<Option<usize>> {
    let only = facing.first().zip(facing.last()).filter(|(first, last)| first.class == last.class);
    let has_others = |tag: &RowTag| only.is_none_or(|(class, _)| class.class != tag.class);
    own.iter().enumerate().map(|(place, tag)| has_others(tag).then_some(place)).collect()
}

/// Moves rectangles of about one size out of `similarity`.
fn move_out<E: Number>(similarity: &Tensor, rectangles: &[Rectangle]) -> Result<PairsOfRelation, TchError> {
    let longest = [0, 1].map(|side| rectangles.iter().map(|one| one.0[side].len()).max().unwrap_or(0));
    let size = [rectangles.len() as i64, longest[0] as i64, longest[1] as i64];
    let never = E::NEVER.to_f64();
    let together = Tensor::f_full(size, never, (E::KIND, similarity.device()))?;
    for (at, Rectangle([rows, cols])) in rectangles.iter().enumerate() {
        let (height, width) = (rows.len() as i64, cols.len() as i64);
        let mut from = similarity.f_narrow(0, rows.start as i64, height)?.f_narrow(1, cols.start as i64, width)?;
        let mut to = together.f_select(0, at as i64)?.f_narrow(0, 0, height)?.f_narrow(1, 0, width)?;
        to.f_copy_(&from)?;
        let _ = from.f_fill_(never)?;
    }
    let places = |side: usize| {
        let padded = |one: &Rectangle| one.0[side].clone().map(Some).chain(repeat(None)).take(longest[side]);
        rectangles.iter().flat_map(padded).collect()
    };
    Ok(PairsOfRelation { relation: Relation::Same, similarity: together, places: [places(0), places(1)] })
}

#[cfg(test)]
mod tests {
    use super::super::rows::to_host;
    use super::*;
    use crate::tile::simd::Element;

    fn tags(classes: &[u32]) -> Vec<RowTag> {
        classes.iter().map(|&class| RowTag { id: 0, slot: 0, class }).collect()
    }

    #[test]
    fn rectangles_by_hand() {
        let found = rectangles(&tags(&[0, 0, 2, 3]), &tags(&[0, 1, 3, 3, 3]));
        assert_eq!(found, [Rectangle([0..2, 0..1]), Rectangle([3..4, 2..5])]);
        assert_eq!(rectangles(&tags(&[]), &tags(&[1])), []);
        assert_eq!(rectangles(&tags(&[1]), &tags(&[])), []);
    }

    #[test]
    fn padding_is_no_pair_and_what_is_move_out_is_gone() {
        let never = f64::from(<f32 as Element>::NEVER);
        let values: Vec<f32> = (1..=10).map(|value| -(value as f32)).collect();
        // Rows of classes 0, 0, 0, 1, 1 and columns of 0 and 1, so 3 × 1 and 2 × 1; 3 and 2 are padded to one power of two
        // apart, 4 and 2.
        let similarity = Tensor::from_slice(&values).view([5, 2]);
        let pairs = split::<f32>(similarity, &tags(&[0, 0, 0, 1, 1]), &tags(&[0, 1])).unwrap();
        let of = |at: usize| to_host(&pairs[at].similarity).unwrap();
        assert_eq!((of(0), of(1)), (vec![-8.0, -10.0], vec![-1.0, -3.0, -5.0]));
        assert_eq!(of(2), [never, -2.0, never, -4.0, never, -6.0, -7.0, never, -9.0, never]);
        assert_eq!(pairs[2].places, [(0..5).map(Some).collect::<Vec<_>>(), vec![Some(0), Some(1)]]);

        // Classes 0 and 1, of 3 and 4 rows, fit into one size.
        let similarity = Tensor::from_slice(&[-1.0f32; 7]).view([7, 1]);
        let rows = tags(&[0, 0, 0, 1, 1, 1, 1]);
        let alone = split::<f32>(similarity.copy(), &rows, &tags(&[1])).unwrap();
        assert_eq!(alone[0].places, [(3..7).map(Some).collect::<Vec<_>>(), vec![Some(0)]]);
        assert_eq!(alone[1].places[0], [Some(0), Some(1), Some(2), None, None, None, None]);
        let both = move_out::<f32>(&similarity, &[Rectangle([0..3, 0..1]), Rectangle([3..7, 0..1])]).unwrap();
        assert_eq!(to_host(&both.similarity).unwrap(), [-1.0, -1.0, -1.0, never, -1.0, -1.0, -1.0, -1.0]);
        assert_eq!(both.places[0], [Some(0), Some(1), Some(2), None, Some(3), Some(4), Some(5), Some(6)]);
    }
}
