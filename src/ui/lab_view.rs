//! The page of the heartbeat lab: what will be done, and what came of each experiment.

use std::fmt::Write as _;

use egui::{Layout, RichText, ScrollArea, Ui};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::command::{Command, Line};
use crate::ui::control::{card_ui, chip_ui, dialog_ui, fact_ui, hint_ui, level_colour, notice_ui, title_ui};
use crate::ui::figures::{counted, lasting, span};
use crate::ui::model::Model;
use crate::ui::shortcut::NONE;
use crate::ui::theme::{self, tokens};

/// The registry's line about the lab.
pub(super) const LAB: [Line; 1] = [(
    Command::HeartbeatLab,
    "Heartbeat lab…",
    "Try on connections of their own what this server takes for a sign of life, and when it gives up",
    Icon::HeartPulse,
    NONE,
)];

/// What the page of the lab wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabAction {
    /// Play all experiments.
    Start,
    /// End those that run.
    Cancel,
    /// The page was closed.
    Leave,
}

/// Where the period is known from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeriodSource {
    /// The server tells it.
    Told,
    /// Two pings on the tab's connection.
    Measured,
    /// Nothing: a server has this one unless it is told otherwise (reference 1.2).
    #[default]
    Default,
}

/// How the lab goes for a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The heartbeat period, microseconds.
    pub period_us: u64,
    /// From where that is known.
    pub source: PeriodSource,
    /// How long it takes where the server is as expected, microseconds.
    pub takes_us: u64,
    /// The longest it can take.
    pub most_us: u64,
}

impl Plan {
    fn words(&self) -> String {
        let source = match self.source {
            PeriodSource::Told => "as the server says",
            PeriodSource::Measured => "as measured on this connection",
            PeriodSource::Default => {
                "the default, since the server tells none and two pings weren't seen yet"
            }
        };
        format!(
            "The period of the heartbeat is {} ({source}), so this takes about {}, at most {}.",
            span(self.period_us),
            lasting(self.takes_us),
            lasting(self.most_us)
        )
    }
}

/// How far an experiment is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabState {
    /// Not begun.
    #[default]
    Waiting,
    /// Under way.
    Running,
    /// Over: the server did what is expected.
    AsExpected,
    /// Over: it did not.
    Differs,
    /// Over, without an answer.
    NotTried,
}

impl LabState {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Waiting => "Not started",
            Self::Running => "Running",
            Self::AsExpected => "As expected",
            Self::Differs => "Differs",
            Self::NotTried => "Could not be tried",
        }
    }

    const fn level(self) -> Level {
        match self {
            Self::Waiting => Level::Dim,
            Self::Running => Level::Normal,
            Self::AsExpected => Level::Good,
            Self::Differs => Level::Error,
            Self::NotTried => Level::Warning,
        }
    }
}

/// An experiment as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabRow {
    /// Its name.
    pub name: String,
    /// What it finds out.
    pub question: String,
    /// How far it is.
    pub state: LabState,
    /// What the reference says.
    pub expected: String,
    /// What was seen; empty until it is over.
    pub observed: String,
}

/// The lab as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabModel {
    /// The server, without secrets.
    pub server: String,
    /// How it goes; `None` where it can't.
    pub plan: Option<Plan>,
    /// Why it can't be started now.
    pub obstacle: Option<String>,
    /// The experiments.
    pub rows: Vec<LabRow>,
    /// Some run.
    pub is_running: bool,
    /// They were asked to end.
    pub is_stopping: bool,
}

impl LabModel {
    /// How far it is, in words; nothing before it began.
    fn progress(&self) -> Option<String> {
        let over = self.count(|state| !matches!(state, LabState::Waiting | LabState::Running));
        if self.is_stopping && self.is_running {
            return Some("Stopping".to_owned());
        }
        if self.is_running {
            return Some(format!("{over} of {} over", counted(self.count(|_| true), "experiment")));
        }
        (over > 0).then(|| self.outcome())
    }

