//! `Beside`: the tabs that are not on the screen, and the one that was closed last.

use std::path::PathBuf;

use super::app::App;
use super::notice::Notice;
use super::tab::Tab;
use crate::net::Command;
use crate::session::Phase;
use crate::settings::ProfileId;
use crate::ui::shell::SessionViews;
use crate::ui::tab_strip::{TabAction, TabView};

/// Tabs at once: each has threads of its own.
const LIMIT: usize = 24;

/// A tab that waits, and how it looked.
struct Slot {
    tab: Tab,
    views: SessionViews,
    /// Events there were when it was last on the screen.
    seen: u64,
    /// Whether its connection was live when it was last looked at.
    was_live: bool,
}

impl Slot {
    fn new(tab: Tab, views: SessionViews) -> Self {
        let (seen, was_live) = (tab.capture.view().len(), tab.capture.snapshot().phase == Phase::Live);
        Self { tab, views, seen, was_live }
    }

    fn view(&self) -> TabView {
        TabView { unseen: self.tab.capture.view().len().saturating_sub(self.seen), ..view_of(&self.tab) }
    }
}

/// What the strip shows of a tab.
fn view_of(tab: &Tab) -> TabView {
    let file = tab.capture.file();
    let snapshot = tab.capture.snapshot();
    TabView {
        name: tab.name(),
        phase: snapshot.phase,
        is_live: tab.profile.is_some(),
        unseen: 0,
        in_trouble: file.trouble.is_some() || snapshot.acts_as_another(),
    }
}

/// The tabs that are not on the screen.
#[derive(Default)]
pub struct Beside {
    /// In the order of the strip, without the one on the screen.
    slots: Vec<Slot>,
    /// How many of them stand before it.
    place: usize,
    /// Closed last, and still there to be brought back.
    closed: Option<Slot>,
}

impl Beside {
    /// The names and numbers of all tabs, and which is on the screen.
    pub fn strip(&self, current: Option<&Tab>) -> (Vec<TabView>, usize) {
        let mut views: Vec<_> = self.slots.iter().map(Slot::view).collect();
        if let Some(current) = current {
            views.insert(self.place.min(views.len()), view_of(current));
        }
        (views, self.place)
    }

    /// Files of tabs that are open beside the screen.
    pub fn paths(&self) -> impl Iterator<Item = PathBuf> {
        self.slots.iter().chain(&self.closed).filter_map(|slot| slot.tab.capture.file().path.clone())
    }

    /// The place in the strip of the first tab that `fits`.
    fn find(&self, fits: impl Fn(&Tab) -> bool) -> Option<usize> {
        let at = self.slots.iter().position(|slot| fits(&slot.tab))?;
        Some(if at < self.place { at } else { at + 1 })
    }

    /// Names of tabs whose connection was lost since the last call.
    fn lost(&mut self) -> Vec<String> {
        let mut lost = Vec::new();
        for slot in &mut self.slots {
            let phase = slot.tab.capture.snapshot().phase;
            if slot.was_live && matches!(phase, Phase::Closed | Phase::WaitingToRetry) {
                lost.push(slot.tab.name());
            }
            slot.was_live = phase == Phase::Live || (slot.was_live && phase == Phase::Closing);
        }
        lost
    }
}

impl App {
    /// Puts a new tab on the screen, beside those that are there.
    pub(super) fn show_tab(&mut self, tab: Tab, follow: bool) {
        let views = self.shell.start_session(follow);
        if let Some(before) = self.tab.replace(tab) {
            let place = self.beside.place.min(self.beside.slots.len());
            self.beside.slots.insert(place, Slot::new(before, views));
            self.beside.place = place + 1;
        }
    }

    /// Puts a tab in the place of the one on the screen, which ends in its own time.
    pub(super) fn replace_tab(&mut self, tab: Tab, follow: bool) {
        self.shell.start_session(follow);
        if let Some(before) = self.tab.replace(tab) {
            self.retired.take(before.capture, &self.wake);
        }
    }

    /// Whether a tab, on the screen or beside it, is so.
    pub(super) fn any_tab(&self, fits: impl Fn(&Tab) -> bool) -> bool {
        self.tab.as_ref().is_some_and(&fits) || self.beside.find(fits).is_some()
    }

    /// Whether there is room for one more tab; if not, says so.
    pub(super) fn has_room_for_tab(&mut self) -> bool {
        let has_room = self.beside.slots.len() + usize::from(self.tab.is_some()) < LIMIT;
        if !has_room {
            self.say(Notice::error(format!(
                "{LIMIT} tabs are open, which is the limit. Close one, and try again."
            )));
        }
        has_room
    }

    /// Brings the tab at this place of the strip onto the screen.
    fn switch_to(&mut self, place: usize) {
        let current = self.beside.place;
        let at = if place < current { place } else { place.wrapping_sub(1) };
        if place == current || at >= self.beside.slots.len() {
            return self.shell.show_session();
        }
        let mut next = self.beside.slots.remove(at);
        self.shell.swap_views(&mut next.views);
        if let Some(before) = self.tab.replace(next.tab) {
            // Taken out from before it, it stands one place further to the left.
            let place = if place < current { current - 1 } else { current };
            self.beside.slots.insert(place, Slot::new(before, next.views));
        }
        self.beside.place = place;
        self.shell.show_session();
    }

