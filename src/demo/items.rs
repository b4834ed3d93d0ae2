//! The `items` messages: who is chosen by what, and what comes back (reference 4.2).

use serde_json::Value;

use crate::demo::fault::Fault;
use crate::demo::permission::Action;
use crate::demo::query::Query;
use crate::demo::store::Key;
use crate::demo::transaction::Transaction;

/// An `items` message whose shape is checked.
#[derive(Clone, Debug)]
pub(super) struct ItemsRequest {
    /// Where.
    pub collection: String,
    /// What.
    pub action: Action,
    /// What to write.
    pub data: Option<Value>,
    /// One key; falsy ones count as absent.
    pub id: Option<Value>,
    /// Many keys.
    pub ids: Option<Vec<Value>>,
    /// Which rows, or how the reply looks.
    pub query: Option<Value>,
}

/// What the reply holds.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Row, rows, key or keys.
    pub data: Value,
    /// Counts, if the query asked.
    pub meta: Option<Value>,
}

impl From<Value> for Outcome {
    fn from(data: Value) -> Self {
        Self { data, meta: None }
    }
}

/// Does what the message says.
pub(super) fn perform(transaction: &mut Transaction<'_>, request: &ItemsRequest) -> Result<Outcome, Fault> {
    let name = request.collection.as_str();
    if name.starts_with("directus_") {
        return Err(Fault::system_collection(transaction.version));
    }
    let Some(collection) = crate::demo::schema::collection(name) else {
        return Err(Fault::unknown_collection(name, transaction.version));
    };
    match request.action {
        Action::Create => create(transaction, request),
        Action::Read => read(transaction, request, collection.singleton),
        Action::Update => update(transaction, request, collection.singleton),
        Action::Delete => delete(transaction, request),
    }
}

fn query(transaction: &Transaction<'_>, value: Option<&Value>) -> Result<Query, Fault> {
    Query::parse(value, transaction.identity, transaction.moment)
}

fn create(transaction: &mut Transaction<'_>, request: &ItemsRequest) -> Result<Outcome, Fault> {
    let name = request.collection.as_str();
    let query = query(transaction, request.query.as_ref())?;
    if let Some(Value::Array(rows)) = &request.data {
        let keys = transaction.create_many(name, rows)?;
        return read_many(transaction, name, &query, &keys).map(Outcome::from);
    }
    let key = transaction.create(name, request.data.as_ref())?;
    transaction.reader().read_one(name, &query, &key.value()).map(Outcome::from)
}

fn read(transaction: &Transaction<'_>, request: &ItemsRequest, singleton: bool) -> Result<Outcome, Fault> {
    let name = request.collection.as_str();
    let query = query(transaction, request.query.as_ref())?;
    let reader = transaction.reader();
    let data = if let Some(id) = request.id.as_ref().filter(|id| is_truthy(id)) {
        reader.read_one(name, &query, id)?
    } else if let Some(ids) = &request.ids {
        let collection = reader.collection(name, Action::Read)?;
        let keys: Vec<Key> = ids.iter().filter_map(|id| Key::of(collection, id)).collect();
        read_many(transaction, name, &query, &keys)?
    } else if singleton {
        read_singleton(transaction, name, &query)?
    } else {
        Value::Array(reader.read(name, &query, None)?)
    };
    Ok(Outcome { data, meta: reader.meta(name, &query)? })
}

fn update(
    transaction: &mut Transaction<'_>,
    request: &ItemsRequest,
    singleton: bool,
) -> Result<Outcome, Fault> {
    let name = request.collection.as_str();
    let query = query(transaction, request.query.as_ref())?;
    let data = request.data.as_ref().unwrap_or(&Value::Null);
    if let Some(id) = request.id.as_ref().filter(|id| is_truthy(id)) {
        transaction.update(name, std::slice::from_ref(id), data)?;
        // The query is ignored here, unlike everywhere else.
        return transaction.reader().read_one(name, &Query::default(), id).map(Outcome::from);
    }
    let keys = if let Some(ids) = &request.ids {
        transaction.update(name, ids, data)?
    } else if singleton {
        update_singleton(transaction, name, data)?;
        return read_singleton(transaction, name, &query).map(Outcome::from);
    } else if let Value::Array(entries) = data {
        transaction.update_batch(name, entries)?
    } else {
        let collection = transaction.reader().collection(name, Action::Update)?;
        let keys = transaction.reader().keys(collection, &query)?;
        let keys: Vec<Value> = keys.iter().map(Key::value).collect();
        transaction.update(name, &keys, data)?
    };
    // The query selects again after the write, so rows that left its filter are missing from the reply.
    let data = read_many(transaction, name, &query, &keys)?;
    Ok(Outcome { data, meta: transaction.reader().meta(name, &query)? })
}

fn delete(transaction: &mut Transaction<'_>, request: &ItemsRequest) -> Result<Outcome, Fault> {
    let name = request.collection.as_str();
    if let Some(id) = request.id.as_ref().filter(|id| is_truthy(id)) {
        transaction.delete(name, std::slice::from_ref(id))?;
        return Ok(id.clone().into());
    }
    if let Some(ids) = &request.ids {
        transaction.delete(name, ids)?;
        return Ok(Value::Array(ids.clone()).into());
    }
    let Some(value) = request.query.as_ref().filter(|query| !query.is_null()) else {
        return Err(Fault::early(
            "INVALID_PAYLOAD",
            "Either 'ids', 'id' or 'query' is required for a DELETE request.",
        ));
    };
    let query = query(transaction, Some(value))?;
    let collection = transaction.reader().collection(name, Action::Delete)?;
    let keys = transaction.reader().keys(collection, &query)?;
    let keys: Vec<Value> = keys.iter().map(Key::value).collect();
    transaction.delete(name, &keys)?;
    Ok(Value::Array(keys).into())
}

/// Rows by their keys, in the shape of the query.
pub(super) fn read_many(
    transaction: &Transaction<'_>,
    name: &str,
    query: &Query,
    keys: &[Key],
) -> Result<Value, Fault> {
    transaction.reader().read(name, query, Some(keys)).map(Value::Array)
}

/// The one row of a singleton; an empty one reads as nulls would, here as `null`.
pub(super) fn read_singleton(
    transaction: &Transaction<'_>,
    name: &str,
    query: &Query,
) -> Result<Value, Fault> {
    let one = Query { limit: Some(1), ..query.clone() };
    Ok(transaction.reader().read(name, &one, None)?.into_iter().next().unwrap_or(Value::Null))
}

/// Changes the first row of a singleton, or makes it.
pub(super) fn update_singleton(
    transaction: &mut Transaction<'_>,
    name: &str,
    data: &Value,
) -> Result<(), Fault> {
    let collection = transaction.reader().collection(name, Action::Update)?;
    let first = transaction.store.rows(collection).next().map(|(key, _)| key.value());
    match first {
        Some(key) => transaction.update(name, &[key], data).map(|_| ()),
        None => transaction.create(name, Some(data)).map(|_| ()),
    }
}

/// JavaScript's idea of whether something is there: `id: 0` reads the whole list (reference 4.2).
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}
