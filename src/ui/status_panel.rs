//! `StatusPanel`: where the connection stands, in words and figures, and why. Its sections in their order.

use egui::{ScrollArea, Ui};

use crate::capture::row::Level;
use crate::session::{Moment, Phase, Snapshot};
use crate::settings::{Folded, Layout, PanelSection, Switches};
use crate::ui::action::Action;
use crate::ui::beside_list::beside_ui;
use crate::ui::cause_card::trouble_ui;
use crate::ui::command::Command;
use crate::ui::connection_section::{connection_ui, steps_ui};
use crate::ui::control::level_colour;
use crate::ui::figures::{ago, lasting};
use crate::ui::identity_strip::identity_ui;
use crate::ui::life_sections::{heartbeat_ui, rates_ui, round_trip_ui};
use crate::ui::model::Model;
use crate::ui::notices_section::{traffic_ui, warnings_ui};
use crate::ui::section::folding_ui;
use crate::ui::server_view::{ServerCommand, server_line_ui};
use crate::ui::subscription_cards::subscriptions_ui;
use crate::ui::switches::switches_ui;
use crate::ui::theme;

/// How a phase is coloured.
#[must_use]
pub fn phase_level(phase: Phase) -> Level {
    match phase {
        Phase::Idle | Phase::Closed => Level::Dim,
        Phase::LoggingIn
        | Phase::Resolving
        | Phase::Connecting
        | Phase::Tls
        | Phase::Upgrading
        | Phase::Authenticating => Level::Normal,
        Phase::Live => Level::Good,
        Phase::Closing | Phase::WaitingToRetry => Level::Warning,
    }
}

/// The colour of a phase's dot.
#[must_use]
pub fn phase_colour(t: &theme::Tokens, phase: Phase) -> egui::Color32 {
    match phase_level(phase) {
        Level::Normal => t.incoming,
        level => level_colour(t, level),
    }
}

/// What stands beside the phase: for how long, or until when.
#[must_use]
pub fn phase_note(snapshot: &Snapshot, moment: &Moment) -> String {
    if let Some(was) = snapshot.open_end {
        return format!("connection was {}", was.words().to_lowercase());
    }
    match (snapshot.phase, moment.retry_in_us, moment.uptime_us) {
        (Phase::WaitingToRetry, Some(due), _) => format!("retry in {}", lasting(due.saturating_add(999_999))),
        (Phase::Live, _, Some(uptime)) => lasting(uptime),
        (Phase::Idle, ..) => String::new(),
        (Phase::Closed, ..) => ago(moment.in_phase_us),
        _ => lasting(moment.in_phase_us),
    }
}

/// Paints the panel. `wanted` becomes the command that the user asks for in it.
pub fn status_panel_ui(
    ui: &mut Ui,
    model: &Model<'_>,
    wanted: &mut Option<Command>,
    actions: &mut Vec<Action>,
) {
    let snapshot = model.snapshot;
    let moment = snapshot.at(model.now_us);
    let layout = model.settings.layout;
    let mut folded = layout.folded;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // The scrollbar floats in the margin, not over the cards.
        ui.set_max_width(ui.available_width() - 10.0);
        connection_ui(ui, snapshot, &moment, actions);
        if server_line_ui(ui, snapshot) {
            *wanted = Some(Command::Server(ServerCommand::Show));
        }
        beside_ui(ui, snapshot, actions);
        trouble_ui(ui, snapshot, actions);
        identity_ui(ui, model, &moment, &mut folded, actions);
        let mut wants_subscribe = false;
        subscriptions_ui(ui, model, &mut folded, &mut wants_subscribe, actions);
        if wants_subscribe {
            *wanted = Some(Command::Subscribe);
        }
        warnings_ui(ui, snapshot, &mut folded, actions);
        steps_ui(ui, snapshot, &mut folded, actions);
        heartbeat_ui(ui, snapshot, &moment, &mut folded);
        round_trip_ui(ui, snapshot, &mut folded, actions);
        rates_ui(ui, snapshot, model.now_us, &mut folded);
        automation_ui(ui, snapshot, &mut folded, actions);
        traffic_ui(ui, snapshot, &mut folded);
    });
    if folded != layout.folded {
        actions.push(Action::SetLayout(Layout { folded, ..layout }));
    }
}

fn automation_ui(ui: &mut Ui, snapshot: &Snapshot, folded: &mut Folded, actions: &mut Vec<Action>) {
    if snapshot.connection == 0 {
        return;
    }
    let now = snapshot.switches;
    let mut switches = Switches {
        auto_pong: now.auto_pong,
        reconnect: now.reconnect,
        resubscribe: now.resubscribe,
        measure: now.measure,
        reauth: now.reauth,
    };
    folding_ui(
        ui,
        PanelSection::Automatic,
        folded,
        |_| {},
        |ui| {
            if switches_ui(ui, &mut switches) {
                actions.push(Action::SetSwitches(switches));
            }
        },
    );
}
