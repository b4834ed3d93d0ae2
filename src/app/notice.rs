//! `Notice`: something to tell the user once.

use crate::ui::shell::Tone;

/// A sentence and how loud it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How loud.
    pub tone: Tone,
    /// What to say.
    pub sentence: String,
}

impl Notice {
    /// It worked.
    pub fn done(sentence: impl Into<String>) -> Self {
        Self { tone: Tone::Done, sentence: sentence.into() }
    }

    /// Worth knowing.
    pub fn info(sentence: impl Into<String>) -> Self {
        Self { tone: Tone::Info, sentence: sentence.into() }
    }

    /// It failed.
    pub fn error(sentence: impl Into<String>) -> Self {
        Self { tone: Tone::Error, sentence: sentence.into() }
    }
}
