//! The menu of a row: everything that can be done with it, by pointer and by key.

use egui::containers::menu::menu_style;
use egui::{Button, Id, Key, Layout, Modifiers, Popup, PopupAnchor, PopupKind, Pos2, SetOpenCommand, Ui};

use crate::capture::event::Direction;
use crate::capture::filter::quoted;
use crate::capture::row::Row;
use crate::ui::action::{Action, FilterChange};
use crate::ui::command::{Command, keys};
use crate::ui::row_command::RowCommand;

/// Where the menu stands, and whether it is to open with this frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowMenu {
    at: Pos2,
    opens: bool,
    /// Opened by key: its first entry gets the focus.
    by_key: bool,
}

impl RowMenu {
    /// Opens it at the pointer.
    pub fn open_at(&mut self, at: Pos2) {
        *self = Self { at, opens: true, by_key: false };
    }

    /// Opens it with the keyboard.
    pub fn open_by_key(&mut self, at: Pos2) {
        *self = Self { at, opens: true, by_key: true };
    }

    /// Paints the menu while it is open, for the row at the cursor. Returns the command chosen.
    pub fn show(
        &mut self,
        ui: &Ui,
        id: Id,
        (row, several): (&Row, bool),
        actions: &mut Vec<Action>,
    ) -> Option<Command> {
        let set = self.opens.then_some(SetOpenCommand::Bool(true));
        let focus = std::mem::take(&mut self.opens) && self.by_key;
        let popup = Popup::new(id, ui.ctx().clone(), PopupAnchor::Position(self.at), ui.layer_id())
            .kind(PopupKind::Menu)
            .layout(Layout::top_down_justified(egui::Align::Min))
            .style(menu_style)
            .accessible_name("Row menu")
            .open_memory(set);
        let shown = popup.show(|ui| {
            ui.set_min_width(230.0);
            let mut menu = Menu { ui, focus, chosen: None };
            menu.commands(several);
            if !several {
                menu.filters(row, actions);
                menu.messages(row);
            }
            let escaped = menu.ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
            if menu.chosen.is_some() || escaped {
                menu.ui.close();
            }
            menu.chosen
        });
        shown.and_then(|shown| shown.inner)
    }
}

/// The entries while they are painted.
struct Menu<'u> {
    ui: &'u mut Ui,
    focus: bool,
    chosen: Option<Command>,
}

impl Menu<'_> {
    fn entry(&mut self, command: Command) {
        let Some(entry) = command.entry() else { return };
        let button = Button::new(entry.label).shortcut_text(keys(&entry));
        let response = self.ui.add(button).on_hover_text(entry.tip);
        if std::mem::take(&mut self.focus) {
            response.request_focus();
        }
        if response.clicked() {
            self.chosen = Some(command);
        }
    }

    fn commands(&mut self, several: bool) {
        self.entry(Command::CopyText);
        self.entry(Command::Rows(RowCommand::CopyLines));
        self.entry(Command::Rows(RowCommand::CopyMarkdown));
        self.ui.separator();
        self.entry(Command::Rows(RowCommand::Pin));
        if !several {
            self.entry(Command::Rows(RowCommand::Note));
            self.entry(Command::Rows(RowCommand::Mark));
        }
    }

    fn filters(&mut self, row: &Row, actions: &mut Vec<Action>) {
        let terms = terms(row);
        if terms.is_empty() {
            return;
        }
        self.ui.separator();
        for (words, term) in &terms {
            if self.ui.button(format!("Show only {words}")).clicked() {
                actions.push(Action::Filter(FilterChange::Add(term.clone())));
            }
        }
        for (words, term) in &terms {
            if self.ui.button(format!("Leave out {words}")).clicked() {
                actions.push(Action::Filter(FilterChange::Add(format!("not {term}"))));
            }
        }
    }

    fn messages(&mut self, row: &Row) {
        if row.round_trip_us.is_some() && row.direction.is_some() {
            self.ui.separator();
            self.entry(Command::Rows(RowCommand::Partner));
        }
        if row.direction == Some(Direction::Out) && row.event == "message" {
            self.ui.separator();
            self.entry(Command::Resend);
            self.entry(Command::EditAndResend);
        }
    }
}

/// What a row can be told from others by: in words, and as a term of the filter language.
fn terms(row: &Row) -> Vec<(String, String)> {
    let mut terms = Vec::new();
    if !row.uid.is_empty() {
        terms.push((format!("uid {}", row.uid), format!("uid:{}", quoted(&row.uid))));
    }
    if !row.collection.is_empty() {
        let term = format!("collection:{}", quoted(&row.collection));
        terms.push((format!("collection {}", row.collection), term));
    }
    if row.event == "message" {
        terms.extend(kind_term(&row.kind).map(|term| (row.kind.clone(), term)));
    } else {
        terms.push((row.kind.clone(), format!("kind:{}", quoted(&row.event))));
    }
    match row.direction {
        Some(Direction::In) => terms.push(("incoming".to_owned(), "direction:in".to_owned())),
        Some(Direction::Out) => terms.push(("outgoing".to_owned(), "direction:out".to_owned())),
        None => {}
    }
    terms
}

/// The word of the kind column as a term: what happens to a row is an `event`, a failure a status, else it is a type.
fn kind_term(kind: &str) -> Option<String> {
    match kind {
        "create" | "update" | "delete" | "init" => Some(format!("event:{kind}")),
        "error" => Some("status:error".to_owned()),
        "auth" | "subscribe" | "unsubscribe" | "subscription" | "items" | "ping" | "pong" => {
            Some(format!("type:{kind}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::FactKind;
    use crate::capture::filter::Filter;

    #[test]
    fn a_row_is_told_apart_by_terms_of_the_filter_language() {
        let row = Row {
            uid: "a \"b\"".into(),
            collection: "orders".into(),
            kind: "update".into(),
            event: "message".into(),
            direction: Some(Direction::In),
            ..Row::default()
        };
        let written: Vec<String> = terms(&row).into_iter().map(|(_, term)| term).collect();
        assert_eq!(written, [r#"uid:"a \"b\"""#, "collection:orders", "event:update", "direction:in"]);
        let fact = Row { kind: "gave up".into(), event: "gave_up".into(), ..Row::default() };
        assert_eq!(terms(&fact), [("gave up".to_owned(), "kind:gave_up".to_owned())]);
    }

    #[test]
    fn every_term_is_a_filter_also_left_out() {
        let kinds =
            ["create", "update", "delete", "init", "error", "auth", "subscribe", "unsubscribe", "items"];
        let more = ["subscription", "ping", "pong", "text"];
        for kind in kinds.into_iter().chain(more) {
            for uid in ["", "a-1", "b,2", "x*", "a \"b\" or", "ü"] {
                let direction = Some(Direction::Out);
                let event = "message".to_owned();
                let collection = uid.to_owned();
                let row = Row {
                    uid: uid.into(),
                    collection,
                    kind: kind.into(),
                    event,
                    direction,
                    ..Row::default()
                };
                for (_, term) in terms(&row) {
                    Filter::parse(&term).unwrap_or_else(|error| panic!("{term}: {error}"));
                    Filter::parse(&format!("not {term}")).unwrap();
                }
            }
        }
        for kind in FactKind::ALL {
            let row = Row { kind: kind.name().into(), event: kind.name().into(), ..Row::default() };
            for (_, term) in terms(&row) {
                Filter::parse(&term).unwrap_or_else(|error| panic!("{term}: {error}"));
            }
        }
    }
}
