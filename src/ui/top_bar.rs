//! The bar at the upper edge: what is shown, connect and disconnect, commands, theme, settings, help.

use egui::accesskit::Role;
use egui::{Layout, RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};
use lucide_icons::Icon;

use crate::session::Phase;
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::command::{Command, keys};
use crate::ui::model::{Demo, Model, Source};
use crate::ui::tab_strip::tab_strip_ui;
use crate::ui::theme::{self, tokens};

/// What the strip of tabs leaves to the buttons.
const TOOLS_WIDTH: f32 = 440.0;
/// What it has in a narrow window.
const STRIP_WIDTH: f32 = 220.0;

/// Paints the bar; `on_form` while the connect form is shown. Returns the command chosen.
pub fn top_bar_ui(
    ui: &mut Ui,
    model: &Model<'_>,
    on_form: bool,
    actions: &mut Vec<Action>,
) -> Option<Command> {
    let mut chosen = None;
    let size = vec2(ui.available_width(), ui.available_height());
    ui.allocate_ui_with_layout(size, Layout::left_to_right(egui::Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if model.source == Source::Nothing {
            ui.add_space(4.0);
            ui.label(RichText::new("Harewire").font(theme::strong(13.0)));
        } else {
            chosen = source_ui(ui, model, on_form, actions);
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            let choice = tools_ui(ui, model);
            chosen = choice.or(chosen);
        });
    });
    chosen
}

fn source_ui(ui: &mut Ui, model: &Model<'_>, on_form: bool, actions: &mut Vec<Action>) -> Option<Command> {
    let snapshot = model.snapshot;
    let mut chosen = None;
    let width = (ui.available_width() - TOOLS_WIDTH).max(STRIP_WIDTH);
    actions.extend(tab_strip_ui(ui, model, width).map(Action::Tabs));
    if let Source::Live(_) = model.source {
        let (command, text, icon) = match snapshot.phase {
            Phase::Idle | Phase::Closed => (Command::Reconnect, "Reconnect", Icon::Plug),
            Phase::WaitingToRetry => (Command::RetryNow, "Retry now", Icon::RotateCcw),
            Phase::Live | Phase::Authenticating => (Command::Disconnect, "Disconnect", Icon::Unplug),
            Phase::Closing => (Command::Abort, "Abort", Icon::CircleX),
            Phase::LoggingIn | Phase::Resolving | Phase::Connecting | Phase::Tls | Phase::Upgrading => {
                (Command::Disconnect, "Cancel", Icon::CircleX)
            }
        };
        if Button::new(text).with_icon(icon).look(Look::Quiet).show(ui).on_hover_text(command.tip()).clicked()
        {
            chosen = Some(command);
        }
    }
    let look = if on_form { Look::On } else { Look::Quiet };
    let connection = Button::icon(Icon::Plus, "Connection").look(look);
    if connection.show(ui).on_hover_text(Command::Connection.tip()).clicked() {
        chosen = Some(Command::Connection);
    }
    chosen
}

fn tools_ui(ui: &mut Ui, model: &Model<'_>) -> Option<Command> {
    let mut chosen = None;
    let mut tool = |ui: &mut Ui, icon: Icon, name: &str, command: Command| {
        if Button::icon(icon, name).show(ui).on_hover_text(command.tip()).clicked() {
            chosen = Some(command);
        }
    };
    tool(ui, Icon::CircleHelp, "Help", Command::Help);
    tool(ui, Icon::Settings, "Settings", Command::Settings);
    let icon = if ui.visuals().dark_mode { Icon::Moon } else { Icon::Sun };
    tool(ui, icon, "Change theme", Command::NextTheme);
    if search_ui(ui) {
        chosen = Some(Command::Palette);
    }
    if let Demo::On { silent, .. } = model.demo {
        let look = if silent { Look::On } else { Look::Quiet };
        let button = Button::new("Demo").with_icon(Icon::FlaskConical).look(look).show(ui);
        egui::Popup::menu(&button).show(|ui| {
            ui.set_min_width(190.0);
            for command in [Command::DemoDrop, Command::DemoSilence, Command::DemoExpire] {
                let Some(entry) = command.entry() else { continue };
                if ui.button(entry.label).on_hover_text(entry.tip).clicked() {
                    chosen = Some(command);
                    ui.close();
                }
            }
        });
    }
    chosen
}

/// The field that isn't one: it opens the palette.
fn search_ui(ui: &mut Ui) -> bool {
    let t = tokens(ui);
    let keys = Command::Palette.entry().map_or_else(String::new, |entry| keys(&entry));
    let narrow = ui.available_width() < 220.0;
    let words = if narrow { keys } else { format!("Search commands   {keys}") };
    let galley = ui.painter().layout_no_wrap(words, theme::small(), t.dim);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 18.0, 22.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Search commands"));
    let border = if response.hovered() || response.has_focus() { t.strong_line } else { t.line };
    ui.painter().rect(rect, theme::RADIUS, t.panel, Stroke::new(1.0, border), StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, t.dim);
    response.clicked()
}
