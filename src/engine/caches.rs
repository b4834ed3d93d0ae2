//! What one capture may keep in memory beside its index, however long it grows.

use super::handle::BUDGET;
use super::rows::{KEPT, ROW_BYTES};
use crate::capture::READER_CACHE_BYTES;

/// A cache by its name and the most bytes it keeps. What the window asks for beside them, such as the one selected
/// message with its tree, is as large as that is, and the finds of a filter take 4 bytes each.
pub const CACHES: [(&str, u64); 4] = [
    ("messages between socket and journal", BUDGET as u64),
    ("lines of the file, for the rows in sight", READER_CACHE_BYTES),
    ("lines of the file, for the selected event", READER_CACHE_BYTES),
    ("prepared rows, about", (KEPT * ROW_BYTES) as u64),
];

/// All of them together.
#[must_use]
pub fn cache_bytes() -> u64 {
    CACHES.iter().map(|(_, bytes)| bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caches_of_a_capture_are_small_beside_a_long_index() {
        assert!(cache_bytes() <= 12 << 20, "{} bytes", cache_bytes());
    }
}
