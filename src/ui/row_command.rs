//! `RowCommand`: the commands of the hands on the rows, a part of the registry.

use egui::Key;
use lucide_icons::Icon;

use crate::ui::command::{Command, Line};
use crate::ui::shortcut::{NONE, bare, ctrl, ctrl_shift, shift};

/// A command about rows of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowCommand {
    /// Ask where to go.
    GoTo,
    /// Go to the request or the answer.
    Partner,
    /// Select every row shown.
    SelectAll,
    /// Open the menu of the selected row.
    Menu,
    /// Let times refer to the selected row.
    Mark,
    /// Pin or unpin the selected rows.
    Pin,
    /// Write about the selected row.
    Note,
    /// The next pin or note.
    NextPin,
    /// The pin or note before.
    PreviousPin,
    /// List pins and notes.
    Pins,
    /// Copy the selected rows as lines of the capture.
    CopyLines,
    /// Copy the selected rows as Markdown.
    CopyMarkdown,
    /// Show times in another way.
    Time,
    /// Choose columns.
    Columns,
}

impl RowCommand {
    /// Whether its keys mean something else while a text is being edited.
    #[must_use]
    pub const fn yields_to_text(self) -> bool {
        matches!(self, Self::SelectAll | Self::Mark | Self::Pin | Self::Note | Self::Time | Self::Menu)
    }
}

const fn rows(command: RowCommand) -> Command {
    Command::Rows(command)
}

/// The lines of the registry.
pub(super) const ROWS: [Line; 14] = [
    (rows(RowCommand::GoTo), "Go to…", "A row, a time or a share of the log", Icon::Locate, ctrl(Key::G)),
    (
        rows(RowCommand::Partner),
        "Go to request or answer",
        "The other half of the selected exchange",
        Icon::ArrowLeftRight,
        ctrl_shift(Key::A),
    ),
    (rows(RowCommand::SelectAll), "Select all", "Every row the log shows", Icon::ListChecks, ctrl(Key::A)),
    (
        rows(RowCommand::Menu),
        "Row menu",
        "What can be done with the selected row",
        Icon::Menu,
        shift(Key::F10),
    ),
    (rows(RowCommand::Mark), "Mark", "Let times refer to the selected row", Icon::Flag, bare(Key::M)),
    (rows(RowCommand::Pin), "Pin or unpin", "Keep the selected rows at hand", Icon::Pin, bare(Key::P)),
    (rows(RowCommand::Note), "Note…", "Write about the selected row", Icon::StickyNote, bare(Key::N)),
    (rows(RowCommand::NextPin), "Next pin", "The next pin or note", Icon::ChevronDown, bare(Key::F2)),
    (
        rows(RowCommand::PreviousPin),
        "Previous pin",
        "The pin or note before",
        Icon::ChevronUp,
        shift(Key::F2),
    ),
    (rows(RowCommand::Pins), "Pins and notes…", "All of this capture", Icon::Pin, ctrl_shift(Key::B)),
    (
        rows(RowCommand::CopyLines),
        "Copy as capture lines",
        "The selected rows as they stand in the file",
        Icon::Copy,
        NONE,
    ),
    (
        rows(RowCommand::CopyMarkdown),
        "Copy as Markdown",
        "The selected rows for an issue or a chat",
        Icon::Copy,
        NONE,
    ),
    (
        rows(RowCommand::Time),
        "Change time column",
        "Clock, since the start, or to the marked row",
        Icon::Clock,
        bare(Key::T),
    ),
    (rows(RowCommand::Columns), "Columns…", "Choose them, or add a JSON path", Icon::Columns3, NONE),
];
