//! `Board`: the subscriptions of a capture, and which of them an event belongs to.

use std::collections::HashMap;
use std::sync::Arc;

use crate::capture::event::Stamp;
use crate::directus::{ErrorCode, EventName};

use super::subscription::{Subscription, SubscriptionState};

/// Finished subscriptions kept when the older ones make room.
const FINISHED_KEPT: usize = 500;
/// Below this many subscriptions in all, none makes room.
const ROOMY: usize = 1000;

/// The subscriptions of one uid on the current connection, as places in `Board::all`.
#[derive(Debug, Default)]
struct Slot {
    /// Those that may get events, oldest first. More than one only for twins and while a replacement is under way.
    alive: Vec<usize>,
    /// The last that ended: late events are still its own.
    ended: Option<usize>,
}

/// What an event message was attributed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) number: u32,
    pub(super) collection_number: u32,
}

/// What an `init` confirmed.
#[derive(Debug)]
pub(super) struct Confirmed {
    pub(super) owner: Owner,
    /// Sequence number of its subscribe message.
    pub(super) seq: u64,
    /// The subscriptions it silently replaced.
    pub(super) replaced: Vec<u32>,
}

/// The subscriptions of a capture, in the order they were sent.
#[derive(Debug, Default)]
pub(super) struct Board {
    all: Vec<Subscription>,
    by_uid: HashMap<Arc<str>, Slot>,
    /// Those without a uid.
    bare: Slot,
    last_number: u32,
    /// At how many subscriptions finished ones make room: twice what was left the last time, so that it costs nothing
    /// on average.
    crowded_at: usize,
    forgotten: u64,
    changed: bool,
    /// Those of earlier connections that the current one has gone on from.
    claimed: Vec<u32>,
}

impl Board {
    fn slot(&self, uid: Option<&str>) -> Option<&Slot> {
        match uid {
            Some(uid) => self.by_uid.get(uid),
            None => Some(&self.bare),
        }
    }

    fn slot_mut(&mut self, uid: Option<&str>) -> Option<&mut Slot> {
        match uid {
            Some(uid) => self.by_uid.get_mut(uid),
            None => Some(&mut self.bare),
        }
    }

    fn owner(&self, place: usize) -> Owner {
        let subscription = &self.all[place];
        Owner { number: subscription.number, collection_number: subscription.request.collection_number }
    }

    fn place_of(&self, number: u32) -> Option<usize> {
        self.all.binary_search_by_key(&number, |subscription| subscription.number).ok()
    }

    /// The number the next subscription gets.
    pub(super) const fn next_number(&self) -> u32 {
        self.last_number.saturating_add(1)
    }

    /// Adds a subscription just sent. Returns whether another one with the same uid is still unconfirmed (reference 5.6).
    pub(super) fn sent(&mut self, mut subscription: Subscription) -> bool {
        self.make_room();
        if subscription.request.automatic {
            subscription.continues = self.predecessor(&subscription);
            self.claimed.extend(subscription.continues);
            let before = subscription.continues.and_then(|number| self.place_of(number));
            subscription.restores = before.and_then(|place| self.all[place].taken_up());
        }
        self.changed = true;
        self.last_number = subscription.number;
        let place = self.all.len();
        let slot = match &subscription.request.uid {
            Some(uid) => self.by_uid.entry(Arc::clone(uid)).or_default(),
            None => &mut self.bare,
        };
        let has_uid = subscription.request.uid.is_some();
        let all = &self.all;
        let races = has_uid && slot.alive.iter().any(|&place| all[place].state == SubscriptionState::Sent);
        slot.alive.push(place);
        self.all.push(subscription);
        races
    }

    /// Which orphan a subscription sent again goes on from: that of its uid, or the oldest without one that asked for the
    /// same, of the connection that had it last.
    fn predecessor(&self, again: &Subscription) -> Option<u32> {
        let asked = |request: &super::subscription::SubscriptionRequest| {
            (request.collection.clone(), request.event.clone(), request.item.clone(), request.query.clone())
        };
        let fits = |orphan: &&Subscription| {
            orphan.state == SubscriptionState::Orphaned
                && orphan.request.uid == again.request.uid
                && asked(&orphan.request) == asked(&again.request)
                && !self.claimed.contains(&orphan.number)
        };
        let last = self.all.iter().rev().find(fits)?.request.connection;
        // An orphan of this same connection would be its own past: `orphan` runs between the two.
        let orphan = self.all.iter().filter(|orphan| orphan.request.connection == last).find(fits)?;
        Some(orphan.number)
    }

    /// The orphans that `number` goes on from, each by the next, are restored.
    fn restore(&mut self, number: u32) {
        let mut next = self.place_of(number).and_then(|place| self.all[place].continues);
        while let Some(place) = next.and_then(|number| self.place_of(number)) {
            if self.all[place].state != SubscriptionState::Orphaned {
                break;
            }
            self.all[place].state = SubscriptionState::Restored { by: number };
            next = self.all[place].continues;
        }
    }

