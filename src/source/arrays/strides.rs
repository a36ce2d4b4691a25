//! Where the elements of an array of any shape are, one stride per axis, and how rows are gathered from them.

/// Strides of an array whose last axis runs fastest (C order).
pub(crate) fn rows_first(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1_usize; shape.len()];
    for axis in (1..shape.len()).rev() {
        // The product may overflow where an axis of length 0 makes the array empty.
        strides[axis - 1] = strides[axis].saturating_mul(shape[axis]);
    }
    strides
}

/// Strides of an array whose first axis runs fastest (Fortran order).
pub(crate) fn columns_first(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1_usize; shape.len()];
    for axis in 1..shape.len() {
        strides[axis] = strides[axis - 1].saturating_mul(shape[axis - 1]);
    }
    strides
}

/// Whether the elements of an array are contiguous, the last axis running fastest.
pub(crate) fn is_dense(shape: &[usize], strides: &[usize]) -> bool {
    let mut axes = shape.iter().zip(strides).zip(rows_first(shape));
    // The stride of an axis of length 1 means nothing.
    shape.contains(&0) || axes.all(|((&len, &stride), dense)| len == 1 || stride == dense)
}

/// How the rows of a matrix, an array's axes after the first flattened, are put together.
#[derive(Debug, PartialEq)]
pub(crate) enum Placement {
    /// They follow one another, element after element.
    Whole {
        /// Elements a row.
        elements: usize,
    },
    /// Each lies within a stretch of its own.
    Apart {
        /// Elements from one row's start to the next one's.
        stride: usize,
        /// Elements from a row's first to its last, both included.
        span: usize,
        /// Place of each feature in that stretch; `None` where it is the feature's number.
        features: Option<Vec<usize>>,
    },
    /// They are interleaved, columns first for one.
    Interleaved {
        /// Elements from one row's start to the next one's.
        stride: usize,
        /// Features of a row that follow one another.
        run: usize,
        /// Place of each run of the first row.
        runs: Vec<usize>,
    },
}

impl Placement {
    /// The rows of an array of the given shape, of no axis less than two and none of length 0, and strides.
    pub(crate) fn of(shape: &[usize], strides: &[usize]) -> Placement {
        let (stride, elements) = (strides[0], shape[1..].iter().product());
        // The stride of an axis of length 1 means nothing.
        let axes: Vec<(usize, usize)> =
            shape[1..].iter().copied().zip(strides[1..].iter().copied()).filter(|(len, _)| *len > 1).collect();
        let mut run = 1;
        for &(len, stride) in axes.iter().rev() {
            if stride != run {
                break;
            }
            run *= len;
        }
        let contiguous = run == elements;
        let span = 1 + axes.iter().map(|(len, stride)| (len - 1) * stride).sum::<usize>();
        let features = || (0..elements).map(|feature| place(&axes, feature)).collect();
        match contiguous {
            true if stride == elements || shape[0] == 1 => Placement::Whole { elements },
            _ if stride >= span || shape[0] == 1 => {
                Placement::Apart { stride, span, features: (!contiguous).then(features) }
            }
            _ => {
                let runs = (0..elements).step_by(run).map(|feature| place(&axes, feature)).collect();
                Placement::Interleaved { stride, run, runs }
            }
        }
    }

    /// Elements from one row's start to the next one's, and of the stretch that holds a row and nothing of another, so
    /// that a reader that goes from front to back meets them one after the other. `None` where rows are interleaved.
    pub(crate) fn pace(&self) -> Option<(usize, usize)> {
        match *self {
            Placement::Whole { elements } => Some((elements, elements)),
            Placement::Apart { stride, span, .. } => Some((stride, span)),
            Placement::Interleaved { .. } => None,
        }
    }
}

/// Where feature `feature` of the C flattening stands, by the lengths and strides of its axes.
fn place(axes: &[(usize, usize)], mut feature: usize) -> usize {
    let mut place = 0;
    for (len, stride) in axes.iter().rev() {
        place += feature % len * stride;
        feature /= len;
    }
    place
}

/// Copies elements of `width` bytes at `places` of `stretch` to `out`, one after the other.
pub(crate) fn gather(stretch: &[u8], places: &[usize], width: usize, out: &mut [u8]) {
    for (element, place) in out.chunks_exact_mut(width).zip(places) {
        element.copy_from_slice(&stretch[place * width..][..width]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strides_of_both_orders() {
        assert_eq!(rows_first(&[5, 3, 2]), [6, 2, 1]);
        assert_eq!(columns_first(&[5, 3, 2]), [1, 5, 15]);
    }

    #[test]
    fn dense_arrays_are_told_from_views() {
        assert!(is_dense(&[5, 3], &[3, 1]));
        assert!(is_dense(&[5, 1], &[1, 5]) && is_dense(&[1, 3], &[99, 1]) && is_dense(&[0, 3], &[7, 7]));
        assert!(is_dense(&[5], &[1]) && is_dense(&[], &[]));
        assert!(!is_dense(&[5, 3], &[1, 5]) && !is_dense(&[5, 3], &[4, 1]) && !is_dense(&[5], &[2]));
    }

    #[test]
    fn rows_lie_whole_or_apart_or_interleaved() {
        assert_eq!(Placement::of(&[5, 3, 2], &[6, 2, 1]), Placement::Whole { elements: 6 });
        // One of seven layers side by side, and one whose features are side by side.
        assert_eq!(Placement::of(&[5, 3], &[21, 1]), Placement::Apart { stride: 21, span: 3, features: None });
        assert_eq!(
            Placement::of(&[5, 3], &[6, 2]),
            Placement::Apart { stride: 6, span: 5, features: Some(vec![0, 2, 4]) }
        );
        assert_eq!(Placement::of(&[5, 3], &[1, 5]), Placement::Interleaved { stride: 1, run: 1, runs: vec![0, 5, 10] });
        let runs = vec![0, 15, 5, 20, 10, 25];
        assert_eq!(Placement::of(&[5, 3, 2], &[1, 5, 15]), Placement::Interleaved { stride: 1, run: 1, runs });
        // Three tokens of two features each, token after token.
        assert_eq!(
            Placement::of(&[5, 3, 2], &[2, 10, 1]),
            Placement::Interleaved { stride: 2, run: 2, runs: vec![0, 10, 20] }
        );
        // Strides of axes of length 1 mean nothing.
        assert_eq!(Placement::of(&[1, 3, 1], &[77, 1, 99]), Placement::Whole { elements: 3 });
    }
}
