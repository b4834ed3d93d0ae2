//! The rows.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::demo::comparison::text;
use crate::demo::fault::Fault;
use crate::demo::random::Random;
use crate::demo::schema::{COLLECTIONS, Collection, Kind};

/// A row: its columns in the collection's order.
pub(super) type Row = Map<String, Value>;

/// A primary key. Integers sort as numbers, as a database sorts them.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Key {
    /// Counted by the server.
    Integer(i64),
    /// A UUID.
    Text(String),
}

impl Key {
    /// The key a client means, whether it wrote a number or a string; `None` if no row could have it.
    pub(super) fn of(collection: &Collection, value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) if collection.numbers_its_keys() => number.as_i64().map(Self::Integer),
            Value::String(text) if collection.numbers_its_keys() => text.parse().ok().map(Self::Integer),
            Value::String(text) => Some(Self::Text(text.clone())),
            _ => None,
        }
    }

    /// The key as it stands in the row.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Integer(number) => Value::from(*number),
            Self::Text(text) => Value::from(text.as_str()),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Table {
    /// Shared with the snapshot of a running write, so that taking one copies no rows.
    rows: BTreeMap<Key, Rc<Row>>,
    /// The highest number given so far: a deleted row's number is not given again.
    last: i64,
}

/// All collections as they were at one moment.
#[derive(Clone, Debug)]
pub(super) struct Tables(BTreeMap<&'static str, Table>);

/// All rows of all collections.
#[derive(Debug)]
pub(super) struct Store {
    tables: BTreeMap<&'static str, Table>,
    random: Random,
}

impl Store {
    /// Every collection, empty.
    pub(super) fn new(random: Random) -> Self {
        let tables = COLLECTIONS.iter().map(|collection| (collection.name, Table::default())).collect();
        Self { tables, random }
    }

    /// What to come back to when a write fails half-way.
    pub(super) fn snapshot(&self) -> Tables {
        Tables(self.tables.clone())
    }

    /// Comes back to it, given numbers included.
    pub(super) fn restore(&mut self, tables: Tables) {
        self.tables = tables.0;
    }

    /// The rows of a collection by their keys.
    pub(super) fn rows(&self, collection: &Collection) -> impl DoubleEndedIterator<Item = (&Key, &Row)> {
        self.tables
            .get(collection.name)
            .into_iter()
            .flat_map(|table| &table.rows)
            .map(|(key, row)| (key, &**row))
    }

    /// One row.
    pub(super) fn row(&self, collection: &Collection, key: &Key) -> Option<&Row> {
        self.tables.get(collection.name)?.rows.get(key).map(|row| &**row)
    }

    /// Makes a row of what the client gave and tells its key. Unknown fields are dropped without a word, so a
    /// payload of nothing else makes a row of defaults (reference 4.2).
    pub(super) fn insert(
        &mut self,
        collection: &'static Collection,
        given: &Row,
        now: &str,
    ) -> Result<Key, Fault> {
        for field in collection.fields.iter().filter(|field| field.required) {
            if given.get(field.name).is_none_or(Value::is_null) {
                return Err(Fault::Untold(format!(
                    "Validation failed for field \"{}\". Value is required.",
                    field.name
                )));
            }
        }
        let key = self.key_for(collection, given)?;
        let mut row = Row::new();
        for field in collection.fields.iter().filter(|field| field.kind.is_column()) {
            let value = match (given.get(field.name), field.kind) {
                _ if field.name == collection.key_name() => key.value(),
                (Some(value), kind) => kind.coerced(value),
                (None, Kind::Created) => Value::from(now),
                (None, Kind::Boolean) if collection.singleton => Value::from(false),
                (None, _) => Value::Null,
            };
            row.insert(field.name.to_owned(), value);
        }
        if let Some(table) = self.tables.get_mut(collection.name) {
            table.rows.insert(key.clone(), Rc::new(row));
        }
        Ok(key)
    }

    /// Changes the given columns of a row; tells whether the row is there.
    pub(super) fn update(&mut self, collection: &Collection, key: &Key, given: &Row) -> bool {
        let table = self.tables.get_mut(collection.name);
        let Some(row) = table.and_then(|table| table.rows.get_mut(key)) else { return false };
        for field in collection.fields.iter().filter(|field| field.kind.is_column()) {
            if let Some(value) = given.get(field.name)
                && field.name != collection.key_name()
            {
                Rc::make_mut(row).insert(field.name.to_owned(), field.kind.coerced(value));
            }
        }
        true
    }

    /// Removes a row, and every pointer to it, as `ON DELETE SET NULL` does.
    pub(super) fn delete(&mut self, collection: &Collection, key: &Key) {
        if let Some(table) = self.tables.get_mut(collection.name) {
            table.rows.remove(key);
        }
        let gone = key.value();
        for other in COLLECTIONS {
            for field in other.fields.iter().filter(|field| field.kind == Kind::ManyToOne(collection.name)) {
                let Some(table) = self.tables.get_mut(other.name) else { continue };
                for row in table.rows.values_mut() {
                    if row.get(field.name) == Some(&gone) {
                        Rc::make_mut(row).insert(field.name.to_owned(), Value::Null);
                    }
                }
            }
        }
    }

    fn key_for(&mut self, collection: &Collection, given: &Row) -> Result<Key, Fault> {
        let name = collection.key_name();
        let Some(table) = self.tables.get_mut(collection.name) else {
            return Err(Fault::forbidden_collection(collection.name));
        };
        let key = match given.get(name).filter(|value| !value.is_null()) {
            Some(value) => Key::of(collection, value).ok_or_else(|| {
                Fault::Untold(format!("Validation failed for field \"{name}\". Invalid key."))
            })?,
            None if collection.numbers_its_keys() => Key::Integer(table.last.saturating_add(1)),
            None => Key::Text(self.random.uuid()),
        };
        if table.rows.contains_key(&key) {
            return Err(Fault::told(
                "RECORD_NOT_UNIQUE",
                format!(
                    "Value \"{}\" for field \"{name}\" in collection \"{}\" has to be unique.",
                    text(&key.value()),
                    collection.name
                ),
            ));
        }
        if let Key::Integer(number) = key {
            table.last = table.last.max(number);
        }
        Ok(key)
    }
}
