//! The pickle in a `.pt` file, read without executing any of it: builds plain values, containers and descriptions of
//! tensors.
//!
//! Opcodes: <https://github.com/python/cpython/blob/3.13/Lib/pickletools.py>. Each makes one value at most, and values
//! refer to each other by number, so that time and memory stay within a multiple of the pickle's length.

use std::collections::HashMap;

use super::global::{Global, SAVE_DICT};
use super::value::{Id, PickleValue, PickleValues, damaged_pickle};
use crate::error::Fault;

/// Opcodes of a pickle; a tensor takes about 40, an array of NumPy the same however long it is.
const MOST_OPCODES: usize = 1 << 24;

/// What a pickle holds.
#[derive(Debug)]
pub(super) struct Pickle<'a> {
    /// All values that it makes.
    pub(super) values: PickleValues<'a>,
    /// The one that was saved.
    pub(super) root: Id,
    /// Bytes of the pickle itself, after which something else may follow.
    pub(super) len: usize,
}

/// Reads the pickle of protocol 2 to 5 that `bytes` begin with, as `torch.save` writes it.
pub(super) fn read(bytes: &[u8]) -> Result<Pickle<'_>, Fault> {
    let mut machine = Machine { rest: bytes, ..Machine::default() };
    let root = machine.run()?;
    Ok(Pickle { len: bytes.len() - machine.rest.len(), values: machine.values, root })
}

