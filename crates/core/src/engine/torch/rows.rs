//! Rows of a block on the device that libtorch computes on: row by row, sorted by class.

use std::ops::Range;

use rayon::prelude::*;
use tch::{Device, Kind, TchError, Tensor};

use crate::block::{Block, Features, PANEL, Panel, Prepared, RowTag};

/// Rows on a device.
#[derive(Debug)]
pub(super) struct DeviceRows {
    /// N × D.
    features: Tensor,
    /// ‖x‖² of each prepared row, N.
    norms: Tensor,
    /// What each row is still to be multiplied by, N; `None` for prepared rows.
    factors: Option<Tensor>,
    /// Who they are; ascending by class.
    tags: Vec<RowTag>,
}

/// Some of the rows on a device.
pub(super) struct DevicePart<'a> {
    /// N × D.
    pub(super) features: Tensor,
    /// ‖x‖² of each prepared row, N.
    pub(super) norms: Tensor,
    /// What each row is still to be multiplied by, N; `None` for prepared rows.
    pub(super) factors: Option<Tensor>,
    /// Who they are; ascending by class.
    pub(super) tags: &'a [RowTag],
}

impl DeviceRows {
    /// Copies the given rows of `block`, from the start of a panel on.
    pub(super) fn upload(block: &Block, rows: Range<usize>, device: Device) -> Result<DeviceRows, TchError> {
        match &block.features {
            Features::F32(numbers) => DeviceRows::laid_out(block, numbers, Kind::Float, rows, device),
            Features::F64(numbers) => DeviceRows::laid_out(block, numbers, Kind::Double, rows, device),
            Features::F16(numbers) => DeviceRows::laid_out(block, numbers, Kind::Half, rows, device),
            Features::Bf16(numbers) => DeviceRows::laid_out(block, numbers, Kind::BFloat16, rows, device),
        }
    }

    fn laid_out<E: tch::kind::Element + Copy + Send + Sync, N: tch::kind::Element>(
        block: &Block,
        numbers: &Prepared<E, N>,
        kind: Kind,
        rows: Range<usize>,
        device: Device,
    ) -> Result<DeviceRows, TchError> {
        let mut order: Vec<usize> = rows.clone().collect();
        order.sort_by_key(|&row| block.tags[row].class);
        let tags = order.iter().map(|&row| block.tags[row]).collect();
        let places: Vec<i64> = order.iter().map(|&row| (row - rows.start) as i64).collect();
        let panels = &numbers.panels[rows.start / PANEL * block.dim..rows.end.div_ceil(PANEL) * block.dim];
        let places = to_device(&places, device)?;
        // Laying rows out and sorting them is one pass over memory there, and a slow one here.
        let features = to_device(&flat(panels), device)?
            // `tch` takes bf16 for f16, which has the same size.
            .f_view_dtype(kind)?
            .f_view([(panels.len() / block.dim) as i64, block.dim as i64, PANEL as i64])?
            .f_permute([0, 2, 1])?
            .f_reshape([-1, block.dim as i64])?
            .f_index_select(0, &places)?;
        let norms = to_device(&numbers.norms[rows.clone()], device)?.f_index_select(0, &places)?;
        let factors = numbers.factors.get(rows);
        let factors = factors.map(|factors| to_device(factors, device)?.f_index_select(0, &places)).transpose()?;
        Ok(DeviceRows { features, norms, factors, tags })
    }

    /// The rows of `range`.
    pub(super) fn part(&self, range: &Range<usize>) -> Result<DevicePart<'_>, TchError> {
        let (start, length) = (range.start as i64, range.len() as i64);
        Ok(DevicePart {
            features: self.features.f_narrow(0, start, length)?,
            norms: self.norms.f_narrow(0, start, length)?,
            factors: self.factors.as_ref().map(|factors| factors.f_narrow(0, start, length)).transpose()?,
            tags: &self.tags[range.clone()],
        })
    }
}

/// The numbers of panels, one after the other.
fn flat<E: tch::kind::Element + Copy + Send + Sync>(panels: &[Panel<E>]) -> Vec<E> {
    let mut numbers = vec![E::ZERO; panels.len() * PANEL];
    numbers.par_chunks_exact_mut(PANEL).zip(panels).for_each(|(numbers, panel)| numbers.copy_from_slice(&panel.0));
    numbers
}

/// The values on a device.
pub(super) fn to_device<T: tch::kind::Element>(values: &[T], device: Device) -> Result<Tensor, TchError> {
    Tensor::f_from_slice(values)?.f_to_device(device)
}

/// The values of a tensor of any shape, whatever computes them.
pub(super) fn to_host(tensor: &Tensor) -> Result<Vec<f64>, TchError> {
    let here = tensor.f_to_device(Device::Cpu)?.f_to_kind(Kind::Double)?.f_reshape([-1])?;
    Vec::try_from(&here)
}