    /// Brings the first tab that `fits` onto the screen, if there is one; the one that is there comes first.
    pub(super) fn switch_to_tab(&mut self, fits: impl Fn(&Tab) -> bool) -> bool {
        if self.tab.as_ref().is_some_and(&fits) {
            self.shell.show_session();
            return true;
        }
        let place = self.beside.find(fits);
        if let Some(place) = place {
            self.switch_to(place);
        }
        place.is_some()
    }

    /// Brings the connected tab of a profile and a server onto the screen, if there is one.
    pub(super) fn switch_to_connection(&mut self, id: ProfileId, server: &str) -> bool {
        self.switch_to_tab(|tab| {
            tab.profile.as_ref().is_some_and(|profile| profile.id == id)
                && tab.capture.file().server == server
        })
    }

    /// Does what the strip of tabs asks for.
    pub(super) fn perform_on_tabs(&mut self, action: TabAction) {
        let count = self.beside.slots.len() + usize::from(self.tab.is_some());
        match action {
            TabAction::Show(place) => self.switch_to(place),
            TabAction::Next if count > 1 => self.switch_to((self.beside.place + 1) % count),
            TabAction::Previous if count > 1 => self.switch_to((self.beside.place + count - 1) % count),
            TabAction::Next | TabAction::Previous => {}
            TabAction::Close(place) => self.close_tab(place.unwrap_or(self.beside.place)),
            TabAction::Reopen => self.reopen_tab(),
            TabAction::Duplicate => self.connect_beside(),
        }
    }

    /// Closes a tab and its connection. What it holds stays until another one is closed, so that it can be undone.
    fn close_tab(&mut self, place: usize) {
        let current = self.beside.place;
        let slot = if place == current {
            let Some(tab) = self.tab.take() else { return };
            let views = self.shell.start_session(false);
            let slot = Slot::new(tab, views);
            let slots = self.beside.slots.len();
            if slots > 0 {
                // As editors do: the one to the right, at the end the one to the left.
                let at = current.min(slots - 1);
                let mut next = self.beside.slots.remove(at);
                self.shell.swap_views(&mut next.views);
                self.tab = Some(next.tab);
                self.beside.place = at;
            }
            slot
        } else {
            let at = if place < current { place } else { place - 1 };
            if at >= self.beside.slots.len() {
                return;
            }
            self.beside.place -= usize::from(place < current);
            self.beside.slots.remove(at)
        };
        if slot.tab.is_busy() {
            slot.tab.capture.command(Command::Close { code: 1000, reason: String::new() });
            slot.tab.capture.command(Command::StopRetrying);
        }
        self.say(Notice::info(format!("{} is closed. {}", slot.tab.name(), after_closing(&slot.tab))));
        if let Some(older) = self.beside.closed.replace(slot) {
            self.retired.take(older.tab.capture, &self.wake);
        }
    }

    /// Brings back the tab that was closed last, at the end of the strip.
    fn reopen_tab(&mut self) {
        let Some(mut slot) = self.beside.closed.take() else {
            return self.say(Notice::info("No tab was closed that could be brought back."));
        };
        self.shell.swap_views(&mut slot.views);
        if let Some(before) = self.tab.replace(slot.tab) {
            let place = self.beside.place.min(self.beside.slots.len());
            self.beside.slots.insert(place, Slot::new(before, slot.views));
            self.beside.place = self.beside.slots.len();
            // At the end, not beside the one that was on the screen.
        }
        self.shell.show_session();
    }

    /// Lets go of the closed tab if it holds this file; whether it did.
    pub(super) fn let_go(&mut self, path: &std::path::Path) -> bool {
        let holds = |slot: &mut Slot| slot.tab.capture.file().path.as_deref() == Some(path);
        let slot = self.beside.closed.take_if(holds);
        let is_gone = slot.is_some();
        if let Some(slot) = slot {
            self.retired.take(slot.tab.capture, &self.wake);
        }
        is_gone
    }

    /// Says what happened beside the screen.
    pub(super) fn poll_beside(&mut self) {
        for name in self.beside.lost() {
            self.say(Notice::info(format!("{name}: the connection in another tab was lost.")));
        }
    }

    /// Ends every tab; see [`super::retired::Retired`].
    pub(super) fn retire_all(&mut self) {
        let beside = std::mem::take(&mut self.beside);
        let others = beside.slots.into_iter().chain(beside.closed).map(|slot| slot.tab);
        for tab in self.tab.take().into_iter().chain(others) {
            self.retired.take(tab.capture, &self.wake);
        }
    }
}

/// What becomes of a closed tab.
fn after_closing(tab: &Tab) -> &'static str {
    match (tab.capture.file().path.is_some(), tab.capture.view().len()) {
        (_, 0) => "It held no events.",
        (true, _) => "Its capture is in the list of captures; Reopen closed tab brings it back.",
        (false, _) => "It has no file: Reopen closed tab brings it back until another tab is closed.",
    }
}
