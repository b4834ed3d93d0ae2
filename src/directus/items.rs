//! `ItemsRequest` and `ItemsReply`: reading and writing rows over the socket (reference 4).

use serde::{Deserialize, Serialize};

use crate::directus::fields::{Fields, Misfit};
use crate::directus::{Json, Query, Uid};

/// What to do with items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemsAction {
    /// Insert.
    Create,
    /// Select.
    Read,
    /// Change.
    Update,
    /// Remove.
    Delete,
}

impl ItemsAction {
    /// The word of the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// A request for items (reference 4.1). Which of `id`, `ids`, `data` and `query` decides, the server says
/// (reference 4.2); here all are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemsRequest {
    /// What to do.
    pub action: ItemsAction,
    /// Where.
    pub collection: String,
    /// One row or an array of rows.
    pub data: Option<Json>,
    /// One key. 0 counts as absent (reference 4.2).
    pub id: Option<Json>,
    /// Several keys.
    pub ids: Option<Json>,
    /// The query as sent; see `query`.
    pub query: Option<Json>,
    /// Echoed in the reply.
    pub uid: Option<Uid>,
    /// Keys not known here.
    pub extra: Fields,
}

impl ItemsRequest {
    /// A request that names only what must be named.
    #[must_use]
    pub fn new(action: ItemsAction, collection: impl Into<String>) -> Self {
        Self {
            action,
            collection: collection.into(),
            data: None,
            id: None,
            ids: None,
            query: None,
            uid: None,
            extra: Fields::default(),
        }
    }

    /// The query; `None` if there is none or it is no object (the server then stays silent, reference 4.3).
    #[must_use]
    pub fn query(&self) -> Option<Query> {
        serde_json::from_str(self.query.as_ref()?.as_str()).ok()
    }

    pub(in crate::directus) fn read(mut fields: Fields) -> Result<Self, Misfit> {
        Ok(Self {
            action: fields.need("action", "one of create, read, update, delete")?,
            collection: fields.need("collection", "a text")?,
            data: fields.take("data"),
            id: fields.take("id"),
            ids: fields.take("ids"),
            query: fields.take("query"),
            uid: fields.uid()?,
            extra: fields,
        })
    }

    pub(in crate::directus) fn write(&self, fields: &mut Fields) {
        fields.put("action", Some(&self.action));
        fields.put("collection", Some(&self.collection));
        fields.put("id", self.id.as_ref());
        fields.put("ids", self.ids.as_ref());
        fields.put("data", self.data.as_ref());
        fields.put("query", self.query.as_ref());
        fields.put("uid", self.uid.as_ref());
        fields.extend(&self.extra);
    }
}

/// The reply to a request for items. It names neither action nor collection (reference 4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemsReply {
    /// Row, rows, key or keys.
    pub data: Option<Json>,
    /// Counts, if the query asked for them.
    pub meta: Option<Json>,
    /// Of the request.
    pub uid: Option<Uid>,
    /// Keys not known here.
    pub extra: Fields,
}

impl ItemsReply {
    pub(in crate::directus) fn read(mut fields: Fields) -> Result<Self, Misfit> {
        let (data, meta) = (fields.take("data"), fields.take("meta"));
        Ok(Self { data, meta, uid: fields.uid()?, extra: fields })
    }

    pub(in crate::directus) fn write(&self, fields: &mut Fields) {
        fields.put("data", self.data.as_ref());
        fields.put("meta", self.meta.as_ref());
        fields.put("uid", self.uid.as_ref());
        fields.extend(&self.extra);
    }
}
