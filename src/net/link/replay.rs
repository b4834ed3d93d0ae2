//! Which subscriptions to send again after a reconnect.

use crate::directus::{Class, EventName, MessageType, Status};

/// How far a subscribe got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Sent, not answered.
    Asked,
    /// The server confirmed it with an `init`.
    Accepted,
    /// Remembered from an earlier connection, sent again on this one, not answered yet.
    AskedAgain,
    /// An error without a uid must have meant it, unless an `init` comes after all.
    Doubted,
}

impl State {
    const fn waits(self) -> bool {
        matches!(self, Self::Asked | Self::AskedAgain)
    }
}

struct Entry {
    /// In the form that compares equal (reference 5.2).
    uid: Option<String>,
    text: String,
    state: State,
}

/// The subscribes of a link, in the order they were sent.
#[derive(Default)]
pub(crate) struct Replay {
    entries: Vec<Entry>,
    /// Refusals without a uid that could mean more than one of those waiting.
    unplaced: usize,
}

impl std::fmt::Debug for Replay {
    /// Their number only: the texts are as they were sent, unmasked.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Replay({} subscribes)", self.entries.len())
    }
}

impl Replay {
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.unplaced = 0;
    }

    /// Remembers a subscribe that goes out, and forgets what an unsubscribe ends. The same uid replaces
    /// (reference 5.6); an unsubscribe without uid ends everything (reference 5.1).
    pub(crate) fn sent(&mut self, text: &str, class: &Class) {
        self.make_room(text, class);
        if class.kind == MessageType::Subscribe {
            let uid = class.uid(text).map(std::borrow::Cow::into_owned);
            self.entries.push(Entry { uid, text: text.to_owned(), state: State::Asked });
        }
    }

    /// Forgets what this message, about to be sent, will replace or end: sent again right before it, the
    /// server would keep both (reference 5.6).
    pub(crate) fn make_room(&mut self, text: &str, class: &Class) {
        let uid = class.uid(text);
        match class.kind {
            MessageType::Subscribe | MessageType::Unsubscribe if uid.is_some() => {
                self.entries.retain(|entry| entry.uid.as_deref() != uid.as_deref());
            }
            MessageType::Unsubscribe => self.entries.clear(),
            _ => {}
        }
    }

    /// Learns from an answer of the server.
    pub(crate) fn heard(&mut self, text: &str, class: &Class) {
        match class.kind {
            MessageType::Subscription if class.event == EventName::Init => {
                let uid = class.uid(text);
                let doubted =
                    |entry: &Entry| entry.uid.as_deref() == uid.as_deref() && entry.state == State::Doubted;
                let place = self.waiting(uid.as_deref()).or_else(|| self.entries.iter().position(doubted));
                if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
                    entry.state = State::Accepted;
                }
                self.place_refusals();
            }
            // An error to an accepted subscription is a refused event, not the end of it (reference 5.7).
            MessageType::Subscribe if class.status == Status::Error => {
                self.refused(class.uid(text).as_deref());
            }
            _ => {}
        }
    }

    fn waiting(&self, uid: Option<&str>) -> Option<usize> {
        self.entries.iter().position(|entry| entry.uid.as_deref() == uid && entry.state.waits())
    }

    /// Schema errors carry no uid even on 12.4 (reference 5.7), and before 12.4 none does (6.3): which of several is
    /// meant shows when the others are confirmed.
    fn refused(&mut self, uid: Option<&str>) {
        if uid.is_some() {
            if let Some(place) = self.waiting(uid) {
                self.entries.remove(place);
            }
        } else {
            self.unplaced += 1;
        }
        self.place_refusals();
    }

    /// As many wait as were refused: these are they.
    fn place_refusals(&mut self) {
        let waiting = self.entries.iter().filter(|entry| entry.state.waits()).count();
        if waiting <= self.unplaced {
            for entry in self.entries.iter_mut().filter(|entry| entry.state.waits()) {
                entry.state = State::Doubted;
            }
            self.unplaced = 0;
        }
    }

    /// The connection is gone. What was refused is forgotten; the rest waits for the next login, also what the server
    /// had no time to answer.
    pub(crate) fn disconnected(&mut self) {
        self.entries.retain(|entry| entry.state != State::Doubted);
        self.unplaced = 0;
        for entry in &mut self.entries {
            entry.state = State::Accepted;
        }
    }

    /// The texts to send now, each once.
    pub(crate) fn again(&mut self) -> Vec<String> {
        self.entries
            .iter_mut()
            .map(|entry| {
                entry.state = State::AskedAgain;
                entry.text.clone()
            })
            .collect()
    }

    /// Whether an answer to something sent again is still to come.
    pub(crate) fn is_restoring(&self) -> bool {
        self.entries.iter().any(|entry| entry.state == State::AskedAgain)
    }

    /// Whether a subscribe or unsubscribe with this uid is about something that was sent again and isn't answered yet. An
    /// unsubscribe without uid means all (reference 5.1), a subscribe without one stands beside the others.
    pub(crate) fn is_awaited(&self, uid: Option<&str>, kind: MessageType) -> bool {
        let all = uid.is_none() && kind == MessageType::Unsubscribe;
        self.entries.iter().any(|entry| {
            entry.state == State::AskedAgain && (all || (uid.is_some() && entry.uid.as_deref() == uid))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Replay, State};
    use crate::directus::{MessageType, classify};

    const A: &str = r#"{"type":"subscribe","collection":"a","uid":"1"}"#;
    const A_ALSO: &str = r#"{"type":"subscribe","collection":"b","uid":1}"#;
    const B: &str = r#"{"type":"subscribe","collection":"b"}"#;
    const INIT_1: &str = r#"{"type":"subscription","event":"init","uid":"1"}"#;
    const INIT: &str = r#"{"type":"subscription","event":"init","data":[]}"#;
    const FORBIDDEN_1: &str =
        r#"{"type":"subscribe","status":"error","error":{"code":"FORBIDDEN","message":"no"},"uid":"1"}"#;
    const FORBIDDEN: &str =
        r#"{"type":"subscribe","status":"error","error":{"code":"FORBIDDEN","message":"no"}}"#;

    fn sent(replay: &mut Replay, text: &str) {
        replay.sent(text, &classify(text));
    }

    fn heard(replay: &mut Replay, text: &str) {
        replay.heard(text, &classify(text));
    }

    fn after_reconnect(replay: &mut Replay) -> Vec<String> {
        replay.disconnected();
        replay.again()
    }

    #[test]
    fn accepted_ones_come_again_in_order_until_refused() {
        let mut replay = Replay::default();
        sent(&mut replay, A);
        sent(&mut replay, B);
        heard(&mut replay, INIT_1);
        heard(&mut replay, INIT);
        assert_eq!(after_reconnect(&mut replay), [A, B]);
        // Lost again before the server answered: still wanted.
        assert_eq!(after_reconnect(&mut replay), [A, B]);
        heard(&mut replay, FORBIDDEN_1);
        heard(&mut replay, INIT);
        assert_eq!(after_reconnect(&mut replay), [B]);
    }

    #[test]
    fn refused_ones_do_not_and_unanswered_ones_do() {
        let mut replay = Replay::default();
        sent(&mut replay, A);
        sent(&mut replay, B);
        heard(&mut replay, FORBIDDEN_1);
        assert_eq!(after_reconnect(&mut replay), [B]);
    }

    #[test]
    fn a_refusal_without_uid_is_placed_once_the_others_are_confirmed() {
        let mut replay = Replay::default();
        sent(&mut replay, A);
        sent(&mut replay, B);
        heard(&mut replay, FORBIDDEN);
        assert!(replay.entries.iter().all(|entry| entry.state == State::Asked));
        heard(&mut replay, INIT_1);
        assert_eq!(after_reconnect(&mut replay), [A]);
        // An event that was refused to an older subscription looks the same: the init clears it up.
        sent(&mut replay, B);
        heard(&mut replay, INIT_1);
        heard(&mut replay, FORBIDDEN);
        heard(&mut replay, INIT);
        assert_eq!(after_reconnect(&mut replay), [A, B]);
    }

    #[test]
    fn a_restore_lasts_until_each_is_answered() {
        let mut replay = Replay::default();
        sent(&mut replay, A);
        sent(&mut replay, B);
        assert!(!replay.is_restoring());
        after_reconnect(&mut replay);
        assert!(replay.is_restoring() && replay.is_awaited(Some("1"), MessageType::Subscribe));
        assert!(!replay.is_awaited(Some("2"), MessageType::Subscribe));
        assert!(!replay.is_awaited(None, MessageType::Subscribe));
        assert!(replay.is_awaited(None, MessageType::Unsubscribe));
        heard(&mut replay, INIT_1);
        assert!(!replay.is_awaited(Some("1"), MessageType::Unsubscribe));
        heard(&mut replay, FORBIDDEN);
        assert!(!replay.is_restoring());
    }

    #[test]
    fn a_refused_event_is_not_a_refused_subscription() {
        let mut replay = Replay::default();
        sent(&mut replay, A);
        heard(&mut replay, INIT_1);
        heard(&mut replay, FORBIDDEN_1);
        assert_eq!(after_reconnect(&mut replay), [A]);
    }

    #[test]
    fn an_error_without_uid_hits_the_only_one_that_waits() {
        let mut replay = Replay::default();
        sent(&mut replay, A);
        heard(&mut replay, INIT_1);
        sent(&mut replay, B);
        heard(&mut replay, FORBIDDEN);
        assert_eq!(after_reconnect(&mut replay), [A]);
    }

    #[test]
    fn the_same_uid_replaces_as_number_too() {
        let mut replay = Replay::default();
        sent(&mut replay, A);
        heard(&mut replay, INIT_1);
        sent(&mut replay, A_ALSO);
        heard(&mut replay, INIT_1);
        assert_eq!(after_reconnect(&mut replay), [A_ALSO]);
    }

    #[test]
    fn unsubscribe_ends_one_or_all() {
        let mut replay = Replay::default();
        for text in [A, B] {
            sent(&mut replay, text);
        }
        heard(&mut replay, INIT_1);
        heard(&mut replay, INIT);
        sent(&mut replay, r#"{"type":"unsubscribe","uid":1}"#);
        assert_eq!(after_reconnect(&mut replay), [B]);
        sent(&mut replay, r#"{"type":"unsubscribe"}"#);
        assert!(after_reconnect(&mut replay).is_empty());
    }
}
