//! Which element of an old array is which of a new one, by places alone.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// What becomes of an element of either array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Both have it.
    Pair { old: usize, new: usize, moved: bool },
    /// Only the old one has it.
    Remove(usize),
    /// Only the new one has it.
    Add(usize),
}

/// Matches elements by their keys; those that left the common order have moved.
pub(super) fn by_key(olds: &[String], news: &[String]) -> Vec<Step> {
    let places: HashMap<&str, usize> =
        olds.iter().enumerate().map(|(place, key)| (key.as_str(), place)).collect();
    let matched: Vec<Option<usize>> = news.iter().map(|key| places.get(key.as_str()).copied()).collect();
    let order: Vec<usize> = matched.iter().flatten().copied().collect();
    let kept = longest_rising(&order);
    let mut steps: Vec<Step> = matched
        .iter()
        .enumerate()
        .map(|(new, old)| match *old {
            Some(old) => Step::Pair { old, new, moved: !kept.contains(&old) },
            None => Step::Add(new),
        })
        .collect();
    let used: HashSet<usize> = order.into_iter().collect();
    steps.extend((0..olds.len()).filter(|old| !used.contains(old)).map(Step::Remove));
    steps
}

/// Matches equal elements one to one, the first to the first, in a time that grows with their number and not with its
/// square; those between two that kept their order are matched by place. For lists too long for [`by_sequence`].
pub(super) fn by_anchor(old: &[u64], new: &[u64]) -> Vec<Step> {
    let places: HashMap<(u64, u32), usize> =
        numbered(old).into_iter().enumerate().map(|(place, key)| (key, place)).collect();
    let matched: Vec<Option<usize>> = numbered(new).iter().map(|key| places.get(key).copied()).collect();
    let order: Vec<usize> = matched.iter().flatten().copied().collect();
    let kept = longest_rising(&order);
    let used: HashSet<usize> = order.into_iter().collect();
    let mut steps = Vec::with_capacity(old.len().max(new.len()));
    let (mut first_old, mut first_new) = (0, 0);
    let mut between = |olds: Range<usize>, news: Range<usize>| {
        let mut lonely = olds.filter(|place| !used.contains(place));
        for place in news {
            let moved = matched.get(place).copied().flatten();
            steps.push(match (moved, moved.is_none().then(|| lonely.next()).flatten()) {
                (Some(from), _) => Step::Pair { old: from, new: place, moved: true },
                (None, Some(from)) => Step::Pair { old: from, new: place, moved: false },
                (None, None) => Step::Add(place),
            });
        }
        steps.extend(lonely.map(Step::Remove));
        steps.len()
    };
    let mut anchors = Vec::with_capacity(kept.len());
    for (place, from) in matched.iter().enumerate() {
        if let Some(from) = from.filter(|from| kept.contains(from)) {
            anchors.push((between(first_old..from, first_new..place), from, place));
            (first_old, first_new) = (from + 1, place + 1);
        }
    }
    between(first_old..old.len(), first_new..new.len());
    with_anchors(steps, &anchors)
}

/// Puts the elements that kept their order between the others: `anchors` says behind how many of them, and which.
fn with_anchors(others: Vec<Step>, anchors: &[(usize, usize, usize)]) -> Vec<Step> {
    let mut steps = Vec::with_capacity(others.len() + anchors.len());
    let mut others = others.into_iter();
    let mut taken = 0;
    for &(behind, old, new) in anchors {
        steps.extend(others.by_ref().take(behind - taken));
        taken = behind;
        steps.push(Step::Pair { old, new, moved: false });
    }
    steps.extend(others);
    steps
}

/// Each element and the how manieth of its kind it is.
fn numbered(list: &[u64]) -> Vec<(u64, u32)> {
    let mut seen: HashMap<u64, u32> = HashMap::with_capacity(list.len());
    let number = |hash: &u64| {
        let count = seen.entry(*hash).or_default();
        *count += 1;
        (*hash, *count)
    };
    list.iter().map(number).collect()
}

/// Matches equal elements by their longest common subsequence; elements are given by a hash of what they say.
pub(super) fn by_sequence(old: &[u64], new: &[u64]) -> Vec<Step> {
    let mut steps = Vec::with_capacity(old.len().max(new.len()));
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                steps.extend((0..len).map(|at| Step::Pair {
                    old: old_index + at,
                    new: new_index + at,
                    moved: false,
                }));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                steps.extend((old_index..old_index + old_len).map(Step::Remove));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                steps.extend((new_index..new_index + new_len).map(Step::Add));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let both = old_len.min(new_len);
                steps.extend((0..both).map(|at| Step::Pair {
                    old: old_index + at,
                    new: new_index + at,
                    moved: false,
                }));
                steps.extend((old_index + both..old_index + old_len).map(Step::Remove));
                steps.extend((new_index + both..new_index + new_len).map(Step::Add));
            }
        }
    }
    join_moves(steps, old, new)
}

