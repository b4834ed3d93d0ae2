//! `Sieve`: a filter at work on one capture, on a thread of its own: newest events first, then those that come.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender};

use super::found::{Finds, Found};
use super::published::Published;
use super::sieve_slice::Worker;
use super::wake::Wake;
use crate::capture::filter::{Filter, Names};
use crate::capture::{IndexView, Reader};
use crate::session::Snapshot;

/// Results are published at most this often: about once a frame.
const PUBLISH_EVERY: Duration = Duration::from_millis(12);
/// Events of the first slice: few, so that a full screen of newest finds comes at once.
const FIRST: u64 = 2048;
/// Events of a slice that needs no file, and of one that may.
const INDEXED: u64 = 128 * 1024;
const READ: u64 = 16 * 1024;
/// Bytes of the file that a slice may span, so that a capture of large messages shows progress too.
const BYTES: u64 = 4 << 20;
/// Slices that a thread takes before results are put together.
const ROUNDS: u64 = 4;
/// Threads at most; reading has its limit in the disk or in memory.
const THREADS: usize = 4;

/// Sieves ever started: which one a result came from.
static STARTED: AtomicU64 = AtomicU64::new(1);

/// A filter running over one capture. Dropping it ends the work, without waiting.
pub struct Sieve {
    filter: Filter,
    found: Arc<ArcSwap<Found>>,
    stop: Arc<AtomicBool>,
    halt: Arc<AtomicBool>,
    ring: Sender<()>,
}

impl Sieve {
    pub(super) fn start(filter: &Filter, reader: Reader, published: Arc<Published>, wake: &Wake) -> Self {
        let (ring, bell) = published.news.follow();
        let origin = STARTED.fetch_add(1, Ordering::Relaxed);
        let nothing = Found { of: reader.view().len(), origin, ..Found::default() };
        let found = Arc::new(ArcSwap::from_pointee(nothing));
        let stop = Arc::new(AtomicBool::new(false));
        let halt = Arc::new(AtomicBool::new(false));
        let work = Work {
            filter: filter.clone(),
            reader,
            published,
            wake: wake.clone(),
            found: Arc::clone(&found),
            origin,
            stop: Arc::clone(&stop),
            halt: Arc::clone(&halt),
            workers: Vec::new(),
            finds: Finds::default(),
            low: 1,
            high: 0,
            of: 0,
            named: (0, 0),
            last_us: None,
            trouble: None,
            published_at: None,
        };
        let spawned = std::thread::Builder::new().name("sieve".into()).spawn(move || work.run(&bell));
        if let Err(error) = spawned {
            let sentence = format!(
                "The system refused to start a thread: {error}. Close some programs and filter again."
            );
            found.store(Arc::new(Found { trouble: Some(sentence.into()), ..Found::default() }));
        }
        Self { filter: filter.clone(), found, stop, halt, ring }
    }

    /// What was found so far.
    #[must_use]
    pub fn found(&self) -> Arc<Found> {
        self.found.load_full()
    }

    /// Leaves older events where they are, or looks on. Those that come are looked at all the same.
    pub fn halt(&self, on: bool) {
        self.halt.store(on, Ordering::Relaxed);
        // A full bell rings already.
        let _rung = self.ring.try_send(());
    }

    /// The filter that runs.
    #[must_use]
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }
}

impl Drop for Sieve {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // A full bell rings already.
        let _rung = self.ring.try_send(());
    }
}

/// State of the thread.
struct Work {
    filter: Filter,
    reader: Reader,
    published: Arc<Published>,
    wake: Wake,
    found: Arc<ArcSwap<Found>>,
    origin: u64,
    stop: Arc<AtomicBool>,
    halt: Arc<AtomicBool>,
    workers: Vec<Worker>,
    finds: Finds,
    /// Events from `low` to `high` were looked at; none if `high` is 0.
    low: u64,
    high: u64,
    of: u64,
    /// How many subscriptions and collections the workers know.
    named: (u32, usize),
    /// The last event when the work began.
    last_us: Option<i64>,
    trouble: Option<Arc<str>>,
    published_at: Option<Instant>,
}

impl Work {
    fn run(mut self, bell: &Receiver<()>) {
        while !self.stop.load(Ordering::Relaxed) {
            let view = self.settle();
            if self.of > self.high {
                self.take_newer(&view);
            } else if self.low > 1 && !self.halt.load(Ordering::Relaxed) {
                self.take_older(&view);
            } else {
                if self.is_news() {
                    self.publish();
                }
                // The handle that is dropped rings too, so this never waits for what can't come.
                if bell.recv().is_err() {
                    return;
                }
                continue;
            }
            if self.published_at.is_none_or(|at| at.elapsed() >= PUBLISH_EVERY) {
                self.publish();
            }
        }
    }

    /// Sees how far the capture has come, and learns new names.
    fn settle(&mut self) -> IndexView {
        // In this order: an ended file has its last snapshot, and a snapshot covers the records it counts.
        let ended = self.published.file.load().ended;
        let snapshot = self.published.snapshot.load_full();
        let view = self.reader.view();
        // Events beyond the snapshot may belong to subscriptions that it doesn't name yet.
        self.of = if ended { view.len() } else { view.len().min(snapshot.last_seq) };
        let named = (snapshot.subscriptions.last().map_or(0, |last| last.number), snapshot.collections.len());
        if self.workers.is_empty() || (self.filter.needs_names() && named != self.named) {
            self.named = named;
            self.bind(&snapshot, &view);
        }
        view
    }

