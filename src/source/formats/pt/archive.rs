//! The archive that `torch.save` writes since version 1.6: a pickle, and one member per storage.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::global::{SAVE_AGAIN, SAVE_DICT};
use super::tensor::Tensor;
use crate::error::Fault;
use crate::source::arrays::array::Array;
use crate::source::arrays::strides::is_dense;
use crate::source::files::member::Member;
use crate::source::files::region::read_fault;
use crate::source::files::zip;

/// Bytes of a pickle that is deflated; a tensor takes about 200.
const LONGEST_DEFLATED: u64 = 1 << 24;

/// Bytes of the member that says `little` or `big`.
const LONGEST_BYTEORDER: u64 = 16;

/// The members of an archive, all in one directory.
pub(super) struct Archive {
    root: String,
    members: HashMap<String, Arc<Member>>,
}

impl Archive {
    /// The archive in the file `path`.
    pub(super) fn open(path: &Path) -> Result<Archive, Fault> {
        let mut members = HashMap::new();
        let mut roots = Vec::new();
        for (name, member) in zip::members(path)? {
            if let Some((root, "data.pkl")) = name.split_once('/') {
                roots.push(root.to_owned());
            }
            let is_double = members.insert(name.clone(), Arc::new(member?)).is_some();
            if is_double {
                return Err(
                    Fault::content(format_args!("two members of the archive are named `{name}`")).hint(SAVE_AGAIN)
                );
            }
        }
        let [root] = &mut roots[..] else {
            return Err(Fault::content(format_args!(
                "expected an archive of `torch.save`, found one with {} members called `data.pkl`",
                roots.len()
            ))
            .hint(SAVE_DICT));
        };
        let root = std::mem::take(root);
        let code = format!("{root}/code/");
        if members.keys().any(|name| name.starts_with(&code)) || members.contains_key(&format!("{root}/constants.pkl"))
        {
            return Err(Fault::no_layer("expected tensors, found a program of TorchScript")
                .hint("save its activations: `torch.save({\"enc1\": x, \"y\": y}, path)`"));
        }
        Ok(Archive { root, members })
    }

    fn member(&self, name: &str) -> Option<&Arc<Member>> {
        self.members.get(&format!("{}/{name}", self.root))
    }

    /// The pickle of the object that was saved.
    pub(super) fn pickle(&self) -> Result<Vec<u8>, Fault> {
        let name = "data.pkl";
        // Stored, it is no longer than the file; deflated, it could be a thousand times as long, and `torch` never does that.
        let is_stored = self.member(name).is_some_and(|member| member.stored().is_some());
        self.read(name, if is_stored { u64::MAX } else { LONGEST_DEFLATED })
    }

    /// Bytes of all members together, when unpacked.
    pub(super) fn size(&self) -> u64 {
        self.members.values().fold(0, |sum, member| member.size().saturating_add(sum))
    }

    /// All of the member `name`, whose checksum is right.
    fn read(&self, name: &str, longest: u64) -> Result<Vec<u8>, Fault> {
        let member = self.member(name).ok_or_else(|| missing_member(name))?;
        if member.size() > longest {
            return Err(Fault::content(format_args!(
                "expected at most {longest} bytes of `{name}`, found {}",
                member.size()
            ))
            .hint("save it with `torch.save`, which does not compress"));
        }
        let mut bytes = Vec::new();
        member.reader()?.read_to_end(&mut bytes).map_err(read_fault)?;
        Ok(bytes)
    }

    /// Whether the numbers are of the other byte order; before version 2.1 the archive did not say.
    pub(super) fn is_big_endian(&self) -> Result<bool, Fault> {
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

    /// The array that `tensor` is.
    pub(super) fn array(&self, tensor: &Tensor, big_endian: bool) -> Result<Array, Fault> {
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
