//! `LastClose`: how the last connection ended. Why that probably was is said by its cause card.

use crate::capture::event::{ClosedBy, Stamp};

use super::problem::Refusal;

/// How the last connection that had opened ended (reference 6.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastClose {
    /// Sequence number of the event.
    pub seq: u64,
    /// When.
    pub stamp: Stamp,
    /// Which connection.
    pub connection: u32,
    /// Close code; 1005 for none, 1006 for no Close frame, `None` where the transport doesn't report it.
    pub code: Option<u16>,
    /// The reason given.
    pub reason: String,
    /// Who ended it.
    pub by: ClosedBy,
    /// The last error message on that connection before the end.
    pub after: Option<Refusal>,
    /// The server's last ping had no answer when the connection ended.
    pub ping_unanswered: bool,
    /// The login was confirmed, or none was needed.
    pub was_live: bool,
}
