//! `History`: messages composed before.

use std::collections::VecDeque;

use serde::{Deserialize, Deserializer, Serialize};

use super::secretless::clean_message;

/// How many messages are kept.
const KEPT: usize = 200;
/// Longest message kept, in bytes; longer ones are in their capture.
const KEPT_BYTES: usize = 64 * 1024;

/// Messages composed before, oldest first. Credentials are masked as they enter: a token is kept by writing `{{token}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct History(VecDeque<String>);

impl History {
    /// Remembers a message as the latest. One already there moves; one over 64 KiB is not kept. Returns whether it was
    /// kept.
    pub fn push(&mut self, text: &str) -> bool {
        if text.len() > KEPT_BYTES || text.trim().is_empty() {
            return false;
        }
        let clean = clean_message(text);
        self.0.retain(|kept| *kept != *clean);
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(clean.into_owned());
        true
    }

    /// The messages, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.0.iter().map(String::as_str)
    }

    /// The message `back` steps before the latest (0 is the latest).
    #[must_use]
    pub fn back(&self, back: usize) -> Option<&str> {
        self.iter().rev().nth(back)
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<'de> Deserialize<'de> for History {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The file may have been written by hand: it passes the same door.
        let mut history = Self::default();
        for text in Vec::<String>::deserialize(deserializer)? {
            history.push(&text);
        }
        Ok(history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_message_moves_to_the_end() {
        let mut history = History::default();
        for text in ["a", "b", "a", " "] {
            history.push(text);
        }
        assert_eq!(history.iter().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!((history.back(0), history.back(1), history.back(2)), (Some("a"), Some("b"), None));
    }

    #[test]
    fn it_is_bounded() {
        let mut history = History::default();
        for n in 0..500 {
            history.push(&n.to_string());
        }
        assert_eq!((history.iter().len(), history.back(0)), (KEPT, Some("499")));
        assert!(!history.push(&"x".repeat(KEPT_BYTES + 1)));
    }
}
