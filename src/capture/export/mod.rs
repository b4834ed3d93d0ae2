//! Writing events in the formats that other programs read. Pure: from events to bytes, nothing here opens a file.
//!
//! What is written was read from a capture, so its secrets are masked already, in every format alike.

mod csv;
mod har;
mod markdown;
mod ndjson;
mod rows;

use std::io;

pub use csv::{CsvWriter, harmless};
pub use har::write as write_har;
pub use markdown::{MarkdownWriter, fence};
pub use ndjson::Ndjson;
pub use rows::Rows;

use super::event::Event;
use super::progress::Cancelled;
use super::reader::ReadError;
use super::record::{Kind, Record};
use super::row::Row;

/// A format to export to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// A capture of its own: one line an event.
    #[default]
    Ndjson,
    /// What the developer tools of browsers read.
    Har,
    /// For spreadsheets and databases.
    Csv,
    /// A table for an issue or a chat.
    Markdown,
}

impl Format {
    /// All, in the order offered.
    pub const ALL: [Self; 4] = [Self::Ndjson, Self::Har, Self::Csv, Self::Markdown];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "NDJSON",
            Self::Har => "HAR",
            Self::Csv => "CSV",
            Self::Markdown => "Markdown",
        }
    }

    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Har => "har",
            Self::Csv => "csv",
            Self::Markdown => "md",
        }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Events in the file.
    pub events: u64,
    /// Events asked for that the format has no place for.
    pub left_out: u64,
}

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The capture could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file could not be written.
    #[error("The file can't be written: {0}. Is there room on the disk?")]
    Write(#[from] io::Error),
    /// The user wanted it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// An event as the formats for people take it.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    /// What the index knows of it.
    pub record: &'a Record,
    /// The event.
    pub event: &'a Event,
    /// How the log shows it.
    pub row: &'a Row,
}

/// What an event is, as the filter language calls it: the type of a message, or the name of a fact.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Message(kind) => kind.name(),
        Kind::Fact(kind) => kind.name(),
    }
}

#[cfg(test)]
mod sample;
