//! What happened: events, the journal file, the index, and reading them back.

pub mod event;
