//! Reads bytes as a program: calls with their arguments.

use std::ffi::CString;

use super::genuine;

/// The rest of the program. After its end, everything reads as zero or empty.
pub struct Program<'a>(pub &'a [u8]);

/// Bytes for one call, in a heap allocation of exactly their length, so that a read past their end is detected.
pub enum Bytes {
    Null,
    Some(Box<[u8]>),
}

impl Program<'_> {
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    pub fn number(&mut self) -> i64 {
        let mut bytes = [0; 8];
        let taken = self.take(8);
        bytes[..taken.len()].copy_from_slice(taken);
        i64::from_le_bytes(bytes)
    }

    /// NULL, the `genuine` bytes, or a length in two bytes and that many bytes.
    pub fn bytes(&mut self, genuine: &[u8]) -> Bytes {
        match self.byte() {
            b'N' => Bytes::Null,
            b'G' => Bytes::Some(genuine.into()),
            _ => {
                let length = u16::from_le_bytes([self.byte(), self.byte()]);
                Bytes::Some(self.take(usize::from(length)).into())
            }
        }
    }

    /// The same, up to the first NUL.
    pub fn text(&mut self, genuine: &str) -> Option<CString> {
        match self.bytes(genuine.as_bytes()) {
            Bytes::Null => None,
            Bytes::Some(bytes) => {
                let text: Vec<u8> = bytes.iter().copied().take_while(|&byte| byte != 0).collect();
                CString::new(text).ok()
            }
        }
    }

    /// A token, mostly the genuine one.
    pub fn token(&mut self) -> Bytes {
        self.bytes(genuine::token())
    }

    fn take(&mut self, length: usize) -> &[u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

impl Bytes {
    pub fn ptr(&self) -> *const std::ffi::c_char {
        match self {
            Bytes::Null => std::ptr::null(),
            Bytes::Some(bytes) => bytes.as_ptr().cast(),
        }
    }

    /// NULL has a length too, which the library must not use.
    pub fn len(&self) -> usize {
        match self {
            Bytes::Null => 5,
            Bytes::Some(bytes) => bytes.len(),
        }
    }

    pub fn as_slice(&self) -> &[u8] {
        match self {
            Bytes::Null => &[],
            Bytes::Some(bytes) => bytes,
        }
    }
}
