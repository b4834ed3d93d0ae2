//! `Span`: where in a text something is.

use std::ops::Range;

/// A stretch of a frame's text, as byte offsets. Small, because the index of a capture is full of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// No stretch at all.
    pub const NONE: Self = Self { start: 0, end: 0 };

    /// From a range of offsets; `NONE` past 4 GiB, which no message limit of ours reaches.
    pub(in crate::directus) fn new(range: Range<usize>) -> Self {
        match (u32::try_from(range.start), u32::try_from(range.end)) {
            (Ok(start), Ok(end)) => Self { start, end },
            _ => Self::NONE,
        }
    }

    /// The stretch of this text, `None` if there is none or the text is another one.
    #[must_use]
    pub fn of(self, text: &str) -> Option<&str> {
        if self == Self::NONE {
            return None;
        }
        text.get(usize::try_from(self.start).ok()?..usize::try_from(self.end).ok()?)
    }
}
