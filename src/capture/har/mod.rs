//! Reading a HAR with WebSocket messages, as Chrome's developer tools save it, into a capture.
//!
//! The subscription that stays silent usually runs in somebody's browser. Its HAR becomes an ordinary capture, so that
//! every view works on it. Secrets are masked on the way, by the rules that hold for our own connections: the file that is
//! written never holds one.

mod events;
mod file;
mod speech;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use events::Scribe;
use file::{Entry, Har};

use super::event::Event;
use super::line::{Header, LineWriter};
use super::progress::{Cancelled, Progress};
use crate::directus::Masker;

/// Bytes of a HAR that are read at most: it is held in memory while it is imported.
const LIMIT_BYTES: u64 = 1 << 30;

/// Why a HAR could not be imported.
#[derive(Debug, thiserror::Error)]
pub enum HarError {
    /// The system refused to read it.
    #[error("{} can't be read: {source}. Check the path and that you may read the file.", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is larger than what fits into memory.
    #[error(
        "{} is larger than 1 GiB, which is more than Harewire imports. Save a shorter session, or filter the network panel by “WS” before saving.",
        path.display()
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It is no JSON.
    #[error(
        "This is no HAR: it stops being JSON at line {line}, column {column}. Was it cut off while it was saved?"
    )]
    NotJson {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// It is JSON of another kind.
    #[error(
        "This JSON is no HAR: it has no list at log.entries. In Chrome, right-click the network list and choose “Save all as HAR with content”."
    )]
    NoEntries,
    /// There is nothing in it to show.
    #[error("This HAR holds {entries} requests and no WebSocket messages. {advice}")]
    NoMessages {
        /// How many entries it has.
        entries: usize,
        /// What to do.
        advice: &'static str,
    },
    /// The capture could not be written.
    #[error("The capture can't be written: {0}. Is there room on the disk?")]
    Write(#[from] io::Error),
    /// The user wanted it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

const ADVICE: &str = "Open the developer tools before the page connects, reload it, and then save all as HAR with content; Chrome and Edge write the messages.";
const FIREFOX_ADVICE: &str = "Firefox does not write them as far as we know: use Chrome or Edge, open the developer tools before the page connects, and save all as HAR with content.";

/// What an import brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Sockets; each is a connection of the capture.
    pub sockets: u64,
    /// Data messages.
    pub messages: u64,
    /// Messages that could not be understood.
    pub left_out: u64,
    /// The server of the socket that speaks Directus, else of the first; without secrets.
    pub server: String,
    /// When the first socket was begun, microseconds since 1970 UTC.
    pub started_us: i64,
}

/// The first line of an imported capture.
#[derive(Serialize)]
struct ImportHeader<'a> {
    #[serde(flatten)]
    header: Header,
    imported: &'static str,
    creator: &'a str,
}

/// A HAR in memory.
pub struct HarFile(Vec<u8>);

impl HarFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`HarError::Read`] and [`HarError::TooLarge`].
    pub fn read(path: &Path) -> Result<Self, HarError> {
        let failed = |source| HarError::Read { path: path.to_owned(), source };
        if std::fs::metadata(path).map_err(failed)?.len() > LIMIT_BYTES {
            return Err(HarError::TooLarge { path: path.to_owned() });
        }
        std::fs::read(path).map(Self).map_err(failed)
    }

    /// A HAR that is in memory already.
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Writes the capture: socket after socket in the order they were begun, each with its handshake and messages.
    ///
    /// Where two sockets were open at once, times go back where the second begins: what a message means hangs on its own
    /// socket, and so its messages stay together.
    ///
    /// # Errors
    /// As [`HarError`] says.
    pub fn import(&self, to: &mut dyn Write, progress: &Progress) -> Result<Imported, HarError> {
        let har = Har::parse(&self.0)?;
        let mut sockets: Vec<Entry<'_>> = har.sockets().collect();
        if sockets.is_empty() {
            let advice = if har.creator().contains("Firefox") { FIREFOX_ADVICE } else { ADVICE };
            return Err(HarError::NoMessages { entries: har.entries(), advice });
        }
        sockets.sort_by_key(Entry::started_us);
        progress.expect(sockets.iter().map(|socket| socket.messages.len() as u64).sum());
        let started_us = sockets.first().map(Entry::started_us).unwrap_or_default();
        let mut imported = Imported { sockets: sockets.len() as u64, started_us, ..Imported::default() };
        let mut masker = Masker::new();
        // What the URL or a cookie of one socket hides is a secret in the messages of every other.
        for socket in &sockets {
            let _learned = Scribe::new(socket, 0, started_us, &mut masker).handshake();
        }
        let chosen = sockets.iter().find(|socket| speech::speaks_directus(socket)).or(sockets.first());
        imported.server = chosen.map(|socket| masker.url(socket.url())).unwrap_or_default();
        let creator = har.creator();
        let header =
            ImportHeader { header: Header::new(&imported.server, started_us), imported: "har", creator };
        serde_json::to_writer(&mut *to, &header).map_err(io::Error::from)?;
        to.write_all(b"\n")?;
        let mut lines = Lines { writer: LineWriter::default(), seq: 0, buffer: Vec::new(), to };
        let mut done = 0;
        for (connection, socket) in (1..).zip(&sockets) {
            let mut scribe = Scribe::new(socket, connection, started_us, &mut masker);
            for event in scribe.handshake() {
                lines.append(&event)?;
            }
            for message in &socket.messages {
                progress.reach(done)?;
                done += 1;
                match scribe.message(message) {
                    Some(event) => lines.append(&event)?,
                    None => imported.left_out += 1,
                }
            }
            imported.messages += scribe.messages();
        }
        Ok(imported)
    }
}

/// Appends events as lines.
struct Lines<'a> {
    writer: LineWriter,
    seq: u64,
    buffer: Vec<u8>,
    to: &'a mut dyn Write,
}

impl Lines<'_> {
    fn append(&mut self, event: &Event) -> io::Result<()> {
        self.seq += 1;
        self.buffer.clear();
        self.writer.append(self.seq, event, &mut self.buffer);
        self.to.write_all(&self.buffer)
    }
}

#[cfg(test)]
mod tests;