    /// How many ended in which way.
    #[must_use]
    pub fn outcome(&self) -> String {
        let parts = [
            (LabState::AsExpected, "as expected"),
            (LabState::Differs, "different"),
            (LabState::NotTried, "could not be tried"),
        ];
        let parts = parts.map(|(state, words)| (self.count(|own| own == state), words));
        let said: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{count} {words}"))
            .collect();
        said.join(", ")
    }

    fn count(&self, fits: impl Fn(LabState) -> bool) -> u64 {
        u64::try_from(self.rows.iter().filter(|row| fits(row.state)).count()).unwrap_or(u64::MAX)
    }

    /// All of it as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("Heartbeat lab of Harewire\nServer: {}\n", self.server);
        if let Some(plan) = self.plan {
            let _infallible = writeln!(text, "{}", plan.words());
        }
        for row in &self.rows {
            let LabRow { name, question, expected, observed, state, .. } = row;
            let _infallible =
                write!(text, "\n{name}: {}\n  {question}\n  Expected: {expected}\n", state.words());
            if !observed.is_empty() {
                let _infallible = writeln!(text, "  Observed: {observed}");
            }
        }
        text
    }
}

/// Paints the page over the window. False once it was closed.
pub fn lab_ui(ui: &Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> bool {
    let lab = model.lab;
    let closed = dialog_ui(ui, "heartbeat lab", 720.0, |ui| {
        title_ui(ui, "Heartbeat lab", &lab.server);
        if !lab.rows.is_empty() {
            let number = counted(lab.count(|_| true), "connection");
            hint_ui(
                ui,
                &format!(
                    "{number} of its own, side by side: each answers the server's ping in another way and waits for what \
                 follows. Nothing is written to the server's data, and your own connection is not touched."
                ),
            );
        }
        if let Some(plan) = lab.plan {
            hint_ui(ui, &plan.words());
        }
        if let Some(obstacle) = &lab.obstacle {
            notice_ui(ui, Level::Warning, obstacle);
        }
        ui.add_space(theme::GAP);
        buttons_ui(ui, lab, actions);
        ui.add_space(theme::GAP);
        let height = (ui.ctx().content_rect().height() - 300.0).clamp(160.0, 560.0);
        // As high from the start as it ever gets: the buttons must not move away from the pointer as results come.
        let list = ScrollArea::vertical()
            .min_scrolled_height(height)
            .max_height(height)
            .auto_shrink([false, lab.rows.is_empty()]);
        list.show(ui, |ui| {
            for row in &lab.rows {
                row_ui(ui, row);
                ui.add_space(theme::SMALL_GAP);
            }
        });
    });
    if closed {
        actions.push(Action::Lab(LabAction::Leave));
    }
    !closed
}

/// One experiment.
fn row_ui(ui: &mut Ui, row: &LabRow) {
    let level = row.state.level();
    let edge = matches!(row.state, LabState::AsExpected | LabState::Differs | LabState::NotTried)
        .then(|| level_colour(tokens(ui), level));
    card_ui(ui, edge, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new(&row.name).font(theme::strong(theme::BODY)));
            chip_ui(ui, row.state.words(), level);
        });
        hint_ui(ui, &row.question);
        fact_ui(ui, "Expected", &row.expected);
        if !row.observed.is_empty() {
            fact_ui(ui, "Observed", &row.observed);
        }
    });
}

