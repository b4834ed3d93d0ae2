//! The query of a message: native JSON or the string forms of the REST interface (reference 4.1).

use serde_json::{Map, Value};

use crate::demo::fault::Fault;
use crate::demo::moment::{Moment, timestamp_text};
use crate::demo::permission::Identity;

/// Rows of a read without a `limit` (`QUERY_LIMIT_DEFAULT`).
pub(super) const DEFAULT_LIMIT: usize = 100;

/// A query whose shape is checked. Whether its fields exist is found out when it is run (reference 5.2).
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    /// What to read, dotted; `None`: everything; an empty list: keys.
    pub fields: Option<Vec<String>>,
    /// Which rows, with `$NOW` and `$CURRENT_USER` already put in: a subscription keeps them (reference 5.4).
    pub filter: Option<Value>,
    /// Text to look for.
    pub search: Option<String>,
    /// Fields to sort by, a minus in front for descending.
    pub sort: Vec<String>,
    /// Most rows; `None`: no limit was given; -1: all.
    pub limit: Option<i64>,
    /// Rows to skip.
    pub offset: usize,
    /// Page of `limit` rows, from 1.
    pub page: usize,
    /// Count all rows.
    pub total_count: bool,
    /// Count the rows of the filter.
    pub filter_count: bool,
    /// `aggregate.count`: the fields to count, `*` for rows.
    pub count: Vec<String>,
    /// Fields to group an aggregate by.
    pub group: Vec<String>,
}

impl Query {
    /// Reads the `query` of a message.
    ///
    /// # Errors
    /// `INVALID_QUERY`; and a query that is not an object is never answered (reference 4.3).
    pub(super) fn parse(value: Option<&Value>, identity: Identity, moment: Moment) -> Result<Self, Fault> {
        let keys = match value {
            None | Some(Value::Null) => return Ok(Self::default()),
            Some(Value::Object(keys)) => keys,
            Some(_) => return Err(Fault::Untold("The query is not an object.".to_owned())),
        };
        let meta = strings(keys, "meta")?;
        let unknown = |word: &String| !matches!(word.as_str(), "*" | "total_count" | "filter_count");
        if let Some(at) = meta.iter().position(unknown) {
            let reason = format!("\"meta[{at}]\" must be one of [total_count, filter_count]");
            return Err(Fault::invalid_query(&reason));
        }
        let asked = |name: &str| meta.iter().any(|word| word == "*" || word == name);
        Ok(Self {
            fields: keys
                .get("fields")
                .filter(|value| !value.is_null())
                .map(|_| strings(keys, "fields"))
                .transpose()?,
            filter: filter(keys.get("filter"), identity, moment)?,
            search: keys.get("search").and_then(Value::as_str).map(str::to_owned),
            sort: strings(keys, "sort")?,
            limit: number(keys, "limit", -1)?,
            offset: size(keys, "offset")?,
            page: size(keys, "page")?,
            total_count: asked("total_count"),
            filter_count: asked("filter_count"),
            count: count(keys.get("aggregate"))?,
            group: strings(keys, if keys.contains_key("groupBy") { "groupBy" } else { "group" })?,
        })
    }

    /// The rows to skip and the most rows to give.
    pub(super) fn window(&self) -> (usize, usize) {
        let limit = match self.limit {
            None => DEFAULT_LIMIT,
            Some(limit) => usize::try_from(limit).unwrap_or(usize::MAX),
        };
        let skipped_pages = self.page.saturating_sub(1);
        (self.offset.saturating_add(skipped_pages.saturating_mul(limit)), limit)
    }

    /// Whether frames carry `meta`.
    pub(super) fn wants_meta(&self) -> bool {
        self.total_count || self.filter_count
    }
}

/// A list given as an array or as text with commas.
fn strings(keys: &Map<String, Value>, name: &str) -> Result<Vec<String>, Fault> {
    let split = |text: &str| -> Vec<String> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    match keys.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(split(text)),
        Some(Value::Array(items)) => Ok(items.iter().filter_map(Value::as_str).flat_map(split).collect()),
        Some(_) => Err(Fault::invalid_query(&format!("\"{name}\" must be a string or array"))),
    }
}

fn number(keys: &Map<String, Value>, name: &str, least: i64) -> Result<Option<i64>, Fault> {
    let value = match keys.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    match value {
        None => Err(Fault::invalid_query(&format!("\"{name}\" must be a number"))),
        Some(value) if value < least => {
            Err(Fault::invalid_query(&format!("\"{name}\" must be greater than or equal to {least}")))
        }
        Some(value) => Ok(Some(value)),
    }
}

fn size(keys: &Map<String, Value>, name: &str) -> Result<usize, Fault> {
    Ok(usize::try_from(number(keys, name, 0)?.unwrap_or(0)).unwrap_or(usize::MAX))
}

fn filter(value: Option<&Value>, identity: Identity, moment: Moment) -> Result<Option<Value>, Fault> {
    let mut filter = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => {
            serde_json::from_str(text).map_err(|_| Fault::invalid_query("Invalid JSON for filter object"))?
        }
        Some(other) => other.clone(),
    };
    check(&filter)?;
    fill(&mut filter, identity, moment);
    Ok(Some(filter))
}

