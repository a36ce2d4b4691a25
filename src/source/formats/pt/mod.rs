//! Tensors in `.pt` and `.pth` files, the archives that `torch.save` writes; nothing in them is ever run.
//!
//! Layout: <https://docs.pytorch.org/docs/stable/notes/serialization.html>.

mod global;
mod pickle;
mod tensor;
mod value;

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use self::global::{SAVE_AGAIN, SAVE_FLAT};
use self::tensor::Tensor;
use self::value::Saved;
use crate::error::Fault;
use crate::source::arrays::array::Array;
use crate::source::arrays::strides::is_dense;
use crate::source::contents::content::Content;
use crate::source::files::member::Member;
use crate::source::files::region::{Region, read_fault};
use crate::source::files::zip;

/// Bytes of a pickle; a tensor takes about 200.
const LONGEST_PICKLE: u64 = 1 << 24;

/// Bytes of the member that says `little` or `big`.
const LONGEST_BYTEORDER: u64 = 16;

/// The tensor or the tensors by name in the file `path`.
pub(crate) fn open(path: &Path) -> Result<Content, Fault> {
    check_kind(&Region::open(path)?)?;
    let archive = Archive::open(path)?;
    let pickle = archive.read("data.pkl", LONGEST_PICKLE)?;
    let big_endian = archive.is_big_endian()?;
    let array = |tensor: &Tensor| archive.array(tensor, big_endian);
    Ok(match pickle::read(&pickle)? {
        Saved::Tensor(tensor) => Content::Array(array(&tensor)?),
        Saved::Dict(tensors) => Content::Arrays(
            tensors.into_iter().map(|(name, tensor)| (name, tensor.and_then(|tensor| array(&tensor)))).collect(),
        ),
    })
}

/// Refuses the bare pickle that `torch.save` wrote before version 1.6.
fn check_kind(file: &Region) -> Result<(), Fault> {
    let mut start = [0; 1];
    if let Some(first) = file.part(0, 1) {
        first.read_at(&mut start, 0)?;
    }
    match start {
        [0x80] => Err(Fault::content("expected an archive of `torch.save`, found a pickle, as it once wrote")
            .hint("save it again with `torch.save(torch.load(path), path)`, in its default format")),
        _ => Ok(()),
    }
}

/// The members of an archive, all in one directory.
struct Archive {
    root: String,
    members: HashMap<String, Arc<Member>>,
}

impl Archive {
    fn open(path: &Path) -> Result<Archive, Fault> {
        let mut members = HashMap::new();
        let mut roots = Vec::new();
        for (name, member) in zip::members(path)? {
            if let Some((root, "data.pkl")) = name.split_once('/') {
                roots.push(root.to_owned());
            }
            let is_double = members.insert(name.clone(), Arc::new(member?)).is_some();
            if is_double {
                return Err(
                    Fault::content(format_args!("two members of the archive are called `{name}`")).hint(SAVE_AGAIN)
                );
            }
        }
        let [root] = &mut roots[..] else {
            return Err(Fault::content(format_args!(
                "expected an archive of `torch.save`, found one with {} members called `data.pkl`",
                roots.len()
            ))
            .hint(SAVE_FLAT));
        };
        let root = std::mem::take(root);
        let code = format!("{root}/code/");
        if members.keys().any(|name| name.starts_with(&code)) || members.contains_key(&format!("{root}/constants.pkl"))
        {
            return Err(Fault::content("expected a tensor or a dict of tensors, found a program of TorchScript")
                .hint("save its activations: `torch.save({\"enc1\": x, \"y\": y}, path)`"));
        }
        Ok(Archive { root, members })
    }

    fn member(&self, name: &str) -> Option<&Arc<Member>> {
        self.members.get(&format!("{}/{name}", self.root))
    }

    /// All of the member `name`, whose checksum is right.
    fn read(&self, name: &str, longest: u64) -> Result<Vec<u8>, Fault> {
        let member = self.member(name).ok_or_else(|| missing_member(name))?;
        if member.size() > longest {
            return Err(Fault::content(format_args!(
                "expected at most {longest} bytes of `{name}`, found {}",
                member.size()
            ))
            .hint(SAVE_FLAT));
        }
        let mut bytes = Vec::new();
        member.reader()?.read_to_end(&mut bytes).map_err(read_fault)?;
        Ok(bytes)
    }

    /// Whether the numbers are of the other byte order; before version 2.1 the archive did not say.
    fn is_big_endian(&self) -> Result<bool, Fault> {
        if self.member("byteorder").is_none() {
            return Ok(false);
        }
        match &self.read("byteorder", LONGEST_BYTEORDER)?[..] {
            b"little" => Ok(false),
            b"big" => Ok(true),
            other => Err(Fault::content(format_args!(
                "expected the byte order `little` or `big`, found `{}`",
                String::from_utf8_lossy(other)
            ))
            .hint(SAVE_AGAIN)),
        }
    }

    fn array(&self, tensor: &Tensor, big_endian: bool) -> Result<Array, Fault> {
        let name = format!("data/{}", tensor.storage);
        let member = self.member(&name).ok_or_else(|| missing_member(&name))?;
        let header = tensor.header(member.size(), big_endian)?;
        if member.stored().is_none() && !is_dense(&header.shape, &header.strides) {
            return Err(Fault::content(
                "a compressed tensor can be read in its own order only, found a view of another",
            )
            .hint("save `x.contiguous()`, with `torch.save`, which does not compress"));
        }
        Ok(Array::in_member(member.clone(), header))
    }
}

fn missing_member(name: &str) -> Fault {
    Fault::content(format_args!("expected an archive of `torch.save`, found one without `{name}`")).hint(SAVE_AGAIN)
}
