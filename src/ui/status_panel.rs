//! `StatusPanel`: where the connection stands, in words and figures, and why.

use egui::{RichText, ScrollArea, Ui};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::session::{Answer, Moment, Phase, Snapshot};
use crate::settings::Switches;
use crate::ui::action::Action;
use crate::ui::button::Button;
use crate::ui::cause_card::{row_link_ui, trouble_ui};
use crate::ui::control::{chip_ui, dot_ui, fact_ui, fact_with, icon_ui, level_colour, section_ui, switch_ui};
use crate::ui::figures::{self, ago, bytes, count, lasting, rate, span};
use crate::ui::model::Model;
use crate::ui::subscription_cards::subscriptions_ui;
use crate::ui::theme::{self, tokens};
use crate::ui::waterfall::{sparkline_ui, tls_ui, waterfall_ui};

/// How a phase is coloured.
#[must_use]
pub fn phase_level(phase: Phase) -> Level {
    match phase {
        Phase::Idle | Phase::Closed => Level::Dim,
        Phase::Resolving | Phase::Connecting | Phase::Tls | Phase::Upgrading | Phase::Authenticating => {
            Level::Normal
        }
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
    match (snapshot.phase, moment.retry_in_us, moment.uptime_us) {
        (Phase::WaitingToRetry, Some(due), _) => format!("retry in {}", lasting(due.saturating_add(999_999))),
        (Phase::Live, _, Some(uptime)) => lasting(uptime),
        (Phase::Idle, ..) => String::new(),
        (Phase::Closed, ..) => ago(moment.in_phase_us),
        _ => lasting(moment.in_phase_us),
    }
}

/// Paints the panel.
pub fn status_panel_ui(
    ui: &mut Ui,
    model: &Model<'_>,
    wants_subscribe: &mut bool,
    actions: &mut Vec<Action>,
) {
    let snapshot = model.snapshot;
    let moment = snapshot.at(model.now_us);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // The scrollbar floats in the margin, not over the cards.
        ui.set_max_width(ui.available_width() - 10.0);
        connection_ui(ui, snapshot, &moment, actions);
        trouble_ui(ui, snapshot, actions);
        identity_ui(ui, snapshot, &moment);
        round_trip_ui(ui, snapshot, &moment, actions);
        subscriptions_ui(ui, model, wants_subscribe, actions);
        warnings_ui(ui, snapshot, actions);
        automation_ui(ui, snapshot, actions);
        traffic_ui(ui, snapshot);
    });
}

fn connection_ui(ui: &mut Ui, snapshot: &Snapshot, moment: &Moment, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    section_ui(ui, "Connection", |_| {});
    ui.horizontal(|ui| {
        dot_ui(ui, phase_colour(t, snapshot.phase));
        ui.label(RichText::new(snapshot.phase.words()).font(theme::strong(theme::TITLE)));
        ui.label(RichText::new(phase_note(snapshot, moment)).color(t.dim));
    });
    if !snapshot.url.is_empty() {
        let url = RichText::new(&*snapshot.url).font(theme::mono()).color(t.dim);
        ui.add(egui::Label::new(url).truncate()).on_hover_text(&*snapshot.url);
    }
    waterfall_ui(ui, &snapshot.waterfall);
    if let Some(tls) = &snapshot.handshake.tls {
        tls_ui(ui, tls, snapshot.last.time_us, actions);
    }
    if snapshot.phase == Phase::WaitingToRetry {
        ui.horizontal(|ui| {
            if Button::new("Retry now").with_icon(Icon::RotateCcw).show(ui).clicked() {
                actions.push(Action::RetryNow);
            }
            if Button::new("Stop retrying").show(ui).clicked() {
                actions.push(Action::StopRetrying);
            }
        });
    }
    ui.add_space(theme::SECTION_GAP);
}

fn identity_ui(ui: &mut Ui, snapshot: &Snapshot, moment: &Moment) {
    if snapshot.phase == Phase::Idle {
        return;
    }
    section_ui(ui, "Identity", |ui| {
        if snapshot.held > 0 {
            chip_ui(ui, &format!("{} held", snapshot.held), Level::Warning);
        }
    });
    let t = tokens(ui);
    let open = snapshot.phase.is_open();
    let colour = if !open || snapshot.login.is_good() { t.text } else { t.warning };
    fact_with(ui, "login", RichText::new(snapshot.login.words()).color(colour));
    if !snapshot.credential.is_empty() {
        fact_ui(ui, "credential", &snapshot.credential);
    }
    fact_ui(ui, "mode", snapshot.mode.word());
    fact_ui(ui, "transport", &snapshot.transport);
    if snapshot.attempt > 1 {
        fact_ui(ui, "attempt", &count(u64::from(snapshot.attempt)));
    }
    if moment.overdue > 0 {
        let words = format!("{} unanswered for over 5 s", moment.overdue);
        fact_with(ui, "requests", RichText::new(words).color(t.warning));
    } else if !snapshot.pending.is_empty() {
        fact_ui(ui, "requests", &format!("{} in flight", snapshot.pending.len()));
    }
    ui.add_space(theme::SECTION_GAP);
}

