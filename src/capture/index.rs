//! The index: one [`Record`] an event, written by the journal thread, read by the window without a lock.
//!
//! Records live in fixed chunks of atomic words that never move and are never freed while somebody looks.
//! The writer stores a record, then publishes the new length; a reader that sees the length sees the record.
//! Memory is exactly 40 bytes an event (rounded up to a chunk), whatever the payload.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;

use super::record::{Record, WORDS, pair, unpair};

/// Records in a chunk: 640 KiB, so that ten million events are some 600 chunks.
const CHUNK_RECORDS: usize = 16 * 1024;
/// The word of a record that holds subscription and partner.
const JOINS: usize = 3;
/// The word of a record that holds, among others, the collection: bits 16 to 31.
const LABELS: usize = 4;

/// What the fold found out of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Join {
    /// Number of the subscription it belongs to, 0 for none.
    pub subscription: u32,
    /// `seq` of the request it answers, 0 for none.
    pub answers: u32,
    /// Number of its collection, 0 for none.
    pub collection: u32,
}

struct Chunk(Box<[AtomicU64]>);

impl Chunk {
    fn new() -> Self {
        Self((0..CHUNK_RECORDS * WORDS).map(|_| AtomicU64::new(0)).collect())
    }
}

type Chunks = Vec<Arc<Chunk>>;

struct Shared {
    chunks: ArcSwap<Chunks>,
    len: AtomicU64,
}

/// The writer's side. There is one per capture, on the journal thread.
pub struct Index {
    shared: Arc<Shared>,
    chunks: Arc<Chunks>,
    /// Records stored; those beyond `Shared::len` are not yet published.
    stored: u64,
    /// What `Shared::len` is.
    published: u64,
}

impl Default for Index {
    fn default() -> Self {
        let chunks = Arc::new(Chunks::new());
        let shared = Arc::new(Shared { chunks: ArcSwap::new(Arc::clone(&chunks)), len: AtomicU64::new(0) });
        Self { shared, chunks, stored: 0, published: 0 }
    }
}

impl Index {
    /// Stores a record; readers see it after [`Index::publish`].
    pub fn push(&mut self, record: Record) {
        let (chunk, base) = place(self.stored);
        if chunk == self.chunks.len() {
            let mut grown = Chunks::clone(&self.chunks);
            grown.push(Arc::new(Chunk::new()));
            self.chunks = Arc::new(grown);
            self.shared.chunks.store(Arc::clone(&self.chunks));
        }
        if let Some(words) = self.chunks.get(chunk).and_then(|chunk| chunk.0.get(base..base + WORDS)) {
            for (slot, word) in words.iter().zip(record.to_words()) {
                slot.store(word, Ordering::Relaxed);
            }
        }
        self.stored += 1;
    }

    /// Sets what the fold found out of the event number `seq`. The request it answers then names this event as its
    /// answer, unless it already has one.
    pub fn join(&mut self, seq: u64, join: Join) {
        if join == Join::default() {
            return;
        }
        if let Some(word) = self.word(seq, JOINS) {
            word.store(pair(join.subscription, join.answers), Ordering::Relaxed);
        }
        if let (Ok(collection), Some(word)) = (u16::try_from(join.collection), self.word(seq, LABELS)) {
            let others = word.load(Ordering::Relaxed) & !(0xffff << 16);
            word.store(others | u64::from(collection) << 16, Ordering::Relaxed);
        }
        let (Ok(reply), true) = (u32::try_from(seq), join.answers != 0) else { return };
        if let Some(word) = self.word(u64::from(join.answers), JOINS) {
            let (subscription, partner) = unpair(word.load(Ordering::Relaxed));
            if partner == 0 {
                word.store(pair(subscription, reply), Ordering::Relaxed);
            }
        }
    }

    fn word(&self, seq: u64, number: usize) -> Option<&AtomicU64> {
        let (chunk, base) = place(seq.checked_sub(1)?);
        self.chunks.get(chunk)?.0.get(base + number)
    }

    /// Lets readers see everything stored so far.
    pub fn publish(&mut self) {
        self.published = self.stored;
        self.shared.len.store(self.stored, Ordering::Release);
    }

    /// Records stored, published or not.
    #[must_use]
    pub const fn stored(&self) -> u64 {
        self.stored
    }

    /// Records stored that readers don't see yet.
    #[must_use]
    pub const fn unpublished(&self) -> u64 {
        self.stored - self.published
    }

    /// A handle for readers; cheap, never blocks the writer.
    #[must_use]
    pub fn handle(&self) -> IndexHandle {
        IndexHandle(Arc::clone(&self.shared))
    }
}

/// The readers' side: gives a consistent [`IndexView`] at any moment.
#[derive(Clone)]
pub struct IndexHandle(Arc<Shared>);

impl IndexHandle {
    /// What is published now.
    #[must_use]
    pub fn view(&self) -> IndexView {
        // The length first: chunks only grow, so the list loaded after it covers it.
        let len = self.0.len.load(Ordering::Acquire);
        IndexView { chunks: self.0.chunks.load_full(), len }
    }
}

/// What was published at one moment. Its length never changes.
#[derive(Clone)]
pub struct IndexView {
    chunks: Arc<Chunks>,
    len: u64,
}

impl IndexView {
    /// Number of events; the last one has this `seq`.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is no event yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The record of event number `seq`, counted from 1.
    #[must_use]
    pub fn get(&self, seq: u64) -> Option<Record> {
        if seq > self.len {
            return None;
        }
        let (chunk, base) = place(seq.checked_sub(1)?);
        self.chunks.get(chunk)?.0.get(base..base + WORDS).map(load)
    }

