//! `Status`: how a reply ended.

use crate::directus::words::words;

words! {
    /// The `status` of a reply.
    Status {
        /// None stated, as in most messages.
        None = "",
        /// Done (only `auth` says so).
        Ok = "ok",
        /// Refused or failed (reference 6.1).
        Error = "error",
    }
}

impl Status {
    /// The value of a `status`; an unknown word states nothing.
    #[must_use]
    pub fn from_wire(word: &str) -> Self {
        Self::from_word(word).unwrap_or_default()
    }
}
