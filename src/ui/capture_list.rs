//! What the list of captures reads.

use std::path::PathBuf;

use crate::capture::Outline;

/// A capture of the data folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureRow {
    /// Its file.
    pub path: PathBuf,
    /// Its file name.
    pub name: String,
    /// When it was begun, in words; until its header is read, when it was written last.
    pub when: String,
    /// The same for sorting, microseconds since 1970 UTC.
    pub when_us: i64,
    /// Bytes.
    pub bytes: u64,
    /// When it was last written, seconds since 1970 UTC.
    pub modified_s: u64,
    /// It is kept from the limit.
    pub pinned: bool,
    /// Some instance of the program is writing it.
    pub in_use: bool,
    /// What its first and last line tell, once they are read.
    pub outline: Option<Outline>,
}

impl CaptureRow {
    /// What it was made of, as far as known.
    #[must_use]
    pub fn server(&self) -> &str {
        self.outline.as_ref().map_or("", |outline| &outline.server)
    }
}

/// The captures of the data folder, as far as they were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureList {
    /// The captures, in the order the folder has them.
    pub rows: Vec<CaptureRow>,
    /// Bytes of all together.
    pub total_bytes: u64,
    /// Grows with each change of `rows`.
    pub revision: u64,
    /// Somebody is looking at them.
    pub is_running: bool,
    /// The name of the one deleted last, which can be brought back.
    pub deleted: Option<String>,
    /// Why the folder can't be listed.
    pub trouble: Option<String>,
}
