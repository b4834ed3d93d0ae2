//! `Compose`: the box where messages are written: templates, colours, a live check, history, send.

use egui::{Layout, RichText, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, accesskit::Role, vec2};
use lucide_icons::Icon;

use crate::capture::json_format;
use crate::capture::json_tree::{JsonError, JsonTree, NODE_LIMIT};
use crate::capture::row::Level;
use crate::directus::template::Template;
use crate::directus::{MessageType, classify};
use crate::session::{Phase, Snapshot};
use crate::settings::History;
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::command::Command;
use crate::ui::control::{level_colour, section_ui};
use crate::ui::figures;
use crate::ui::json_highlight;
use crate::ui::subscribe_form::{Filled, SubscribeForm};
use crate::ui::theme::{self, tokens};

/// The text being written and where it came from.
#[derive(Clone, Debug, Default)]
pub struct Compose {
    text: String,
    template: Option<Template>,
    /// Steps back in the history; the text before is kept in `draft`.
    back: Option<usize>,
    draft: String,
    /// Counts the uids given out.
    uids: u32,
    focus: bool,
    form: SubscribeForm,
    checked: Option<(String, Check)>,
}

/// What is known of the text as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Check {
    Empty,
    Json { kind: MessageType, has_uid: bool },
    NotJson(JsonError),
}

const EDITOR_ID: &str = "compose editor";
const FOOT_HEIGHT: f32 = 42.0;
const TEMPLATES_WIDTH: f32 = 168.0;

impl Compose {
    /// Replaces the text and puts the cursor into the box.
    pub fn edit(&mut self, text: String) {
        self.text = text;
        self.template = None;
        self.back = None;
        self.focus = true;
    }

    /// The text as typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Does what a user command says of the compose box. Whether it was one of its own.
    pub fn perform(
        &mut self,
        command: Command,
        snapshot: &Snapshot,
        history: &History,
        actions: &mut Vec<Action>,
    ) -> bool {
        match command {
            Command::Compose => self.focus = true,
            Command::Send => self.send(snapshot, actions),
            Command::Format => self.format(),
            Command::HistoryBack => self.recall(history, true),
            Command::HistoryForward => self.recall(history, false),
            Command::Subscribe => {
                let uid = self.uid(Template::Subscribe, &collection_of(snapshot));
                self.form.open(uid);
            }
            _ => return false,
        }
        true
    }

    /// Paints the box into all the room there is.
    pub fn show(&mut self, ui: &mut Ui, snapshot: &Snapshot, history: &History, actions: &mut Vec<Action>) {
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let wide = rect.width() > 520.0;
        let split = rect.left() + if wide { TEMPLATES_WIDTH } else { 0.0 };
        let (left, right) = rect.split_left_right_at_x(split);
        let (body, foot) = right.split_top_bottom_at_y(right.bottom() - FOOT_HEIGHT);
        let line = egui::Stroke::new(1.0, tokens(ui).line);
        if wide {
            let mut ui =
                ui.new_child(egui::UiBuilder::new().max_rect(left.shrink(10.0)).id_salt("templates"));
            self.templates_ui(&mut ui, snapshot);
            ui.painter().with_clip_rect(rect).vline(split, rect.y_range(), line);
        }
        let mut editor =
            ui.new_child(egui::UiBuilder::new().max_rect(body.shrink2(vec2(14.0, 8.0))).id_salt("editor"));
        self.editor_ui(&mut editor);
        ui.painter().hline(foot.x_range(), foot.top(), line);
        let layout = Layout::right_to_left(egui::Align::Center);
        let area = foot.shrink2(vec2(12.0, 0.0));
        let mut foot = ui.new_child(egui::UiBuilder::new().max_rect(area).layout(layout).id_salt("foot"));
        self.foot_ui(&mut foot, snapshot, history, actions);
        match self.form.show(ui, can_send(snapshot)) {
            Some(Filled::Edit(text)) => self.edit(text),
            Some(Filled::Send(text)) => {
                self.edit(text);
                self.send(snapshot, actions);
            }
            None => {}
        }
    }

