//! The filter of a query: which rows are meant.

use std::cmp::Ordering;

use serde_json::Value;

use crate::demo::comparison::{compare, text};
use crate::demo::fault::Fault;
use crate::demo::permission::{Action, Role};
use crate::demo::schema::{self, Collection, Field, Kind};
use crate::demo::store::{Key, Row, Store};

/// A filter whose fields and operators are known to exist.
#[derive(Debug)]
pub(super) enum Filter {
    /// All of them.
    All(Vec<Filter>),
    /// At least one of them.
    Any(Vec<Filter>),
    /// A field compared with a value.
    Test {
        /// The column.
        field: &'static Field,
        /// How to compare.
        operator: Operator,
        /// With what.
        operand: Value,
    },
    /// A filter on the rows a relation leads to; one match is enough.
    Related {
        /// The relation.
        field: &'static Field,
        /// What to ask of the rows there.
        inner: Box<Filter>,
    },
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Operator {
    /// Same.
    Equal,
    /// Not same, and not null.
    NotEqual,
    /// Less.
    Less,
    /// Less or same.
    AtMost,
    /// More.
    More,
    /// More or same.
    AtLeast,
    /// One of a list.
    OneOf,
    /// None of a list.
    NoneOf,
    /// Null, if the operand is true.
    Null,
    /// Not null, if the operand is true.
    NotNull,
    /// Null or empty.
    Empty,
    /// Neither.
    NotEmpty,
    /// Holds the text.
    Contains,
    /// Does not hold it.
    ContainsNot,
    /// Begins with the text.
    StartsWith,
    /// Ends with the text.
    EndsWith,
    /// From the first to the second of a list.
    Between,
    /// Outside.
    NotBetween,
}

impl Operator {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "_eq" => Self::Equal,
            "_neq" => Self::NotEqual,
            "_lt" => Self::Less,
            "_lte" => Self::AtMost,
            "_gt" => Self::More,
            "_gte" => Self::AtLeast,
            "_in" => Self::OneOf,
            "_nin" => Self::NoneOf,
            "_null" => Self::Null,
            "_nnull" => Self::NotNull,
            "_empty" => Self::Empty,
            "_nempty" => Self::NotEmpty,
            // The lab's database does not look at the case, so its plain and `_i…` operators agree.
            "_contains" | "_icontains" => Self::Contains,
            "_ncontains" | "_nicontains" => Self::ContainsNot,
            "_starts_with" | "_istarts_with" => Self::StartsWith,
            "_ends_with" | "_iends_with" => Self::EndsWith,
            "_between" => Self::Between,
            "_nbetween" => Self::NotBetween,
            _ => return None,
        })
    }

    /// Whether Directus offers it for that type: texts don't compare by size, numbers hold no parts.
    fn fits(self, kind: Kind) -> bool {
        let textual = matches!(kind, Kind::Text | Kind::String | Kind::Uuid | Kind::Csv | Kind::Hash);
        match self {
            Self::Contains | Self::ContainsNot | Self::StartsWith | Self::EndsWith => {
                textual && kind != Kind::Uuid
            }
            Self::Empty | Self::NotEmpty => textual,
            Self::Less | Self::AtMost | Self::More | Self::AtLeast | Self::Between | Self::NotBetween => {
                !textual && kind != Kind::Boolean && kind != Kind::Json
            }
            Self::Equal | Self::NotEqual | Self::OneOf | Self::NoneOf | Self::Null | Self::NotNull => true,
        }
    }

    fn holds(self, value: &Value, operand: &Value) -> bool {
        let order = || compare(value, operand);
        let part = |found: fn(&str, &str) -> bool| {
            !value.is_null() && found(&text(value).to_lowercase(), &text(operand).to_lowercase())
        };
        let wanted = !matches!(operand, Value::Bool(false));
        match self {
            Self::Equal if operand.is_null() => value.is_null(),
            Self::NotEqual if operand.is_null() => !value.is_null(),
            Self::Equal => order() == Some(Ordering::Equal),
            Self::NotEqual => order().is_some_and(Ordering::is_ne),
            Self::Less => order() == Some(Ordering::Less),
            Self::AtMost => order().is_some_and(Ordering::is_le),
            Self::More => order() == Some(Ordering::Greater),
            Self::AtLeast => order().is_some_and(Ordering::is_ge),
            Self::OneOf => list(operand).iter().any(|item| compare(value, item) == Some(Ordering::Equal)),
            Self::NoneOf => {
                !value.is_null()
                    && list(operand).iter().all(|item| compare(value, item) != Some(Ordering::Equal))
            }
            Self::Null => value.is_null() == wanted,
            Self::NotNull => value.is_null() != wanted,
            Self::Empty => (value.is_null() || value == "") == wanted,
            Self::NotEmpty => (value.is_null() || value == "") != wanted,
            Self::Contains => part(|whole, part| whole.contains(part)),
            Self::ContainsNot => part(|whole, part| !whole.contains(part)),
            Self::StartsWith => part(|whole, part| whole.starts_with(part)),
            Self::EndsWith => part(|whole, part| whole.ends_with(part)),
            Self::Between => within(value, operand) == Some(true),
            Self::NotBetween => within(value, operand) == Some(false),
        }
    }
}