/// The state between two opcodes.
#[derive(Debug, Default)]
struct Machine<'a> {
    rest: &'a [u8],
    values: PickleValues<'a>,
    stack: Vec<Id>,
    /// Heights of the stack below which nothing is taken.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl<'a> Machine<'a> {
    /// Runs up to the end of the pickle, and returns the value that is left.
    fn run(&mut self) -> Result<Id, Fault> {
        for _ in 0..MOST_OPCODES {
            let [opcode] = self.take()?;
            match opcode {
                0x80 => self.check_protocol()?,
                // A frame is only a hint how much to read at a time.
                0x95 => drop(self.take::<8>()?),
                b'.' => return self.pop(),
                b'N' => self.push(PickleValue::Plain),
                0x88 | 0x89 => self.push(PickleValue::Bool(opcode == 0x88)),
                b'G' => self.take::<8>().map(|_| self.push(PickleValue::Plain))?,
                b'K' => self.take().map(|[byte]| self.push(PickleValue::Int(byte.into())))?,
                b'M' => self.take().map(|bytes| self.push(PickleValue::Int(u16::from_le_bytes(bytes).into())))?,
                b'J' => self.take().map(|bytes| self.push(PickleValue::Int(i32::from_le_bytes(bytes).into())))?,
                0x8a | 0x8b => self.push_long(opcode)?,
                b'X' | 0x8c | 0x8d | b'U' | b'T' => self.push_text(opcode)?,
                b'C' | b'B' | 0x8e | 0x96 => {
                    self.take_sized(opcode).map(|bytes| self.push(PickleValue::Bytes(bytes)))?
                }
                b'}' => self.push(PickleValue::Dict { items: Vec::new(), has_tensors: false }),
                b']' | 0x8f => self.push(PickleValue::List { items: Vec::new(), has_tensors: false }),
                b')' => self.push(PickleValue::Tuple { items: Vec::new(), has_tensors: false }),
                0x85..=0x87 => self.push_short_tuple(opcode)?,
                b't' | 0x91 => self.pop_mark().map(|items| self.push_tuple(items))?,
                b'(' => self.marks.push(self.stack.len()),
                b'0' => drop(self.pop()?),
                b'1' => drop(self.pop_mark()?),
                b'2' => self.top().map(|top| self.stack.push(top))?,
                b'q' => self.take().map(|[at]| u32::from(at)).and_then(|at| self.put(at))?,
                b'r' => self.take().map(u32::from_le_bytes).and_then(|at| self.put(at))?,
                0x94 => self.put(self.memo.len() as u32)?,
                b'h' => self.take().map(|[at]| u32::from(at)).and_then(|at| self.get(at))?,
                b'j' => self.take().map(u32::from_le_bytes).and_then(|at| self.get(at))?,
                b'c' => self.push_global_in_place()?,
                0x93 => self.push_global_on_stack()?,
                b'R' => self.reduce()?,
                b'b' => self.build()?,
                b'Q' => self.push_storage()?,
                b'a' => self.pop().and_then(|item| self.append(&[item]))?,
                b'e' | 0x90 => self.pop_mark().and_then(|items| self.append(&items))?,
                b's' => self.pop_pair().and_then(|items| self.set(&items))?,
                b'u' => self.pop_mark().and_then(|items| self.set(&items))?,
                other => {
                    let problem = format!("expected tensors, found the pickle opcode {other:#04x}");
                    return Err(Fault::content(problem).hint(SAVE_DICT));
                }
            }
        }
        Err(Fault::content(format_args!("expected a pickle of at most {MOST_OPCODES} opcodes, found a longer one"))
            .hint(SAVE_DICT))
    }

    fn take<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], Fault> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(|| damaged_pickle("it ends too early"))?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// The bytes after their number, which `opcode` has in one, four or eight bytes.
    fn take_sized(&mut self, opcode: u8) -> Result<&'a [u8], Fault> {
        let count = match opcode {
            b'C' | b'U' | 0x8a | 0x8c => self.take().map(|[count]| u64::from(count))?,
            b'B' | b'T' | b'X' | 0x8b => self.take().map(u32::from_le_bytes)?.into(),
            _ => self.take().map(u64::from_le_bytes)?,
        };
        let split = usize::try_from(count).ok().and_then(|count| self.rest.split_at_checked(count));
        let (bytes, rest) = split.ok_or_else(|| damaged_pickle("it ends too early"))?;
        self.rest = rest;
        Ok(bytes)
    }

    fn take_line(&mut self) -> Result<&'a str, Fault> {
        let end =
            self.rest.iter().position(|&byte| byte == b'\n').ok_or_else(|| damaged_pickle("it ends too early"))?;
        let (line, rest) = self.rest.split_at(end);
        self.rest = &rest[1..];
        parse_text(line)
    }

    fn check_protocol(&mut self) -> Result<(), Fault> {
        match self.take()? {
            [2..=5] => Ok(()),
            [other] => Err(Fault::content(format_args!("expected a pickle of protocol 2 to 5, found {other}"))),
        }
    }

    fn push_long(&mut self, opcode: u8) -> Result<(), Fault> {
        let bytes = self.take_sized(opcode)?;
        let append = |number: i64, &byte: &u8| number << 8 | i64::from(byte);
        let sign = bytes.last().map_or(0, |&byte| i64::from(byte as i8 >> 7));
        let is_short = bytes.len() <= 8;
        self.push(if is_short { PickleValue::Int(bytes.iter().rev().fold(sign, append)) } else { PickleValue::Plain });
        Ok(())
    }

    fn push_text(&mut self, opcode: u8) -> Result<(), Fault> {
        let text = self.take_sized(opcode).and_then(parse_text)?;
        self.push(PickleValue::Text(text));
        Ok(())
    }

    fn push(&mut self, value: PickleValue<'a>) {
        self.stack.push(self.values.add(value));
    }

    fn top(&self) -> Result<Id, Fault> {
        let bottom = self.marks.last().copied().unwrap_or(0);
        self.stack.get(bottom..).and_then(<[Id]>::last).copied().ok_or_else(|| damaged_pickle("a value is missing"))
    }

    fn pop(&mut self) -> Result<Id, Fault> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn pop_mark(&mut self) -> Result<Vec<Id>, Fault> {
        let bottom = self.marks.pop().ok_or_else(|| damaged_pickle("a mark is missing"))?;
        Ok(self.stack.split_off(bottom))
    }

    fn pop_pair(&mut self) -> Result<[Id; 2], Fault> {
        let value = self.pop()?;
        Ok([self.pop()?, value])
    }

    fn put(&mut self, at: u32) -> Result<(), Fault> {
        self.memo.insert(at, self.top()?);
        Ok(())
    }

    fn get(&mut self, at: u32) -> Result<(), Fault> {
        let value = self.memo.get(&at).ok_or_else(|| damaged_pickle("it refers to a value that does not exist"))?;
        self.stack.push(*value);
        Ok(())
    }

    fn push_short_tuple(&mut self, opcode: u8) -> Result<(), Fault> {
        let mut items = (0x85..=opcode).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
        items.reverse();
        self.push_tuple(items);
        Ok(())
    }

    fn push_tuple(&mut self, items: Vec<Id>) {
        let has_tensors = self.values.have_tensors(&items);
        self.push(PickleValue::Tuple { items, has_tensors });
    }

    fn append(&mut self, items: &[Id]) -> Result<(), Fault> {
        let list = self.top()?;
        self.values.append(list, items)
    }

    fn set(&mut self, items: &[Id]) -> Result<(), Fault> {
        let dict = self.top()?;
        self.values.set(dict, items)
    }

    fn push_global_in_place(&mut self) -> Result<(), Fault> {
        let (module, name) = (self.take_line()?, self.take_line()?);
        self.push(PickleValue::Global(Global::of(module, name)?));
        Ok(())
    }

    fn push_global_on_stack(&mut self) -> Result<(), Fault> {
        let [module, name] = self.pop_pair()?;
        let global = Global::of(self.values.text(module)?, self.values.text(name)?)?;
        self.push(PickleValue::Global(global));
        Ok(())
    }

    fn reduce(&mut self) -> Result<(), Fault> {
        let [function, arguments] = self.pop_pair()?;
        let made = self.values.call(function, arguments)?;
        self.push(made);
        Ok(())
    }

    fn build(&mut self) -> Result<(), Fault> {
        let state = self.pop()?;
        self.values.build(self.top()?, state)
    }

    fn push_storage(&mut self) -> Result<(), Fault> {
        let reference = self.pop()?;
        let storage = self.values.storage(reference)?;
        self.push(storage);
        Ok(())
    }
}