    /// Calls `each` with the records `seqs`, in order, as far as there are any: a chunk is found once for all its
    /// records, where [`IndexView::get`] would look for it again each time.
    pub fn visit(&self, seqs: RangeInclusive<u64>, mut each: impl FnMut(u64, &Record)) {
        let (mut seq, last) = ((*seqs.start()).max(1), (*seqs.end()).min(self.len));
        while seq <= last {
            let (chunk, base) = place(seq - 1);
            let Some(words) = self.chunks.get(chunk).and_then(|chunk| chunk.0.get(base..)) else { return };
            for words in words.chunks_exact(WORDS) {
                if seq > last {
                    return;
                }
                each(seq, &load(words));
                seq += 1;
            }
        }
    }

    /// Bytes of memory the records take.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.chunks.len() * CHUNK_RECORDS * WORDS * size_of::<u64>()
    }
}

#[inline]
fn load(words: &[AtomicU64]) -> Record {
    let mut copy = [0; WORDS];
    for (to, from) in copy.iter_mut().zip(words) {
        *to = from.load(Ordering::Relaxed);
    }
    Record::from_words(copy)
}

/// Chunk and first word of the record at `position`, counted from 0.
fn place(position: u64) -> (usize, usize) {
    let position = usize::try_from(position).unwrap_or(usize::MAX);
    (position / CHUNK_RECORDS, position % CHUNK_RECORDS * WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::record::{FactKind, Flags, Kind};
    use crate::directus::{ErrorCode, EventName};
    use proptest::prelude::*;

    fn record(offset: u64) -> Record {
        Record {
            offset,
            time_us: -5,
            line_length: 7,
            size: 9,
            subscription: 0,
            partner: 0,
            connection: 3,
            collection: 0,
            kind: Kind::Fact(FactKind::Open),
            event: EventName::None,
            code: ErrorCode::None,
            flags: Flags::default(),
        }
    }

    #[test]
    fn a_record_costs_forty_bytes() {
        let mut index = Index::default();
        (0..CHUNK_RECORDS as u64 * 2).for_each(|offset| index.push(record(offset)));
        index.publish();
        let view = index.handle().view();
        assert_eq!(view.memory_bytes() as u64, view.len() * 40);
    }

    #[test]
    fn unpublished_records_stay_hidden_and_views_do_not_change() {
        let mut index = Index::default();
        let handle = index.handle();
        index.push(record(1));
        assert!(handle.view().is_empty());
        index.publish();
        let early = handle.view();
        index.push(record(2));
        index.publish();
        assert_eq!((early.len(), early.get(2)), (1, None));
        assert_eq!(handle.view().get(2), Some(record(2)));
        assert_eq!(early.get(0), None);
    }

    #[test]
    fn visiting_is_getting_one_after_the_other() {
        let mut index = Index::default();
        let count = CHUNK_RECORDS as u64 * 2 + 5;
        (0..count).for_each(|offset| index.push(record(offset)));
        index.publish();
        let view = index.handle().view();
        let edge = CHUNK_RECORDS as u64;
        for seqs in
            [1..=3, edge - 1..=edge + 2, 0..=1, count - 1..=count + 9, 1..=count, count + 1..=u64::MAX]
        {
            let mut visited = Vec::new();
            view.visit(seqs.clone(), |seq, record| visited.push((seq, *record)));
            let range = (*seqs.start()).max(1)..=(*seqs.end()).min(count);
            let expected: Vec<_> = range.filter_map(|seq| Some((seq, view.get(seq)?))).collect();
            assert_eq!(visited, expected, "{seqs:?}");
        }
    }

    #[test]
    fn a_reply_and_its_request_name_each_other() {
        let mut index = Index::default();
        (0..3).for_each(|offset| index.push(record(offset)));
        index.join(2, Join { subscription: 4, answers: 1, collection: 7 });
        index.join(3, Join { subscription: 4, answers: 1, collection: 0 });
        index.publish();
        let view = index.handle().view();
        assert_eq!(view.get(1).map(|r| (r.subscription, r.partner)), Some((0, 2)), "the first answer counts");
        assert_eq!(view.get(2).map(|r| (r.subscription, r.partner, r.collection)), Some((4, 1, 7)));
        assert_eq!(view.get(3).map(|r| (r.subscription, r.partner, r.connection)), Some((4, 1, 3)));
    }

    #[test]
    fn a_reader_on_another_thread_never_sees_half_a_record() {
        let mut index = Index::default();
        let handle = index.handle();
        let reader = std::thread::spawn(move || {
            let mut seen = 0;
            while seen < 40_000 {
                let view = handle.view();
                if let Some(last) = view.get(view.len()) {
                    assert_eq!(last, record(view.len() - 1));
                }
                seen = view.len();
            }
        });
        for offset in 0..40_000 {
            index.push(record(offset));
            index.publish();
        }
        reader.join().unwrap();
    }

    proptest! {
        #[test]
        fn words_keep_every_record(offset: u64, time_us: i64, sizes: (u32, u32), joins: (u32, u32), connection: u16) {
            let record = Record { time_us, line_length: sizes.0, size: sizes.1, subscription: joins.0, partner: joins.1, connection, ..record(offset) };
            prop_assert_eq!(Record::from_words(record.to_words()), record);
        }
    }
}
