//! `CloseDialog`: closing with a chosen code and reason.

use egui::Ui;

use crate::capture::row::Level;
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::control::{choice_ui, dialog_ui, field_ui, hint_ui, labelled_ui, notice_ui, title_ui};
use crate::ui::theme;

/// Most bytes of a reason: a control frame carries 125, two of them the code (RFC 6455, 5.5).
const REASON_BYTES: usize = 123;
/// Stands for a Close frame without a code (RFC 6455, 7.4.1).
const NO_CODE: u16 = 1005;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Normal,
    Own,
    Without,
}

/// The dialog, and what is chosen in it.
#[derive(Clone, Debug, Default)]
pub struct CloseDialog {
    open: bool,
    kind: Kind,
    code: String,
    reason: String,
}

impl CloseDialog {
    /// Opens it.
    pub fn open(&mut self) {
        self.open = true;
    }

    /// What to send; an error is a sentence.
    fn chosen(&self) -> Result<(u16, String), &'static str> {
        let reason = self.reason.trim().to_owned();
        if reason.len() > REASON_BYTES {
            return Err("A Close frame has room for a reason of 123 bytes. Shorten it.");
        }
        match self.kind {
            Kind::Normal => Ok((1000, reason)),
            Kind::Without => Ok((NO_CODE, String::new())),
            Kind::Own => match self.code.trim().parse() {
                Ok(code @ 3000..=4999) => Ok((code, reason)),
                _ => Err("Applications may use the codes 3000 to 4999. Enter one of them."),
            },
        }
    }

    /// Paints it, if it is open. `portable`: the transport sends no code.
    pub fn show(&mut self, ui: &Ui, portable: bool, actions: &mut Vec<Action>) {
        if !self.open {
            return;
        }
        let mut done = false;
        let closed = dialog_ui(ui, "close with", 420.0, |ui| {
            title_ui(ui, "Close with", "The server gets this code and reason in the Close frame");
            labelled_ui(ui, "Code", |ui| {
                let kinds =
                    [(Kind::Normal, "1000 normal"), (Kind::Own, "Another"), (Kind::Without, "No code")];
                choice_ui(ui, &mut self.kind, &kinds);
            });
            if self.kind == Kind::Own {
                labelled_ui(ui, "Code from 3000 to 4999", |ui| {
                    field_ui(ui, "Close code", &mut self.code, "4000", theme::mono())
                });
            }
            if self.kind == Kind::Without {
                hint_ui(ui, "A frame without a code has no room for a reason either");
            } else {
                labelled_ui(ui, "Reason", |ui| {
                    field_ui(ui, "Close reason", &mut self.reason, "none", theme::mono())
                });
            }
            if portable {
                notice_ui(ui, Level::Warning, "The portable transport closes without code and reason");
            }
            let chosen = self.chosen();
            if let Err(sentence) = chosen {
                notice_ui(ui, Level::Warning, sentence);
            }
            ui.add_space(theme::GAP);
            ui.horizontal(|ui| {
                let close = Button::new("Close the connection").look(Look::Primary).enabled(chosen.is_ok());
                if close.show(ui).clicked()
                    && let Ok((code, reason)) = chosen
                {
                    actions.push(Action::CloseWith { code, reason });
                    done = true;
                }
                done |= Button::new("Cancel").show(ui).clicked();
            });
        });
        self.open = !(closed || done);
    }
}

#[cfg(test)]
mod tests {
    use super::{CloseDialog, Kind};

    fn chosen(kind: Kind, code: &str, reason: &str) -> Option<(u16, String)> {
        CloseDialog { open: true, kind, code: code.to_owned(), reason: reason.to_owned() }.chosen().ok()
    }

    #[test]
    fn only_codes_that_may_be_sent_are_sent() {
        assert_eq!(chosen(Kind::Normal, "9", " bye "), Some((1000, "bye".to_owned())));
        assert_eq!(chosen(Kind::Own, " 4000 ", ""), Some((4000, String::new())));
        assert_eq!(chosen(Kind::Without, "4000", "bye"), Some((1005, String::new())));
        for code in ["", "1006", "2999", "5000", "70000", "x"] {
            assert_eq!(chosen(Kind::Own, code, ""), None, "{code}");
        }
        assert!(chosen(Kind::Normal, "", &"ä".repeat(61)).is_some());
        assert!(chosen(Kind::Normal, "", &"ä".repeat(62)).is_none());
    }
}
