//! `GraphQl`: a frame of the GraphQL transport, recognised and kept.

use crate::directus::fields::{Fields, Misfit};
use crate::directus::{Json, Uid};

/// A frame of the `graphql-transport-ws` protocol (reference 7.2). Shown, not driven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphQl {
    /// `connection_init`, `connection_ack`, `subscribe`, `next`, `error` or `complete`.
    pub kind: String,
    /// Of the subscription.
    pub id: Option<Uid>,
    /// The content.
    pub payload: Option<Json>,
    /// Keys not known here.
    pub extra: Fields,
}

impl GraphQl {
    /// Whether the fields are such a frame: by type, or by the envelope where Directus uses the same word.
    pub(in crate::directus) fn fits(kind: &str, fields: &Fields) -> bool {
        match kind {
            "connection_init" | "connection_ack" | "next" | "complete" => true,
            "subscribe" | "error" => fields.get("id").is_some() && fields.get("payload").is_some(),
            _ => false,
        }
    }

    pub(in crate::directus) fn read(kind: String, mut fields: Fields) -> Result<Self, Misfit> {
        let id = fields.take_as("id", "a text or a number")?;
        Ok(Self { kind, id, payload: fields.take("payload"), extra: fields })
    }

    pub(in crate::directus) fn write(&self, fields: &mut Fields) {
        fields.put("id", self.id.as_ref());
        fields.put("payload", self.payload.as_ref());
        fields.extend(&self.extra);
    }
}
