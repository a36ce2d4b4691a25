//! Checks the footer of a Parquet file before it is decoded: its schema must be a tree that a recursive decoder can
//! walk, with no more nodes than are present.

use parquet::file::reader::ChunkReader;

use crate::error::GuardError;
use crate::thrift::Compact;

/// Bytes after the metadata: its length, and a signature.
const TAIL: u64 = 8;

const SIGNATURE: &[u8] = b"PAR1";

/// Groups within groups. A list of lists takes five; the decoder calls itself once or more for each.
const DEEPEST: usize = 100;

/// Ids in `FileMetaData` of parquet.thrift.
const SCHEMA: i16 = 2;

/// Checks that the schema in the footer of `file` is a tree of a depth that can be walked, with as many nodes as it claims. A file
/// without a footer passes: the decoder says what is wrong with it.
///
/// # Errors
/// When the file cannot be read, and when its schema or its metadata are not sound.
pub fn check<R: ChunkReader>(file: &R) -> Result<(), GuardError> {
    let Some(end) = file.len().checked_sub(TAIL) else {
        return Ok(());
    };
    let tail = file.get_bytes(end, TAIL as usize)?;
    let Some((len, SIGNATURE)) = tail.split_first_chunk() else {
        return Ok(());
    };
    let len = u32::from_le_bytes(*len);
    let Some(start) = end.checked_sub(len.into()) else {
        return Ok(());
    };
    let bytes = file.get_bytes(start, len as usize)?;
    let mut is_tree = true;
    let read = Compact(&bytes).fields(|fields, id, kind| match id {
        SCHEMA => {
            let len = fields.list()?;
            let mut tree = Tree { unmet: len, open: Vec::new() };
            (0..len).try_for_each(|_| {
                is_tree &= tree.grow(children(fields)?);
                is_tree.then_some(())
            })
        }
        _ => fields.skip(kind),
    });
    match read {
        _ if !is_tree => {
            Err(GuardError::unsound(format_args!("its schema is not a tree, or is deeper than {DEEPEST} groups")))
        }
        Some(()) => Ok(()),
        None => Err(GuardError::unsound("its metadata cannot be read")),
    }
}

/// The number of children of the `SchemaElement` that comes next.
fn children(element: &mut Compact) -> Option<i32> {
    let mut children = 0;
    element.fields(|fields, id, kind| {
        match id {
            5 => children = fields.number()? as i32,
            1..=3 | 6..=9 => drop(fields.number()?),
            _ => fields.skip(kind)?,
        }
        Some(())
    })?;
    Some(children)
}

/// A tree whose nodes come parents first.
struct Tree {
    /// Nodes that have not come yet.
    unmet: usize,
    /// The groups that the next node is in, each with how many of its children are still to come.
    open: Vec<usize>,
}

impl Tree {
    /// Adds the next node; whether there can be as many children, and as many groups within groups.
    fn grow(&mut self, children: i32) -> bool {
        self.unmet -= 1;
        let Some(children) = usize::try_from(children).ok().filter(|&children| children <= self.unmet) else {
            return false;
        };
        self.open.push(children);
        while let Some(0) = self.open.last() {
            self.open.pop();
            if let Some(left) = self.open.last_mut() {
                *left -= 1;
            }
        }
        self.open.len() <= DEEPEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_tree(children: &[i32]) -> bool {
        let mut tree = Tree { unmet: children.len(), open: Vec::new() };
        children.iter().all(|&children| tree.grow(children))
    }

    #[test]
    fn trees_and_others() {
        assert!(is_tree(&[2, 0, 1, 1, 0]));
        assert!(is_tree(&[0]));
        for other in [&[1][..], &[i32::MAX, 0], &[-1, 0], &[1; 3]] {
            assert!(!is_tree(other), "{other:?}");
        }
        let deep = |groups: usize| [vec![1; groups], vec![0]].concat();
        assert!(is_tree(&deep(DEEPEST)) && !is_tree(&deep(DEEPEST + 1)));
    }
}
