//! The collections of the lab, and what their fields hold.

use serde_json::{Number, Value};

use crate::demo::moment::timestamp_text;

/// A collection.
#[derive(Debug)]
pub(super) struct Collection {
    /// Its name.
    pub name: &'static str,
    /// Holds one row and is read as an object.
    pub singleton: bool,
    /// Its fields in the order they are read; the first is the key.
    pub fields: &'static [Field],
}

/// A field.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Must be given when a row is made; leaving it out is never answered (reference 4.3).
    pub required: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// A whole number.
    Integer,
    /// A whole number, as far as JavaScript keeps one.
    BigInteger,
    /// Long text.
    Text,
    /// Short text.
    String,
    /// A UUID; as a key the server makes it.
    Uuid,
    /// True, false.
    Boolean,
    /// A number with two places, read as a number.
    Decimal,
    /// A number.
    Float,
    /// Any JSON.
    Json,
    /// A list of texts.
    Csv,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// Day and time, without a zone.
    DateTime,
    /// A moment; read in UTC.
    Timestamp,
    /// The moment the row was made.
    Created,
    /// Never read back.
    Hash,
    /// The key of a row of that collection.
    ManyToOne(&'static str),
    /// The rows of that collection whose field holds this row's key.
    OneToMany {
        /// Where they are.
        collection: &'static str,
        /// Which field points back.
        field: &'static str,
    },
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false }
}

/// The users, which can be read through relations but not by `items` messages.
pub(super) const USERS: &str = "directus_users";

/// All collections, in the order an administrator sees them.
pub(super) const COLLECTIONS: &[Collection] = &[
    Collection {
        name: "announcements",
        singleton: false,
        fields: &[field("id", Kind::Integer), field("title", Kind::String)],
    },
    Collection {
        name: "devices",
        singleton: false,
        fields: &[
            field("id", Kind::Uuid),
            Field { name: "name", kind: Kind::String, required: true },
            field("online", Kind::Boolean),
            field("big", Kind::BigInteger),
            field("amount", Kind::Decimal),
            field("ratio", Kind::Float),
            field("meta", Kind::Json),
            field("labels", Kind::Csv),
            field("day", Kind::Date),
            field("at", Kind::Time),
            field("seen", Kind::DateTime),
            field("stamp", Kind::Timestamp),
            field("pin", Kind::Hash),
        ],
    },
    Collection {
        name: "message_tags",
        singleton: false,
        fields: &[
            field("id", Kind::Integer),
            field("label", Kind::String),
            field("message", Kind::ManyToOne("messages")),
        ],
    },
    Collection {
        name: "messages",
        singleton: false,
        fields: &[
            field("id", Kind::Integer),
            field("text", Kind::Text),
            field("user", Kind::String),
            field("date_created", Kind::Created),
            field("author", Kind::ManyToOne(USERS)),
            field("tags", Kind::OneToMany { collection: "message_tags", field: "message" }),
        ],
    },
    Collection {
        name: "secrets",
        singleton: false,
        fields: &[field("id", Kind::Integer), field("value", Kind::String)],
    },
    Collection {
        name: "site_settings",
        singleton: true,
        fields: &[
            field("id", Kind::Integer),
            field("title", Kind::String),
            field("maintenance", Kind::Boolean),
        ],
    },
    Collection {
        name: USERS,
        singleton: false,
        fields: &[field("id", Kind::Uuid), field("first_name", Kind::String), field("email", Kind::String)],
    },
];

/// The collection of that name.
pub(super) fn collection(name: &str) -> Option<&'static Collection> {
    COLLECTIONS.iter().find(|collection| collection.name == name)
}

impl Collection {
    /// The field of that name.
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The name of the key's field.
    pub(super) fn key_name(&self) -> &'static str {
        self.fields.first().map_or("id", |field| field.name)
    }

    /// Whether the server numbers the rows itself.
    pub(super) fn numbers_its_keys(&self) -> bool {
        self.fields.first().is_some_and(|field| field.kind == Kind::Integer)
    }
}

