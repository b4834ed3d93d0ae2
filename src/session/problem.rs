//! What went wrong: `Refusal`, an error message of the server, and `LastError`, a failure of our own.

use std::sync::Arc;

use crate::capture::event::{Stage, Stamp};
use crate::directus::{ErrorCode, MessageType};

/// An error message received from the server (reference 6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Sequence number of the message.
    pub seq: u64,
    /// When.
    pub stamp: Stamp,
    /// On which connection.
    pub connection: u32,
    /// The `type` of the message.
    pub kind: MessageType,
    /// The code, if it is one we know.
    pub code: ErrorCode,
    /// The code as written.
    pub code_text: Arc<str>,
    /// The server's message, shortened where it is very long.
    pub message: Arc<str>,
    /// Sequence number of the request it was matched to, 0 for none.
    pub answers: u64,
    /// The match is a guess by type and age, since the message carries no uid (reference 6.3).
    pub guessed: bool,
}

/// A failure on our side of the wire, as three sentences for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastError {
    /// Sequence number of the event.
    pub seq: u64,
    /// When.
    pub stamp: Stamp,
    /// On which connection.
    pub connection: u32,
    /// On the way to what.
    pub stage: Stage,
    /// What happened.
    pub message: Arc<str>,
    /// The likely cause.
    pub cause: Arc<str>,
    /// What to do next.
    pub advice: Arc<str>,
}