/// The rules about operands that hold whatever the field is.
fn check(value: &Value) -> Result<(), Fault> {
    match value {
        Value::Array(items) => items.iter().try_for_each(check),
        Value::Object(keys) => keys.iter().try_for_each(|(key, value)| match key.as_str() {
            "_in" | "_nin" | "_between" | "_nbetween" => match value {
                Value::Array(items) if !items.is_empty() => Ok(()),
                Value::String(text) if !text.is_empty() => Ok(()),
                _ => Err(Fault::invalid_query(&format!("\"{key}\" has to be an array of values"))),
            },
            key if key.starts_with('_') && value == "" => Err(Fault::invalid_query(&format!(
                "You can't filter for an empty string in \"{key}\". Use \"_empty\" or \"_nempty\" instead"
            ))),
            _ => check(value),
        }),
        _ => Ok(()),
    }
}

fn fill(value: &mut Value, identity: Identity, moment: Moment) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, identity, moment)),
        Value::Object(keys) => keys.values_mut().for_each(|item| fill(item, identity, moment)),
        Value::String(text) if text.starts_with('$') => {
            if let Some(filled) = variable(text, identity, moment) {
                *value = filled;
            }
        }
        _ => {}
    }
}

fn variable(text: &str, identity: Identity, moment: Moment) -> Option<Value> {
    if text == "$CURRENT_USER" {
        return Some(identity.user.map_or(Value::Null, Value::from));
    }
    let shift = text.strip_prefix("$NOW")?;
    let shift = shift.trim_matches(|character| character == '(' || character == ')').trim();
    let span = if shift.is_empty() { jiff::SignedDuration::ZERO } else { duration(shift)? };
    let time = moment.wall.checked_add(span).ok()?;
    Some(Value::from(timestamp_text(time)))
}

/// `-1 hour`, `+2 days`, `-30m`.
fn duration(text: &str) -> Option<jiff::SignedDuration> {
    let unit_at = text.find(|character: char| character.is_ascii_alphabetic())?;
    let (amount, unit) = text.split_at(unit_at);
    let amount: i64 = amount.trim().trim_start_matches('+').parse().ok()?;
    let seconds = match unit.trim().trim_end_matches('s') {
        "" | "sec" | "second" => 1,
        "m" | "min" | "minute" => 60,
        "h" | "hr" | "hour" => 3_600,
        "d" | "day" => 86_400,
        "w" | "week" => 604_800,
        "month" => 2_629_800,
        "y" | "year" => 31_557_600,
        _ => return None,
    };
    amount.checked_mul(seconds).map(jiff::SignedDuration::from_secs)
}

/// Only counting is played; other aggregates say so instead of giving a wrong number.
fn count(value: Option<&Value>) -> Result<Vec<String>, Fault> {
    let keys = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::String(text)) => serde_json::from_str(text)
            .map_err(|_| Fault::invalid_query("\"aggregate\" must be of type object"))?,
        Some(Value::Object(keys)) => keys.clone(),
        Some(_) => return Err(Fault::invalid_query("\"aggregate\" must be of type object")),
    };
    if let Some(other) = keys.keys().find(|key| *key != "count") {
        return Err(Fault::invalid_query(&format!(
            "The demo server aggregates \"count\" only, not \"{other}\""
        )));
    }
    strings(&keys, "count")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(query: &Value) -> Result<Query, Fault> {
        Query::parse(Some(query), Identity::PUBLIC, Moment::now())
    }

    #[test]
    fn both_forms_mean_the_same() {
        let native = parse(
            &json!({"fields": ["id", "text"], "filter": {"id": {"_eq": 1}}, "sort": ["-id"], "limit": 1}),
        );
        let strings = parse(
            &json!({"fields": "id,text", "filter": "{\"id\":{\"_eq\":1}}", "sort": "-id", "limit": "1"}),
        );
        assert_eq!(format!("{:?}", native.unwrap()), format!("{:?}", strings.unwrap()));
    }

    #[test]
    fn a_page_skips_the_pages_before() {
        assert_eq!(parse(&json!({"limit": 10, "page": 3})).unwrap().window(), (20, 10));
        assert_eq!(parse(&json!({})).unwrap().window(), (0, 100));
        assert_eq!(parse(&json!({"limit": -1})).unwrap().window(), (0, usize::MAX));
    }

    #[test]
    fn now_is_frozen_when_the_query_is_read() {
        let moment = Moment { wall: "2026-11-24T12:00:00Z".parse().unwrap(), ..Moment::now() };
        let query = json!({"filter": {"date_created": {"_lte": "$NOW(-1 hour)"}, "author": {"_eq": "$CURRENT_USER"}}});
        let parsed = Query::parse(Some(&query), Identity::PUBLIC, moment).unwrap();
        let expected = json!({"date_created": {"_lte": "2026-11-24T11:00:00.000Z"}, "author": {"_eq": null}});
        assert_eq!(parsed.filter, Some(expected));
    }

    #[test]
    fn nonsense_is_refused() {
        for query in [
            json!({"limit": -5}),
            json!({"limit": "many"}),
            json!({"filter": "{"}),
            json!({"meta": "bogus"}),
            json!({"fields": 5}),
            json!({"filter": {"id": {"_in": []}}}),
            json!({"aggregate": {"sum": "id"}}),
        ] {
            let Err(Fault::Told(told)) = parse(&query) else { panic!("{query}") };
            assert_eq!(told.code, "INVALID_QUERY", "{query}");
        }
        assert!(matches!(parse(&json!("sort=-id")), Err(Fault::Untold(_))));
    }
}
