//! `Command`: everything a user can do by name. One registry behind menus, shortcuts, the palette and the help page.

use egui::{Key, KeyboardShortcut};
use lucide_icons::Icon;

use crate::ui::lab_view::LAB;
use crate::ui::row_command::{ROWS, RowCommand};
use crate::ui::server_view::{SERVER, ServerCommand};
use crate::ui::shortcut::{NONE, bare, ctrl, ctrl_shift, shift};
use crate::ui::tab_command::{TABS, TabCommand};

/// A user command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Open the palette.
    Palette,
    /// Show the connect form.
    Connection,
    /// One about tabs.
    Tabs(TabCommand),
    /// One about the server.
    Server(ServerCommand),
    /// Show the heartbeat lab.
    HeartbeatLab,
    /// Connect as last time.
    Reconnect,
    /// Close the connection.
    Disconnect,
    /// Close the connection with a chosen code.
    CloseWith,
    /// Cut the connection.
    Abort,
    /// Do not wait for the next attempt.
    RetryNow,
    /// Measure one round trip.
    MeasureNow,
    /// Log in again on the open connection.
    Reauthenticate,
    /// Start the demo server.
    StartDemo,
    /// The demo server cuts its connections.
    DemoDrop,
    /// The demo server goes silent.
    DemoSilence,
    /// The demo server lets tokens expire.
    DemoExpire,
    /// Show the subscribe form.
    Subscribe,
    /// Send what is in the compose box.
    Send,
    /// Indent what is in the compose box.
    Format,
    /// The message sent before.
    HistoryBack,
    /// The message sent after.
    HistoryForward,
    /// Put the cursor into the compose box.
    Compose,
    /// Send the selected message again.
    Resend,
    /// Put the selected message into the compose box.
    EditAndResend,
    /// Copy the text of the selected event.
    CopyText,
    /// Follow the newest row.
    Follow,
    /// Keep new rows out of sight.
    Pause,
    /// Hide the rows there are.
    ClearLog,
    /// Show them again.
    UndoClear,
    /// Put the cursor into the filter box.
    FocusFilter,
    /// Show every row.
    ClearFilter,
    /// Keep the filter under a name.
    SaveFilter,
    /// Show the saved filters.
    SavedFilters,
    /// Show the page about filters.
    FilterHelp,
    /// Open the search field.
    Find,
    /// The next hit.
    FindNext,
    /// The hit before.
    FindPrevious,
    /// Open the search inside the selected message.
    FindInMessage,
    /// Show the rows of a subscription, or the log again.
    Table,
    /// One about rows of the log.
    Rows(RowCommand),
    /// Open a capture file.
    OpenCapture,
    /// Save a copy of the capture.
    SaveCapture,
    /// Show the list of captures.
    Captures,
    /// Write a part of the capture for other programs.
    Export,
    /// Make a capture of a HAR.
    ImportHar,
    /// Make one capture of this and another.
    MergeCapture,
    /// Show the folder of captures.
    ShowCaptures,
    /// Show or hide the status panel.
    StatusPanel,
    /// Show or hide the detail panel.
    DetailPanel,
    /// Show or hide the compose box.
    ComposePanel,
    /// Dark, light, as the system.
    NextTheme,
    /// Larger.
    ZoomIn,
    /// Smaller.
    ZoomOut,
    /// As the system says.
    ZoomReset,
    /// Show the settings.
    Settings,
    /// Show the help page.
    Help,
    /// Close the window.
    Quit,
}

/// Where a command is listed in the help page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Connecting.
    Connection,
    /// Writing messages.
    Messages,
    /// Reading the log.
    Log,
    /// Capture files.
    Captures,
    /// The window itself.
    Window,
}

impl Group {
    /// All, in order.
    pub const ALL: [Self; 5] = [Self::Connection, Self::Messages, Self::Log, Self::Captures, Self::Window];

