//! `FoldMap`: which rows of a list show which lines, while some lines are folded away.

/// Lines folded away: whole stretches, the outermost only, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoldMap {
    gaps: Vec<Gap>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Gap {
    /// The first line that is hidden.
    first: usize,
    /// The first line that is shown again.
    after: usize,
    /// Lines hidden before this gap.
    hidden_before: usize,
}

impl FoldMap {
    /// Hides the lines `first..after` of each of these stretches, which must be given in order of `first`; those inside
    /// another add nothing.
    #[must_use]
    pub fn new(stretches: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut gaps: Vec<Gap> = Vec::new();
        for (first, after) in stretches {
            let (reached, hidden_before) =
                gaps.last().map_or((0, 0), |gap| (gap.after, gap.hidden_before + gap.after - gap.first));
            let first = first.max(reached);
            if first < after {
                gaps.push(Gap { first, after, hidden_before });
            }
        }
        Self { gaps }
    }

    /// Rows there are, of `lines` lines.
    #[must_use]
    pub fn rows(&self, lines: usize) -> usize {
        let hidden = self.gaps.last().map_or(0, |gap| gap.hidden_before + gap.after - gap.first);
        lines.saturating_sub(hidden)
    }

    /// The line that a row shows.
    #[must_use]
    pub fn line(&self, row: usize) -> usize {
        // The last gap that is passed by this row.
        let passed = self.gaps.partition_point(|gap| gap.first - gap.hidden_before <= row);
        let gap = passed.checked_sub(1).and_then(|last| self.gaps.get(last));
        row + gap.map_or(0, |gap| gap.hidden_before + gap.after - gap.first)
    }

    /// The row that shows a line, or the row it is folded under.
    #[must_use]
    pub fn row(&self, line: usize) -> usize {
        let begun = self.gaps.partition_point(|gap| gap.first <= line);
        let Some(gap) = begun.checked_sub(1).and_then(|last| self.gaps.get(last)) else { return line };
        if line < gap.after {
            return (gap.first - gap.hidden_before).saturating_sub(1);
        }
        line - gap.hidden_before - (gap.after - gap.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn rows_are_the_lines_that_are_not_hidden(stretches in proptest::collection::vec((1_usize..30, 1_usize..6), 0..6)) {
            let mut stretches: Vec<_> = stretches.into_iter().map(|(first, length)| (first, first + length)).collect();
            stretches.sort_unstable();
            let map = FoldMap::new(stretches.iter().copied());
            let lines = 40;
            let shown: Vec<usize> =
                (0..lines).filter(|line| !stretches.iter().any(|(first, after)| (*first..*after).contains(line))).collect();
            proptest::prop_assert_eq!(map.rows(lines), shown.len());
            for (row, &line) in shown.iter().enumerate() {
                proptest::prop_assert_eq!(map.line(row), line);
                proptest::prop_assert_eq!(map.row(line), row);
            }
            for line in 0..lines {
                let above = shown.iter().rposition(|&shown| shown <= line).unwrap();
                proptest::prop_assert_eq!(map.row(line), above);
            }
        }
    }
}
