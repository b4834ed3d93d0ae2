//! Requests that wait for an answer, and the matching of answers to them.

use std::collections::VecDeque;
use std::sync::Arc;

/// How many open requests are kept; older ones make room and are counted.
const KEPT: usize = 1024;

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// A login.
    Auth,
    /// A subscription.
    Subscribe,
    /// The end of one or all subscriptions.
    Unsubscribe,
    /// Rows to read.
    Read,
    /// Rows to create.
    Create,
    /// Rows to update.
    Update,
    /// Rows to delete.
    Delete,
    /// Another `items` action, which the server refuses.
    Items,
    /// A sign of life.
    Ping,
    /// A subscription to the log stream (reference 7.1).
    Logs,
    /// A text the server can't read as a message: it answers with a `server` error (reference 6.2).
    Unreadable,
}

impl RequestKind {
    /// Whether the answer has `type: "items"`.
    #[must_use]
    pub const fn is_items(self) -> bool {
        matches!(self, Self::Read | Self::Create | Self::Update | Self::Delete | Self::Items)
    }

    /// Why no answer may have come, as sentences: the cases in which Directus says nothing (reference 4.3).
    #[must_use]
    pub const fn why_silent(self) -> &'static str {
        match self {
            Self::Create | Self::Update => {
                "Directus answers nothing when a field fails validation: a missing required field, a broken rule, a wrong type. Repeat the write over HTTP to get the real error."
            }
            Self::Read | Self::Delete | Self::Items => {
                "Directus answers nothing when `query` is no object or the database itself refuses. The server's log has the reason."
            }
            Self::Auth => {
                "Directus swallows an `auth` without complete credentials on a live connection. The identity is unchanged."
            }
            Self::Ping => "Directus answers no ping while its heartbeat is switched off.",
            Self::Subscribe | Self::Unsubscribe | Self::Logs => {
                "The server may have met an error that it only writes to its own log, such as a relation in `fields` without access."
            }
            Self::Unreadable => "The server couldn't read this as a message.",
        }
    }
}

/// A request without an answer so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Sequence number of the message.
    pub seq: u64,
    /// What was asked.
    pub kind: RequestKind,
    /// The uid as a string, if it has one.
    pub uid: Option<Arc<str>>,
    /// When it was sent, in elapsed microseconds.
    pub sent_us: u64,
    /// Sent by Harewire itself.
    pub automatic: bool,
    /// The collection asked about, empty for none.
    pub collection: Arc<str>,
    /// Number of the collection in [`super::Snapshot::collections`], 0 for none.
    pub collection_number: u32,
    /// Number of the subscription it is about, 0 for none.
    pub subscription: u32,
    /// Sent before the login was confirmed: the server never reads it (reference 2.3).
    pub lost: bool,
}

/// A request and how sure the match is.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) request: Pending,
    pub(super) guessed: bool,
}

/// The open requests of the current connection, oldest first.
#[derive(Debug, Default)]
pub(super) struct Requests {
    open: VecDeque<Pending>,
    changed: bool,
}

impl Requests {
    /// Adds one; returns how many old ones had to make room.
    pub(super) fn add(&mut self, request: Pending) -> u64 {
        let mut forgotten = 0;
        while self.open.len() >= KEPT {
            self.open.pop_front();
            forgotten += 1;
        }
        self.open.push_back(request);
        self.changed = true;
        forgotten
    }

    fn remove(&mut self, place: usize, guessed: bool) -> Option<Answered> {
        self.changed = true;
        self.open.remove(place).map(|request| Answered { request, guessed })
    }

    /// Takes the request out that this message was.
    pub(super) fn take(&mut self, seq: u64) -> Option<Answered> {
        let place = self.open.iter().position(|pending| pending.seq == seq)?;
        self.remove(place, false)
    }

    /// Takes the oldest out.
    pub(super) fn take_first(&mut self) -> Option<Pending> {
        self.changed = true;
        self.open.pop_front()
    }

    /// Takes the request out that an answer belongs to.
    ///
    /// With a uid: the latest of that kind and uid, since a repeated uid usually means "once more" after an answer that
    /// never came. Without: the oldest that had none either; with several of those it is a guess.
    pub(super) fn answer(
        &mut self,
        is_kind: impl Fn(RequestKind) -> bool,
        uid: Option<&str>,
    ) -> Option<Answered> {
        let fits = |pending: &Pending| is_kind(pending.kind) && pending.uid.as_deref() == uid;
        if uid.is_some() {
            let place = self.open.iter().rposition(fits)?;
            return self.remove(place, false);
        }
        let place = self.first_heard(fits)?;
        let several = self.open.iter().filter(|pending| fits(pending)).nth(1).is_some();
        self.remove(place, several)
    }

