//! What a socket of a HAR speaks, and how it logs in: a HAR doesn't tell, its messages do.

use serde_json::value::RawValue;

use super::file::{Entry, Frame};
use crate::directus::{Class, MessageType, classify};

/// Messages looked at: Directus speaks at once.
const FIRST: usize = 50;

/// Whether its messages are of Directus.
pub(super) fn speaks_directus(socket: &Entry<'_>) -> bool {
    classes(socket).any(|class| {
        matches!(
            class.kind,
            MessageType::Auth
                | MessageType::Subscribe
                | MessageType::Subscription
                | MessageType::Items
                | MessageType::Collab
                | MessageType::Logs
        )
    })
}

/// The word for `mode` in the connect fact.
pub(super) fn mode(socket: &Entry<'_>) -> &'static str {
    if !speaks_directus(socket) {
        "raw"
    } else if classes(socket).any(|class| class.kind == MessageType::Auth) {
        "handshake"
    } else if socket.url().contains("access_token=") {
        "strict"
    } else {
        // Work without a login is what the public mode allows; a cookie may have told more to the server.
        "public"
    }
}

fn classes<'s>(socket: &'s Entry<'_>) -> impl Iterator<Item = Class> + 's {
    let frame = |raw: &&RawValue| Frame::read(raw);
    socket
        .messages
        .iter()
        .take(FIRST)
        .filter_map(frame)
        .filter(|frame| frame.opcode == 1)
        .map(|frame| classify(&frame.data))
}
