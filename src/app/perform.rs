//! `perform`: what each action does.

use std::time::Instant;

use super::app::App;
use super::notice::Notice;
use super::search::Quest;
use super::tab::Tab;
use crate::capture::find::{Needle, Way};
use crate::net::{Command, Outgoing};
use crate::ui::action::{Action, FilterChange, Misbehaviour, SearchFor};
use crate::ui::path_prompt::Errand;

impl App {
    /// Performs one action after the frame it came from.
    pub(super) fn perform(&mut self, ctx: &egui::Context, action: Action) {
        match action {
            Action::ShowRows(_)
            | Action::Select(_)
            | Action::GoTo(_)
            | Action::ClearLog
            | Action::UndoClear
            | Action::Search(_)
            | Action::StopSearch
            | Action::CopyAs(_)
            | Action::Study(_) => self.perform_on_log(action),
            Action::Filter(change) => self.filter(&change),
            Action::Mark(seq) => self.mark(seq),
            Action::Rows(action) => self.perform_on_rows(action),
            Action::Table(action) => self.perform_on_table(action),
            Action::AddColumn(path) => self.add_column(&path),
            Action::Saved(action) => self.perform_on_saved(action),
            Action::Copy(text) => ctx.copy_text(text),
            Action::Tabs(action) => self.perform_on_tabs(action),
            Action::Connect(request) => self.connect(*request),
            Action::Reconnect => self.reconnect(),
            Action::Disconnect => self.command(Command::Close { code: 1000, reason: String::new() }),
            Action::CloseWith { code, reason } => self.command(Command::Close { code, reason }),
            Action::Abort => self.command(Command::Abort),
            Action::RetryNow => self.command(Command::RetryNow),
            Action::StopRetrying => self.command(Command::StopRetrying),
            Action::MeasureNow => self.command(Command::Measure),
            Action::Examine => self.command(Command::Examine),
            Action::Reauthenticate => self.command(Command::Reauthenticate),
            Action::SetSwitches(switches) => self.set_switches(switches),
            Action::Send(text) => self.send(&text),
            Action::Resend { seq, text } => self.resend(seq, &text),
            Action::SaveProfile(profile) => {
                let stored = self.memory.save_profile(*profile, Instant::now());
                self.shell.adopt_profile(stored);
            }
            Action::RemoveProfile(id) => self.memory.remove_profile(id, Instant::now()),
            Action::UndoRemoveProfile => self.memory.undo_remove(Instant::now()),
            Action::ExportProfiles => self.ask_path(Errand::ExportProfiles),
            Action::ImportProfiles => self.ask_path(Errand::ImportProfiles),
            Action::SetPreferences(preferences) => self.set_preferences(*preferences),
            Action::SetLayout(layout) => self.memory.change().layout = layout,
            Action::ClearHistory => self.memory.change().history.clear(),
            Action::StartDemo => self.start_demo(),
            Action::Misbehave(how) => self.misbehave(how),
            Action::OpenCapture => self.ask_path(Errand::OpenCapture),
            Action::OpenRecent(place) => self.open_recent(place),
            Action::SaveCapture => self.ask_path(Errand::SaveCapture),
            Action::AskExport => self.ask_export(),
            Action::Export(request) => self.export(request),
            Action::ImportHar => self.ask_path(Errand::ImportHar),
            Action::MergeCapture => self.ask_path(Errand::MergeCapture),
            Action::CancelJob(id) => self.files.tasks.cancel(id),
            Action::Browse(errand) => self.browse(errand),
            Action::Run(errand, path) => self.run_errand(errand, path),
            Action::ShowCaptures => self.show_captures(ctx),
            Action::Captures(action) => self.perform_on_captures(ctx, action),
            Action::ShowEnd(on) => self.show_end(on),
            Action::Lab(action) => self.perform_on_lab(action),
            Action::Vault(action) => self.perform_on_vault(action),
            Action::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
    }

    fn perform_on_log(&mut self, action: Action) {
        let Some(tab) = &mut self.tab else { return };
        match action {
            Action::ShowRows(places) => {
                tab.wanted = places;
                tab.want();
            }
            Action::Select(place) => {
                match place {
                    Some(place) => tab.select_one(place),
                    None => tab.select_nothing(),
                }
                tab.want();
            }
            Action::GoTo(seq) => self.go_to_event(seq),
            Action::ClearLog => tab.clear(),
            Action::UndoClear => tab.undo_clear(),
            Action::Search(search) => {
                start_search(tab, &search, &self.wake, self.memory.settings().preferences.fold_heartbeats);
            }
            Action::StopSearch => tab.finder.stop(),
            Action::CopyAs(form) => tab.capture.copy(form),
            Action::Study(wish) => {
                tab.study_wish = wish.clone();
                tab.capture.study_for(wish);
            }
            _ => {}
        }
    }

    fn filter(&mut self, change: &FilterChange) {
        let Some(tab) = &mut self.tab else { return };
        if let Err(error) = tab.filtering.change(change, &tab.capture, &self.wake) {
            self.say(Notice::error(error.to_string()));
        }
    }

    /// While a long file is read: shows its last events, or those read so far.
    pub(super) fn show_end(&mut self, on: bool) {
        let Some(tab) = &mut self.tab else { return };
        let hidden = tab.hidden();
        tab.wants_end = false;
        let moved = if on { tab.show_end() } else { tab.leave_end() };
        if let Some(moved) = moved {
            self.shell.rebase(&|place| tab.order.moved(&moved, place), (hidden, tab.hidden()));
            self.shell.show_log_edge(on, tab.order.len());
        }
    }

    pub(super) fn command(&mut self, command: Command) {
        let given = self.tab.as_ref().is_some_and(|tab| tab.capture.command(command));
        if !given {
            self.say(Notice::info("There is no connection here. Connect first."));
        }
    }

    fn set_switches(&mut self, switches: crate::settings::Switches) {
        self.command(Command::Switches(super::connect::net_switches(switches)));
        let Some(id) = self.tab.as_ref().and_then(|tab| tab.profile.as_ref()).map(|profile| profile.id)
        else {
            return;
        };
        if let Some(profile) = self.memory.change().profile_mut(id) {
            profile.switches = switches;
        }
    }

    fn set_preferences(&mut self, preferences: crate::settings::Preferences) {
        let limit_changed =
            preferences.capture_limit_bytes != self.memory.settings().preferences.capture_limit_bytes;
        self.memory.change().preferences = preferences;
        if limit_changed {
            self.prune();
        }
    }

    /// Sends a message as typed, but for `{{token}}`, and remembers it as typed.
    fn send(&mut self, text: &str) {
        let Some(tab) = &self.tab else {
            self.say(Notice::error(
                "Nothing was sent: there is no connection. Connect first; the message stays in the box.",
            ));
            return;
        };
        if crate::directus::has_mask(text) {
            // Not filled in: the words may come from anywhere. Not sent either: as a login they only look right.
            self.say(Notice::error("Nothing was sent: a masked secret stands in the message. Put {{token}} or the secret itself in its place; to send the recorded message as it was, use Resend."));
            return;
        }
        let token = tab.profile.as_ref().and_then(|profile| self.memory.token(profile.id));
        let filled = match (text.contains(TOKEN_MARK), token) {
            (false, _) => text.to_owned(),
            (true, Some(token)) => text.replace(TOKEN_MARK, &json_escaped(token.expose())),
            (true, None) => {
                self.say(Notice::error("Nothing was sent: {{token}} stands in the message, and this profile has no token. Give it one under Connection."));
                return;
            }
        };
        if !tab.capture.command(Command::Send(Outgoing::Text(filled))) {
            self.say(Notice::error("Nothing was sent: this is a recording. Connect to a server first."));
            return;
        }
        // The token itself may have been typed where nobody expects it: the capture masks it, and so does this.
        let kept = tab.capture.link().and_then(|link| link.mask(text));
        self.memory.change().history.push(kept.as_deref().unwrap_or(text));
    }

    /// Sends a message from the log again; what was masked is filled in from this session's secrets.
    fn resend(&mut self, seq: u64, text: &str) {
        let Some(tab) = &self.tab else { return };
        let Some(link) = tab.capture.link() else {
            self.say(Notice::error("Nothing was sent: this is a recording. Connect to a server first."));
            return;
        };
        // Words that only look like a mask may come from a row of the server: filled in, they would give it the token.
        if !tab.capture.view().get(seq).is_some_and(|record| record.flags.masked()) {
            link.send(Command::Send(Outgoing::Text(text.to_owned())));
            return;
        }
        let filled = link.unmask(text).unwrap_or_else(|| text.to_owned());
        if crate::directus::has_mask(&filled) {
            self.say(Notice::error(
                "Nothing was sent: the message holds a masked secret that this session doesn't know. Edit it and put {{token}} in its place.",
            ));
            return;
        }
        link.send(Command::Send(Outgoing::Text(filled)));
    }

    fn misbehave(&mut self, how: Misbehaviour) {
        let Some(demo) = &mut self.demo else {
            self.say(Notice::info("The demo server isn't running. Start it first."));
            return;
        };
        match how {
            Misbehaviour::Drop => demo.drop_connections(),
            Misbehaviour::Silence => demo.toggle_silence(),
            Misbehaviour::ExpireToken => demo.expire_tokens(),
        }
    }
}

/// Stands for the profile's token in a message, so that no saved message holds a secret.
const TOKEN_MARK: &str = "{{token}}";

/// A text as it stands inside a JSON string.
fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

fn start_search(tab: &mut Tab, search: &SearchFor, wake: &crate::engine::Wake, fold: bool) {
    let Some(needle) = Needle::new(&search.text) else {
        tab.finder.stop();
        return;
    };
    let way = if search.backwards { Way::Previous } else { Way::Next };
    let from = match (search.from, way) {
        (Some(place), _) => tab.order.seq(place),
        (None, Way::Next) => 0,
        (None, Way::Previous) => u64::MAX,
    };
    let shown = tab.shown(fold);
    tab.finder.start(tab.capture.reader(), Quest { needle, from, way, shown }, wake);
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_token_that_ends_in_a_quote_stays_whole() {
        assert_eq!(super::json_escaped(r#""a\b""#), r#"\"a\\b\""#);
    }
}
