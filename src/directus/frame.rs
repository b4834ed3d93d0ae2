//! `Frame`: a message beside the text it was read from.

use std::fmt;

use serde::Serialize;

use crate::directus::fields::{Fields, Misfit};
use crate::directus::{ClientMessage, Json, ServerMessage};

/// The text is no JSON, so no message could be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not JSON ({0}): the server will answer INVALID_PAYLOAD and drop it")]
pub struct ParseError(String);

/// JSON that is none of the messages known here, kept as it is (reference 7.5).
#[derive(Clone, PartialEq, Eq)]
pub struct Other {
    /// The whole message.
    pub json: Json,
    /// Why it is none of the known ones, such as “collection” is missing.
    pub reason: String,
}

impl fmt::Debug for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Other({:?}, {})", self.json, self.reason)
    }
}

impl Serialize for Other {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// Reads a text into a message by its fields, or into `Other`.
pub(in crate::directus) fn read<M>(
    text: &str,
    typed: impl Fn(Fields) -> Result<M, Misfit>,
    other: impl Fn(Other) -> M,
) -> Result<M, ParseError> {
    let json: Json = serde_json::from_str(text).map_err(|error| ParseError(error.to_string()))?;
    Ok(match Fields::of(&json).and_then(typed) {
        Ok(message) => message,
        Err(Misfit(reason)) => other(Other { json, reason }),
    })
}

/// A message and the exact text it was read from. It prints as that text, byte for byte; `Debug` shows none.
#[derive(Clone)]
pub struct Frame<M> {
    text: String,
    message: Result<M, ParseError>,
}

impl<M> Frame<M> {
    /// The exact text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says.
    ///
    /// # Errors
    /// If the text is not JSON.
    pub fn message(&self) -> Result<&M, &ParseError> {
        self.message.as_ref()
    }
}

impl Frame<ClientMessage> {
    /// Reads what a client sent.
    #[must_use]
    pub fn client(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { message: ClientMessage::parse(&text), text }
    }
}

impl Frame<ServerMessage> {
    /// Reads what a server sent.
    #[must_use]
    pub fn server(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { message: ServerMessage::parse(&text), text }
    }
}

impl<M> fmt::Display for Frame<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<M: fmt::Debug> fmt::Debug for Frame<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({} B, {:?})", self.text.len(), self.message)
    }
}
