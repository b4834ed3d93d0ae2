//! Failures of an HTTP exchange beside the socket, after the way to the server stood.

use super::{Sentences, in_bytes, in_seconds};

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpFailure {
    /// A header can't be sent.
    BadHeader {
        /// Its name.
        name: String,
    },
    /// The request can't be put together.
    BadRequest {
        /// The library's words.
        detail: String,
    },
    /// The server hung up before it answered.
    HungUp,
    /// What came is not HTTP, or is broken HTTP.
    NotHttp {
        /// The library's words.
        detail: String,
    },
    /// No head of an answer in time.
    NoAnswer {
        /// The limit, milliseconds.
        after_ms: u128,
    },
    /// The body broke off.
    BodyBroken {
        /// Bytes that came before.
        received: u64,
        /// The library's words.
        detail: String,
    },
    /// The body did not end in time.
    BodySlow {
        /// Bytes that came before.
        received: u64,
        /// The limit, milliseconds.
        after_ms: u128,
    },
    /// The body is longer than is taken.
    BodyTooLong {
        /// The limit, bytes.
        limit: u64,
    },
    /// The tab was closed while it was under way.
    Cancelled,
}

impl HttpFailure {
    pub(crate) fn sentences(&self) -> Sentences {
        match self {
            Self::BadHeader { name } => Sentences::new(
                format!("The request was not sent, because its header {name} can't be."),
                "Its name or value holds a line break or another character that headers don't have.",
                "Correct the header in the profile.",
            ),
            Self::BadRequest { detail } => Sentences::new(
                format!("The request was not sent, because it can't be put together ({detail})."),
                "Its path or method holds characters that HTTP doesn't have.",
                "Correct the path.",
            ),
            Self::HungUp => Sentences::new(
                "The server took the request and closed the connection without an answer.",
                "It restarted or crashed meanwhile, or something on the way forbids the request.",
                "Ask again; if it stays so, look at the server's log.",
            ),
            Self::NotHttp { detail } => Sentences::new(
                format!("What came back is not valid HTTP ({detail})."),
                "Another service listens on this port, or it speaks TLS and the URL doesn't say so.",
                "Check host, port and scheme of the URL.",
            ),
            Self::NoAnswer { after_ms } => Sentences::new(
                format!("The request got no answer within {}.", in_seconds(*after_ms)),
                "The server is busy, or its database does not answer.",
                "Ask again later, and look at the server's log.",
            ),
            Self::BodyBroken { received, detail } => Sentences::new(
                format!("The answer broke off after {} ({detail}).", in_bytes(*received)),
                "The server or a proxy cut the connection in the middle of the body.",
                "Ask again.",
            ),
            Self::BodySlow { received, after_ms } => Sentences::new(
                format!(
                    "The answer was not complete within {}; {} of it came.",
                    in_seconds(*after_ms),
                    in_bytes(*received)
                ),
                "The server stalls, or the way to it is slow.",
                "Ask again later, or ask for less.",
            ),
            Self::BodyTooLong { limit } => Sentences::new(
                format!("The answer is longer than {} and was not taken further.", in_bytes(*limit)),
                "The request asks for more than fits, or the server never ends its answer.",
                "Ask for less: set fields and limit.",
            ),
            Self::Cancelled => Sentences::new(
                "The request was under way when the connection's tab was closed.",
                "Closing a tab ends all that belongs to it.",
                "Nothing needs to be done; the server may have carried it out.",
            ),
        }
    }

    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let detail = || "invalid HTTP version parsed".to_owned();
        vec![
            Self::BadHeader { name: "X-A".to_owned() },
            Self::BadRequest { detail: detail() },
            Self::HungUp,
            Self::NotHttp { detail: detail() },
            Self::NoAnswer { after_ms: 15_000 },
            Self::BodyBroken { received: 12, detail: detail() },
            Self::BodySlow { received: 12, after_ms: 15_000 },
            Self::BodyTooLong { limit: 16 << 20 },
            Self::Cancelled,
        ]
    }
}
