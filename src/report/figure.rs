//! What the figures of a result show; a format draws them.

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it shows, in a few words.
    pub title: String,
    /// The layer that it is about, if it is about one.
    pub subject: Option<String>,
    /// What is drawn.
    pub drawing: Drawing,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawing {
    /// Curves over one axis.
    Curves(Curves),
    /// A bar for each name.
    Bars(Vec<Bar>),
    /// A shade for every pair of names.
    Matrix(Matrix),
    /// Values between their limits.
    Limits(Vec<LimitedValue>),
    /// Rows in two dimensions.
    Map(ScatterPlot),
    /// Rows by their thumbnails.
    Pictures(Vec<PicturedRow>),
}

/// Curves over one axis. The other begins at 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// What the horizontal axis shows.
    pub across: Axis,
    /// What goes up.
    pub up: &'static str,
    /// In the order of their names in the legend.
    pub curves: Vec<Curve>,
    /// A value that all are seen against, and what it is.
    pub reference: Option<(&'static str, f64)>,
}

/// The axis across.
#[derive(Debug, Clone, PartialEq)]
pub enum Axis {
    /// Positive numbers, each a power of ten as far from the next.
    Logarithmic(String),
    /// Names in their order; a place on the axis is an index.
    Named(Vec<String>),
}

/// A curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// What it is called.
    pub name: String,
    /// From left to right.
    pub points: Vec<CurvePoint>,
}

/// A point of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePoint {
    /// Its place across.
    pub across: f64,
    /// Its value.
    pub value: f64,
    /// Between which values the true one lies.
    pub bounds: Option<(f64, f64)>,
    /// Whether it is the best of its curve.
    pub is_best: bool,
    /// What is said of it.
    pub note: String,
}

/// A bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it is of.
    pub name: String,
    /// Its length, from 0 on.
    pub value: f64,
    /// What is said of it.
    pub note: String,
}

/// Shares, from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// One name a row.
    pub down: Vec<String>,
    /// One name a column.
    pub across: Vec<String>,
    /// One row a name.
    pub shares: Vec<Vec<f64>>,
}

/// A value, where it was before, and what it may not pass.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitedValue {
    /// What it is of.
    pub name: String,
    /// The value.
    pub value: f64,
    /// What it was in the baseline.
    pub baseline: Option<f64>,
    /// The lowest and highest values that the baseline ever had.
    pub history: Option<(f64, f64)>,
    /// What it may not pass, and whether it may not be higher.
    pub limit: Option<(f64, bool)>,
    /// Whether it is on the right side.
    pub is_kept: bool,
    /// What is said of it.
    pub note: String,
}

/// Rows in two dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterPlot {
    /// Name of each class.
    pub classes: Vec<String>,
    /// The rows.
    pub points: Vec<ScatterPoint>,
}

/// A row in two dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterPoint {
    /// Across and up.
    pub place: [f32; 2],
    /// An index into the classes.
    pub class: u32,
    /// Its index in the layer.
    pub row: u32,
    /// What it is called, if it is called anything.
    pub id: Option<String>,
    /// Its loss in nats, where it has one.
    pub loss: Option<f64>,
    /// Whether it is ringed.
    pub is_ringed: bool,
}

/// A row beside others, by their thumbnails.
#[derive(Debug, Clone, PartialEq)]
pub struct PicturedRow {
    /// What is said of it.
    pub note: String,
    /// The index of each row in the layer, and what it is.
    pub pictures: Vec<(u32, String)>,
}

impl Figure {
    /// The rows that it shows one by one.
    pub fn rows(&self) -> Vec<u32> {
        match &self.drawing {
            Drawing::Map(map) => map.points.iter().map(|point| point.row).collect(),
            Drawing::Pictures(rows) => rows.iter().flat_map(|row| &row.pictures).map(|(row, _)| *row).collect(),
            Drawing::Curves(_) | Drawing::Bars(_) | Drawing::Matrix(_) | Drawing::Limits(_) => Vec::new(),
        }
    }
}
