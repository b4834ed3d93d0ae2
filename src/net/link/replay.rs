//! Which subscriptions to send again after a reconnect.

use crate::directus::{Class, EventName, MessageType, Status};

/// How far a subscribe got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Sent, not answered.
    Asked,
    /// The server confirmed it: an `init`, or whatever followed.
    Accepted,
    /// Accepted on an earlier connection, sent again on this one, not answered yet.
    AskedAgain,
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
                if let Some(place) = self.waiting(class.uid(text).as_deref())
                    && let Some(entry) = self.entries.get_mut(place)
                {
                    entry.state = State::Accepted;
                }
            }
            // An error to an accepted subscription is a refused event, not the end of it (reference 5.7).
            MessageType::Subscribe if class.status == Status::Error => {
                if let Some(place) = self.refused(class.uid(text).as_deref()) {
                    self.entries.remove(place);
                }
            }
            _ => {}
        }
    }

    fn waiting(&self, uid: Option<&str>) -> Option<usize> {
        self.entries.iter().position(|entry| entry.uid.as_deref() == uid && entry.state != State::Accepted)
    }

    /// The entry that an error means. Schema errors carry no uid even on 12.4 (reference 5.7), and before 12.4
    /// none does (6.3): without one it can only be told if a single subscribe waits for its answer.
    fn refused(&self, uid: Option<&str>) -> Option<usize> {
        if uid.is_some() {
            return self.waiting(uid);
        }
        let mut waiting = self.entries.iter().enumerate().filter(|(_, entry)| entry.state != State::Accepted);
        let (place, _) = waiting.next()?;
        waiting.next().is_none().then_some(place)
    }

    /// The connection is gone: what was never answered is forgotten, the rest waits for the next login.
    pub(crate) fn disconnected(&mut self) {
        self.entries.retain(|entry| entry.state != State::Asked);
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
}

#[cfg(test)]
mod tests {
    use super::Replay;
    use crate::directus::classify;

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
    fn unanswered_and_refused_ones_do_not() {
        let mut replay = Replay::default();
        sent(&mut replay, A);
        sent(&mut replay, B);
        heard(&mut replay, FORBIDDEN_1);
        assert!(after_reconnect(&mut replay).is_empty());
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
        heard(&mut replay, INIT);
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
