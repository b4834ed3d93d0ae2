//! `HttpAnswer`: what a server answered, and `HttpReport`: all that is known of an exchange.

use bytes::Bytes;

use crate::capture::event::Header;
use crate::capture::http_exchange::HttpTimings;
use crate::net::failure::Failure;

/// An answer as it was received, unmasked: not to be shown or kept as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// Status code.
    pub status: u16,
    /// Reason phrase.
    pub reason: String,
    /// In the order received; bytes that aren't UTF-8 replaced.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Bytes,
    /// How long the parts took.
    pub timings: HttpTimings,
}

impl HttpAnswer {
    /// The first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the server did what was asked.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// The body as text; `None` if it isn't UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }
}

impl std::fmt::Debug for HttpAnswer {
    /// Status and sizes only: the rest may hold tokens.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpAnswer")
            .field("status", &self.status)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("body", &self.body.len())
            .field("timings", &self.timings)
            .finish_non_exhaustive()
    }
}

/// All that is known of an exchange when it ended, unmasked: it goes from the worker to the link only.
#[derive(Clone, Debug)]
pub struct HttpReport {
    /// Address and port that was talked to; empty where none was reached.
    pub address: String,
    /// Headers as sent.
    pub sent: SentHeaders,
    /// How long the parts took.
    pub timings: HttpTimings,
    /// From beginning to end.
    pub took_us: u64,
    /// What of an answer arrived, also where it broke off.
    pub answer: Option<HttpAnswer>,
    /// Why it is not whole.
    pub failure: Option<Failure>,
}

/// Headers that hold tokens.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SentHeaders(pub Vec<Header>);

impl std::fmt::Debug for SentHeaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