fn parse_text(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|_| damaged_pickle("a text is not valid Unicode"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(pickle: &[u8]) -> String {
        read(pickle).unwrap_err().to_string()
    }

    #[test]
    fn nothing_is_taken_from_below_a_mark_or_beyond_the_end() {
        for pickle in
            [&b"."[..], b"N(.", b"N(0", b"1", b"(NN0", b"N(\x86", b"}(Ns", b"}(NNNu", b"q\0", b"NR", b"NNR", b"Q"]
        {
            assert!(error(pickle).starts_with("damaged pickle"), "{pickle:?}: {}", error(pickle));
        }
        for pickle in
            [&b""[..], b"J\0", b"X\xff\xff\xff\x7fa", b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff", b"cos", b"\x95\0"]
        {
            assert!(error(pickle).contains("ends too early"), "{pickle:?}: {}", error(pickle));
        }
        assert!(error(b"h\x07").contains("does not exist"));
        assert!(error(b"X\x01\0\0\0\xff").contains("Unicode"));
        assert!(error(b"\x80\x06").contains("protocol 2 to 5, found 6"));
        assert!(error(b"\x81").contains("opcode 0x81"));
        assert!(error(b"NNNs").contains("not a dict"));
        assert!(error(b"NNa").contains("not a list"));
        assert!(error(b"NNb").contains("attributes"));
    }

    #[test]
    fn whole_numbers_of_any_length() {
        let number = |bytes: &[u8]| {
            let mut machine = Machine { rest: bytes, ..Machine::default() };
            machine.push_long(0x8a).unwrap();
            match machine.values.get(0) {
                PickleValue::Int(number) => Some(*number),
                _ => None,
            }
        };
        assert_eq!(number(b"\0"), Some(0));
        assert_eq!(number(b"\x01\xff"), Some(-1));
        assert_eq!(number(b"\x02\xff\0"), Some(255));
        assert_eq!(number(b"\x08\0\0\0\0\0\0\0\x80"), Some(i64::MIN));
        assert_eq!(number(&[&[9][..], &[0; 9]].concat()), None);
    }

    #[test]
    fn values_shared_without_end_cost_no_more_than_their_pickle() {
        // Each of 10 000 tuples holds the one before it three times; a list holds itself.
        let pickle = [&b"}X\x01\0\0\0aN"[..], &b"22\x87".repeat(10_000), b"s."].concat();
        for pickle in [&pickle[..], b"}X\x01\0\0\0a]2as."] {
            let Pickle { values, root, len } = read(pickle).unwrap();
            assert_eq!(len, pickle.len());
            assert!(!values.have_tensors(&[root]));
        }
    }
}