/// The items of an operand: an array, or text with commas as the REST forms write it.
fn list(operand: &Value) -> Vec<Value> {
    match operand {
        Value::Array(items) => items.clone(),
        Value::String(text) => text.split(',').map(Value::from).collect(),
        other => vec![other.clone()],
    }
}

fn within(value: &Value, operand: &Value) -> Option<bool> {
    let ends = list(operand);
    let (low, high) = (ends.first()?, ends.get(1)?);
    Some(compare(value, low)?.is_ge() && compare(value, high)?.is_le())
}

impl Filter {
    /// Checks a filter against the fields of a collection.
    ///
    /// # Errors
    /// `INVALID_QUERY` for keys and operators that do not exist, `FORBIDDEN` for unknown fields.
    pub(super) fn compile(value: &Value, collection: &'static Collection, role: Role) -> Result<Self, Fault> {
        let Value::Object(keys) = value else {
            // Directus reads a bare value as a test of equality, and then misses the field.
            let name = collection.name;
            return Err(Fault::invalid_query(&format!("Invalid filter key \"_eq\" on \"{name}\"")));
        };
        let mut parts = Vec::new();
        for (key, inner) in keys {
            parts.push(match (key.as_str(), inner) {
                ("_and", Value::Array(items)) => Self::All(compile_all(items, collection, role)?),
                ("_or", Value::Array(items)) => Self::Any(compile_all(items, collection, role)?),
                (key, inner) if key.starts_with('_') && !inner.is_array() => {
                    return Err(Fault::invalid_query(&format!(
                        "Invalid filter key \"{key}\" on \"{}\"",
                        collection.name
                    )));
                }
                (key, inner) => {
                    let field =
                        collection.field(key).ok_or_else(|| Fault::forbidden_field(collection.name, key))?;
                    compile_field(field, inner, role)?
                }
            });
        }
        Ok(Self::All(parts))
    }

    /// Whether a row is meant.
    pub(super) fn holds(&self, store: &Store, row: &Row) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(store, row)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(store, row)),
            Self::Test { field, operator, operand } => {
                operator.holds(row.get(field.name).unwrap_or(&Value::Null), operand)
            }
            Self::Related { field, inner } => {
                related(store, field, row).iter().any(|row| inner.holds(store, row))
            }
        }
    }
}

fn compile_all(items: &[Value], collection: &'static Collection, role: Role) -> Result<Vec<Filter>, Fault> {
    items.iter().map(|item| Filter::compile(item, collection, role)).collect()
}

fn compile_field(field: &'static Field, value: &Value, role: Role) -> Result<Filter, Fault> {
    let Value::Object(tests) = value else {
        return Ok(Filter::Test { field, operator: Operator::Equal, operand: value.clone() });
    };
    let target = match field.kind {
        Kind::ManyToOne(target) => schema::collection(target),
        Kind::OneToMany { collection, .. } => schema::collection(collection),
        _ => None,
    };
    let leads_on = tests.keys().any(|key| key == "_some" || !key.starts_with('_'));
    if let Some(target) = target.filter(|target| leads_on && !role.allows(target.name, Action::Read)) {
        return Err(Fault::forbidden_relation(target.name, field.name));
    }
    let mut parts = Vec::new();
    for (key, operand) in tests {
        parts.push(match (target, key.as_str()) {
            (Some(target), "_some") => {
                Filter::Related { field, inner: Box::new(Filter::compile(operand, target, role)?) }
            }
            (Some(target), key) if !key.starts_with('_') => {
                let inner = serde_json::json!({ key: operand });
                Filter::Related { field, inner: Box::new(Filter::compile(&inner, target, role)?) }
            }
            (_, "_and" | "_or") => {
                let items = operand.as_array().map(Vec::as_slice).unwrap_or_default();
                let inner: Result<Vec<_>, _> =
                    items.iter().map(|item| compile_field(field, item, role)).collect();
                if key == "_and" { Filter::All(inner?) } else { Filter::Any(inner?) }
            }
            (_, key) => match Operator::of(key).filter(|operator| operator.fits(field.kind)) {
                Some(operator) if is_numeric(field.kind) && !holds_numbers(operator, operand) => {
                    return Err(Fault::invalid_query("Invalid numeric value"));
                }
                Some(operator) => Filter::Test { field, operator, operand: operand.clone() },
                None => {
                    return Err(Fault::invalid_query(&format!(
                        "\"{}\" field type does not contain the \"{key}\" filter operator",
                        field.kind.name()
                    )));
                }
            },
        });
    }
    Ok(Filter::All(parts))
}

