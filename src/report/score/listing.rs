//! Which layers are shown in tables for people, and in which order; everything else has all layers in natural order.

use std::borrow::Cow;

use clap::ValueEnum;

use crate::score::table::{LayerScore, ScoreTable};
use crate::source::natural;

/// An order of layers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LayerOrder {
    /// Natural order: enc2 before enc10.
    #[default]
    Natural,
    /// Alphabetical order.
    Name,
    /// The lowest value relative to chance first.
    Relative,
    /// The lowest best value first.
    Best,
}

/// The layers that tables show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Listing {
    /// Their order.
    pub order: LayerOrder,
    /// How many; `None` for all.
    pub top: Option<usize>,
}

impl Listing {
    /// The table with the layers that are shown.
    pub(super) fn of<'a>(&self, table: &'a ScoreTable) -> Cow<'a, ScoreTable> {
        if *self == Listing::default() {
            return Cow::Borrowed(table);
        }
        let mut shown = table.clone();
        let relative = |layer: &LayerScore| layer.relative_at_best().unwrap_or(f64::INFINITY);
        match self.order {
            LayerOrder::Natural => shown.layers.sort_by(|a, b| natural(&a.name, &b.name)),
            LayerOrder::Name => shown.layers.sort_by(|a, b| a.name.cmp(&b.name)),
            LayerOrder::Relative => shown.layers.sort_by(|a, b| relative(a).total_cmp(&relative(b))),
            LayerOrder::Best => shown.layers.sort_by(|a, b| a.best.snnl.total_cmp(&b.best.snnl)),
        }
        shown.layers.truncate(self.top.unwrap_or(usize::MAX));
        Cow::Owned(shown)
    }

    /// That layers are not shown, if some are not.
    pub(super) fn note(&self, table: &ScoreTable) -> Option<String> {
        let top = self.top.filter(|top| *top < table.layers.len())?;
        Some(format!("{top} of {} layers are shown; the sum covers all layers", table.layers.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{layer, sample};
    use super::*;

    #[test]
    fn layers_stand_in_the_order_asked_for() {
        let mut table = sample();
        table.layers = vec![layer("a2", 2, [0.9, 2.0]), layer("a10", 2, [0.5, 2.0]), layer("b", 2, [0.7, 2.0])];
        table.layers[2].scores[0].relative = Some(0.1);
        let names = |order, top| -> Vec<String> {
            Listing { order, top }.of(&table).layers.iter().map(|layer| layer.name.clone()).collect()
        };
        assert_eq!(names(LayerOrder::Natural, None), ["a2", "a10", "b"]);
        assert_eq!(names(LayerOrder::Name, None), ["a10", "a2", "b"]);
        assert_eq!(names(LayerOrder::Best, None), ["a10", "b", "a2"]);
        assert_eq!(names(LayerOrder::Relative, Some(2)), ["b", "a10"]);
        let note = |top| Listing { order: LayerOrder::Best, top }.note(&table);
        assert_eq!(note(Some(2)).as_deref(), Some("2 of 3 layers are shown; the sum covers all layers"));
        assert_eq!((note(Some(3)), note(None)), (None, None));
    }
}
