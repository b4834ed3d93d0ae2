//! `Fields`: the members of an object, in order, unparsed.

use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::directus::{Json, Uid};

/// The members of a JSON object in their order, values as text. Messages take out the keys they know and
/// keep the rest here, so that what an extension adds survives. `Debug` shows the keys only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, Json)>);

/// Why a message is not what its `type` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::directus) struct Misfit(pub String);

impl Misfit {
    pub(in crate::directus) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl Fields {
    /// Reads the members of an object.
    pub(in crate::directus) fn of(json: &Json) -> Result<Self, Misfit> {
        if !json.is_object() {
            return Err(Misfit::new("not an object"));
        }
        serde_json::from_str(json.as_str()).map_err(|_| Misfit::new("a key is not valid text"))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a member, in place of one of the same key. As in JavaScript, the last one counts.
    pub fn set(&mut self, key: impl Into<String>, value: Json) {
        let key = key.into();
        match self.0.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key, value)),
        }
    }

    /// Sets a member to the JSON form of a value, if there is a value.
    pub(in crate::directus) fn put(&mut self, key: &str, value: Option<&impl Serialize>) {
        if let Some(json) = value.and_then(Json::of) {
            self.set(key, json);
        }
    }

    /// Adds all members of another object.
    pub(in crate::directus) fn extend(&mut self, other: &Self) {
        for (key, value) in other.iter() {
            self.set(key, value.clone());
        }
    }

    /// Takes a member out, as it is.
    pub(in crate::directus) fn take(&mut self, key: &str) -> Option<Json> {
        let at = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(at).1)
    }

    /// Takes a member out as a type; fails where it is there and of another type.
    pub(in crate::directus) fn take_as<T: DeserializeOwned>(
        &mut self,
        key: &str,
        expected: &str,
    ) -> Result<Option<T>, Misfit> {
        let Some(json) = self.take(key) else {
            return Ok(None);
        };
        match serde_json::from_str(json.as_str()) {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(Misfit(format!("“{key}” is not {expected}"))),
        }
    }

    /// Takes a member out as a type, or leaves it where it is if it is of another.
    pub(in crate::directus) fn take_if<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let value = serde_json::from_str(self.get(key)?.as_str()).ok()?;
        self.take(key);
        Some(value)
    }

    /// As `take_as`, for a member that must be there.
    pub(in crate::directus) fn need<T: DeserializeOwned>(
        &mut self,
        key: &str,
        expected: &str,
    ) -> Result<T, Misfit> {
        self.take_as(key, expected)?.ok_or_else(|| Misfit(format!("“{key}” is missing")))
    }

    /// Takes the `uid` out.
    pub(in crate::directus) fn uid(&mut self) -> Result<Option<Uid>, Misfit> {
        self.take_as("uid", "a text or a number")
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(key, _)| key)).finish()
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some((key, value)) = map.next_entry::<String, Json>()? {
                    fields.set(key, value);
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Members)
    }
}
