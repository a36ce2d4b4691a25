//! Arrow's numeric types: their NumPy names, and their values as f32 or f64.

use arrow::array::{ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float32Type, Float64Type};

use crate::error::Fault;
use snnl_core::rows::Values;

/// What NumPy calls a numeric type; `None` for any other.
pub(crate) fn numpy_name(data_type: &DataType) -> Option<&'static str> {
    Some(match data_type {
        DataType::Boolean => "bool",
        DataType::Int8 => "int8",
        DataType::Int16 => "int16",
        DataType::Int32 => "int32",
        DataType::Int64 => "int64",
        DataType::UInt8 => "uint8",
        DataType::UInt16 => "uint16",
        DataType::UInt32 => "uint32",
        DataType::UInt64 => "uint64",
        DataType::Float16 => "float16",
        DataType::Float32 => "float32",
        DataType::Float64 => "float64",
        _ => return None,
    })
}

/// Whether f32 holds every value of the type.
pub(super) fn fits_f32(data_type: &DataType) -> bool {
    use DataType::{Boolean, Float16, Float32, Int8, Int16, UInt8, UInt16};
    matches!(data_type, Boolean | Int8 | Int16 | UInt8 | UInt16 | Float16 | Float32)
}

/// The numbers of `array`, which has no nulls, in the narrower type that holds them.
pub(super) fn widen(array: &ArrayRef) -> Result<Values, Fault> {
    Ok(if fits_f32(array.data_type()) { Values::F32(widen_f32(array)?) } else { Values::F64(widen_f64(array)?) })
}

/// The numbers of `array` as f32.
pub(super) fn widen_f32(array: &ArrayRef) -> Result<Vec<f32>, Fault> {
    let array = cast(array, &DataType::Float32).map_err(Fault::content)?;
    Ok(array.as_primitive::<Float32Type>().values().to_vec())
}

/// The numbers of `array` as f64; 64-bit integers beyond 2^53 are rounded to the nearest.
pub(super) fn widen_f64(array: &ArrayRef) -> Result<Vec<f64>, Fault> {
    let array = cast(array, &DataType::Float64).map_err(Fault::content)?;
    Ok(array.as_primitive::<Float64Type>().values().to_vec())
}
