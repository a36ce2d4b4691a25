//! NumPy's `.npy` files, alone or as members of an archive.

mod header;
mod literal;

use std::path::Path;

use crate::error::Fault;
use crate::source::arrays::array::Array;
use crate::source::files::region::Region;
use crate::source::files::zip::Member;

/// The array in the file `path`.
pub(super) fn open(path: &Path) -> Result<Array, Fault> {
    let file = Region::open(path)?;
    let header = header::read(&mut file.reader(), file.len())?;
    Ok(Array::in_region(file, header))
}

/// The array in the file that is a member of an archive.
pub(super) fn open_member(member: Member) -> Result<Array, Fault> {
    let header = header::read(&mut member.reader(), member.size())?;
    Ok(Array::in_member(member.into(), header))
}
