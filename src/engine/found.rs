//! `Found`: the events that a filter let through so far, and `Finds`, which collects them.
//!
//! Numbers lie in shared blocks, 4 bytes each, in order. Older finds go in front and newer ones behind; only the
//! block at either end is open, so publishing copies at most two of them, however many there are.

use std::sync::Arc;

/// Numbers in a block that is closed: 64 KiB.
const BLOCK: usize = 16 * 1024;

/// What a filter found so far. Never changes; ask the sieve again for more.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub(super) blocks: Vec<Block>,
    pub(super) before: u64,
    /// Which sieve found it.
    pub(super) origin: u64,
    pub(super) looked: u64,
    pub(super) of: u64,
    /// Older events were left, since the user said that these are enough.
    pub(super) halted: bool,
    pub(super) trouble: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Numbers in this block and all before it.
    until: u64,
    seqs: Arc<[u32]>,
}

impl Found {
    /// A result as a sieve would publish it.
    #[cfg(test)]
    pub(crate) fn made(origin: u64, before: &[u32], behind: &[u32]) -> Self {
        let mut finds = Finds::default();
        finds.put_before(before.to_vec());
        finds.put_behind(behind);
        Self { origin, ..finds.found() }
    }

    /// How many events fit.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.blocks.last().map_or(0, |block| block.until)
    }

    /// Whether none fits so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The event at a place, counted from 0.
    #[must_use]
    pub fn seq(&self, place: u64) -> Option<u64> {
        let block = self.blocks.get(self.blocks.partition_point(|block| block.until <= place))?;
        let within = place - (block.until - block.seqs.len() as u64);
        block.seqs.get(usize::try_from(within).ok()?).map(|seq| u64::from(*seq))
    }

    /// How many of the events that fit have a smaller number.
    #[must_use]
    pub fn place(&self, seq: u64) -> u64 {
        let is_before = |block: &Block| block.seqs.last().is_some_and(|last| u64::from(*last) < seq);
        let Some(block) = self.blocks.get(self.blocks.partition_point(is_before)) else { return self.len() };
        let within = block.seqs.partition_point(|number| u64::from(*number) < seq);
        block.until - block.seqs.len() as u64 + within as u64
    }

    /// Whether the event fits, as far as is known.
    #[must_use]
    pub fn contains(&self, seq: u64) -> bool {
        self.seq(self.place(seq)) == Some(seq)
    }

    /// How many finds were ever put before others: a list moves its anchor by the difference between two looks.
    #[must_use]
    pub const fn before(&self) -> u64 {
        self.before
    }

    /// Whether it is a later state of the same search in which every place means the same event: finds came only
    /// behind the others.
    #[must_use]
    pub const fn continues(&self, earlier: &Self) -> bool {
        self.origin == earlier.origin && self.before == earlier.before
    }

    /// Events looked at.
    #[must_use]
    pub const fn looked(&self) -> u64 {
        self.looked
    }

    /// Events there are.
    #[must_use]
    pub const fn of(&self) -> u64 {
        self.of
    }

    /// Whether every event there is was looked at.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.looked >= self.of
    }

    /// Whether older events are not looked at, because these finds are enough.
    #[must_use]
    pub const fn is_halted(&self) -> bool {
        self.halted
    }

    /// Why something could not be looked at, as a sentence.
    #[must_use]
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Bytes of memory the numbers take.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.blocks.iter().map(|block| block.seqs.len() * size_of::<u32>() + size_of::<Block>()).sum()
    }
}

/// Collects finds at both ends.
#[derive(Default)]
pub(super) struct Finds {
    /// Closed blocks of the older side, newest first.
    older: Vec<Arc<[u32]>>,
    /// Older finds not yet closed: pieces, newest first, each in order.
    front: Vec<Vec<u32>>,
    /// Closed blocks of the newer side, oldest first.
    newer: Vec<Arc<[u32]>>,
    back: Vec<u32>,
    before: u64,
}

impl Finds {
    /// Adds finds older than all others, in order.
    pub(super) fn put_before(&mut self, seqs: Vec<u32>) {
        if seqs.is_empty() {
            return;
        }
        self.before += seqs.len() as u64;
        self.front.push(seqs);
        if self.front.iter().map(Vec::len).sum::<usize>() >= BLOCK {
            let block = self.open_front();
            self.older.push(block);
            self.front.clear();
        }
    }

    /// Adds finds newer than all others, in order.
    pub(super) fn put_behind(&mut self, seqs: &[u32]) {
        self.back.extend_from_slice(seqs);
        if self.back.len() >= BLOCK {
            self.newer.push(std::mem::take(&mut self.back).into());
        }
    }

    fn open_front(&self) -> Arc<[u32]> {
        self.front.iter().rev().flatten().copied().collect()
    }

    /// All that was found, as it stands.
    pub(super) fn found(&self) -> Found {
        let front = self.open_front();
        let back: Arc<[u32]> = self.back.as_slice().into();
        let all = [front].into_iter().chain(self.older.iter().rev().map(Arc::clone));
        let all = all.chain(self.newer.iter().map(Arc::clone)).chain([back]).filter(|seqs| !seqs.is_empty());
        let mut until = 0;
        let blocks = all
            .map(|seqs| {
                until += seqs.len() as u64;
                Block { until, seqs }
            })
            .collect();
        Found { blocks, before: self.before, ..Found::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_and_numbers_agree_with_a_plain_list(
            steps in proptest::collection::vec((any::<bool>(), 0..40_usize, 1..5_u32), 0..30),
            large in any::<bool>(),
        ) {
            let mut finds = Finds::default();
            let mut plain = std::collections::VecDeque::new();
            let (mut low, mut high) = (3_000_000_u32, 3_000_000_u32);
            let mut before = 0;
            for (older, count, gap) in steps {
                let count = if large { count * 1000 } else { count };
                let step = u32::try_from(count).unwrap() * gap;
                if older {
                    low -= step;
                    let seqs: Vec<u32> = (0..count).map(|n| low + u32::try_from(n).unwrap() * gap).collect();
                    seqs.iter().rev().for_each(|seq| plain.push_front(*seq));
                    before += seqs.len() as u64;
                    finds.put_before(seqs);
                } else {
                    let seqs: Vec<u32> = (0..count).map(|n| high + u32::try_from(n).unwrap() * gap).collect();
                    high += step;
                    plain.extend(&seqs);
                    finds.put_behind(&seqs);
                }
            }
            let found = finds.found();
            prop_assert_eq!(found.len(), plain.len() as u64);
            prop_assert_eq!(found.before(), before);
            prop_assert_eq!(found.seq(found.len()), None);
            for (place, &seq) in plain.iter().enumerate().step_by(if large { 997 } else { 1 }) {
                let (place, seq) = (place as u64, u64::from(seq));
                prop_assert_eq!(found.seq(place), Some(seq));
                prop_assert_eq!(found.place(seq), place);
                prop_assert_eq!(found.place(seq + 1), place + 1);
                prop_assert!(found.contains(seq));
                prop_assert_eq!(found.contains(seq + 1), plain.get(usize::try_from(place).unwrap() + 1).is_some_and(|next| u64::from(*next) == seq + 1));
            }
            prop_assert!(found.memory_bytes() <= plain.len() * 4 + found.blocks.len() * 24);
        }
    }
}
