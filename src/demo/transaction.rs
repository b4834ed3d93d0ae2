//! Writes rows with the rights of one identity, and notes what happened for the subscribers.

use serde_json::Value;

use crate::demo::fault::Fault;
use crate::demo::moment::Moment;
use crate::demo::options::Version;
use crate::demo::permission::{Action, Identity, Role};
use crate::demo::reader::Reader;
use crate::demo::schema::{self, Collection, Kind};
use crate::demo::store::{Key, Row, Store};

/// Something that happened to rows.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// Where.
    pub collection: &'static Collection,
    /// What; never [`Action::Read`].
    pub action: Action,
    /// The keys in the JSON types the caller wrote them in: subscribers get them so (reference 5.3).
    pub keys: Vec<Value>,
}

/// One request's writes.
pub(super) struct Transaction<'a> {
    /// The rows.
    pub store: &'a mut Store,
    /// Whose rights.
    pub identity: Identity,
    /// Whose words for errors.
    pub version: Version,
    /// When.
    pub moment: Moment,
    /// What happened, children before their parents. It stands even if the request fails later: a row that its
    /// maker may not read is there all the same (reference 4.2).
    pub changes: Vec<Change>,
    /// A write is under way that will be undone as a whole.
    is_guarded: bool,
}

impl Transaction<'_> {
    /// Nothing is written yet.
    pub(super) fn new(
        store: &mut Store,
        identity: Identity,
        version: Version,
        moment: Moment,
    ) -> Transaction<'_> {
        Transaction { store, identity, version, moment, changes: Vec::new(), is_guarded: false }
    }

    /// Reads with the same rights.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { store: self.store, role: self.identity.role, version: self.version }
    }

    /// Makes a row. Anything but an object makes a row of defaults (reference 4.2).
    pub(super) fn create(&mut self, name: &str, data: Option<&Value>) -> Result<Key, Fault> {
        let collection = self.reader().collection(name, Action::Create)?;
        let empty = Row::new();
        let given = data.and_then(Value::as_object).unwrap_or(&empty);
        self.whole(|transaction| {
            let key = transaction.store.insert(collection, given, &transaction.moment.text())?;
            transaction.children(collection, &key, given)?;
            transaction.note(collection, Action::Create, vec![key.value()]);
            Ok(key)
        })
    }

    /// Makes rows, all or none.
    pub(super) fn create_many(&mut self, name: &str, rows: &[Value]) -> Result<Vec<Key>, Fault> {
        self.whole(|transaction| rows.iter().map(|row| transaction.create(name, Some(row))).collect())
    }

    /// Changes rows alike. Keys of no row are passed over for administrators and refused to others.
    pub(super) fn update(&mut self, name: &str, keys: &[Value], data: &Value) -> Result<Vec<Key>, Fault> {
        let collection = self.reader().collection(name, Action::Update)?;
        let Some(given) = data.as_object() else {
            return Err(Fault::Untold("There is no data to write.".to_owned()));
        };
        if self.misses(collection, keys) {
            let fields: Vec<&str> = given.keys().map(String::as_str).collect();
            return Err(Fault::forbidden_update(name, &fields));
        }
        self.whole(|transaction| {
            let mut changed = Vec::new();
            for key in keys.iter().filter_map(|key| Key::of(collection, key)) {
                if transaction.store.update(collection, &key, given) {
                    transaction.children(collection, &key, given)?;
                    changed.push(key);
                }
            }
            if !keys.is_empty() {
                transaction.note(collection, Action::Update, keys.to_vec());
            }
            Ok(changed)
        })
    }

    /// Changes rows each in its way, all or none; every entry holds its key, and each is an event of its own.
    pub(super) fn update_batch(&mut self, name: &str, entries: &[Value]) -> Result<Vec<Key>, Fault> {
        let collection = self.reader().collection(name, Action::Update)?;
        self.whole(|transaction| {
            let mut changed = Vec::new();
            for entry in entries {
                let Some(key) = entry.get(collection.key_name()) else {
                    return Err(Fault::invalid_payload("Item in update misses primary key"));
                };
                changed.extend(transaction.update(name, std::slice::from_ref(key), entry)?);
            }
            Ok(changed)
        })
    }

    /// Removes rows. Keys of no row are confirmed to administrators like the others (reference 4.2).
    pub(super) fn delete(&mut self, name: &str, keys: &[Value]) -> Result<(), Fault> {
        let collection = self.reader().collection(name, Action::Delete)?;
        if self.misses(collection, keys) {
            return Err(Fault::forbidden_action(name, Action::Delete));
        }
        for key in keys.iter().filter_map(|key| Key::of(collection, key)) {
            self.store.delete(collection, &key);
        }
        if !keys.is_empty() {
            self.note(collection, Action::Delete, keys.to_vec());
        }
        Ok(())
    }

    /// Whether a user whose rows are checked names one that is not there.
    fn misses(&self, collection: &'static Collection, keys: &[Value]) -> bool {
        let is_checked = !matches!(self.identity.role, Role::Admin | Role::Unchecked);
        is_checked && !keys.iter().all(|key| self.exists(collection, key))
    }

    /// Undoes what was written if something fails half-way, and tells nobody of it.
    fn whole<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.is_guarded {
            return work(self);
        }
        let (before, told) = (self.store.snapshot(), self.changes.len());
        self.is_guarded = true;
        let result = work(self);
        self.is_guarded = false;
        if result.is_err() {
            self.store.restore(before);
            self.changes.truncate(told);
        }
        result
    }

    fn note(&mut self, collection: &'static Collection, action: Action, keys: Vec<Value>) {
        self.changes.push(Change { collection, action, keys });
    }

    /// Writes what the payload holds for the rows that point to this one.
    fn children(&mut self, collection: &'static Collection, key: &Key, given: &Row) -> Result<(), Fault> {
        for field in collection.fields {
            let Some(value) = given.get(field.name) else { continue };
            if let Kind::OneToMany { collection, field: back } = field.kind {
                self.related(collection, back, key, value)?;
            }
        }
        Ok(())
    }

    /// `{"create":[…],"update":[…],"delete":[…]}`, or the whole list of children.
    fn related(&mut self, name: &str, back: &str, parent: &Key, value: &Value) -> Result<(), Fault> {
        let Some(target) = schema::collection(name) else { return Ok(()) };
        let list = |word: &str| value.get(word).and_then(Value::as_array).cloned().unwrap_or_default();
        let (kept, removed) = match value {
            Value::Array(items) => (items.clone(), self.left_out(target, back, parent, items)),
            _ => ([list("create"), list("update")].concat(), list("delete")),
        };
        for item in kept {
            let mut row = item.as_object().cloned().unwrap_or_default();
            row.insert(back.to_owned(), parent.value());
            let key = if item.is_object() { row.get(target.key_name()).cloned() } else { Some(item) };
            match key.filter(|key| self.exists(target, key)) {
                Some(key) => self.update(name, &[key], &Value::Object(row)).map(|_| ())?,
                None => self.create(name, Some(&Value::Object(row))).map(|_| ())?,
            }
        }
        if !removed.is_empty() {
            self.update(name, &removed, &serde_json::json!({ back: null }))?;
        }
        Ok(())
    }

    fn exists(&self, collection: &'static Collection, key: &Value) -> bool {
        Key::of(collection, key).is_some_and(|key| self.store.row(collection, &key).is_some())
    }

    /// The children a whole list no longer names.
    fn left_out(&self, target: &'static Collection, back: &str, parent: &Key, items: &[Value]) -> Vec<Value> {
        let named = |key: &Key| {
            items.iter().any(|item| {
                let item = item.get(target.key_name()).unwrap_or(item);
                Key::of(target, item).as_ref() == Some(key)
            })
        };
        let parent = parent.value();
        let children = self.store.rows(target).filter(|(_, row)| row.get(back) == Some(&parent));
        children.filter(|(key, _)| !named(key)).map(|(key, _)| key.value()).collect()
    }
}
