//! `/items/…` over HTTP: the same writes, so the same events, with the keys in HTTP's own types.

use hyper::Method;
use serde_json::Value;

use crate::demo::fault::Fault;
use crate::demo::hub::Hub;
use crate::demo::items::{read_many, read_singleton, update_singleton};
use crate::demo::moment::Moment;
use crate::demo::permission::{Action, Identity};
use crate::demo::query::Query;
use crate::demo::query_string;
use crate::demo::reply::object;
use crate::demo::rest::{Answer, Call, route_not_found};
use crate::demo::schema;
use crate::demo::store::Key;
use crate::demo::transaction::Transaction;

/// `/items/{collection}`.
pub(super) fn many(hub: &mut Hub, call: &Call, identity: Identity, name: &str, moment: Moment) -> Answer {
    let version = hub.options.version;
    if name.starts_with("directus_") {
        return Fault::forbidden_item().into();
    }
    let Some(collection) = schema::collection(name) else {
        return Fault::unknown_collection(name, version).into();
    };
    let url_query = query_string::parse(&call.query);
    let done = hub.write(identity, moment, |transaction| {
        let query = Query::parse(Some(&url_query), identity, moment)?;
        let body = call.body.as_ref();
        match call.method {
            Method::GET if collection.singleton => {
                Ok(Answer::data(read_singleton(transaction, name, &query)?))
            }
            Method::GET => list(transaction, name, &query),
            Method::POST => create(transaction, name, &query, body),
            Method::PATCH if collection.singleton => {
                update_singleton(transaction, name, body.unwrap_or(&Value::Null))?;
                readable(read_singleton(transaction, name, &query))
            }
            Method::PATCH => update(transaction, name, &query, body),
            Method::DELETE => delete(transaction, name, body),
            _ => Ok(route_not_found(&call.path)),
        }
    });
    done.unwrap_or_else(Answer::from)
}

/// `/items/{collection}/{key}`: the key stays the text of the URL, in the events too (reference 5.3).
pub(super) fn one(
    hub: &mut Hub,
    call: &Call,
    identity: Identity,
    (name, key): (&str, &str),
    moment: Moment,
) -> Answer {
    let version = hub.options.version;
    if name.starts_with("directus_") {
        return Fault::forbidden_item().into();
    }
    if schema::collection(name).is_none() {
        return Fault::unknown_collection(name, version).into();
    }
    let url_query = query_string::parse(&call.query);
    let key = Value::from(key);
    let done = hub.write(identity, moment, |transaction| {
        let query = Query::parse(Some(&url_query), identity, moment)?;
        match call.method {
            Method::GET => Ok(Answer::data(transaction.reader().read_one(name, &query, &key)?)),
            Method::PATCH => {
                let data = call.body.as_ref().unwrap_or(&Value::Null);
                transaction.update(name, std::slice::from_ref(&key), data)?;
                readable(transaction.reader().read_one(name, &query, &key))
            }
            Method::DELETE => {
                transaction.delete(name, std::slice::from_ref(&key))?;
                Ok(Answer::empty())
            }
            _ => Ok(route_not_found(&call.path)),
        }
    });
    done.unwrap_or_else(Answer::from)
}

fn list(transaction: &Transaction<'_>, name: &str, query: &Query) -> Result<Answer, Fault> {
    let reader = transaction.reader();
    let data = reader.read(name, query, None)?;
    Ok(match reader.meta(name, query)? {
        Some(meta) => Answer::body(object([("meta", meta), ("data", Value::Array(data))])),
        None => Answer::data(Value::Array(data)),
    })
}

/// Who may write but not read gets 204 where the socket says FORBIDDEN (reference 4.2).
fn readable(read: Result<Value, Fault>) -> Result<Answer, Fault> {
    match read {
        Err(Fault::Told(told)) if told.code == "FORBIDDEN" => Ok(Answer::empty()),
        other => other.map(Answer::data),
    }
}

fn create(
    transaction: &mut Transaction<'_>,
    name: &str,
    query: &Query,
    body: Option<&Value>,
) -> Result<Answer, Fault> {
    if let Some(Value::Array(rows)) = body {
        let keys = transaction.create_many(name, rows)?;
        return readable(read_many(transaction, name, query, &keys));
    }
    let key = transaction.create(name, body)?;
    readable(transaction.reader().read_one(name, query, &key.value()))
}

/// An array of rows with their keys, or `{"keys":[…],"data":…}`, or `{"query":…,"data":…}`.
fn update(
    transaction: &mut Transaction<'_>,
    name: &str,
    query: &Query,
    body: Option<&Value>,
) -> Result<Answer, Fault> {
    let body = body.unwrap_or(&Value::Null);
    let data = body.get("data").unwrap_or(&Value::Null);
    let keys = if let Value::Array(entries) = body {
        transaction.update_batch(name, entries)?
    } else if let Some(Value::Array(keys)) = body.get("keys") {
        transaction.update(name, keys, data)?
    } else {
        let keys = matching(transaction, name, Action::Update, body.get("query"))?;
        transaction.update(name, &keys, data)?
    };
    readable(read_many(transaction, name, query, &keys))
}

/// An array of keys, or `{"keys":[…]}`, or `{"query":…}`.
fn delete(transaction: &mut Transaction<'_>, name: &str, body: Option<&Value>) -> Result<Answer, Fault> {
    let body = body.unwrap_or(&Value::Null);
    let keys = match body.as_array().or_else(|| body.get("keys").and_then(Value::as_array)) {
        Some(keys) => keys.clone(),
        None => matching(transaction, name, Action::Delete, body.get("query"))?,
    };
    transaction.delete(name, &keys)?;
    Ok(Answer::empty())
}

fn matching(
    transaction: &Transaction<'_>,
    name: &str,
    action: Action,
    query: Option<&Value>,
) -> Result<Vec<Value>, Fault> {
    let Some(query) = query.filter(|query| query.is_object()) else {
        return Err(Fault::invalid_payload("\"value\" must contain at least one of [query, keys]"));
    };
    let query = Query::parse(Some(query), transaction.identity, transaction.moment)?;
    let reader = transaction.reader();
    let collection = reader.collection(name, action)?;
    Ok(reader.keys(collection, &query)?.iter().map(Key::value).collect())
}