fn buttons_ui(ui: &mut Ui, lab: &LabModel, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        if lab.is_running {
            if Button::new("Cancel").with_icon(Icon::X).enabled(!lab.is_stopping).show(ui).clicked() {
                actions.push(Action::Lab(LabAction::Cancel));
            }
        } else {
            let is_over = lab.rows.iter().any(|row| row.state != LabState::Waiting);
            let start = Button::new(if is_over { "Start again" } else { "Start" });
            let start = start.with_icon(Icon::Play).look(Look::Primary).enabled(lab.obstacle.is_none());
            if start.show(ui).clicked() {
                actions.push(Action::Lab(LabAction::Start));
            }
        }
        let has_text = !lab.rows.is_empty();
        if Button::new("Copy as text").with_icon(Icon::Copy).enabled(has_text).show(ui).clicked() {
            actions.push(Action::Copy(lab.text()));
        }
        if let Some(progress) = lab.progress() {
            ui.label(RichText::new(progress).color(tokens(ui).dim));
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
    use egui::{Key, Modifiers};
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::ui::scene::Scene;

    fn row(name: &str, state: LabState, observed: &str) -> LabRow {
        LabRow {
            name: name.to_owned(),
            question: "When does the server give up?".to_owned(),
            state,
            expected: "The server closes without a code 30.0 s after its first ping (reference 3)."
                .to_owned(),
            observed: observed.to_owned(),
        }
    }

    fn lab(rows: Vec<LabRow>) -> LabModel {
        let plan =
            Plan { period_us: 30_000_000, takes_us: 90_000_000, most_us: 226_000_000, ..Plan::default() };
        LabModel {
            server: "wss://cms.example.com/websocket".into(),
            plan: Some(plan),
            rows,
            ..LabModel::default()
        }
    }

    fn open(lab: LabModel) -> egui_kittest::Harness<'static, Scene> {
        let mut harness = Scene { lab, ..Scene::live() }.harness(true, (1440.0, 900.0));
        harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
        harness.run();
        harness.get_by_label("Command").type_text("heartbeat lab");
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        // The page settles its height over a few frames, and buttons below its list move meanwhile.
        harness.run_steps(8);
        harness
    }

    #[test]
    fn before_the_start_it_says_what_will_be_done_and_how_long_that_takes() {
        let mut harness = open(lab(vec![row("Never answer", LabState::Waiting, "")]));
        harness.get_by_label_contains("Nothing is written to the server's data");
        harness.get_by_label_contains("30.0 s (the default, since the server tells none");
        harness.get_by_label_contains("about 1 min 30 s, at most 3 min 46 s");
        harness.get_by_label("Not started");
        harness.get_by_label("Start").click();
        harness.run();
        assert_eq!(harness.state().wishes(), [Action::Lab(LabAction::Start)]);
    }

    #[test]
    fn what_came_of_it_is_shown_and_copied() {
        let rows = vec![
            row("Answer", LabState::AsExpected, "The connection stayed open and got 3 pings."),
            row("Never answer", LabState::Differs, "The connection stayed open; 4 pings came."),
            row(
                "Answer late",
                LabState::NotTried,
                "The connection did not open: the log says where it failed.",
            ),
        ];
        let mut harness = open(lab(rows));
        for said in
            ["As expected", "Differs", "Could not be tried", "The connection stayed open; 4 pings came."]
        {
            harness.get_by_label(said);
        }
        harness.get_by_label("1 as expected, 1 different, 1 could not be tried");
        let options = egui_kittest::SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
        harness.snapshot_options("heartbeat_lab_dark", &options);
        harness.get_by_label("Copy as text").click();
        harness.run();
        let wishes = harness.state().wishes();
        let Some(Action::Copy(text)) = wishes.last() else { panic!("{wishes:?}") };
        assert!(
            text.contains("Never answer: Differs")
                && text.contains("Observed: The connection stayed open; 4")
        );
    }

    #[test]
    fn what_runs_can_be_cancelled_and_an_obstacle_stops_the_start() {
        let running = LabModel { is_running: true, ..lab(vec![row("Answer", LabState::Running, "")]) };
        let mut harness = open(running);
        harness.get_by_label("0 of 1 experiment over");
        harness.get_by_label("Cancel").click();
        harness.run();
        assert_eq!(harness.state().wishes(), [Action::Lab(LabAction::Cancel)]);
        let obstacle = Some("The heartbeat of this server is switched off.".to_owned());
        let mut harness = open(LabModel { obstacle, ..LabModel::default() });
        harness.get_by_label_contains("switched off");
        harness.get_by_label("Start").click();
        harness.get_by_label("Close").click();
        harness.run();
        assert_eq!(harness.state().wishes(), [Action::Lab(LabAction::Leave)]);
    }
}
