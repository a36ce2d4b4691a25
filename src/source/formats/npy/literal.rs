//! The Python dictionary in a `.npy` header, parsed without recursion and without Python.

use crate::error::Fault;

/// What to try about a header that no writer makes.
pub(super) const SAVE_AGAIN: &str = "save the array again with `numpy.save`";

/// The three entries of a header.
#[derive(Debug, PartialEq)]
pub(super) struct Dictionary {
    pub(super) descr: String,
    pub(super) fortran: bool,
    pub(super) shape: Vec<usize>,
}

/// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`, in any order of entries.
pub(super) fn parse(text: &str) -> Result<Dictionary, Fault> {
    let mut text = Text(text.trim_start());
    let (mut descr, mut fortran, mut shape) = (None, None, None);
    text.expect("{")?;
    while !text.eat("}") {
        let key = text.string()?;
        text.expect(":")?;
        match key {
            "descr" if text.0.starts_with('[') => {
                return Err(Fault::content("expected an array of numbers, found records with named fields")
                    .hint("save one field: `numpy.save(path, array[\"field\"])`"));
            }
            "descr" => descr = Some(text.string()?.to_owned()),
            "fortran_order" => fortran = Some(text.boolean()?),
            "shape" => shape = Some(text.tuple()?),
            _ => return Err(text.unexpected("one of the keys descr, fortran_order and shape")),
        }
        text.eat(",");
    }
    match (descr, fortran, shape) {
        (Some(descr), Some(fortran), Some(shape)) => Ok(Dictionary { descr, fortran, shape }),
        _ => Err(Fault::content("the header lacks one of descr, fortran_order and shape")),
    }
}

/// What is left of the header; always without leading white space.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    fn eat(&mut self, token: &str) -> bool {
        let rest = self.0.strip_prefix(token);
        self.0 = rest.map_or(self.0, str::trim_start);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), Fault> {
        if self.eat(token) { Ok(()) } else { Err(self.unexpected(token)) }
    }

    fn unexpected(&self, expected: &str) -> Fault {
        let found: String = self.0.chars().take(20).collect();
        Fault::content(format_args!("damaged header: expected {expected}, found {found:?}")).hint(SAVE_AGAIN)
    }

    fn string(&mut self) -> Result<&'a str, Fault> {
        let quote = if self.0.starts_with('"') { '"' } else { '\'' };
        let (string, rest) = (self.0.strip_prefix(quote).and_then(|text| text.split_once(quote)))
            .ok_or_else(|| self.unexpected("a quoted string"))?;
        self.0 = rest.trim_start();
        Ok(string)
    }

    fn boolean(&mut self) -> Result<bool, Fault> {
        if self.eat("True") {
            return Ok(true);
        }
        self.expect("False").map(|()| false)
    }

    fn tuple(&mut self) -> Result<Vec<usize>, Fault> {
        let mut numbers = Vec::new();
        self.expect("(")?;
        while !self.eat(")") {
            let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = self.0.split_at(digits);
            numbers.push(number.parse().map_err(|_| self.unexpected("the length of an axis"))?);
            self.0 = rest.trim_start();
            // Python 2 wrote long integers as `3L`.
            self.eat("L");
            self.eat(",");
        }
        Ok(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_any_numpy_wrote() {
        let expected = Dictionary { descr: "<f4".into(), fortran: true, shape: vec![3, 2] };
        for text in [
            "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }          \n",
            "{\"shape\":(3L,2L),\"fortran_order\":True,\"descr\":\"<f4\"}",
        ] {
            assert_eq!(parse(text).unwrap(), expected);
        }
        assert_eq!(parse("{'descr': '|b1', 'fortran_order': False, 'shape': ()}").unwrap().shape, Vec::<usize>::new());
    }

    #[test]
    fn anything_else_is_a_fault() {
        for text in [
            "",
            "{",
            "{'descr': '<f4'}",
            "{'descr': '<f4, 'fortran_order': True, 'shape': (3,)}",
            "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 2)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 2)}",
            "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (3, 2)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"(".repeat(1 << 20)).is_err());
    }
}
