//! The page about the server: what is known of it, from where, and what its version is known for.

use egui::{Layout, RichText, ScrollArea, Ui, vec2};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::session::{ServerLine, Snapshot};
use crate::ui::action::Action;
use crate::ui::button::Button;
use crate::ui::command::{Command, Line};
use crate::ui::control::{card_ui, dialog_ui, hint_ui, level_colour, notice_ui, title_ui};
use crate::ui::figures::counted;
use crate::ui::model::{Model, Source};
use crate::ui::shortcut::NONE;
use crate::ui::theme::{self, tokens};

/// A command about the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerCommand {
    /// Show the page.
    Show,
    /// Ask again.
    Refresh,
    /// Copy it as text.
    Copy,
}

/// The registry's lines about the server.
pub(super) const SERVER: [Line; 3] = [
    (
        Command::Server(ServerCommand::Show),
        "Server profile…",
        "Version, modes, limits and known faults of the server, each with where it is known from",
        Icon::Server,
        NONE,
    ),
    (
        Command::Server(ServerCommand::Refresh),
        "Refresh server profile",
        "Ask the server over HTTP what it says of itself",
        Icon::RotateCcw,
        NONE,
    ),
    (
        Command::Server(ServerCommand::Copy),
        "Copy for a bug report",
        "The server profile and how the connection stands, as text without secrets",
        Icon::Copy,
        NONE,
    ),
];

/// The action of a command about the server; `None` for the page itself, and where there is nothing to ask or copy.
#[must_use]
pub fn server_action(command: ServerCommand, model: &Model<'_>) -> Option<Action> {
    match command {
        ServerCommand::Show => None,
        ServerCommand::Refresh => matches!(model.source, Source::Live(_)).then_some(Action::Examine),
        ServerCommand::Copy => {
            (model.source != Source::Nothing).then(|| Action::Copy(model.snapshot.server_report()))
        }
    }
}

/// The line of the status panel that opens the page; nothing before the server was asked. True when it is clicked.
pub fn server_line_ui(ui: &mut Ui, snapshot: &Snapshot) -> bool {
    let t = tokens(ui);
    let Some(words) = snapshot.server_words() else { return false };
    let trouble = snapshot.server.faults().count() + snapshot.server.problems.len();
    let words = match u64::try_from(trouble).unwrap_or(0) {
        0 => words,
        number => format!("{words} · {}", counted(number, "warning")),
    };
    let colour = if trouble > 0 { t.warning } else { t.dim };
    let line = ui.add(egui::Link::new(RichText::new(words).color(colour)));
    ui.add_space(theme::SECTION_GAP);
    line.on_hover_text("What is known of the server").clicked()
}

/// Paints the page over the window. False once it was closed.
pub fn server_ui(ui: &Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> bool {
    let snapshot = model.snapshot;
    let closed = dialog_ui(ui, "server profile", 640.0, |ui| {
        let title = snapshot.server_words().unwrap_or_else(|| "Server profile".to_owned());
        title_ui(
            ui,
            &title,
            if snapshot.url.is_empty() { "Nothing was connected to yet" } else { &snapshot.url },
        );
        let height = (ui.ctx().content_rect().height() - 200.0).clamp(160.0, 620.0);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            warnings_ui(ui, snapshot);
            if snapshot.server.asked == 0 {
                hint_ui(ui, "The server wasn't asked yet over HTTP. What follows is what the socket shows");
                ui.add_space(theme::SMALL_GAP);
            }
            for line in snapshot.server_lines() {
                if line_ui(ui, &line) {
                    actions.push(Action::GoTo(line.seq));
                    ui.close();
                }
            }
        });
        ui.add_space(theme::GAP);
        buttons_ui(ui, model, actions);
    });
    !closed
}

fn warnings_ui(ui: &mut Ui, snapshot: &Snapshot) {
    let problems = snapshot.server.problems.iter().map(|problem| &*problem.value);
    let sentences: Vec<&str> = problems.chain(snapshot.server.faults().map(|fault| fault.sentence)).collect();
    if sentences.is_empty() {
        return;
    }
    let edge = level_colour(tokens(ui), Level::Warning);
    card_ui(ui, Some(edge), |ui| {
        for (place, sentence) in sentences.into_iter().enumerate() {
            if place > 0 {
                ui.add_space(theme::SMALL_GAP);
            }
            notice_ui(ui, Level::Warning, sentence);
        }
    });
    ui.add_space(theme::GAP);
}