    /// Its heading.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connection => "Connection",
            Self::Messages => "Messages",
            Self::Log => "Log",
            Self::Captures => "Captures",
            Self::Window => "Window",
        }
    }
}

/// What the registry says of a command.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Which.
    pub command: Command,
    /// Where it is listed.
    pub group: Group,
    /// Its name, as buttons and menus have it.
    pub label: &'static str,
    /// What it does, as a sentence.
    pub tip: &'static str,
    /// Its icon.
    pub icon: Icon,
    /// Its keys.
    pub shortcut: Option<KeyboardShortcut>,
}

/// A line of the registry: the fields of [`Entry`] without the group.
pub(super) type Line = (Command, &'static str, &'static str, Icon, Option<KeyboardShortcut>);

const CONNECTION: [Line; 12] = [
    (Command::Connection, "Connection…", "Choose a server, a token and options", Icon::Plug, ctrl(Key::N)),
    (Command::Reconnect, "Reconnect", "Connect as the last time", Icon::Plug, ctrl_shift(Key::R)),
    (
        Command::Disconnect,
        "Disconnect",
        "Close with code 1000 and stay closed",
        Icon::Unplug,
        ctrl_shift(Key::D),
    ),
    (Command::CloseWith, "Close with…", "Choose the close code and the reason", Icon::Unplug, NONE),
    (Command::Abort, "Abort connection", "Drop the connection without a Close frame", Icon::CircleX, NONE),
    (Command::RetryNow, "Retry now", "Do not wait for the next attempt", Icon::RotateCcw, NONE),
    (Command::MeasureNow, "Measure round trip", "Send a ping with a uid", Icon::Timer, ctrl_shift(Key::P)),
    (
        Command::Reauthenticate,
        "Re-authenticate now",
        "Log in again on the open connection; subscriptions stay",
        Icon::KeyRound,
        NONE,
    ),
    (
        Command::StartDemo,
        "Try the demo server",
        "Start a server of our own and connect",
        Icon::FlaskConical,
        NONE,
    ),
    (Command::DemoDrop, "Demo drops connections", "Cut without a Close frame", Icon::FlaskConical, NONE),
    (
        Command::DemoSilence,
        "Demo goes silent",
        "Stop talking until the client gives up",
        Icon::FlaskConical,
        NONE,
    ),
    (
        Command::DemoExpire,
        "Demo expires tokens",
        "See TOKEN_EXPIRED and what follows",
        Icon::FlaskConical,
        NONE,
    ),
];

const MESSAGES: [Line; 9] = [
    (Command::Compose, "Write a message", "Put the cursor into the compose box", Icon::Pencil, ctrl(Key::L)),
    (Command::Send, "Send", "Send the message exactly as it is typed", Icon::Send, ctrl(Key::Enter)),
    (Command::Format, "Format", "Indent the message; keys and digits stay", Icon::Braces, ctrl_shift(Key::I)),
    (Command::HistoryBack, "Older message", "The message sent before", Icon::History, ctrl(Key::ArrowUp)),
    (Command::HistoryForward, "Newer message", "The message sent after", Icon::History, ctrl(Key::ArrowDown)),
    (Command::Subscribe, "Subscribe…", "Fill in a subscription by a form", Icon::Radio, ctrl_shift(Key::S)),
    (Command::Resend, "Resend", "Send the selected message again", Icon::RotateCcw, ctrl(Key::R)),
    (
        Command::EditAndResend,
        "Edit and resend",
        "Put the selected message in the box",
        Icon::Pencil,
        ctrl(Key::E),
    ),
    (
        Command::CopyText,
        "Copy text",
        "Copy the exact text of the selected event",
        Icon::Copy,
        ctrl_shift(Key::C),
    ),
];

