//! `HttpExchange`: one HTTP request beside the socket and what came of it.

use serde::{Deserialize, Serialize};

use crate::capture::event::{Header, Stage, Stamp};
use crate::capture::time;

/// An HTTP exchange beside the socket, as a `http` line of the capture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpExchange {
    /// Such as `GET`.
    pub method: String,
    /// The whole URL, secrets masked.
    pub url: String,
    /// Headers of the request, in the order sent.
    pub request_headers: Vec<Header>,
    /// Body of the request, at most 256 KiB of it; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub request_body: String,
    /// Address and port that was talked to; empty where none was reached.
    pub address: String,
    /// Status code; `None` where no answer came.
    pub status: Option<u16>,
    /// Reason phrase.
    pub reason: String,
    /// Headers of the answer, in the order received.
    pub headers: Vec<Header>,
    /// Body of the answer, at most 256 KiB of it, bytes that aren't UTF-8 replaced.
    pub body: String,
    /// Bytes of the body as they were received.
    pub size: u64,
    /// More of the body exists than stands in `body`.
    pub cut: bool,
    /// From the beginning to the end of the whole exchange.
    pub took_us: u64,
    /// Its parts.
    pub timings: HttpTimings,
    /// Why no whole answer came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<HttpError>,
}

impl HttpExchange {
    /// The first header of the answer with that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether no whole answer came, or one that says that something went wrong.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.error.is_some() || self.status.is_none_or(|status| status >= 400)
    }

    /// By how much the server's clock is ahead of ours, milliseconds, from the `Date` of the answer, which is exact to the
    /// second: what could be no difference at all is none. `ended` is when the exchange ended.
    #[must_use]
    pub fn clock_offset_ms(&self, ended: Stamp) -> Option<i64> {
        let date_us = self.header("date").and_then(time::http_date)?;
        let took_us = i64::try_from(self.took_us).ok()?;
        // Somewhere in that second, and somewhere between request and answer.
        let ahead_us =
            date_us.saturating_add(500_000).saturating_sub(ended.time_us.saturating_sub(took_us / 2));
        let doubt_us = 500_000_i64.saturating_add(took_us / 2).saturating_add(500_000);
        Some(if ahead_us.abs() <= doubt_us { 0 } else { ahead_us / 1000 })
    }

    /// Path and query of the URL.
    #[must_use]
    pub fn target(&self) -> &str {
        let after = self.url.find("://").map_or(0, |at| at + 3);
        let rest = self.url.get(after..).unwrap_or_default();
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
    }
}

/// How long the parts of an HTTP exchange took, microseconds; `None` for a part that was not reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpTimings {
    /// Looking the name up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolve_us: Option<u64>,
    /// Opening the TCP connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_us: Option<u64>,
    /// The TLS handshake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_us: Option<u64>,
    /// From the request to the head of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_us: Option<u64>,
    /// The body after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_us: Option<u64>,
}

/// Why an HTTP exchange has no whole answer: three sentences for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpError {
    /// Where.
    pub stage: Stage,
    /// What happened.
    pub message: String,
    /// The likely cause.
    pub cause: String,
    /// What to do next.
    pub advice: String,
}
