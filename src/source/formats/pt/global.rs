//! The Python objects that a pickle may name: those that tensors and NumPy arrays are made of.

use crate::error::Fault;

/// What to try where something else than tensors was saved.
pub(super) const SAVE_DICT: &str = "save a dict of tensors: `torch.save({\"enc1\": x, \"y\": y}, path)`";

/// What to try about a file that no writer makes.
pub(super) const SAVE_AGAIN: &str = "save the tensors again with `torch.save`";

/// What to try about a tensor that is more than an array of numbers.
const SAVE_PLAIN: &str = "save a plain one: `x.detach().clone()`, `x.to_dense()` or `x.dequantize()`";

/// Types of plain values and containers, which make values that are skipped, or what a dict lacks.
const PLAIN_TYPES: [&str; 9] = ["bool", "complex", "dict", "float", "frozenset", "int", "list", "set", "tuple"];

/// Characters of a name in a message.
pub(super) const LONGEST_NAME: usize = 100;

/// The objects that tensors and arrays are made of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Global<'a> {
    OrderedDict,
    /// A dict that makes what it lacks.
    DefaultDict,
    /// Makes a tensor whose type is that of its storage.
    Tensor,
    /// Makes a tensor with a type of its own.
    TypedTensor,
    Parameter,
    /// Makes a NumPy array, which is described afterwards.
    Ndarray,
    /// Makes an array of NumPy from bytes, as pickles of protocol 5 do.
    NdarrayOfBytes,
    /// Makes an element type of NumPy.
    NumpyType,
    /// Makes bytes from the text that encodes them in pickles of protocol 2.
    Encode,
    /// Makes empty bytes.
    Bytes,
    /// A plain value, for example a shape.
    Plain,
    /// A type of elements or of storages.
    Type(&'a str),
}

impl<'a> Global<'a> {
    /// The object `name` of `module`, if it is one of the few.
    pub(super) fn of(module: &'a str, name: &'a str) -> Result<Global<'a>, Fault> {
        let object = || format!("{module}.{name}").chars().take(LONGEST_NAME).collect::<String>();
        match (module, name) {
            ("collections", "OrderedDict") => Ok(Global::OrderedDict),
            ("collections", "defaultdict") => Ok(Global::DefaultDict),
            ("torch._utils", "_rebuild_tensor_v2") => Ok(Global::Tensor),
            ("torch._utils", "_rebuild_tensor_v3") => Ok(Global::TypedTensor),
            ("torch._utils", "_rebuild_parameter") => Ok(Global::Parameter),
            ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct") => Ok(Global::Ndarray),
            ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer") => Ok(Global::NdarrayOfBytes),
            ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar") => Ok(Global::Plain),
            ("numpy", "dtype") => Ok(Global::NumpyType),
            ("numpy", "ndarray") => Ok(Global::Plain),
            ("_codecs", "encode") => Ok(Global::Encode),
            ("builtins" | "__builtin__", "bytes") => Ok(Global::Bytes),
            ("builtins" | "__builtin__", _) if PLAIN_TYPES.contains(&name) => Ok(Global::Plain),
            ("torch", "Size" | "device") => Ok(Global::Plain),
            ("torch" | "torch.storage", _) if is_type(name) => Ok(Global::Type(name)),
            ("torch._utils" | "torch._tensor", _) if name.starts_with("_rebuild_") => {
                Err(Fault::no_layer(format_args!("expected a plain tensor, found one that `{}` makes", object()))
                    .hint(SAVE_PLAIN))
            }
            _ => Err(Fault::no_layer(format_args!("expected tensors, found an object `{}`", object())).hint(SAVE_DICT)),
        }
    }
}

/// Whether `name` is that of an element type or of a storage, be it one that is read or not.
fn is_type(name: &str) -> bool {
    const TYPES: [&str; 9] = ["float", "bfloat", "complex", "int", "uint", "bool", "bits", "qint", "quint"];
    name.ends_with("Storage") || TYPES.iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_known_or_refused_by_name() {
        assert!(matches!(Global::of("torch", "FloatStorage").unwrap(), Global::Type("FloatStorage")));
        assert!(matches!(Global::of("torch", "float8_e4m3fn").unwrap(), Global::Type("float8_e4m3fn")));
        let long = "x".repeat(1000);
        for (module, name, expected) in [
            ("os", "system", "found an object `os.system`"),
            ("builtins", "eval", "found an object `builtins.eval`"),
            ("torch", "load", "found an object `torch.load`"),
            ("os", "float32", "found an object `os.float32`"),
            ("torch.nn.modules.linear", "Linear", "found an object `torch.nn.modules.linear.Linear`"),
            ("torch._utils", "_rebuild_qtensor", "found one that `torch._utils._rebuild_qtensor` makes"),
            ("m", &long, &format!("`m.{}`", "x".repeat(98))),
        ] {
            let error = Global::of(module, name).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