impl Kind {
    /// The name Directus uses in its error texts.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::BigInteger => "bigInteger",
            Self::Text => "text",
            Self::String => "string",
            Self::Uuid => "uuid",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Float => "float",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "dateTime",
            Self::Timestamp | Self::Created => "timestamp",
            Self::Hash => "hash",
            Self::ManyToOne("messages") => "integer",
            Self::ManyToOne(_) => "uuid",
            Self::OneToMany { .. } => "alias",
        }
    }

    /// Whether a value of it stands in the row itself.
    pub(super) fn is_column(self) -> bool {
        !matches!(self, Self::OneToMany { .. })
    }

    /// The value a client reads back after writing that one.
    pub(super) fn coerced(self, value: &Value) -> Value {
        match (self, value) {
            (_, Value::Null) => Value::Null,
            (Self::Hash, _) => Value::from("**********"),
            (Self::Text | Self::String | Self::Uuid, Value::Number(number)) => {
                Value::from(number.to_string())
            }
            (Self::Boolean, Value::Number(number)) => Value::from(number.as_f64() != Some(0.0)),
            (Self::Boolean, Value::String(text)) => Value::from(text == "true" || text == "1"),
            (
                Self::Integer | Self::BigInteger | Self::Decimal | Self::Float | Self::ManyToOne("messages"),
                Value::String(text),
            ) => text.trim().parse::<f64>().map_or_else(|_| value.clone(), javascript_number),
            (_, Value::Number(number)) => number.as_f64().map_or(Value::Null, javascript_number),
            (Self::Timestamp | Self::Created, Value::String(text)) => {
                // Without a zone it is taken as UTC, the zone of the lab's server.
                let time = text.parse().or_else(|_| format!("{text}Z").parse::<jiff::Timestamp>());
                time.map_or_else(|_| value.clone(), |time| Value::from(timestamp_text(time)))
            }
            (Self::Csv, Value::String(text)) => text.split(',').map(Value::from).collect(),
            _ => value.clone(),
        }
    }
}

/// A number as JavaScript would print it: whole ones without a point, big ones with lost digits (that is what a
/// `bigInteger` comes back as on the real server).
fn javascript_number(number: f64) -> Value {
    if number.fract() == 0.0 {
        // The shortest digits that mean this number, filled with zeros: what JavaScript prints, too.
        let text = number.to_string();
        if let Ok(whole) = text.parse::<i64>() {
            return Value::from(whole);
        }
        if let Ok(whole) = text.parse::<u64>() {
            return Value::from(whole);
        }
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_come_back_as_the_real_server_gives_them() {
        // tests/transcripts/12.4.0/items-types.ndjson
        for (kind, written, read) in [
            (Kind::BigInteger, json!("9007199254740993"), json!(9_007_199_254_740_992_i64)),
            (Kind::BigInteger, json!("12345678901234567890"), json!(12_345_678_901_234_567_000_u64)),
            (Kind::Timestamp, json!("2026-01-01T00:00:00"), json!("2026-01-01T00:00:00.000Z")),
            (Kind::Decimal, json!("12.50"), json!(12.5)),
            (Kind::Float, json!(1e-7), json!(1e-7)),
            (Kind::Float, json!(2.0), json!(2)),
            (Kind::Timestamp, json!("2026-11-23T12:00:00+02:00"), json!("2026-11-23T10:00:00.000Z")),
            (Kind::Hash, json!("1234"), json!("**********")),
            (Kind::Csv, json!("a,b"), json!(["a", "b"])),
            (Kind::Boolean, json!(0), json!(false)),
            (Kind::String, Value::Null, Value::Null),
        ] {
            assert_eq!(kind.coerced(&written), read, "{kind:?} {written}");
        }
    }
}