/// One thing: its name, what is known, and from where. True when the event that says so is asked for.
fn line_ui(ui: &mut Ui, line: &ServerLine) -> bool {
    const NAME: f32 = 116.0;
    const SOURCE: f32 = 170.0;
    let t = tokens(ui);
    let mut wanted = false;
    ui.horizontal_top(|ui| {
        let whole = ui.available_width();
        let column = |ui: &mut Ui, width: f32, contents: &mut dyn FnMut(&mut Ui)| {
            ui.allocate_ui_with_layout(vec2(width, 20.0), Layout::top_down(egui::Align::Min), |ui| {
                ui.set_width(width);
                contents(ui);
            });
        };
        column(ui, NAME, &mut |ui| {
            ui.label(RichText::new(line.name).color(t.dim));
        });
        column(ui, (whole - NAME - SOURCE - 24.0).max(120.0), &mut |ui| {
            let colour = if line.source.is_known() { t.text } else { t.faint };
            let value = RichText::new(&line.value).font(theme::medium(theme::BODY)).color(colour);
            ui.add(egui::Label::new(value).wrap().selectable(true));
        });
        column(ui, SOURCE, &mut |ui| {
            let source = RichText::new(line.source.words()).font(theme::small()).color(t.faint);
            if line.seq > 0 {
                wanted |=
                    ui.add(egui::Link::new(source)).on_hover_text("Show the event that says so").clicked();
            } else {
                ui.add(egui::Label::new(source).wrap());
            }
        });
    });
    wanted
}

fn buttons_ui(ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        for (command, words, icon) in [
            (ServerCommand::Refresh, "Refresh", Icon::RotateCcw),
            (ServerCommand::Copy, "Copy for a bug report", Icon::Copy),
        ] {
            let action = server_action(command, model);
            if Button::new(words).with_icon(icon).enabled(action.is_some()).show(ui).clicked() {
                actions.extend(action);
            }
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            if Button::new("Close").show(ui).clicked() {
                ui.close();
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use egui_kittest::SnapshotOptions;
    use egui_kittest::kittest::Queryable as _;

    use crate::session::{Offer, Server, Source, Told};
    use crate::ui::action::Action;
    use crate::ui::scene::Scene;

    /// A live connection to an older server that was asked as a user.
    fn scene() -> Scene {
        let mut scene = Scene::live();
        fn told<T>(value: T, source: Source) -> Option<Told<T>> {
            Some(Told { value, source, seq: 3 })
        }
        let mode = Some(crate::directus::AuthMode::Handshake);
        scene.snapshot.server = Arc::new(Server {
            asked: 4,
            as_user: true,
            version: told("11.17.4".to_owned(), Source::InfoAsUser),
            project: told("Shop".to_owned(), Source::Info),
            rest: told(Offer::On { mode, path: "/websocket".to_owned() }, Source::InfoAsUser),
            heartbeat_s: told(Some(30), Source::InfoAsUser),
            clock_offset_ms: told(-4_200, Source::Headers),
            ..Server::default()
        });
        scene
    }

    #[test]
    fn the_line_opens_the_page_which_says_what_is_known_and_from_where() {
        let mut harness = scene().harness(true, (1440.0, 900.0));
        harness.get_by_label("Directus 11.17.4 · handshake · heartbeat 30 s · 4 warnings").click();
        harness.run();
        harness.get_by_label("handshake at /websocket");
        harness.get_by_label("4.2 s behind this computer's");
        harness.get_by_label_contains("Origin of a socket is not checked");
        let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
        harness.snapshot_options("server_profile_dark", &options);
        // The page settles its height over a few frames, and buttons below its list move meanwhile.
        harness.run_steps(8);
        harness.get_by_label("Refresh").click();
        harness.run();
        assert_eq!(harness.state().wishes(), [Action::Examine]);
        harness.get_by_label("Copy for a bug report").click();
        harness.run();
        let wishes = harness.state().wishes();
        let Some(Action::Copy(report)) = wishes.last() else { panic!("{wishes:?}") };
        assert!(report.contains("version: 11.17.4 (/server/info as this user)"), "{report}");
        harness.get_all_by_label("/server/info as this user").next().unwrap().click();
        harness.run();
        assert!(harness.state().wishes().contains(&Action::GoTo(3)));
        assert!(harness.query_by_label("Copy for a bug report").is_none(), "the page closed");
    }

    #[test]
    fn nothing_is_shown_of_a_server_that_was_not_asked() {
        let harness = Scene::live().harness(true, (1440.0, 900.0));
        assert!(harness.query_by_label_contains("Directus ").is_none());
    }
}