fn is_numeric(kind: Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::BigInteger | Kind::Decimal | Kind::Float)
}

/// Whether the operand of a test on a number is one, or a list of them.
fn holds_numbers(operator: Operator, operand: &Value) -> bool {
    let is_flag = matches!(operator, Operator::Null | Operator::NotNull);
    let is_number = |item: &Value| match item {
        Value::String(text) => text.trim().parse::<f64>().is_ok(),
        _ => true,
    };
    is_flag || list(operand).iter().all(is_number)
}

/// The rows a relation of a row leads to, in the order of their keys.
pub(super) fn related<'a>(store: &'a Store, field: &Field, row: &Row) -> Vec<&'a Row> {
    match field.kind {
        Kind::ManyToOne(target) => {
            let Some(target) = schema::collection(target) else { return Vec::new() };
            let key = row.get(field.name).and_then(|value| Key::of(target, value));
            key.and_then(|key| store.row(target, &key)).into_iter().collect()
        }
        Kind::OneToMany { collection, field: back } => {
            let Some(target) = schema::collection(collection) else { return Vec::new() };
            let Some(own) = row.get("id") else { return Vec::new() };
            store.rows(target).map(|(_, row)| row).filter(|row| row.get(back) == Some(own)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::moment::Moment;
    use crate::demo::random::Random;
    use crate::demo::seed;
    use serde_json::json;

    fn matching(filter: &Value) -> Vec<i64> {
        let mut store = Store::new(Random::from_system());
        seed::lab_rows(&mut store, Moment::now()).unwrap();
        let messages = schema::collection("messages").unwrap();
        let filter = Filter::compile(filter, messages, Role::Admin).unwrap();
        let rows = store.rows(messages).filter(|(_, row)| filter.holds(&store, row));
        rows.filter_map(|(key, _)| key.value().as_i64()).collect()
    }

    #[test]
    fn each_operator_picks_its_rows() {
        for (filter, keys) in [
            (json!({}), vec![1, 2]),
            (json!({"id": {"_eq": 1}}), vec![1]),
            (json!({"id": {"_eq": "2"}}), vec![2]),
            (json!({"id": 2}), vec![2]),
            (json!({"id": {"_neq": 1}}), vec![2]),
            (json!({"id": {"_lt": 2}}), vec![1]),
            (json!({"id": {"_lte": 2}}), vec![1, 2]),
            (json!({"id": {"_gt": 1}}), vec![2]),
            (json!({"id": {"_gte": 3}}), vec![]),
            (json!({"id": {"_in": [2, 9]}}), vec![2]),
            (json!({"id": {"_nin": [2, 9]}}), vec![1]),
            (json!({"id": {"_between": [2, 3]}}), vec![2]),
            (json!({"author": {"_null": true}}), vec![2]),
            (json!({"author": {"_nnull": true}}), vec![1]),
            (json!({"author": {"_neq": "x"}}), vec![1]),
            (json!({"text": {"_contains": "from"}}), vec![1]),
            (json!({"text": {"_starts_with": "Second"}}), vec![2]),
            (json!({"text": {"_ends_with": "seed"}}), vec![1]),
            (json!({"author": {"first_name": {"_eq": "Ed"}}}), vec![1]),
            (json!({"tags": {"label": {"_eq": "first"}}}), vec![1]),
            (json!({"tags": {"_some": {"label": {"_eq": "none"}}}}), vec![]),
            (json!({"_or": [{"id": {"_eq": 1}}, {"text": {"_contains": "message"}}]}), vec![1, 2]),
            (json!({"_and": [{"user": {"_eq": "seed"}}, {"id": {"_gt": 1}}]}), vec![2]),
            (json!({"date_created": {"_lte": "2001-01-01T00:00:00Z"}}), vec![]),
        ] {
            assert_eq!(matching(&filter), keys, "{filter}");
        }
    }

    #[test]
    fn what_does_not_exist_is_refused_in_directus_words() {
        // tests/transcripts/12.4.0/items-errors.ndjson and subscribe-query.ndjson
        let messages = schema::collection("messages").unwrap();
        for (filter, message) in [
            (
                json!({"id": {"_bogus": 1}}),
                "Invalid query. \"integer\" field type does not contain the \"_bogus\" filter operator.",
            ),
            (json!({"id": {"_eq": "abc"}}), "Invalid query. Invalid numeric value."),
            (json!({"_bogus": 1}), "Invalid query. Invalid filter key \"_bogus\" on \"messages\"."),
        ] {
            let Err(Fault::Told(told)) = Filter::compile(&filter, messages, Role::Admin) else {
                panic!("{filter}")
            };
            assert_eq!((told.code, told.message.as_str()), ("INVALID_QUERY", message));
        }
    }
}
