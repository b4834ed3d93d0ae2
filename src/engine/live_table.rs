//! `LiveTable`: the rows of one subscription, folded from the capture on a thread of their own, then followed.
//!
//! Only opened tables cost anything. The thread goes through the index for the events of its subscription, reads and
//! applies them, and sleeps until events are published; the journal never waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender};

use super::published::Published;
use super::table_events;
use super::wake::Wake;
use crate::capture::{ReadError, Reader};
use crate::net::Clock;
use crate::session::Subscription;
use crate::session::table::{Differences, ShownTable, Table, TableSnapshot, TableWish};

/// Rows are published at most this often: twice a frame at 60 Hz.
const PUBLISH_EVERY: Duration = Duration::from_millis(8);
/// Records looked at in one go.
const SLICE: u64 = 64 * 1024;
/// Rows that change are sorted and filtered anew at most this often, and at most for a tenth of the time.
const ORDER_EVERY: Duration = Duration::from_millis(100);
const ORDER_SHARE: u32 = 10;
/// How often deleted rows are looked at that have been shown long enough.
const FORGET_EVERY: Duration = Duration::from_secs(1);

/// What a table is opened on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Number of the subscription.
    pub subscription: u32,
    /// The last event to apply, for the state at that moment; `None` to follow.
    pub until: Option<u64>,
}

/// Handle to a table; dropping it ends the thread.
pub struct LiveTable {
    opening: Opening,
    wish: Arc<ArcSwap<TableWish>>,
    shown: Arc<ArcSwap<ShownTable>>,
    stop: Arc<AtomicBool>,
    ring: Sender<()>,
}

impl LiveTable {
    pub(super) fn start(
        opening: Opening,
        (reader, clock): (Reader, Option<Clock>),
        published: Arc<Published>,
        wake: &Wake,
    ) -> std::io::Result<Self> {
        let (ring, bell) = published.news.follow();
        let wish = Arc::new(ArcSwap::from_pointee(TableWish::default()));
        let of = reader.view().len();
        let first = ShownTable { subscription: opening.subscription, of, ..ShownTable::default() };
        let shown = Arc::new(ArcSwap::from_pointee(first));
        let stop = Arc::new(AtomicBool::new(false));
        let work = Work {
            until: opening.until,
            reader,
            clock,
            published,
            wake: wake.clone(),
            wish: Arc::clone(&wish),
            shown: Arc::clone(&shown),
            stop: Arc::clone(&stop),
            subscription: opening.subscription,
            table: None,
            next: 1,
            of: 0,
            dirty: false,
            published_at: None,
            order: None,
            ordered_at: None,
            order_took: Duration::ZERO,
            trouble: None,
        };
        std::thread::Builder::new().name("table".into()).spawn(move || work.run(&bell))?;
        Ok(Self { opening, wish, shown, stop, ring })
    }

    /// What it was opened on.
    #[must_use]
    pub const fn opening(&self) -> Opening {
        self.opening
    }

    /// The rows prepared last.
    #[must_use]
    pub fn shown(&self) -> Arc<ShownTable> {
        self.shown.load_full()
    }

    /// Asks for other rows or another order. Asking again for the same costs nothing.
    pub fn wish(&self, wish: &TableWish) {
        if **self.wish.load() != *wish {
            self.wish.store(Arc::new(wish.clone()));
            let _rung = self.ring.try_send(());
        }
    }
}

impl Drop for LiveTable {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // A full bell rings already.
        let _rung = self.ring.try_send(());
    }
}

/// State of the thread.
struct Work {
    until: Option<u64>,
    reader: Reader,
    clock: Option<Clock>,
    published: Arc<Published>,
    wake: Wake,
    wish: Arc<ArcSwap<TableWish>>,
    shown: Arc<ArcSwap<ShownTable>>,
    stop: Arc<AtomicBool>,
    subscription: u32,
    /// `None` until the subscription is known to the fold.
    table: Option<Table>,
    /// The event looked at next.
    next: u64,
    of: u64,
    dirty: bool,
    published_at: Option<Instant>,
    order: Option<(TableWish, Arc<[u32]>)>,
    ordered_at: Option<Instant>,
    order_took: Duration,
    trouble: Option<Arc<str>>,
}

impl Work {
    fn run(mut self, bell: &Receiver<()>) {
        while !self.stop.load(Ordering::Relaxed) {
            let successor = self.settle();
            if self.table.is_some() && self.next <= self.of {
                self.go_on(successor);
                if self.published_at.is_none_or(|at| at.elapsed() >= PUBLISH_EVERY) {
                    self.publish();
                }
                continue;
            }
            // Before the subscription is known there is nothing to show.
            self.dirty =
                self.table.is_some() && (self.dirty || self.wish.load().as_ref() != &self.shown.load().wish);
            if self.dirty {
                self.publish();
            }
            match self.patience() {
                // The handle that is dropped rings too, so this never waits for what can't come.
                None if bell.recv().is_err() => return,
                None => {}
                Some(patience) => {
                    let _rung = bell.recv_timeout(patience);
                    self.forget();
                }
            }
        }
    }

