//! What the journal thread shows to others: immutable values, swapped whole.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::news::News;
use super::notes::NoteBook;
use crate::session::Snapshot;

/// The state of a capture's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileState {
    /// Its path; `None` for a temporary file without a name.
    pub path: Option<PathBuf>,
    /// Bytes in the file (and, while opening, bytes understood).
    pub bytes: u64,
    /// While a recording is being opened: bytes to read in all.
    pub opening: Option<u64>,
    /// Why the file can't be written or read, as sentences; the last one counts.
    pub trouble: Option<String>,
    /// Bytes that wait in memory because of it.
    pub waiting_bytes: usize,
    /// Events that the disk refused to the end: they are not in the file. Known when it has ended.
    pub lost_events: u64,
    /// Nothing more will be appended.
    pub ended: bool,
    /// What was odd about an opened file, as sentences.
    pub oddities: Vec<String>,
    /// Why pins and notes can't be written, as a sentence.
    pub notes_trouble: Option<String>,
    /// What the capture is of: the server in its header.
    pub server: String,
}

/// Values of one capture, for the window.
#[derive(Default)]
pub(super) struct Published {
    pub(super) snapshot: ArcSwap<Snapshot>,
    pub(super) file: ArcSwap<FileState>,
    pub(super) notes: NoteBook,
    /// Rung after each publishing of events, by the bell of the thread that does it.
    pub(super) news: Arc<News>,
}

impl Published {
    /// Replaces the file state by what `change` makes of a copy, unless nothing changes.
    pub(super) fn update_file(&self, change: impl FnOnce(&mut FileState)) {
        let old = self.file.load();
        let mut new = FileState::clone(&old);
        change(&mut new);
        if new != **old {
            self.file.store(Arc::new(new));
        }
    }
}
