//! Keys and clicks on the rows.

use egui::{Event, Key, Modifiers, Response, Ui};

use super::LogList;
use crate::ui::action::Action;
use crate::ui::log_scroll::Extent;
use crate::ui::rows_action::{CopyForm, RowsAction};

impl LogList {
    pub(super) fn keys(&mut self, ui: &Ui, extent: Extent, hidden: u64, actions: &mut Vec<Action>) {
        let Some(last) = extent.rows.checked_sub(1) else { return };
        let current = self.selected().map(|position| position.saturating_sub(hidden).min(last));
        let page = extent.page();
        let down = |by: u64| current.map_or(self.scroller.anchor.row, |row| row.saturating_add(by).min(last));
        let up = |by: u64| current.map_or(last, |row| row.saturating_sub(by));
        let targets = [
            (Key::ArrowDown, down(1)),
            (Key::J, down(1)),
            (Key::ArrowUp, up(1)),
            (Key::K, up(1)),
            (Key::PageDown, down(page)),
            (Key::PageUp, up(page)),
            (Key::Home, 0),
            (Key::End, last),
        ];
        let pressed = |modifiers| {
            ui.input_mut(|input| targets.into_iter().find(|(key, _)| input.consume_key(modifiers, *key)))
        };
        // Shift first: without it a key counts also where Shift is held.
        let extending = pressed(Modifiers::SHIFT);
        let extends = extending.is_some();
        if let Some((key, row)) = extending.or_else(|| pressed(Modifiers::NONE)) {
            if extends {
                self.selection.extend(row + hidden);
            } else {
                self.selection.only(row + hidden);
            }
            self.tell(actions);
            self.scroller.anchor = self.scroller.anchor.showing(row, extent);
            self.loose = key != Key::End;
            self.scroller.anchor = if self.loose { self.scroller.anchor } else { extent.end() };
        } else if self.selected().is_some() {
            self.selected_keys(ui, actions);
        }
    }

    /// Keys that mean something only while rows are selected.
    fn selected_keys(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Menu)) {
            self.open_menu();
        }
        // Only with the focus: elsewhere Ctrl+C copies what is selected there.
        let copies = ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy)));
        if copies && self.focused {
            actions.push(Action::Rows(RowsAction::Copy(CopyForm::Text)));
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.selection.clear();
            actions.push(Action::Select(None));
        }
    }

    /// A click with either button on the row at `position`.
    pub(super) fn click(&mut self, ui: &Ui, response: &Response, position: u64, actions: &mut Vec<Action>) {
        let modifiers = ui.input(|input| input.modifiers);
        // The row under the pointer must not run away from it.
        self.loose = true;
        if response.secondary_clicked() {
            self.menu.open_at(response.interact_pointer_pos().unwrap_or_else(|| response.rect.center()));
            if self.selection.contains(position) {
                return;
            }
            self.selection.only(position);
        } else if modifiers.shift {
            self.selection.extend(position);
        } else if modifiers.command {
            self.selection.toggle(position);
        } else {
            self.selection.only(position);
        }
        self.tell(actions);
    }
}
