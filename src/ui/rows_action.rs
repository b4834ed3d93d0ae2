//! `RowsAction`: what the hands on the rows of the log want done.

use crate::capture::Spans;
use crate::settings::{Columns, TimeColumn};
use crate::ui::target::Target;

/// What is to be done with rows, or with how they are shown.
#[derive(Clone, Debug, PartialEq)]
pub enum RowsAction {
    /// These positions are selected, all of them.
    Select(Spans),
    /// The selected row becomes the one that times refer to, or no longer.
    ToggleMark,
    /// Pin the selected rows, or unpin them if all are pinned.
    TogglePin,
    /// Write this about an event; empty removes what was written.
    WriteNote {
        /// Its sequence number.
        about: u64,
        /// The note.
        text: String,
    },
    /// Select the next row with a pin or a note.
    GoToPin {
        /// The one before instead.
        backwards: bool,
    },
    /// Select the answer of the selected request, or the request of the selected answer.
    GoToPartner,
    /// Select the row at a place that was typed.
    GoTo(Target),
    /// Put the selected rows into the clipboard.
    Copy(CopyForm),
    /// Show times like this from now on.
    SetTime(TimeColumn),
    /// Show these columns from now on.
    SetColumns(Box<Columns>),
}

/// How rows are written into the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyForm {
    /// Their exact texts, one after the other on lines of their own.
    Text,
    /// Their lines of the capture file.
    Lines,
    /// A heading and a block of code for each.
    Markdown,
}
