//! `Cards`: the cause cards of a capture, each made at the moment it explains and kept.

use std::collections::VecDeque;
use std::sync::Arc;

use super::causes::{Case, CauseCard, End, explained};
use super::facts::is_of_connection;
use super::fold::{At, Session};

/// How many are kept; older ones make room, and their rows keep the sentences of the event itself.
const KEPT: usize = 256;

/// The latest cards, oldest first.
#[derive(Debug, Default)]
pub(super) struct Cards {
    kept: VecDeque<Arc<CauseCard>>,
    changed: bool,
}

impl Cards {
    fn push(&mut self, card: Arc<CauseCard>) {
        // A close says more of a failure than the failure did on its own.
        if self.kept.back().is_some_and(|last| card.explains(last.seq)) {
            self.kept.pop_back();
        }
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(card);
        self.changed = true;
    }

    /// The list anew if it changed since the last call.
    pub(super) fn fresh(&mut self) -> Option<Arc<[Arc<CauseCard>]>> {
        std::mem::take(&mut self.changed).then(|| self.kept.iter().map(Arc::clone).collect())
    }
}

impl Session {
    /// Makes the card of an end, or of a failure, while the state before it still stands.
    pub(super) fn explain(&mut self, at: At, end: End<'_>) {
        let error = self.shown.last_error.clone();
        let error =
            error.as_deref().filter(|error| self.trail.owns(error.seq) && is_of_connection(error.stage));
        let held = self.held_now();
        self.shown.held = held;
        let case = Case { at, shown: &self.shown, trail: &self.trail, end, error };
        let card = Arc::new(explained(&case));
        self.shown.card = Some(Arc::clone(&card));
        self.cards.push(card);
        if let End::Closed { by, .. } = end {
            let origin = self.shown.handshake.request_headers.iter();
            let origin = origin.filter(|(name, _)| name.eq_ignore_ascii_case("origin"));
            let origin = origin.map(|(_, value)| value.clone()).next();
            self.trail.end(at, &self.shown.url, origin, by);
        }
    }
}
