//! Floor 1, what happened: events, the journal file, the index, and reading them back.
//!
//! The log is a file and the file is the truth: everything that happens on a connection becomes one [`Event`],
//! is appended to a capture (NDJSON, one object a line), and is remembered in 40 bytes by the [`IndexHandle`].
//! Whoever wants more reads it back by `seq`. This floor knows files and bytes; it knows no socket and no window.

mod array_match;
mod certificate;
pub mod column_path;
mod content;
mod decimal;
pub mod event;
pub mod export;
mod fact;
pub mod filter;
pub mod find;
pub mod har;
pub mod http_exchange;
mod identity_claim;
mod index;
mod journal;
pub mod json_diff;
#[cfg(test)]
mod json_diff_cases;
pub mod json_format;
pub mod json_path;
mod json_query;
pub mod json_tree;
pub mod line;
pub mod merge;
mod notes;
mod oddities;
mod outline;
mod positioned;
mod preview;
pub mod private;
mod progress;
mod reader;
mod record;
mod recording;
mod relabel;
pub mod row;
mod scan;
pub mod sheet;
mod spans;
mod store;
pub mod study;
pub mod time;
mod whole_file;

pub use event::{ClosedBy, Direction, Event, Fact, Message, Payload, Stage, Stamp, Text, What};
pub use index::{IndexHandle, IndexView, Join};
pub use journal::{BACKLOG_LIMIT, Journal, JournalError};
pub use line::Header;
pub use notes::{Note, NoteChange, Notes};
pub use oddities::Oddities;
pub use outline::{Outline, Sort};
pub use preview::Preview;
pub use progress::{Cancelled, Progress};
pub use reader::{READER_CACHE_BYTES, ReadError, Reader};
pub use record::{FactKind, Flags, Kind, Record};
pub use recording::{Book, Growth, OpenError, Recording};
pub use scan::{Batch, Scan};
pub use spans::Spans;
pub use store::{Aside, DEFAULT_LIMIT_BYTES, Lease, Pruned, Store, Stored, in_use, notes_beside};
pub use whole_file::WholeFile;
