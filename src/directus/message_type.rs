//! `MessageType`: the `type` of a message.

use crate::directus::words::words;

words! {
    /// What a message is, by its `type` (reference 2 to 7).
    MessageType {
        /// JSON, but of no type known here: an extension's, or no object at all (reference 7.5).
        Other = "other",
        /// Login and its reply (reference 2.2).
        Auth = "auth",
        /// Heartbeat question, either way (reference 3).
        Ping = "ping",
        /// Heartbeat answer (reference 3).
        Pong = "pong",
        /// A wish to subscribe, or an error about one (reference 5.1, 5.7).
        Subscribe = "subscribe",
        /// A wish to end subscriptions (reference 5.1).
        Unsubscribe = "unsubscribe",
        /// An event or acknowledgement of a subscription (reference 5.2, 5.3).
        Subscription = "subscription",
        /// A request for items, or its reply (reference 4).
        Items = "items",
        /// Collaborative editing (reference 7.4).
        Collab = "collab",
        /// The log stream (reference 7.1).
        Logs = "logs",
        /// An error without a request: unreadable text, too many messages (reference 6.2).
        Server = "server",
        /// The licence refuses (reference 6.2).
        License = "license",
        /// A Directus error on a GraphQL socket (reference 6.2).
        Error = "error",
        /// A frame of the GraphQL transport: `connection_init`, `connection_ack`, `next`, `complete`, and
        /// `subscribe` or `error` with an `id` and a `payload` (reference 7.2).
        GraphQl = "graphql",
        /// Text that is not JSON.
        NotJson = "not json",
        /// A binary message; never looked into.
        Binary = "binary",
    }
}

impl MessageType {
    /// The type of a frame whose `type` is `word`; `Other` for an unknown one. Names that are ours
    /// alone (`other`, `graphql`, `not json`, `binary`) are unknown on the wire.
    #[must_use]
    pub fn from_wire(word: &str) -> Self {
        match word {
            "connection_init" | "connection_ack" | "next" | "complete" => Self::GraphQl,
            _ => match Self::from_word(word) {
                Some(Self::GraphQl | Self::NotJson | Self::Binary) | None => Self::Other,
                Some(known) => known,
            },
        }
    }
}
