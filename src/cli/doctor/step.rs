//! `Step`: one thing that was tried, and how it went.

use serde::Serialize;

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// As it should.
    Ok,
    /// It works, and deserves attention.
    Warning,
    /// It doesn't work.
    Failed,
    /// Not tried, and the sentence says why.
    Skipped,
}

impl State {
    /// In a word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Step {
    /// What.
    pub(super) name: &'static str,
    /// How it went.
    pub(super) state: State,
    /// In words; what came from the server is not yet escaped.
    pub(super) sentence: String,
    /// How long it took.
    pub(super) took_us: u64,
    /// A cause card explains it.
    #[serde(skip)]
    pub(super) has_card: bool,
}
