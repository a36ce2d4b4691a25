//! NumPy's `.npy` files: alone, compressed, or as members of an archive.

mod header;
mod literal;

use std::path::Path;

pub(in crate::source) use self::header::parse_dtype;
use crate::error::Fault;
use crate::source::arrays::array::Array;
use crate::source::files::codec::Codec;
use crate::source::files::member::Member;
use crate::source::files::region::{Region, read_fault};
use crate::source::files::stream::Spool;

/// The array in the file `path`.
pub(super) fn open(path: &Path) -> Result<Array, Fault> {
    let file = Region::open(path)?;
    let header = header::read(&mut file.reader(), file.len())?;
    Ok(Array::in_region(file, header))
}

/// The array in the file that `path` is when unpacked. Its header says how long that is, which the whole must bear out.
pub(super) fn open_packed(path: &Path, codec: Codec) -> Result<Array, Fault> {
    let packed = Region::open(path)?;
    let (header, size) = header::read_unsized(&mut codec.reader(packed.reader()).map_err(read_fault)?)?;
    Ok(Array::in_member(Member::new(packed, Some(codec), size, None)?.into(), header))
}

/// The array that comes from a stream, which ends where its header says.
pub(super) fn open_spooled(mut spool: Spool) -> Result<Array, Fault> {
    let (header, size) = header::read_unsized(&mut spool)?;
    // One byte more, if it comes, is one too many.
    spool.copy((size - header.data_start).saturating_add(1))?;
    let file = spool.finish()?;
    let header = header::read(&mut file.reader(), file.len())?;
    Ok(Array::in_region(file, header))
}

/// The array in the file that is a member of an archive.
pub(super) fn open_member(member: Member) -> Result<Array, Fault> {
    let header = header::read(&mut member.reader()?, member.size())?;
    Ok(Array::in_member(member.into(), header))
}