    /// Sees how far the capture has come. Returns the subscription that takes this one up after a reconnect.
    fn settle(&mut self) -> Option<Subscription> {
        // In this order: an ended file has its last snapshot, and a snapshot covers the records it counts.
        let ended = self.published.file.load().ended;
        let snapshot = self.published.snapshot.load_full();
        let len = self.reader.view().len();
        // Events beyond the snapshot are not known to belong to anybody yet.
        let of = if ended { len } else { len.min(snapshot.last_seq) };
        self.of = self.until.map_or(of, |until| until.min(of));
        if self.table.is_none()
            && let Some(subscription) = snapshot.subscription(self.subscription)
        {
            self.begin(subscription);
        }
        let takes_up = |later: &&Subscription| {
            later.init_seq.is_some() && later.restores.is_some_and(|one| one.number == self.subscription)
        };
        snapshot.subscriptions.iter().find(takes_up).cloned()
    }

    fn begin(&mut self, subscription: &Subscription) {
        let sent_seq = subscription.request.seq;
        match table_events::query(&mut self.reader, sent_seq) {
            Ok(query) => self.table = Some(Table::new(query)),
            Err(error) => {
                self.note(&error);
                self.table = Some(Table::default());
            }
        }
        self.next = sent_seq;
        self.dirty = true;
    }

    /// Applies the events of a slice, as far as the subscription goes that they belong to.
    fn go_on(&mut self, successor: Option<Subscription>) {
        let taken_up_at = successor.as_ref().and_then(|one| one.init_seq).filter(|seq| *seq >= self.next);
        let last = self.of.min(self.next + (SLICE - 1));
        let end = taken_up_at.map_or(last, |seq| last.min(seq - 1));
        let view = self.reader.view();
        let seqs = table_events::of_subscription(
            &view,
            self.subscription,
            self.next..=end,
            (usize::MAX, &self.stop),
        );
        for seq in seqs {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            self.apply(seq, false);
            self.next = seq + 1;
            if self.published_at.is_none_or(|at| at.elapsed() >= PUBLISH_EVERY) {
                self.publish();
            }
        }
        self.next = end + 1;
        if let (Some(successor), true) = (successor, taken_up_at == Some(self.next) && self.next <= self.of) {
            self.subscription = successor.number;
            self.apply(self.next, true);
            self.next += 1;
        }
    }

    fn apply(&mut self, seq: u64, restores: bool) {
        let Some(table) = &mut self.table else { return };
        self.dirty = true;
        let read = table_events::read(&mut self.reader, seq, |event| {
            if restores {
                let _in_the_gap_report: Option<Differences> = table.restore(event);
            } else {
                table.apply(event);
            }
        });
        if let Err(error) = read {
            self.note(&error);
        }
    }

    fn note(&mut self, error: &ReadError) {
        if self.trouble.is_none() {
            self.trouble = Some(error.to_string().into());
        }
    }

    /// How long to sleep at most; `None` until something happens.
    fn patience(&self) -> Option<Duration> {
        if self.dirty {
            let since = self.ordered_at.map_or(ORDER_EVERY, |at| at.elapsed());
            return Some(self.order_pause().saturating_sub(since).max(Duration::from_millis(1)));
        }
        let ghosts = self.shown.load().rows.ghosts > 0;
        (ghosts && self.clock.is_some() && self.until.is_none()).then_some(FORGET_EVERY)
    }

    fn order_pause(&self) -> Duration {
        ORDER_EVERY.max(self.order_took * ORDER_SHARE)
    }

    /// Deleted rows have been shown long enough at some time, also when nothing else happens.
    fn forget(&mut self) {
        if let (Some(clock), Some(table)) = (self.clock, &mut self.table) {
            self.dirty |= table.expire(clock.now().elapsed_us);
        }
    }

    fn publish(&mut self) {
        let Some(table) = &self.table else { return };
        let wish = self.wish.load_full();
        let rows = table.snapshot();
        self.dirty = false;
        let order = if wish.is_plain() { None } else { Some(self.ordered(&wish, &rows)) };
        let shown = ShownTable {
            rows,
            order,
            wish: (*wish).clone(),
            subscription: self.subscription,
            looked: self.next.saturating_sub(1).min(self.of),
            of: self.of,
            trouble: self.trouble.clone(),
        };
        self.shown.store(Arc::new(shown));
        self.published_at = Some(Instant::now());
        self.wake.ring();
    }

    /// The order of the rows: the one made last, as long as a new one would cost too much.
    fn ordered(&mut self, wish: &TableWish, rows: &TableSnapshot) -> Arc<[u32]> {
        let is_recent = self.ordered_at.is_some_and(|at| at.elapsed() < self.order_pause());
        let generation = self.shown.load().rows.generation;
        if let Some((of, order)) = &self.order
            && of == wish
            && is_recent
            && generation == rows.generation
        {
            self.dirty = true;
            return Arc::clone(order);
        }
        let began = Instant::now();
        let order: Arc<[u32]> = wish.order(rows).into();
        self.order_took = began.elapsed();
        self.ordered_at = Some(Instant::now());
        self.order = Some((wish.clone(), Arc::clone(&order)));
        order
    }
}
