//! `Nest`: how deep in a JSON text we are, at a bit a level.

/// The kinds of brackets still open, one bit each.
#[derive(Default)]
pub(in crate::directus) struct Nest {
    top: u64,
    below: Vec<u64>,
    /// How many are open.
    pub depth: usize,
}

impl Nest {
    #[inline]
    pub(in crate::directus) fn push(&mut self, object: bool) {
        if self.depth != 0 && self.depth.is_multiple_of(64) {
            self.below.push(self.top);
            self.top = 0;
        }
        self.top = self.top << 1 | u64::from(object);
        self.depth += 1;
    }

    #[inline]
    pub(in crate::directus) fn pop(&mut self) {
        self.top >>= 1;
        self.depth = self.depth.saturating_sub(1);
        if self.depth != 0 && self.depth.is_multiple_of(64) {
            self.top = self.below.pop().unwrap_or_default();
        }
    }

    #[inline]
    pub(in crate::directus) fn in_object(&self) -> bool {
        self.top & 1 == 1
    }
}
