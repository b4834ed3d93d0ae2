//! `Notice`: something to tell the user once. The window's toasts show it and read it out.

use crate::capture::row::Level;

/// A sentence and how loud it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How loud.
    pub level: Level,
    /// What to say.
    pub sentence: String,
}

impl Notice {
    /// It worked.
    pub fn done(sentence: impl Into<String>) -> Self {
        Self { level: Level::Good, sentence: sentence.into() }
    }

    /// Worth knowing.
    pub fn info(sentence: impl Into<String>) -> Self {
        Self { level: Level::Normal, sentence: sentence.into() }
    }

    /// It failed.
    pub fn error(sentence: impl Into<String>) -> Self {
        Self { level: Level::Error, sentence: sentence.into() }
    }
}
