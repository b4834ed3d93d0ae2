//! Runs a query on the rows.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::demo::comparison::{compare_sorted, text};
use crate::demo::fault::Fault;
use crate::demo::filter::{Filter, related};
use crate::demo::options::Version;
use crate::demo::permission::{Action, Role};
use crate::demo::query::Query;
use crate::demo::schema::{self, Collection, Kind};
use crate::demo::selection::Selection;
use crate::demo::store::{Key, Row, Store};

/// Reads with the rights of one role.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    /// The rows.
    pub store: &'a Store,
    /// Whose rights.
    pub role: Role,
    /// Whose words for errors.
    pub version: Version,
}

impl<'a> Reader<'a> {
    /// A collection this role may do that with.
    pub(super) fn collection(&self, name: &str, action: Action) -> Result<&'static Collection, Fault> {
        let found = schema::collection(name).ok_or_else(|| Fault::unknown_collection(name, self.version))?;
        if self.role.allows(name, action) { Ok(found) } else { Err(Fault::forbidden_collection(name)) }
    }

    /// The rows of a query, of those keys only if some are given.
    pub(super) fn read(&self, name: &str, query: &Query, keys: Option<&[Key]>) -> Result<Vec<Value>, Fault> {
        let collection = self.collection(name, Action::Read)?;
        let selection = Selection::compile(query.fields.as_deref(), collection, self.role)?;
        let mut found = self.found(collection, query, keys)?;
        if !query.count.is_empty() {
            return Ok(counted(&found, query));
        }
        self.sort(&mut found, collection, &query.sort)?;
        let (skip, limit) = query.window();
        let rows = found.into_iter().skip(skip).take(limit);
        Ok(rows.map(|(_, row)| selection.shape(self.store, row)).collect())
    }

    /// One row; a missing one is forbidden (reference 4.2).
    pub(super) fn read_one(&self, name: &str, query: &Query, key: &Value) -> Result<Value, Fault> {
        let collection = self.collection(name, Action::Read)?;
        let key = Key::of(collection, key).ok_or_else(Fault::forbidden_item)?;
        // The key replaces the filter, as it does on the real server.
        let unpaged = Query { limit: None, offset: 0, page: 0, filter: None, search: None, ..query.clone() };
        let found = self.read(name, &unpaged, Some(&[key]))?;
        found.into_iter().next().ok_or_else(Fault::forbidden_item)
    }

    /// The keys of the rows of a query, of those an action is allowed on.
    pub(super) fn keys(&self, collection: &'static Collection, query: &Query) -> Result<Vec<Key>, Fault> {
        let mut found = self.found(collection, query, None)?;
        self.sort(&mut found, collection, &query.sort)?;
        let (skip, limit) = query.window();
        // A write meant for all rows must not stop at the default limit of a read.
        let limit = if query.limit.is_none() { usize::MAX } else { limit };
        Ok(found.into_iter().skip(skip).take(limit).map(|(key, _)| key.clone()).collect())
    }

    /// The counts of a query that asks for them: of the whole collection, never of one event (reference 5.4).
    pub(super) fn meta(&self, name: &str, query: &Query) -> Result<Option<Value>, Fault> {
        if !query.wants_meta() {
            return Ok(None);
        }
        let found = schema::collection(name).filter(|_| self.role.allows(name, Action::Read));
        let collection = found.ok_or_else(|| Fault::forbidden_action(name, Action::Read))?;
        let mut meta = Map::new();
        if query.total_count {
            meta.insert("total_count".to_owned(), self.store.rows(collection).count().into());
        }
        if query.filter_count {
            meta.insert("filter_count".to_owned(), self.found(collection, query, None)?.len().into());
        }
        Ok(Some(Value::Object(meta)))
    }

    fn found(
        &self,
        collection: &'static Collection,
        query: &Query,
        keys: Option<&[Key]>,
    ) -> Result<Vec<(&'a Key, &'a Row)>, Fault> {
        let filter =
            query.filter.as_ref().map(|filter| Filter::compile(filter, collection, self.role)).transpose()?;
        let needle = query.search.as_ref().map(|text| text.to_lowercase());
        let store = self.store;
        Ok(store
            .rows(collection)
            .filter(|(key, _)| keys.is_none_or(|keys| keys.contains(key)))
            .filter(|(_, row)| filter.as_ref().is_none_or(|filter| filter.holds(store, row)))
            .filter(|(_, row)| {
                needle.as_ref().is_none_or(|needle| {
                    row.values().any(|value| text(value).to_lowercase().contains(needle.as_str()))
                })
            })
            .collect())
    }

    /// Sorts by dotted names; rows that are equal keep the order of their keys.
    fn sort(
        &self,
        rows: &mut [(&Key, &Row)],
        collection: &'static Collection,
        names: &[String],
    ) -> Result<(), Fault> {
        let mut orders = Vec::new();
        for name in names {
            let (descending, name) = match name.strip_prefix('-') {
                Some(name) => (true, name),
                None => (false, name.as_str()),
            };
            let head = name.split('.').next().unwrap_or(name);
            let field =
                collection.field(head).ok_or_else(|| Fault::forbidden_field(collection.name, head))?;
            let target = match field.kind {
                Kind::ManyToOne(target) | Kind::OneToMany { collection: target, .. } => Some(target),
                _ => None,
            };
            if let Some(target) = target
                && name.contains('.')
                && !self.role.allows(target, Action::Read)
            {
                return Err(Fault::forbidden_relation(target, head));
            }
            orders.push((descending, field, name.split_once('.').map(|(_, rest)| rest)));
        }
        rows.sort_by(|(_, left), (_, right)| {
            for (descending, field, rest) in &orders {
                let value = |row: &Row| match rest {
                    None => row.get(field.name).cloned(),
                    Some(rest) => {
                        related(self.store, field, row).first().and_then(|row| row.get(*rest)).cloned()
                    }
                };
                let (left, right) = (value(left).unwrap_or_default(), value(right).unwrap_or_default());
                let order = compare_sorted(&left, &right);
                if order != Ordering::Equal {
                    return if *descending { order.reverse() } else { order };
                }
            }
            Ordering::Equal
        });
        Ok(())
    }
}

/// Counts, of all rows or of each group. Numbers, as the lab's database gives them; others give strings.
fn counted(rows: &[(&Key, &Row)], query: &Query) -> Vec<Value> {
    let mut groups: Vec<(Map<String, Value>, Vec<&Row>)> = Vec::new();
    if query.group.is_empty() {
        groups.push((Map::new(), rows.iter().map(|(_, row)| *row).collect()));
    } else {
        for (_, row) in rows {
            let of = |name: &String| (name.clone(), row.get(name).cloned().unwrap_or_default());
            let group: Map<String, Value> = query.group.iter().map(of).collect();
            match groups.iter_mut().find(|(known, _)| *known == group) {
                Some((_, members)) => members.push(row),
                None => groups.push((group, vec![row])),
            }
        }
    }
    let count = |members: &[&Row]| -> Value {
        if query.count.iter().any(|name| name == "*") {
            return members.len().into();
        }
        let of = |name: &String| {
            let given = members.iter().filter(|row| row.get(name).is_some_and(|value| !value.is_null()));
            (name.clone(), Value::from(given.count()))
        };
        Value::Object(query.count.iter().map(of).collect())
    };
    groups
        .into_iter()
        .map(|(mut group, members)| {
            group.insert("count".to_owned(), count(&members));
            json!(group)
        })
        .collect()
}
