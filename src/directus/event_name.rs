//! `EventName`: what a message says has happened, or should.

use crate::directus::words::words;

words! {
    /// The `event` of a subscription, the `action` of an items request, or the event a subscribe asks for.
    EventName {
        /// None named.
        None = "",
        /// The subscription stands, with or without the present rows (reference 5.2).
        Init = "init",
        /// Rows were created, or should be.
        Create = "create",
        /// Rows were changed, or should be.
        Update = "update",
        /// Rows were deleted, or should be.
        Delete = "delete",
        /// A subscription, or the log stream, was ended (reference 5.2, 7.1).
        Unsubscribe = "unsubscribe",
        /// Rows should be read.
        Read = "read",
        /// The log stream was started (reference 7.1).
        Subscribe = "subscribe",
        /// Another word; always for collaboration, whose actions are not changes of rows.
        Other = "other",
    }
}

impl EventName {
    /// The value of an `event` or `action`; `Other` for an unknown word.
    #[must_use]
    pub fn from_wire(word: &str) -> Self {
        Self::from_word(word).unwrap_or(Self::Other)
    }
}
