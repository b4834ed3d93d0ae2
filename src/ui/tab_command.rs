//! `TabCommand`: the commands about tabs, a part of the registry.

use egui::Key;
use lucide_icons::Icon;

use crate::ui::command::{Command, Line};
use crate::ui::shortcut::{ctrl, ctrl_shift};
use crate::ui::tab_strip::TabAction;

/// A command about tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TabCommand {
    /// Show the tab to the right.
    Next,
    /// Show the tab to the left.
    Previous,
    /// Close the tab on the screen.
    Close,
    /// Bring back the tab closed last.
    Reopen,
    /// Connect to the same server once more, in a new tab.
    Duplicate,
}

impl TabCommand {
    /// What it asks of the app.
    #[must_use]
    pub const fn action(self) -> TabAction {
        match self {
            Self::Next => TabAction::Next,
            Self::Previous => TabAction::Previous,
            Self::Close => TabAction::Close(None),
            Self::Reopen => TabAction::Reopen,
            Self::Duplicate => TabAction::Duplicate,
        }
    }
}

/// The registry's lines about tabs.
pub(super) const TABS: [Line; 5] = [
    (
        Command::Tabs(TabCommand::Next),
        "Next tab",
        "The tab to the right",
        Icon::ChevronRight,
        ctrl(Key::PageDown),
    ),
    (
        Command::Tabs(TabCommand::Previous),
        "Previous tab",
        "The tab to the left",
        Icon::ChevronLeft,
        ctrl(Key::PageUp),
    ),
    (
        Command::Tabs(TabCommand::Close),
        "Close tab",
        "End its connection; its capture stays",
        Icon::X,
        ctrl(Key::W),
    ),
    (
        Command::Tabs(TabCommand::Reopen),
        "Reopen closed tab",
        "Bring back the tab that was closed last",
        Icon::Undo2,
        ctrl_shift(Key::T),
    ),
    (
        Command::Tabs(TabCommand::Duplicate),
        "Second connection",
        "Connect to the same server once more, in a new tab",
        Icon::CopyPlus,
        ctrl_shift(Key::N),
    ),
];
