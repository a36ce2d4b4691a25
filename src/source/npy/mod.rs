//! NumPy's `.npy` files: what the header says is read and checked in `header`, what the bytes of an element mean stands
//! in `element`; rows are left to `plain` and `inflated`.

mod element;
mod header;
mod literal;

pub(crate) use self::element::widen;
pub(crate) use self::header::{Dtype, Header};