    /// Whether Harewire sent this subscription by itself.
    pub(super) fn is_automatic(&self, number: u32) -> bool {
        self.place_of(number).is_some_and(|place| self.all[place].request.automatic)
    }

    /// The server's `init`: confirms the oldest unconfirmed subscription of that uid. Those of the same uid that were
    /// confirmed before it was sent are replaced (reference 5.6); one confirmed later is its twin and lives on.
    pub(super) fn confirm(
        &mut self,
        uid: Option<&str>,
        seq: u64,
        stamp: Stamp,
        rows: u32,
    ) -> Option<Confirmed> {
        let slot = self.slot(uid)?;
        let waiting = |state: SubscriptionState| {
            slot.alive.iter().copied().find(|&place| self.all[place].state == state)
        };
        let place = waiting(SubscriptionState::Sent).or_else(|| waiting(SubscriptionState::Lost))?;
        let sent_seq = self.all[place].request.seq;
        let earlier: Vec<usize> = slot
            .alive
            .iter()
            .copied()
            .filter(|&other| uid.is_some() && self.all[other].init_seq.is_some_and(|init| init < sent_seq))
            .collect();
        let number = self.all[place].number;
        for &other in &earlier {
            self.all[other].state = SubscriptionState::Replaced { by: number };
        }
        let subscription = &mut self.all[place];
        subscription.state = SubscriptionState::Confirmed;
        subscription.init_seq = Some(seq);
        subscription.init_after_us =
            Some(stamp.elapsed_us.saturating_sub(subscription.request.sent.elapsed_us));
        subscription.init_us = Some(stamp.elapsed_us);
        subscription.init_rows = rows;
        let replaced = earlier.iter().map(|&other| self.all[other].number).collect();
        if let Some(slot) = self.slot_mut(uid) {
            slot.alive.retain(|other| !earlier.contains(other));
        }
        self.mark_twins(uid);
        self.restore(number);
        self.changed = true;
        Some(Confirmed { owner: self.owner(place), seq: sent_seq, replaced })
    }

    /// Notes which of the accepted ones share their uid.
    fn mark_twins(&mut self, uid: Option<&str>) {
        let Some(slot) = self.slot(uid) else { return };
        let accepted: Vec<usize> =
            slot.alive.iter().copied().filter(|&place| self.all[place].state.is_accepted()).collect();
        let twin = accepted.len() > 1;
        for place in accepted {
            self.all[place].twin = twin;
        }
    }

    /// Counts an event message. `None` if no subscription is known for it, or if several of different collections are
    /// possible: attributing it to the wrong collection would be a lie.
    pub(super) fn event(
        &mut self,
        uid: Option<&str>,
        event: EventName,
        bytes: u64,
        stamp: Stamp,
    ) -> Option<Owner> {
        let place = self.target(uid, event)?;
        self.changed = true;
        let subscription = &mut self.all[place];
        subscription.events.add(event);
        subscription.bytes = subscription.bytes.saturating_add(bytes);
        subscription.last_event = Some(stamp);
        if subscription.state == SubscriptionState::Confirmed {
            subscription.state = SubscriptionState::Live;
        }
        Some(self.owner(place))
    }

    fn target(&self, uid: Option<&str>, event: EventName) -> Option<usize> {
        let slot = self.slot(uid)?;
        match slot.alive.as_slice() {
            [] => slot.ended,
            [only] => Some(*only),
            several => {
                let takes = |place: &usize| self.all[*place].takes(event);
                let accepted = |place: &usize| self.all[*place].state.is_accepted();
                let any = several.iter().any(|place| takes(place) && accepted(place));
                let mut candidates =
                    several.iter().rev().filter(|place| takes(place) && (!any || accepted(place)));
                let newest = *candidates.next()?;
                let collection = self.all[newest].request.collection_number;
                candidates
                    .all(|&place| self.all[place].request.collection_number == collection)
                    .then_some(newest)
            }
        }
    }

    /// The server refused the subscription with this number.
    pub(super) fn refuse(&mut self, number: u32, state: SubscriptionState) {
        let Some(place) = self.place_of(number) else { return };
        self.all[place].state = state;
        self.leave(place);
        self.changed = true;
    }

    /// An event could not be delivered (reference 5.7). Returns the subscription it belongs to, and whether it is the
    /// first time for it.
    pub(super) fn event_refused(&mut self, uid: Option<&str>, stamp: Stamp) -> Option<(Owner, bool)> {
        let slot = self.slot(uid)?;
        let place = match slot.alive.as_slice() {
            [] => None,
            [only] => Some(*only),
            several => several
                .iter()
                .rev()
                .copied()
                .find(|&place| uid.is_some() && self.all[place].state.is_accepted()),
        }?;
        if !self.all[place].state.is_accepted() {
            return None;
        }
        self.all[place].refused_events += 1;
        self.all[place].last_event = Some(stamp);
        self.changed = true;
        Some((self.owner(place), self.all[place].refused_events == 1))
    }

