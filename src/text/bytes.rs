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

/// Of anything that holds bytes but itself, whose bytes are shared instead: it is no `AsRef<[u8]>`.
impl<B: AsRef<[u8]>> From<B> for Bytes {
    fn from(bytes: B) -> Self {
        match std::str::from_utf8(bytes.as_ref()) {
            Ok(text) => Bytes::Utf8(text.into()),
            Err(_) => Bytes::Other(bytes.as_ref().into()),
        }
    }
}
