//! The value of a field of type `records`: record batches, opaque to messages.

use bytes::Bytes;

/// Record batches as a message carries them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    /// The batches themselves. Decoding always yields this: a slice of the frame, not a copy.
    Inline(Bytes),
    /// That many bytes which the sender of the encoded message puts in later, for example from a file.
    /// Encoding leaves a [`Hole`](super::Hole) for them.
    Deferred(u32),
}

impl Records {
    /// Size in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        match self {
            Self::Inline(bytes) => bytes.len(),
            Self::Deferred(size_bytes) => *size_bytes as usize,
        }
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.size_bytes() == 0
    }

    /// The batches, unless they are deferred.
    #[must_use]
    pub fn as_inline(&self) -> Option<&Bytes> {
        match self {
            Self::Inline(bytes) => Some(bytes),
            Self::Deferred(_) => None,
        }
    }
}

impl Default for Records {
    fn default() -> Self {
        Self::Inline(Bytes::new())
    }
}

impl From<Bytes> for Records {
    fn from(bytes: Bytes) -> Self {
        Self::Inline(bytes)
    }
}