const LOG: [Line; 14] = [
    (
        Command::FocusFilter,
        "Filter",
        "Say which rows are shown; / does the same in the log",
        Icon::Funnel,
        ctrl(Key::U),
    ),
    (Command::ClearFilter, "Clear filter", "Show every row", Icon::FunnelX, ctrl_shift(Key::U)),
    (Command::SaveFilter, "Save filter…", "Keep the filter under a name", Icon::BookmarkPlus, ctrl(Key::D)),
    (
        Command::SavedFilters,
        "Saved filters…",
        "Use, combine, rename and remove them; let them colour rows",
        Icon::Bookmark,
        NONE,
    ),
    (Command::FilterHelp, "Filter help", "How filters are written, with examples", Icon::CircleHelp, NONE),
    (Command::Find, "Find", "Look for a text in the log", Icon::Search, ctrl(Key::F)),
    (Command::FindNext, "Find next", "The next row that holds it", Icon::ChevronDown, bare(Key::F3)),
    (
        Command::FindInMessage,
        "Find in message",
        "Look for a text in the selected message",
        Icon::TextSearch,
        ctrl_shift(Key::F),
    ),
    (Command::FindPrevious, "Find previous", "The row before that holds it", Icon::ChevronUp, shift(Key::F3)),
    (Command::Follow, "Follow", "Keep the newest row in sight", Icon::ArrowDownToLine, ctrl_shift(Key::G)),
    (Command::Pause, "Pause", "Keep new rows out of sight; nothing is lost", Icon::Pause, ctrl(Key::P)),
    (
        Command::ClearLog,
        "Clear",
        "Hide the rows there are; the file keeps them",
        Icon::Eraser,
        ctrl_shift(Key::L),
    ),
    (Command::Table, "Live table", "Rows of the newest subscription, or the log", Icon::Table2, ctrl(Key::T)),
    (Command::UndoClear, "Undo clear", "Show the hidden rows again", Icon::Undo2, NONE),
];

const CAPTURES: [Line; 7] = [
    (Command::OpenCapture, "Open capture…", "Look at a recorded session", Icon::FolderOpen, ctrl(Key::O)),
    (Command::SaveCapture, "Save capture as…", "Copy this session's file", Icon::Download, ctrl(Key::S)),
    (
        Command::Captures,
        "Captures…",
        "Find, open, pin and delete past sessions",
        Icon::Library,
        ctrl_shift(Key::O),
    ),
    (
        Command::Export,
        "Export…",
        "Write the events shown or selected as NDJSON, HAR, CSV or Markdown",
        Icon::Upload,
        ctrl_shift(Key::E),
    ),
    (
        Command::ImportHar,
        "Import HAR…",
        "Look at the WebSocket messages that Chrome saved",
        Icon::FileInput,
        NONE,
    ),
    (
        Command::MergeCapture,
        "Merge with another capture…",
        "Put both in one capture, ordered by time",
        Icon::Merge,
        NONE,
    ),
    (Command::ShowCaptures, "Show folder of captures", "Open the folder they lie in", Icon::HardDrive, NONE),
];

const WINDOW: [Line; 11] = [
    (Command::Palette, "Search commands", "Do anything by its name", Icon::Command, ctrl(Key::K)),
    (Command::StatusPanel, "Status panel", "Show or hide the left panel", Icon::Info, ctrl(Key::B)),
    (Command::DetailPanel, "Detail panel", "Show or hide the right panel", Icon::ListTree, ctrl(Key::I)),
    (Command::ComposePanel, "Compose box", "Show or hide the compose box", Icon::Pencil, ctrl(Key::J)),
    (Command::NextTheme, "Change theme", "Dark, light, or as the system says", Icon::SunMoon, NONE),
    (Command::ZoomIn, "Zoom in", "Everything larger", Icon::Plus, ctrl(Key::Plus)),
    (Command::ZoomOut, "Zoom out", "Everything smaller", Icon::Search, ctrl(Key::Minus)),
    (Command::ZoomReset, "Reset zoom", "As large as the system says", Icon::Search, ctrl(Key::Num0)),
    (Command::Settings, "Settings", "Theme, recording, history", Icon::Settings, ctrl(Key::Comma)),
    (Command::Help, "Help", "Every command and its keys", Icon::CircleHelp, bare(Key::F1)),
    (Command::Quit, "Quit", "Close the connection politely and the window", Icon::X, ctrl(Key::Q)),
];