    /// Takes the request out that an error belongs to. Many errors carry no uid even if the request did (reference 6.3):
    /// then the oldest of that kind is the guess.
    pub(super) fn refuse(
        &mut self,
        is_kind: impl Fn(RequestKind) -> bool,
        uid: Option<&str>,
    ) -> Option<Answered> {
        if uid.is_some() || self.open.iter().any(|pending| is_kind(pending.kind) && pending.uid.is_none()) {
            return self.answer(is_kind, uid);
        }
        let place = self.first_heard(|pending| is_kind(pending.kind))?;
        self.remove(place, true)
    }

    /// The oldest that fits, preferring those the server can have read.
    fn first_heard(&self, fits: impl Fn(&Pending) -> bool) -> Option<usize> {
        let heard = self.open.iter().position(|pending| !pending.lost && fits(pending));
        heard.or_else(|| self.open.iter().position(fits))
    }

    /// Marks all but logins as lost; returns their sequence numbers and subscriptions.
    pub(super) fn lose_all_but_logins(&mut self) -> Vec<(u64, u32)> {
        let mut lost = Vec::new();
        for pending in &mut self.open {
            if pending.kind != RequestKind::Auth && !pending.lost {
                pending.lost = true;
                lost.push((pending.seq, pending.subscription));
            }
        }
        self.changed |= !lost.is_empty();
        lost
    }

    /// Forgets all, as their connection is gone; returns how many stayed without an answer.
    pub(super) fn clear(&mut self) -> u64 {
        self.changed |= !self.open.is_empty();
        let count = self.open.len();
        self.open.clear();
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// The list anew if it changed since the last call.
    pub(super) fn fresh(&mut self) -> Option<Arc<[Pending]>> {
        std::mem::take(&mut self.changed).then(|| self.open.iter().cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(seq: u64, kind: RequestKind, uid: Option<&str>) -> Pending {
        Pending {
            seq,
            kind,
            uid: uid.map(Arc::from),
            sent_us: seq,
            automatic: false,
            collection: Arc::from(""),
            collection_number: 0,
            subscription: 0,
            lost: false,
        }
    }

    fn requests(list: &[(u64, RequestKind, Option<&str>)]) -> Requests {
        let mut requests = Requests::default();
        for (seq, kind, uid) in list {
            requests.add(pending(*seq, *kind, *uid));
        }
        requests
    }

    #[test]
    fn a_reused_uid_means_the_latest() {
        let mut requests =
            requests(&[(1, RequestKind::Create, Some("c")), (2, RequestKind::Create, Some("c"))]);
        let answered = requests.answer(RequestKind::is_items, Some("c")).unwrap();
        assert_eq!((answered.request.seq, answered.guessed), (2, false));
        assert_eq!(requests.answer(RequestKind::is_items, Some("c")).unwrap().request.seq, 1);
    }

    #[test]
    fn an_answer_without_uid_is_sure_only_if_one_request_can_be_meant() {
        let mut requests = requests(&[(1, RequestKind::Read, None), (2, RequestKind::Read, None)]);
        let first = requests.answer(RequestKind::is_items, None).unwrap();
        assert_eq!((first.request.seq, first.guessed), (1, true));
        assert!(!requests.answer(RequestKind::is_items, None).unwrap().guessed);
    }

    #[test]
    fn an_error_without_uid_is_guessed_to_the_oldest() {
        let mut requests = requests(&[
            (1, RequestKind::Ping, Some("p")),
            (2, RequestKind::Read, Some("a")),
            (3, RequestKind::Read, Some("b")),
        ]);
        let answered = requests.refuse(RequestKind::is_items, None).unwrap();
        assert_eq!((answered.request.seq, answered.guessed), (2, true));
    }

    #[test]
    fn an_error_without_uid_prefers_the_request_without_uid() {
        let mut requests = requests(&[(1, RequestKind::Read, Some("a")), (2, RequestKind::Read, None)]);
        let answered = requests.refuse(RequestKind::is_items, None).unwrap();
        assert_eq!((answered.request.seq, answered.guessed), (2, false));
    }

    #[test]
    fn the_list_is_bounded_and_says_so() {
        let mut requests = Requests::default();
        let forgotten: u64 = (0..2000).map(|seq| requests.add(pending(seq, RequestKind::Ping, None))).sum();
        assert_eq!((requests.fresh().unwrap().len(), forgotten), (KEPT, 2000 - 1024));
    }
}
