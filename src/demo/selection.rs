//! Which fields a read gives, as a tree.

use serde_json::Value;

use crate::demo::fault::Fault;
use crate::demo::filter::related;
use crate::demo::permission::{Action, Role};
use crate::demo::schema::{self, Collection, Field, Kind};
use crate::demo::store::{Row, Store};

/// The fields to give, in the order they were asked for.
#[derive(Debug)]
pub(super) struct Selection {
    collection: &'static Collection,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    field: &'static Field,
    inner: Option<Selection>,
}

impl Selection {
    /// Reads dotted names; `*` stands for every field. Relations into collections the role may not read vanish
    /// without a word, as they do on the real server.
    ///
    /// # Errors
    /// `FORBIDDEN` for a name that is no field.
    pub(super) fn compile(
        names: Option<&[String]>,
        collection: &'static Collection,
        role: Role,
    ) -> Result<Self, Fault> {
        let mut selection = Self { collection, parts: Vec::new() };
        let Some(names) = names else {
            selection.add("*", None, role)?;
            return Ok(selection);
        };
        for name in names {
            match name.split_once('.') {
                Some((head, rest)) => selection.add(head, Some(rest), role)?,
                None => selection.add(name, None, role)?,
            }
        }
        Ok(selection)
    }

    fn add(&mut self, name: &str, rest: Option<&str>, role: Role) -> Result<(), Fault> {
        if name == "*" {
            for field in self.collection.fields {
                let inner = if target(field).is_some() { rest } else { None };
                self.add_field(field, inner, role)?;
            }
            return Ok(());
        }
        let Some(field) = self.collection.field(name) else {
            return Err(Fault::forbidden_field(self.collection.name, name));
        };
        if rest.is_some() && target(field).is_none() {
            // There is nothing inside a plain value: like a hidden relation, it vanishes.
            return Ok(());
        }
        self.add_field(field, rest, role)
    }

    fn add_field(&mut self, field: &'static Field, rest: Option<&str>, role: Role) -> Result<(), Fault> {
        let hidden = target(field).is_some_and(|target| !role.allows(target.name, Action::Read));
        if hidden && (rest.is_some() || !field.kind.is_column()) {
            return Ok(());
        }
        let at = self.parts.iter().position(|part| std::ptr::eq(part.field, field));
        let at = at.unwrap_or_else(|| {
            self.parts.push(Part { field, inner: None });
            self.parts.len() - 1
        });
        let (Some(rest), Some(target), Some(part)) = (rest, target(field), self.parts.get_mut(at)) else {
            return Ok(());
        };
        let inner = part.inner.get_or_insert(Self { collection: target, parts: Vec::new() });
        match rest.split_once('.') {
            Some((head, rest)) => inner.add(head, Some(rest), role),
            None => inner.add(rest, None, role),
        }
    }

    /// What a client reads of a row. Where nothing is left of the selection only the key is given
    /// (`tests/transcripts/12.4.0/subscribe-forbidden.ndjson`).
    pub(super) fn shape(&self, store: &Store, row: &Row) -> Value {
        if self.parts.is_empty() {
            return row.get(self.collection.key_name()).cloned().unwrap_or(Value::Null);
        }
        let mut shaped = Row::new();
        for part in &self.parts {
            shaped.insert(part.field.name.to_owned(), part.value(store, row));
        }
        Value::Object(shaped)
    }
}

impl Part {
    fn value(&self, store: &Store, row: &Row) -> Value {
        let own = || row.get(self.field.name).cloned().unwrap_or(Value::Null);
        match (&self.inner, self.field.kind) {
            (None, Kind::OneToMany { .. }) => {
                let rows = related(store, self.field, row);
                rows.iter().filter_map(|row| row.get("id")).cloned().collect()
            }
            (None, _) => own(),
            (Some(inner), Kind::OneToMany { .. }) => {
                related(store, self.field, row).iter().map(|row| inner.shape(store, row)).collect()
            }
            (Some(inner), _) => {
                related(store, self.field, row).first().map_or(Value::Null, |row| inner.shape(store, row))
            }
        }
    }
}

fn target(field: &Field) -> Option<&'static Collection> {
    match field.kind {
        Kind::ManyToOne(name) | Kind::OneToMany { collection: name, .. } => schema::collection(name),
        _ => None,
    }
}
