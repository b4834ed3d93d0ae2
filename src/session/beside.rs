//! `Beside`: an earlier connection that goes on beside a later one, as in a capture merged of two.
//!
//! The status, the requests and the subscriptions are those of the connection begun last. Each earlier one that was not
//! over by then is folded for itself, so that what became of it can be told.

use std::sync::Arc;

use crate::capture::event::Event;

use super::counters::Counters;
use super::fold::Session;
use super::login::Login;
use super::phase::Phase;
use super::snapshot::Snapshot;

/// Earlier connections folded at once; beyond them those that are over, then the oldest, are only counted.
const KEPT: usize = 16;

/// An earlier connection that was not over when a later one began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Number of the connect within the capture.
    pub connection: u32,
    /// WebSocket URL without secrets.
    pub url: Arc<str>,
    /// Where it stands.
    pub phase: Phase,
    /// As whom the server treats it.
    pub login: Login,
    /// Messages received on it.
    pub in_messages: u64,
    /// Messages sent on it.
    pub out_messages: u64,
    /// Sequence number of its last event after the later one began; 0 if none came.
    pub last_seq: u64,
}

/// What a snapshot tells of earlier connections.
#[derive(Clone, Debug, Default)]
pub struct Besides {
    /// In the order they began.
    pub list: Arc<[Beside]>,
    /// Further ones, which are not followed any more.
    pub forgotten: u32,
}

/// The folds of earlier connections.
#[derive(Debug, Default)]
pub(super) struct BesideFolds {
    folds: Vec<Session>,
    forgotten: u32,
    changed: bool,
}

impl BesideFolds {
    /// A later connection begins. Keeps this one, with what was counted on it, if it is not over; whether it did.
    pub(super) fn leave(&mut self, left: &Snapshot, before: &Counters) -> bool {
        if !left.phase.is_open() && !left.phase.is_connecting() {
            return false;
        }
        let counters = Counters {
            in_messages: left.counters.in_messages.saturating_sub(before.in_messages),
            out_messages: left.counters.out_messages.saturating_sub(before.out_messages),
            ..Counters::default()
        };
        self.add(Session::standing(Snapshot {
            phase: left.phase,
            since_us: left.since_us,
            opened_us: left.opened_us,
            url: Arc::clone(&left.url),
            mode: left.mode,
            credential: Arc::clone(&left.credential),
            connection: left.connection,
            login: left.login,
            handshake: Arc::clone(&left.handshake),
            counters,
            ..Snapshot::default()
        }));
        true
    }

    /// Folds an event of an earlier connection.
    pub(super) fn apply(&mut self, seq: u64, event: &Event) {
        let known = self.folds.iter().position(|fold| fold.shown.connection == event.connection);
        let place = known.unwrap_or_else(|| {
            let seen = Snapshot { connection: event.connection, ..Snapshot::default() };
            self.add(Session::standing(seen))
        });
        if let Some(fold) = self.folds.get_mut(place) {
            fold.apply(seq, event);
        }
        self.changed = true;
    }

    fn add(&mut self, fold: Session) -> usize {
        if self.folds.len() >= KEPT {
            let is_over = |fold: &Session| fold.shown.phase == Phase::Closed;
            let going = self.folds.iter().position(is_over).unwrap_or(0);
            self.folds.remove(going);
            self.forgotten = self.forgotten.saturating_add(1);
        }
        let place = self.folds.partition_point(|known| known.shown.connection < fold.shown.connection);
        self.folds.insert(place, fold);
        self.changed = true;
        place
    }

    /// The list anew if it changed since the last call.
    pub(super) fn fresh(&mut self) -> Option<Besides> {
        let beside = |fold: &Session| {
            let shown = &fold.shown;
            Beside {
                connection: shown.connection,
                url: Arc::clone(&shown.url),
                phase: shown.phase,
                login: shown.login,
                in_messages: shown.counters.in_messages,
                out_messages: shown.counters.out_messages,
                last_seq: shown.last_seq,
            }
        };
        std::mem::take(&mut self.changed)
            .then(|| Besides { list: self.folds.iter().map(beside).collect(), forgotten: self.forgotten })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::event::ClosedBy;
    use crate::session::script::Script;

    /// Begins connection `number` and logs in.
    fn begin(script: &mut Script, number: u32) {
        script.connection = number - 1;
        script.connect("handshake", "static token", &format!("wss://cms.example.com/{number}"));
        script.hear(r#"{"type":"auth","status":"ok"}"#);
    }

    #[test]
    fn what_goes_on_beside_a_later_connection_keeps_its_own_state() {
        let mut script = Script::silent();
        begin(&mut script, 1);
        assert!(script.shot().beside.list.is_empty(), "one connection has none beside it");
        begin(&mut script, 2);
        let list = script.shot().beside.list;
        assert_eq!((list.len(), list[0].connection, list[0].last_seq), (1, 1, 0));
        assert_eq!((list[0].phase, list[0].in_messages), (Phase::Live, 1), "as it was left");
        assert_eq!(&*list[0].url, "wss://cms.example.com/1");
        script.connection = 1;
        script.hear(r#"{"type":"ping"}"#);
        script.say(r#"{"type":"pong"}"#);
        let heard = script.shot();
        let beside = &heard.beside.list[0];
        assert_eq!((beside.in_messages, beside.out_messages, beside.last_seq), (2, 1, script.seq));
        assert_eq!((heard.counters.in_messages, heard.counters.out_messages), (3, 1), "all are counted once");
        script.close(1000, ClosedBy::Server);
        let shot = script.shot();
        assert_eq!((shot.connection, shot.phase), (2, Phase::Live), "the status is the later one's");
        assert_eq!((shot.beside.list[0].phase, shot.last_close.is_none()), (Phase::Closed, true));
    }

    #[test]
    fn a_connection_that_is_over_is_none_beside() {
        let mut script = Script::silent();
        begin(&mut script, 1);
        script.close(1000, ClosedBy::Server);
        begin(&mut script, 2);
        assert!(script.shot().beside.list.is_empty());
    }

    #[test]
    fn an_earlier_connection_whose_beginning_is_missing_is_told_all_the_same() {
        let mut script = Script::silent();
        begin(&mut script, 2);
        script.connection = 1;
        script.hear(r#"{"type":"pong"}"#);
        let list = script.shot().beside.list;
        assert_eq!((list[0].connection, list[0].in_messages, list[0].phase), (1, 1, Phase::Idle));
    }

    #[test]
    fn what_is_not_followed_any_more_is_counted() {
        let mut script = Script::silent();
        let last = u32::try_from(KEPT).unwrap() + 3;
        (1..=last).for_each(|number| begin(&mut script, number));
        let beside = script.shot().beside;
        assert_eq!((beside.list.len(), beside.forgotten), (KEPT, 2));
        assert_eq!(beside.list[0].connection, 3, "the oldest went");
    }
}
