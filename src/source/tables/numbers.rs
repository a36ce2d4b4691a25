//! Arrow's numeric types: their NumPy names, and their values as f32, f64 or integers.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_schema::DataType;

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

/// The numbers of `array`, which has no nulls, in the narrower type that holds them; 64-bit integers beyond 2^53 are rounded to
/// the nearest.
///
/// # Errors
/// Where they are not numbers.
pub(crate) fn widen(array: &dyn Array) -> Result<Values, Fault> {
    fn collect<T: ArrowPrimitiveType, V>(array: &dyn Array, widen: fn(T::Native) -> V) -> Vec<V> {
        array.as_primitive::<T>().values().iter().copied().map(widen).collect()
    }
    Ok(match array.data_type() {
        DataType::Boolean => {
            Values::F32(array.as_boolean().values().iter().map(|bit| f32::from(u8::from(bit))).collect())
        }
        DataType::Int8 => Values::F32(collect::<Int8Type, _>(array, f32::from)),
        DataType::Int16 => Values::F32(collect::<Int16Type, _>(array, f32::from)),
        DataType::UInt8 => Values::F32(collect::<UInt8Type, _>(array, f32::from)),
        DataType::UInt16 => Values::F32(collect::<UInt16Type, _>(array, f32::from)),
        DataType::Float16 => Values::F32(collect::<Float16Type, _>(array, f32::from)),
        DataType::Float32 => Values::F32(collect::<Float32Type, _>(array, f32::from)),
        DataType::Int32 => Values::F64(collect::<Int32Type, _>(array, f64::from)),
        DataType::UInt32 => Values::F64(collect::<UInt32Type, _>(array, f64::from)),
        DataType::Int64 => Values::F64(collect::<Int64Type, _>(array, |number| number as f64)),
        DataType::UInt64 => Values::F64(collect::<UInt64Type, _>(array, |number| number as f64)),
        DataType::Float64 => Values::F64(collect::<Float64Type, _>(array, f64::from)),
        other => return Err(Fault::content(format_args!("expected numbers, found {other}"))),
    })
}

/// The integers of `array`, which has no nulls; `None` where it holds others than integers.
pub(crate) fn integers(array: &dyn Array) -> Option<Vec<i128>> {
    fn collect<T: ArrowPrimitiveType<Native: Into<i128>>>(array: &dyn Array) -> Vec<i128> {
        array.as_primitive::<T>().values().iter().map(|&number| number.into()).collect()
    }
    Some(match array.data_type() {
        DataType::Int8 => collect::<Int8Type>(array),
        DataType::Int16 => collect::<Int16Type>(array),
        DataType::Int32 => collect::<Int32Type>(array),
        DataType::Int64 => collect::<Int64Type>(array),
        DataType::UInt8 => collect::<UInt8Type>(array),
        DataType::UInt16 => collect::<UInt16Type>(array),
        DataType::UInt32 => collect::<UInt32Type>(array),
        DataType::UInt64 => collect::<UInt64Type>(array),
        _ => return None,
    })
}
