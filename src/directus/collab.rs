//! `Collab`: collaborative editing, recognised and kept (reference 7.4).

use serde::{Deserialize, Serialize};

use crate::directus::ErrorCode;
use crate::directus::fields::{Fields, Misfit};

/// What happens in a room; some only clients send, some only servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CollabAction {
    /// The state of a room, to who joined.
    Init,
    /// Someone comes.
    Join,
    /// Someone goes.
    Leave,
    /// One field changes.
    Update,
    /// Several fields change.
    UpdateAll,
    /// Someone edits a field.
    Focus,
    /// Changes are thrown away.
    Discard,
    /// The item was saved.
    Save,
    /// The item was deleted.
    Delete,
}

/// A message of collaborative editing. Shown, not driven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collab {
    /// What happens.
    pub action: CollabAction,
    /// Where: 64 hex digits. A `join` has none yet.
    pub room: Option<String>,
    /// The server's count of messages on this connection.
    pub order: Option<u64>,
    /// The rest, which depends on the action.
    pub extra: Fields,
}

impl Collab {
    pub(in crate::directus) fn read(mut fields: Fields) -> Result<Self, Misfit> {
        Ok(Self {
            action: fields.need("action", "an action of collaborative editing")?,
            room: fields.take_as("room", "a text")?,
            order: fields.take_as("order", "a whole number")?,
            extra: fields,
        })
    }

    pub(in crate::directus) fn write(&self, fields: &mut Fields) {
        fields.put("action", Some(&self.action));
        fields.put("room", self.room.as_ref());
        fields.put("order", self.order.as_ref());
        fields.extend(&self.extra);
    }
}

/// An error of collaborative editing: a shape of its own, without `status` and `error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollabError {
    /// The reason, a word of `ErrorCode`.
    pub code: String,
    /// The reason in the server's words.
    pub message: String,
    /// The action that failed.
    pub trigger: Option<String>,
    /// Keys not known here.
    pub extra: Fields,
}

impl CollabError {
    /// The reason as a known code.
    #[must_use]
    pub fn error_code(&self) -> ErrorCode {
        ErrorCode::from_wire(&self.code)
    }

    pub(in crate::directus) fn read(mut fields: Fields) -> Result<Self, Misfit> {
        fields.take("action");
        Ok(Self {
            code: fields.need("code", "a text")?,
            message: fields.need("message", "a text")?,
            trigger: fields.take_as("trigger", "a text")?,
            extra: fields,
        })
    }

    pub(in crate::directus) fn write(&self, fields: &mut Fields) {
        fields.put("action", Some(&"error"));
        fields.put("code", Some(&self.code));
        fields.put("message", Some(&self.message));
        fields.put("trigger", self.trigger.as_ref());
        fields.extend(&self.extra);
    }
}
