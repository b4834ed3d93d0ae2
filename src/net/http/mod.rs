//! HTTP beside the socket: what may be asked of a server, and what comes back.
//!
//! Whoever wants an exchange gives `Command::Http` to a link. The link completes the request with its own
//! server and credential, has the worker perform it on the same road as the socket ([`crate::net`] has one
//! way to dial), records it as `Fact::Http` and hands the answer over unmasked. Redirects are shown, not
//! followed: a token must not go where nobody sent it.

mod answer;
mod errands;
mod exchange;
mod reply;
mod request;

#[cfg(test)]
mod exchange_cases;

pub use answer::{HttpAnswer, HttpReport, SentHeaders};
pub use reply::{HttpRefusal, HttpReply};
pub use request::{HttpMethod, HttpRequest, HttpToken};

pub(crate) use errands::Errands;

/// Longest body of an answer that is received, bytes.
pub const ANSWER_LIMIT: usize = 16 << 20;
/// Longest body that is recorded, bytes.
pub const RECORDED_LIMIT: usize = 256 << 10;
