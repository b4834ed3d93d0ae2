//! What is wrong with a filter, and where.

use std::fmt;
use std::ops::Range;

/// Why a text is no filter. Its `Display` is one or two sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// The bytes of the text that are meant; empty at its end.
    pub at: Range<usize>,
    /// What is wrong, as a sentence.
    pub problem: String,
    /// What to do, as a sentence; empty where the problem says it.
    pub hint: String,
}

impl FilterError {
    pub(super) fn new(at: Range<usize>, problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { at, problem: problem.into(), hint: hint.into() }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hint.is_empty() {
            f.write_str(&self.problem)
        } else {
            write!(f, "{} {}", self.problem, self.hint)
        }
    }
}

impl std::error::Error for FilterError {}

/// The word that was most likely meant, if any is near.
pub(super) fn nearest<'w>(typed: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let typed = typed.to_lowercase();
    // A third of the letters may be wrong: more is another word.
    let allowed = (typed.chars().count() / 3).clamp(1, 3);
    let distance = |word: &str| edits(&typed, &word.to_lowercase());
    words
        .into_iter()
        .map(|word| (distance(word), word))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Letters to change, add, leave out, or swap with their neighbour.
fn edits(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().take(40).collect(), right.chars().collect());
    let mut rows = vec![(0..=right.len()).collect::<Vec<usize>>()];
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut least = (rows[i][j] + usize::from(a != b)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_their_word() {
        let words = ["collection", "connection", "code", "kind"];
        assert_eq!(nearest("colection", words), Some("collection"));
        assert_eq!(nearest("Connetcion", words), Some("connection"));
        assert_eq!(nearest("kidn", words), Some("kind"));
        assert_eq!(nearest("price", words), None);
    }
}