/// What was taken out here and put in there has moved.
fn join_moves(steps: Vec<Step>, old: &[u64], new: &[u64]) -> Vec<Step> {
    let mut removed: HashMap<u64, VecDeque<usize>> = HashMap::new();
    for step in &steps {
        if let Step::Remove(place) = *step
            && let Some(&hash) = old.get(place)
        {
            removed.entry(hash).or_default().push_back(place);
        }
    }
    let mut gone = HashSet::new();
    let mut joined: Vec<Step> = steps
        .into_iter()
        .map(|step| match step {
            Step::Add(place) => {
                let from = new.get(place).and_then(|hash| removed.get_mut(hash)?.pop_front());
                from.map_or(step, |from| {
                    gone.insert(from);
                    Step::Pair { old: from, new: place, moved: true }
                })
            }
            Step::Pair { .. } | Step::Remove(_) => step,
        })
        .collect();
    joined.retain(|step| !matches!(step, Step::Remove(place) if gone.contains(place)));
    joined
}

/// The values of a longest rising subsequence.
fn longest_rising(values: &[usize]) -> HashSet<usize> {
    // The place of the smallest last value of a rising sequence of each length, and who comes before each value in it.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; values.len()];
    let at = |place: usize| values.get(place).copied().unwrap_or(usize::MAX);
    for (place, &value) in values.iter().enumerate() {
        let length = tails.partition_point(|&tail| at(tail) < value);
        if let Some(slot) = before.get_mut(place) {
            *slot = length.checked_sub(1).and_then(|shorter| tails.get(shorter).copied());
        }
        match tails.get_mut(length) {
            Some(tail) => *tail = place,
            None => tails.push(place),
        }
    }
    let mut rising = HashSet::with_capacity(tails.len());
    let mut next = tails.last().copied();
    while let Some(place) = next {
        rising.insert(at(place));
        next = before.get(place).copied().flatten();
    }
    rising
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(steps: &[Step]) -> String {
        let word = |step: &Step| match step {
            Step::Pair { old, new, moved: false } => format!("{old}={new}"),
            Step::Pair { old, new, moved: true } => format!("{old}>{new}"),
            Step::Remove(old) => format!("-{old}"),
            Step::Add(new) => format!("+{new}"),
        };
        steps.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_leaves_the_common_order_has_moved() {
        let keys = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        for (old, new, steps) in [
            ("abc", "abc", "0=0 1=1 2=2"),
            ("abc", "cab", "2>0 0=1 1=2"),
            ("abc", "adc", "0=0 +1 2=2 -1"),
            ("", "a", "+0"),
        ] {
            assert_eq!(words(&by_key(&keys(old), &keys(new))), steps, "{old} {new}");
        }
    }

    #[test]
    fn sequences_keep_what_they_share() {
        for (old, new, steps) in [
            (&[1, 2, 3][..], &[1, 2, 3][..], "0=0 1=1 2=2"),
            (&[1, 2, 3], &[3, 1, 2], "2>0 0=1 1=2"),
            (&[1, 2], &[1, 9, 2], "0=0 +1 1=2"),
            (&[1, 2], &[1], "0=0 -1"),
            (&[1], &[2], "0=0"),
        ] {
            assert_eq!(words(&by_sequence(old, new)), steps, "{old:?} {new:?}");
        }
    }

    #[test]
    fn long_lists_keep_what_is_equal_and_pair_what_stands_between() {
        for (old, new, steps) in [
            (&[1, 2, 3][..], &[1, 2, 3][..], "0=0 1=1 2=2"),
            (&[1, 2, 3], &[3, 1, 2], "2>0 0=1 1=2"),
            (&[1, 2], &[1, 9, 2], "0=0 +1 1=2"),
            (&[1, 7, 2], &[1, 9, 2], "0=0 1=1 2=2"),
            (&[1, 7, 8, 2], &[1, 9, 2, 4], "0=0 1=1 -2 3=2 +3"),
            (&[5, 5], &[5, 5, 5], "0=0 1=1 +2"),
        ] {
            assert_eq!(words(&by_anchor(old, new)), steps, "{old:?} {new:?}");
        }
    }

    proptest::proptest! {
        /// Every element of both sides is in exactly one step, the new ones in order but for none.
        #[test]
        fn nothing_is_lost(old in proptest::collection::vec(0_u64..6, 0..12), new in proptest::collection::vec(0_u64..6, 0..12)) {
            for steps in [by_sequence(&old, &new), by_anchor(&old, &new)] {
            let mut olds: Vec<usize> = steps.iter().filter_map(|step| match *step {
                Step::Pair { old, .. } | Step::Remove(old) => Some(old),
                Step::Add(_) => None,
            }).collect();
            let news: Vec<usize> = steps.iter().filter_map(|step| match *step {
                Step::Pair { new, .. } | Step::Add(new) => Some(new),
                Step::Remove(_) => None,
            }).collect();
            olds.sort_unstable();
            proptest::prop_assert_eq!(olds, (0..old.len()).collect::<Vec<_>>());
            proptest::prop_assert_eq!(news, (0..new.len()).collect::<Vec<_>>());
            for step in steps {
                if let Step::Pair { old: from, new: to, moved: true } = step {
                    proptest::prop_assert_eq!(old[from], new[to], "what moved is equal");
                }
            }
            }
        }
    }
}
