//! Gap reports: after a reconnect, what each restored subscription missed, worked out from the capture.
//!
//! A thread of its own for each capture, asleep but after a reconnect: the rows before are folded anew from the `init`
//! before and the events up to the cut, whether or not anybody looks at them, and compared with the new `init`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender};

use super::published::Published;
use super::table_events;
use super::wake::Wake;
use crate::capture::{ReadError, Reader};
use crate::session::table::{GapOutcome, GapReport, GapUnknown, Table};
use crate::session::{Restores, Snapshot, Subscription};

/// Events folded for one report: seconds of work.
const EVENTS: usize = 1_000_000;
/// Reports kept; the oldest make room.
const KEPT: usize = 500;

/// Reports, oldest first.
pub type Gaps = Arc<Vec<Arc<GapReport>>>;

/// Handle to the thread of one capture; dropping it ends the thread.
pub(super) struct GapWorker {
    reports: Arc<ArcSwap<Vec<Arc<GapReport>>>>,
    stop: Arc<AtomicBool>,
    ring: Sender<()>,
}

impl GapWorker {
    pub(super) fn start(reader: Reader, published: Arc<Published>, wake: Wake) -> std::io::Result<Self> {
        let (ring, bell) = published.news.follow();
        let reports = Arc::new(ArcSwap::from_pointee(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let work = Work {
            reader,
            published,
            wake,
            reports: Arc::clone(&reports),
            stop: Arc::clone(&stop),
            done: BTreeSet::new(),
        };
        std::thread::Builder::new().name("gaps".into()).spawn(move || work.run(&bell))?;
        Ok(Self { reports, stop, ring })
    }

    pub(super) fn reports(&self) -> Gaps {
        self.reports.load_full()
    }
}

impl Drop for GapWorker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // A full bell rings already.
        let _rung = self.ring.try_send(());
    }
}

struct Work {
    reader: Reader,
    published: Arc<Published>,
    wake: Wake,
    reports: Arc<ArcSwap<Vec<Arc<GapReport>>>>,
    stop: Arc<AtomicBool>,
    /// Subscriptions reported on.
    done: BTreeSet<u32>,
}

impl Work {
    fn run(mut self, bell: &Receiver<()>) {
        let mut seen: Option<Arc<[Subscription]>> = None;
        while !self.stop.load(Ordering::Relaxed) {
            let snapshot = self.published.snapshot.load_full();
            // Most news bring other figures of the same subscriptions, so this is looked at first.
            if seen.as_ref().is_none_or(|seen| !Arc::ptr_eq(seen, &snapshot.subscriptions)) {
                seen = Some(Arc::clone(&snapshot.subscriptions));
                self.look(&snapshot);
            }
            // The handle that is dropped rings too, so this never waits for what can't come.
            if bell.recv().is_err() {
                return;
            }
        }
    }

    fn look(&mut self, snapshot: &Snapshot) {
        for subscription in &*snapshot.subscriptions {
            let (Some(restores), Some(init_seq), Some(init_us)) =
                (subscription.restores, subscription.init_seq, subscription.init_us)
            else {
                continue;
            };
            if !self.done.insert(subscription.number) {
                continue;
            }
            let outcome = self
                .compare(&restores, init_seq)
                .unwrap_or_else(|error| GapOutcome::Unknown(GapUnknown::Unreadable(error.to_string())));
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            self.publish(GapReport {
                subscription: subscription.number,
                before: restores.number,
                init_seq,
                cut_seq: restores.cut_seq,
                away_us: init_us.saturating_sub(restores.cut_us),
                outcome,
            });
        }
    }

    fn compare(&mut self, restores: &Restores, init_seq: u64) -> Result<GapOutcome, ReadError> {
        let query = table_events::query(&mut self.reader, restores.sent_seq)?;
        let view = self.reader.view();
        let mut table = Table::new(query);
        let before = restores.init_seq..=restores.cut_seq;
        let seqs = table_events::of_subscription(&view, restores.number, before, (EVENTS, &self.stop));
        if seqs.len() > EVENTS {
            return Ok(GapOutcome::Unknown(GapUnknown::TooMany(seqs.len() as u64)));
        }
        for seq in seqs {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            table_events::read(&mut self.reader, seq, |event| table.apply(event))?;
        }
        let mut outcome = GapOutcome::Unknown(GapUnknown::NoRows);
        table_events::read(&mut self.reader, init_seq, |init| {
            outcome = GapOutcome::compare(&mut table, init);
        })?;
        Ok(outcome)
    }

    fn publish(&self, report: GapReport) {
        let mut reports = self.reports.load().as_ref().clone();
        if reports.len() >= KEPT {
            reports.remove(0);
        }
        reports.push(Arc::new(report));
        self.reports.store(Arc::new(reports));
        self.wake.ring();
    }
}