    fn bind(&mut self, snapshot: &Snapshot, view: &IndexView) {
        if self.last_us.is_none() {
            self.last_us = view.get(self.of).map(|record| record.time_us);
        }
        let mut names = names(snapshot).noted(self.published.notes.shown());
        if let Some(last_us) = self.last_us {
            names = names.until(last_us);
        }
        let matcher = self.filter.bind(Arc::new(names));
        if self.workers.is_empty() {
            let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
            let worker = |_| Worker::new(matcher.clone(), self.reader.another(), Arc::clone(&self.stop));
            self.workers = (0..threads).map(worker).collect();
        } else {
            for worker in &mut self.workers {
                worker.matcher = matcher.clone();
            }
        }
    }

    /// The slice that ends with `last`.
    fn slice_until(&self, view: &IndexView, last: u64, most: u64) -> RangeInclusive<u64> {
        let least = last.saturating_sub(most - 1).max(1);
        if self.filter.is_indexed() {
            return least..=last;
        }
        let offset = |seq| view.get(seq).map_or(0, |record| record.offset);
        let end = offset(last);
        let (mut low, mut high) = (least, last);
        while low < high {
            let middle = u64::midpoint(low, high);
            if end.saturating_sub(offset(middle)) > BYTES { low = middle + 1 } else { high = middle }
        }
        low..=last
    }

    fn most(&self) -> u64 {
        if self.filter.is_indexed() { INDEXED } else { READ }
    }

    /// Looks at events that came since: the first time the newest few, later as many as a round takes.
    fn take_newer(&mut self, view: &IndexView) {
        if self.high == 0 {
            let slice = self.slice_until(view, self.of, FIRST);
            (self.low, self.high) = (*slice.start(), *slice.end());
            let (seqs, trouble) = self.look_alone(view, slice);
            self.note(trouble);
            self.finds.put_before(seqs);
            return;
        }
        let slice = self.high + 1..=self.of.min(self.high + self.most());
        self.high = *slice.end();
        let (seqs, trouble) = self.look_alone(view, slice);
        self.note(trouble);
        self.finds.put_behind(&seqs);
    }

    fn look_alone(&mut self, view: &IndexView, slice: RangeInclusive<u64>) -> (Vec<u32>, Option<String>) {
        self.workers.first_mut().map_or_else(Default::default, |worker| worker.look(view, slice))
    }

    /// Looks at a round of older slices, all threads together.
    fn take_older(&mut self, view: &IndexView) {
        let mut slices = Vec::new();
        let mut low = self.low;
        while low > 1 && (slices.len() as u64) < self.workers.len() as u64 * ROUNDS {
            let slice = self.slice_until(view, low - 1, self.most());
            low = *slice.start();
            slices.push(slice);
        }
        let results = round(&mut self.workers, view, &slices);
        if results.len() < slices.len() {
            self.note(Some(
                "A part of the log could not be looked at: a thread ended early. Filter again.".to_owned(),
            ));
        }
        if self.stop.load(Ordering::Relaxed) {
            // What was broken off is not the whole of it.
            return;
        }
        for (seqs, trouble) in results {
            self.note(trouble);
            self.finds.put_before(seqs);
        }
        self.low = low;
    }

    fn note(&mut self, trouble: Option<String>) {
        if self.trouble.is_none() {
            self.trouble = trouble.map(Arc::from);
        }
    }

    fn looked(&self) -> u64 {
        if self.high == 0 { 0 } else { self.high - self.low + 1 }
    }

    /// Whether more was looked at than was said. Rings that bring no event must not wake the window.
    fn is_news(&self) -> bool {
        let said = self.found.load();
        let (looked, of) = (self.looked(), self.of.max(self.looked()));
        self.published_at.is_none() || (said.looked, said.of, said.halted) != (looked, of, self.is_halted())
    }

    /// Whether older events are left. At the end of them there is nothing to leave.
    fn is_halted(&self) -> bool {
        self.low > 1 && self.halt.load(Ordering::Relaxed)
    }

    fn publish(&mut self) {
        let looked = self.looked();
        let found = Found {
            looked,
            of: self.of.max(looked),
            origin: self.origin,
            halted: self.is_halted(),
            trouble: self.trouble.clone(),
            ..self.finds.found()
        };
        self.found.store(Arc::new(found));
        self.published_at = Some(Instant::now());
        self.wake.ring();
    }
}

type Outcome = (Vec<u32>, Option<String>);

/// Puts slices through the workers; the results are in the order of the slices.
fn round(workers: &mut [Worker], view: &IndexView, slices: &[RangeInclusive<u64>]) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let take = &|worker: &mut Worker| {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(slice) = slices.get(number) else { return done };
            done.push((number, worker.look(view, slice.clone())));
        }
    };
    let Some((first, others)) = workers.split_first_mut() else { return Vec::new() };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = if slices.len() > 1 {
            let start = |worker| {
                std::thread::Builder::new().name("sieve".into()).spawn_scoped(scope, move || take(worker))
            };
            // Without a further thread, this one does it all.
            others.iter_mut().filter_map(|worker| start(worker).ok()).collect()
        } else {
            Vec::new()
        };
        let mut done = take(first);
        for other in others {
            done.extend(other.join().unwrap_or_default());
        }
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

/// What a filter must know of the session.
pub(super) fn names(snapshot: &Snapshot) -> Names {
    let subscription = |one: &crate::session::Subscription| {
        let uid = one.request.uid.as_deref().unwrap_or_default();
        (one.number, uid.to_owned(), one.request.collection.as_ref().to_owned())
    };
    let collections = snapshot.collections.iter().map(Arc::clone).collect();
    Names::new(snapshot.subscriptions.iter().map(subscription).collect(), collections)
}

#[cfg(test)]
mod tests;