    fn templates_ui(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
        section_ui(ui, "Templates", |_| {});
        let t = tokens(ui);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            for template in Template::ALL {
                let on = self.template == Some(template);
                let size = vec2(ui.available_width(), 20.0);
                let (rect, response) = ui.allocate_exact_size(size, Sense::click());
                let label = template.label();
                response.widget_info(|| {
                    WidgetInfo::selected(Role::Button, true, on, format!("Template {label}"))
                });
                let lit = response.hovered() || response.has_focus();
                if on || lit {
                    ui.painter().rect_filled(rect, theme::RADIUS - 1, t.raised);
                }
                let at = rect.left_center() + vec2(8.0, 0.0);
                let colour = if on || lit { t.text } else { t.dim };
                ui.painter().text(at, egui::Align2::LEFT_CENTER, label, theme::body(), colour);
                if response.clicked() {
                    self.start(template, snapshot);
                }
            }
        });
    }

    fn editor_ui(&mut self, ui: &mut Ui) {
        let t = tokens(ui);
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
            let job = json_highlight::job(text.as_str(), false, t, &theme::mono(), width);
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let height = ui.available_height();
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let edit = TextEdit::multiline(&mut self.text)
                .id(egui::Id::unique(EDITOR_ID))
                .font(theme::mono())
                .frame(egui::Frame::NONE)
                .hint_text(
                    RichText::new("Write a message, or start from a template").color(t.faint).italics(),
                )
                .desired_width(f32::INFINITY)
                .min_size(vec2(0.0, height - 2.0))
                .lock_focus(true)
                .layouter(&mut layouter);
            let response: egui::Response = ui.add(edit).accessible_name("Message");
            if response.changed() {
                self.back = None;
                self.template = None;
            }
            if std::mem::take(&mut self.focus) {
                response.request_focus();
            }
        });
    }

    fn foot_ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, history: &History, actions: &mut Vec<Action>) {
        let mut command = None;
        let keys = Command::Send.entry().map_or_else(String::new, |entry| crate::ui::command::keys(&entry));
        let ready = can_send(snapshot) && !self.text.trim().is_empty();
        let send = Button::new("Send").shortcut(&keys).look(Look::Primary).enabled(ready);
        button_ui(ui, send, Command::Send, &mut command);
        let narrow = ui.available_width() < 430.0;
        button_ui(ui, Button::new("Form"), Command::Subscribe, &mut command);
        if !narrow {
            self.more_ui(ui, history, &mut command);
        }
        if let Some(command) = command {
            self.perform(command, snapshot, history, actions);
        }
        ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
            let (level, words) = self.verdict(snapshot);
            let colour =
                if level == Level::Normal { tokens(ui).dim } else { level_colour(tokens(ui), level) };
            ui.add(egui::Label::new(RichText::new(&words).color(colour)).truncate()).on_hover_text(words);
        });
    }

    fn more_ui(&mut self, ui: &mut Ui, history: &History, command: &mut Option<Command>) {
        let format = Button::new("Format").enabled(matches!(self.check(), Check::Json { .. }));
        button_ui(ui, format, Command::Format, command);
        let (older, newer) =
            (history.iter().len() > self.back.map_or(0, |back| back + 1), self.back.is_some());
        let forward = Button::icon(Icon::ChevronDown, "Newer message").enabled(newer);
        button_ui(ui, forward, Command::HistoryForward, command);
        let back = Button::icon(Icon::ChevronUp, "Older message").enabled(older);
        button_ui(ui, back, Command::HistoryBack, command);
    }

    fn check(&mut self) -> Check {
        if let Some((_, check)) = self.checked.as_ref().filter(|(text, _)| *text == self.text) {
            return check.clone();
        }
        let text = self.text.trim();
        let check = if text.is_empty() {
            Check::Empty
        } else {
            match JsonTree::parse(&self.text, NODE_LIMIT) {
                Ok(_) => {
                    let class = classify(text);
                    Check::Json { kind: class.kind, has_uid: class.uid(text).is_some() }
                }
                Err(error) => Check::NotJson(error),
            }
        };
        self.checked = Some((self.text.clone(), check.clone()));
        check
    }

    /// The line under the editor: is it JSON, how large, what will happen to it.
    fn verdict(&mut self, snapshot: &Snapshot) -> (Level, String) {
        let size = figures::bytes(u64::try_from(self.text.len()).unwrap_or(u64::MAX));
        let (level, words) = match self.check() {
            Check::Empty => return (Level::Normal, sending(snapshot).to_owned()),
            Check::NotJson(error) => (Level::Warning, format!("not JSON: {error} · sent as it is")),
            Check::Json { kind, has_uid } => {
                let asks = matches!(kind, MessageType::Items | MessageType::Subscribe | MessageType::Ping);
                let hint =
                    if asks && !has_uid { " · no uid: its reply can't be told from others" } else { "" };
                (Level::Normal, format!("valid JSON · {size}{hint}"))
            }
        };
        let fate = sending(snapshot);
        (level, if fate.is_empty() { words } else { format!("{words} · {fate}") })
    }

    fn send(&mut self, snapshot: &Snapshot, actions: &mut Vec<Action>) {
        if can_send(snapshot) && !self.text.trim().is_empty() {
            actions.push(Action::Send(self.text.clone()));
            self.back = None;
            // The next message from the same template must not be taken for this one.
            if let Some(template) = self.template {
                self.start(template, snapshot);
            }
        }
    }

    fn start(&mut self, template: Template, snapshot: &Snapshot) {
        let collection = collection_of(snapshot);
        let uid = if template == Template::Unsubscribe {
            let alive = snapshot.subscriptions.iter().rev().find(|one| one.state.is_alive());
            alive.and_then(|one| one.request.uid.as_deref().map(str::to_owned)).unwrap_or_default()
        } else {
            self.uid(template, &collection)
        };
        self.edit(template.text(&collection, &uid));
        self.template = Some(template);
    }

    fn uid(&mut self, template: Template, collection: &str) -> String {
        self.uids += 1;
        let prefix = template.uid_prefix(collection);
        if prefix.is_empty() { String::new() } else { format!("{prefix}-{}", self.uids) }
    }

    fn recall(&mut self, history: &History, older: bool) {
        let next = match (self.back, older) {
            (None, true) => Some(0),
            (Some(back), true) => Some(back + 1),
            (Some(back), false) => back.checked_sub(1),
            (None, false) => return,
        };
        let Some(back) = next else {
            let draft = std::mem::take(&mut self.draft);
            return self.edit(draft);
        };
        let Some(text) = history.back(back) else { return };
        if self.back.is_none() {
            self.draft = std::mem::take(&mut self.text);
        }
        self.edit(text.to_owned());
        self.back = Some(back);
    }

    fn format(&mut self) {
        if JsonTree::parse(&self.text, NODE_LIMIT).is_ok()
            && let Some(text) = json_format::formatted(&self.text)
        {
            let template = self.template;
            self.edit(text);
            self.template = template;
        }
    }
}

fn button_ui(ui: &mut Ui, button: Button<'_>, of: Command, command: &mut Option<Command>) {
    if button.show(ui).on_hover_text(of.tip()).clicked() {
        *command = Some(of);
    }
}

/// The collection a template is about: that of the latest subscription, or the one of the official guide.
fn collection_of(snapshot: &Snapshot) -> String {
    let latest = snapshot.subscriptions.last().map(|one| one.request.collection.to_string());
    latest.filter(|name| !name.is_empty()).unwrap_or_else(|| "messages".to_owned())
}

/// Whether there is a connection to send on; before the login a message is held.
#[must_use]
pub fn can_send(snapshot: &Snapshot) -> bool {
    matches!(snapshot.phase, Phase::Authenticating | Phase::Live)
}

/// What happens to a message sent now.
fn sending(snapshot: &Snapshot) -> &'static str {
    match snapshot.phase {
        Phase::Live => "",
        Phase::Authenticating => "held until the login is confirmed",
        Phase::Idle | Phase::Closed | Phase::Closing | Phase::WaitingToRetry => "not connected",
        Phase::LoggingIn | Phase::Resolving | Phase::Connecting | Phase::Tls | Phase::Upgrading => {
            "connecting"
        }
    }
}
