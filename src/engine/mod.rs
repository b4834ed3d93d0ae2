//! Floor 3, what runs: joins `net`, the journal and the fold into captures that can be watched.
//!
//! Four threads serve a live capture: the net thread (shared by all) feeds batches to the journal thread, which
//! appends, folds and publishes; the row worker reads back what the screen shows, and the detail worker prepares the
//! selected event. Whoever watches takes immutable
//! values and is never waited for. The window and the command line use the same engine.

mod caches;
mod certificate_lines;
mod copying;
mod detail;
mod detail_worker;
#[cfg(test)]
mod detail_worker_cases;
mod exporter;
mod finder;
mod found;
mod gaps;
mod handle;
mod identity_row;
pub mod lab;
mod live_table;
#[cfg(test)]
mod live_table_cases;
mod news;
mod notes;
mod opener;
mod previous;
mod published;
mod recorder;
mod row_maker;
mod rows;
mod sieve;
mod sieve_slice;
mod table_events;
mod tinter;
mod wake;

pub use caches::{CACHES, cache_bytes};
pub use detail_worker::Copied;
pub use exporter::Export;
pub use finder::Search;
pub use found::Found;
pub use gaps::Gaps;
pub use handle::{Capture, Destination, Engine, EngineError, open};
pub use live_table::{LiveTable, Opening};
pub use published::FileState;
pub use rows::{RowWindow, Wish};
pub use sieve::Sieve;
pub use tinter::{ColourRule, Colouring};
pub use wake::Wake;