fn round_trip_ui(ui: &mut Ui, snapshot: &Snapshot, moment: &Moment, actions: &mut Vec<Action>) {
    let trips = &snapshot.round_trips;
    if trips.samples_us.is_empty() && !snapshot.phase.is_open() {
        return;
    }
    section_ui(ui, "Round trip", |ui| {
        let t = tokens(ui);
        let measure =
            Button::icon(Icon::Timer, "Measure round trip").small().enabled(snapshot.phase == Phase::Live);
        if measure.show(ui).clicked() {
            actions.push(Action::MeasureNow);
        }
        if let (Some(half), Some(most)) = (trips.p50_us, trips.p95_us) {
            let words = if ui.available_width() > 130.0 {
                percentiles(half, most)
            } else {
                format!("p50 {}", span(half))
            };
            ui.label(RichText::new(words).font(theme::small()).color(t.dim))
                .on_hover_text(percentiles(half, most));
        }
    });
    if !trips.samples_us.is_empty() {
        sparkline_ui(ui, &trips.samples_us);
    }
    if snapshot.phase.is_open() {
        let (words, good) = heartbeat(snapshot, moment);
        let t = tokens(ui);
        fact_with(ui, "heartbeat", RichText::new(words).color(if good { t.text } else { t.warning }));
        let now = moment.ten_seconds;
        fact_ui(ui, "rate", &format!("↓ {} /s   ↑ {} /s", rate(now.in_messages), rate(now.out_messages)));
    }
    ui.add_space(theme::SECTION_GAP);
}

/// Half and nineteen twentieths of the round trips: `p50 18 · p95 41 ms`.
fn percentiles(half_us: u64, most_us: u64) -> String {
    let (half, most) = (span(half_us), span(most_us));
    let same_unit = half.rsplit_once(' ').zip(most.rsplit_once(' ')).filter(|(one, other)| one.1 == other.1);
    same_unit.map_or_else(
        || format!("p50 {half} · p95 {most}"),
        |((number, _), _)| format!("p50 {number} · p95 {most}"),
    )
}

fn heartbeat(snapshot: &Snapshot, moment: &Moment) -> (String, bool) {
    let Some(since) = moment.since_ping_us else { return ("none seen yet".to_owned(), true) };
    match (snapshot.heartbeat.answer, moment.closes_in_us) {
        (Answer::Pong | Answer::OtherMessage, _) => (format!("{}, answered", ago(since)), true),
        (Answer::Missing, Some(left)) => (format!("not answered, closes in {}", lasting(left)), false),
        (Answer::Missing, None) => (format!("{}, not answered", ago(since)), false),
    }
}

fn warnings_ui(ui: &mut Ui, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    if snapshot.warnings.is_empty() {
        return;
    }
    let number = snapshot.warnings.len().to_string();
    section_ui(ui, "Noticed", |ui| {
        chip_ui(ui, &number, Level::Warning);
    });
    for warning in snapshot.warnings.iter().rev().take(6) {
        let line = egui::Stroke::new(1.0, tokens(ui).line);
        ui.painter().hline(ui.max_rect().x_range(), ui.cursor().top(), line);
        ui.add_space(5.0);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            icon_ui(ui, Icon::TriangleAlert, 13.0, tokens(ui).warning);
            ui.vertical(|ui| {
                ui.add(egui::Label::new(&*warning.text).wrap());
                row_link_ui(ui, warning.seq, actions);
            });
        });
        ui.add_space(3.0);
    }
    ui.add_space(theme::SECTION_GAP);
}

fn automation_ui(ui: &mut Ui, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    if snapshot.connection == 0 {
        return;
    }
    section_ui(ui, "Automatic", |_| {});
    let now = snapshot.switches;
    let mut switches = Switches {
        auto_pong: now.auto_pong,
        reconnect: now.reconnect,
        resubscribe: now.resubscribe,
        measure: now.measure,
    };
    if switches_ui(ui, &mut switches) {
        actions.push(Action::SetSwitches(switches));
    }
    ui.add_space(theme::SECTION_GAP);
}

/// The switches of automation, here and in the connect form.
pub fn switches_ui(ui: &mut Ui, switches: &mut Switches) -> bool {
    let pong = "Without it the server closes after about a minute";
    let mut changed = switch_ui(ui, &mut switches.auto_pong, "Answer pings", pong);
    changed |= switch_ui(ui, &mut switches.reconnect, "Reconnect", "");
    changed |= switch_ui(ui, &mut switches.resubscribe, "Resubscribe after a reconnect", "");
    changed | switch_ui(ui, &mut switches.measure, "Measure round trips", "A ping with a uid every 15 s")
}

fn traffic_ui(ui: &mut Ui, snapshot: &Snapshot) {
    let counters = &snapshot.counters;
    if counters.connects == 0 {
        return;
    }
    section_ui(ui, "Traffic", |_| {});
    let line =
        |messages: u64, size: u64| format!("{} · {}", figures::counted(messages, "message"), bytes(size));
    fact_ui(ui, "received", &line(counters.in_messages, counters.in_bytes));
    fact_ui(ui, "sent", &line(counters.out_messages, counters.out_bytes));
    let events = counters.events;
    if events.total() > 0 {
        let words = format!("{} create · {} update · {} delete", events.create, events.update, events.delete);
        fact_ui(ui, "events", &words);
    }
    fact_ui(ui, "errors", &count(counters.errors));
    fact_ui(ui, "connects", &format!("{}, {} opened", count(counters.connects), count(counters.opens)));
}