/// Every command, by group.
pub fn all() -> impl Iterator<Item = Entry> {
    let groups: [(Group, &'static [Line]); 9] = [
        (Group::Connection, &CONNECTION),
        (Group::Connection, &SERVER),
        (Group::Connection, &LAB),
        (Group::Connection, &TABS),
        (Group::Messages, &MESSAGES),
        (Group::Log, &LOG),
        (Group::Log, &ROWS),
        (Group::Captures, &CAPTURES),
        (Group::Window, &WINDOW),
    ];
    groups.into_iter().flat_map(|(group, lines)| {
        lines.iter().map(move |&(command, label, tip, icon, shortcut)| Entry {
            command,
            group,
            label,
            tip,
            icon,
            shortcut,
        })
    })
}

impl Command {
    /// What the registry says of it.
    #[must_use]
    pub fn entry(self) -> Option<Entry> {
        all().find(|entry| entry.command == self)
    }

    /// What it does, with its keys, for a tooltip.
    #[must_use]
    pub fn tip(self) -> String {
        let Some(entry) = self.entry() else { return String::new() };
        let keys = keys(&entry);
        if keys.is_empty() { entry.tip.to_owned() } else { format!("{} ({keys})", entry.tip) }
    }

    /// The command whose keys were pressed in this frame; they are taken out of the input.
    #[must_use]
    pub fn pressed(ctx: &egui::Context) -> Option<Self> {
        let typing = ctx.text_edit_focused();
        let yields = |entry: &Entry| matches!(entry.command, Self::Rows(rows) if rows.yields_to_text());
        let has_keys = |entry: &Entry| entry.shortcut.is_some() && !(typing && yields(entry));
        let mut entries: Vec<Entry> = all().filter(has_keys).collect();
        // Keys with more modifiers first: Ctrl+Shift+P must not count as Ctrl+P.
        entries.sort_by_key(|entry| {
            std::cmp::Reverse(
                entry.shortcut.map(|keys| u8::from(keys.modifiers.shift) + u8::from(keys.modifiers.command)),
            )
        });
        ctx.input_mut(|input| {
            let pressed = |entry: &&Entry| entry.shortcut.is_some_and(|keys| input.consume_shortcut(&keys));
            let mut pressed = pressed;
            entries.iter().find(|entry| pressed(entry)).map(|entry| entry.command)
        })
    }
}

/// The keys of a command as shown: `Ctrl+K`.
#[must_use]
pub fn keys(entry: &Entry) -> String {
    let names = egui::ModifierNames::NAMES;
    entry.shortcut.map_or_else(String::new, |shortcut| shortcut.format(&names, cfg!(target_os = "macos")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ui::fit::fit;

    #[test]
    fn no_two_commands_share_keys_or_names() {
        let mut keys_seen = BTreeSet::new();
        let mut labels = BTreeSet::new();
        for entry in all() {
            assert!(labels.insert(entry.label), "{}", entry.label);
            let keys = keys(&entry);
            assert!(keys.is_empty() || keys_seen.insert(keys.clone()), "{keys}");
            assert!(!entry.tip.ends_with('.') && !entry.label.ends_with('.'), "{}", entry.label);
        }
    }

    #[test]
    fn typed_letters_find_their_command() {
        let best = |typed: &str| {
            all()
                .filter_map(|entry| Some((fit(typed, entry.label)?, entry.command)))
                .max_by_key(|(score, _)| *score)
                .map(|(_, command)| command)
        };
        assert_eq!(best("disc"), Some(Command::Disconnect));
        assert_eq!(best("find n"), Some(Command::FindNext));
        assert_eq!(best("subs"), Some(Command::Subscribe));
        assert_eq!(best("zzz"), None);
    }
}
