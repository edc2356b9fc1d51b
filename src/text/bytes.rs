//! The bytes of a file, kept once.

use std::ops::Deref;
use std::sync::Arc;

/// The bytes of a file. A clone shares them, and so does the [`Text`](super::Text) of a file that is UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bytes {
    Utf8(Arc<str>),
    Other(Arc<[u8]>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Utf8(text) => text.as_bytes(),
            Bytes::Other(bytes) => bytes,
        }
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Bytes::Utf8(text.into()),
            Err(_) => Bytes::Other(bytes.into()),
        }
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Bytes::from(&[])
    }
}

impl<const N: usize> From<&[u8; N]> for Bytes {
    fn from(bytes: &[u8; N]) -> Self {
        Bytes::from(bytes.as_slice())
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes.as_slice())
    }
}

impl From<&Bytes> for Bytes {
    fn from(bytes: &Bytes) -> Self {
        bytes.clone()
    }
}