    /// The unsubscribe was confirmed: of twins the server removes only one (reference 5.6); without a uid all go. One
    /// whose `init` isn't here yet is not among those the server knew: it lives on (conformance case 62).
    pub(super) fn end(&mut self, uid: Option<&str>) -> Option<Owner> {
        self.changed = true;
        if uid.is_none() {
            self.finish_all(&SubscriptionState::Ended, |state| *state != SubscriptionState::Sent);
            return None;
        }
        let known = |place: &usize| self.all[*place].state != SubscriptionState::Sent;
        let place = self.slot(uid)?.alive.iter().copied().find(known)?;
        self.all[place].state = SubscriptionState::Ended;
        self.leave(place);
        if let Some(slot) = self.slot_mut(uid) {
            slot.ended = Some(place);
        }
        Some(self.owner(place))
    }

    /// Whether an unsubscribe confirmed now came too early for a subscription it means.
    pub(super) fn is_early(&self, uid: Option<&str>) -> bool {
        let waits =
            |slot: &Slot| slot.alive.iter().any(|&place| self.all[place].state == SubscriptionState::Sent);
        match uid {
            Some(_) => self.slot(uid).is_some_and(waits),
            None => self.by_uid.values().chain([&self.bare]).any(waits),
        }
    }

    /// The subscription an unsubscribe with this uid is about.
    pub(super) fn named(&self, uid: Option<&str>) -> Option<Owner> {
        let place = uid.and_then(|uid| self.slot(Some(uid)))?.alive.first().copied()?;
        Some(self.owner(place))
    }

    fn leave(&mut self, place: usize) {
        let uid = self.all[place].request.uid.clone();
        if let Some(slot) = self.slot_mut(uid.as_deref()) {
            slot.alive.retain(|other| *other != place);
        }
        self.mark_twins(uid.as_deref());
    }

    /// The subscribe was sent before the login was confirmed (reference 2.3).
    pub(super) fn lose(&mut self, number: u32) {
        if let Some(place) = self.place_of(number)
            && self.all[place].state == SubscriptionState::Sent
        {
            self.all[place].state = SubscriptionState::Lost;
            self.changed = true;
        }
    }

    /// The connection is gone, and the server's side of every subscription with it: by event `seq` at `at_us`.
    pub(super) fn orphan(&mut self, seq: u64, at_us: u64) {
        let all = &mut self.all;
        for slot in self.by_uid.values().chain([&self.bare]) {
            for &place in &slot.alive {
                all[place].cut = Some((seq, at_us));
            }
        }
        self.finish_all(&SubscriptionState::Orphaned, |_| true);
        self.by_uid.clear();
        self.bare = Slot::default();
        self.claimed.clear();
        self.changed = true;
    }

    fn finish_all(&mut self, end: &SubscriptionState, ends: impl Fn(&SubscriptionState) -> bool) {
        let all = &mut self.all;
        for slot in self.by_uid.values_mut().chain([&mut self.bare]) {
            slot.alive.retain(|&place| {
                let goes = ends(&all[place].state);
                if goes {
                    all[place].state = end.clone();
                    slot.ended = Some(place);
                }
                !goes
            });
        }
    }

    /// Drops the oldest finished ones if there are too many.
    fn make_room(&mut self) {
        if self.all.len() < self.crowded_at.max(ROOMY) {
            return;
        }
        let finished = self.all.iter().filter(|subscription| !subscription.state.is_alive()).count();
        let mut going = finished.saturating_sub(FINISHED_KEPT);
        self.forgotten += u64::try_from(going).unwrap_or_default();
        self.all.retain(|subscription| {
            let goes = going > 0 && !subscription.state.is_alive();
            going -= usize::from(goes);
            !goes
        });
        self.crowded_at = self.all.len() * 2;
        self.find_places();
    }

    /// Places have changed: builds the slots anew. Those of dead connections are not in any.
    fn find_places(&mut self) {
        self.by_uid.clear();
        self.bare = Slot::default();
        let connection = self.all.last().map(|subscription| subscription.request.connection);
        for (place, subscription) in self.all.iter().enumerate() {
            if Some(subscription.request.connection) != connection {
                continue;
            }
            let slot = match &subscription.request.uid {
                Some(uid) => self.by_uid.entry(Arc::clone(uid)).or_default(),
                None => &mut self.bare,
            };
            match subscription.state {
                SubscriptionState::Ended => slot.ended = Some(place),
                ref state if state.is_alive() => slot.alive.push(place),
                _ => {}
            }
        }
    }

    /// How many finished ones have made room.
    pub(super) const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The list anew if it changed since the last call.
    pub(super) fn fresh(&mut self) -> Option<Arc<[Subscription]>> {
        std::mem::take(&mut self.changed).then(|| self.all.iter().cloned().collect())
    }
}

/// The state of a refused subscription.
pub(super) fn refused(
    code: ErrorCode,
    code_text: &Arc<str>,
    message: &Arc<str>,
    guessed: bool,
) -> SubscriptionState {
    SubscriptionState::Refused {
        code,
        code_text: Arc::clone(code_text),
        message: Arc::clone(message),
        guessed,
    }
}
