//! A subscription, and what it is told of a change.

use serde_json::Value;

use crate::demo::fault::Fault;
use crate::demo::permission::Action;
use crate::demo::query::Query;
use crate::demo::reader::Reader;
use crate::demo::reply;
use crate::demo::schema::Collection;
use crate::demo::store::Key;
use crate::demo::transaction::Change;

/// What a connection listens to.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    /// Whose it is. It belongs to the connection, not to the user (reference 5.7).
    pub connection: u64,
    /// Where.
    pub collection: &'static Collection,
    /// Only this.
    pub event: Option<Action>,
    /// Only this row.
    pub item: Option<String>,
    /// How rows look, and which.
    pub query: Query,
    /// Its name, a string whatever was sent (reference 5.2).
    pub uid: Option<Value>,
}

impl Subscription {
    /// The first frame. With an `event` the query is not run, so nothing can be wrong with it yet (5.2).
    pub(super) fn init(&self, reader: Reader<'_>) -> Result<String, Fault> {
        let uid = self.uid.as_ref();
        if self.event.is_some() {
            return Ok(reply::subscription("init", None, None, uid));
        }
        let name = self.collection.name;
        let data = match &self.item {
            Some(item) => reader.read_one(name, &self.query, &Value::from(item.as_str()))?,
            None => Value::Array(reader.read(name, &self.query, None)?),
        };
        Ok(reply::subscription("init", Some(data), reader.meta(name, &self.query)?, uid))
    }

    /// The frame for a change; `None` if it is none of this subscription's business.
    pub(super) fn frame(&self, change: &Change, reader: Reader<'_>) -> Result<Option<String>, Fault> {
        let name = self.collection.name;
        if name != change.collection.name || self.event.is_some_and(|event| event != change.action) {
            return Ok(None);
        }
        if let Some(item) = &self.item {
            // Strictly as strings: the real server compares its string with the caller's key (5.4).
            let named = |key: &Value| matches!(key, Value::String(text) if text == item);
            if !change.keys.iter().any(named) {
                return Ok(None);
            }
        }
        let data = match (change.action, &self.item) {
            // Deletes look neither at the filter nor at permissions (5.4).
            (Action::Delete, Some(item)) => Value::from(item.as_str()),
            (Action::Delete, None) => Value::Array(change.keys.clone()),
            (_, Some(item)) => reader.read_one(name, &self.query, &Value::from(item.as_str()))?,
            (_, None) => {
                let of = |key: &Value| Key::of(self.collection, key);
                let keys: Vec<Key> = change.keys.iter().filter_map(of).collect();
                let rows = reader.read(name, &self.query, Some(&keys))?;
                if rows.is_empty() {
                    return Ok(None);
                }
                Value::Array(rows)
            }
        };
        // Only counts need a permission to be told of a delete.
        let meta = reader.meta(name, &self.query)?;
        Ok(Some(reply::subscription(change.action.name(), Some(data), meta, self.uid.as_ref())))
    }
}
