//! One card for each subscription: what was asked, what became of it, what came.

use egui::{RichText, Ui};
use lucide_icons::Icon;

use crate::capture::row::{Level, uid_colour};
use crate::directus::shown;
use crate::session::{Subscription, SubscriptionState};
use crate::settings::{Folded, PanelSection};
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::control::{card_ui, chip_ui, hint_ui};
use crate::ui::figures::{ago, count, counted, span};
use crate::ui::gap_report::{gap_of, gap_ui};
use crate::ui::model::Model;
use crate::ui::section::folding_ui;
use crate::ui::table_action::TableAction;
use crate::ui::theme::{self, tokens};

/// Finished subscriptions shown below those alive.
const FINISHED_SHOWN: usize = 6;

/// Paints the section; `wants_subscribe` becomes true when the user asks for a new one.
pub fn subscriptions_ui(
    ui: &mut Ui,
    model: &Model<'_>,
    folded: &mut Folded,
    wants_subscribe: &mut bool,
    actions: &mut Vec<Action>,
) {
    let snapshot = model.snapshot;
    if snapshot.subscriptions.is_empty() && !snapshot.phase.is_open() {
        return;
    }
    let right = |ui: &mut Ui| {
        let new = Button::new("New").with_icon(Icon::Plus).look(Look::Quiet).small();
        if new.show(ui).on_hover_text("Subscribe by a form").clicked() {
            *wants_subscribe = true;
        }
    };
    folding_ui(ui, PanelSection::Subscriptions, folded, right, |ui| cards_ui(ui, model, actions));
}

fn cards_ui(ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
    let restored = |one: &&Subscription| !matches!(one.state, SubscriptionState::Restored { .. });
    // A restored one is shown as what it goes on as.
    let (alive, finished): (Vec<&Subscription>, Vec<&Subscription>) =
        model.snapshot.subscriptions.iter().filter(restored).partition(|one| one.state.is_alive());
    if alive.is_empty() && finished.is_empty() {
        hint_ui(ui, "None yet. Subscribe to a collection to hear of its changes");
    }
    for subscription in alive.iter().rev().chain(finished.iter().rev().take(FINISHED_SHOWN)) {
        subscription_ui(ui, subscription, model, actions);
        ui.add_space(2.0);
    }
}

fn level(state: &SubscriptionState) -> Level {
    match state {
        SubscriptionState::Sent => Level::Normal,
        SubscriptionState::Lost => Level::Warning,
        SubscriptionState::Confirmed | SubscriptionState::Live => Level::Good,
        SubscriptionState::Refused { .. } => Level::Error,
        SubscriptionState::Replaced { .. }
        | SubscriptionState::Ended
        | SubscriptionState::Orphaned
        | SubscriptionState::Restored { .. } => Level::Dim,
    }
}

/// The state in words; where the recording ended before the subscription did, it says so.
fn state_words(subscription: &Subscription, ends_open: bool) -> (String, Level) {
    let word = subscription.state.word();
    if ends_open && subscription.state.is_alive() {
        return (format!("was {word}"), Level::Dim);
    }
    (word.to_owned(), level(&subscription.state))
}

fn subscription_ui(ui: &mut Ui, subscription: &Subscription, model: &Model<'_>, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    let now_us = model.now_us;
    let request = &subscription.request;
    let uid = request.uid.as_deref().unwrap_or_default();
    let edge = if subscription.state.is_alive() { theme::uid_colour(uid_colour(uid)) } else { t.strong_line };
    let dim = |ui: &mut Ui, words: String| {
        ui.add(egui::Label::new(RichText::new(words).size(11.5).color(tokens(ui).dim)).wrap())
    };
    card_ui(ui, Some(edge), |ui| {
        ui.horizontal(|ui| {
            let name = if request.collection.is_empty() { "(no collection)" } else { &request.collection };
            ui.add(egui::Label::new(RichText::new(shown(name)).font(theme::strong(theme::BODY))).truncate());
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let (words, level) = state_words(subscription, model.snapshot.open_end.is_some());
                chip_ui(ui, &words, level);
            });
        });
        dim(ui, asked(subscription));
        if let Some(query) = request.query.as_deref() {
            let query = RichText::new(shown(query)).font(theme::mono()).size(11.0).color(t.faint);
            ui.add(egui::Label::new(query).truncate())
                .on_hover_text(shown(query_text(request.query.as_deref())));
        }
        match &subscription.state {
            SubscriptionState::Refused { code_text, message, .. } => {
                let words = format!("{}: {}", shown(code_text), shown(message));
                ui.add(egui::Label::new(RichText::new(words).size(11.5).color(t.error)).wrap());
            }
            SubscriptionState::Replaced { by } => {
                dim(ui, format!("by subscription {by}, which has the same uid"));
            }
            SubscriptionState::Lost => {
                dim(ui, "sent before the login: the server never read it".to_owned());
            }
            SubscriptionState::Orphaned => {
                dim(ui, format!("its connection is gone · {}", came(subscription, now_us)));
            }
            SubscriptionState::Sent
            | SubscriptionState::Confirmed
            | SubscriptionState::Live
            | SubscriptionState::Ended
            | SubscriptionState::Restored { .. } => {
                dim(ui, came(subscription, now_us));
            }
        }
        if subscription.twin && subscription.state.is_alive() {
            let words =
                RichText::new("shares its uid with another: events come twice").size(11.5).color(t.warning);
            ui.add(egui::Label::new(words).wrap());
        }
        if let Some(gap) = gap_of(model.gaps, subscription.number) {
            gap_ui(ui, gap, actions);
        }
        links_ui(ui, subscription, actions);
    });
}

fn links_ui(ui: &mut Ui, subscription: &Subscription, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    let seq = subscription.request.seq;
    ui.horizontal(|ui| {
        let row = RichText::new(format!("row #{}", count(seq))).size(11.0).color(t.accent);
        if ui.link(row).on_hover_text("Select the subscribe message").clicked() {
            actions.push(Action::GoTo(seq));
        }
        let rows = RichText::new("Show rows").size(11.0).color(t.accent);
        let has_rows = subscription.init_seq.is_some();
        if has_rows && ui.link(rows).on_hover_text("Its rows as a live table").clicked() {
            actions.push(Action::Table(TableAction::Open(subscription.number)));
        }
    });
}

fn query_text(query: Option<&str>) -> &str {
    query.unwrap_or_default()
}

/// What was asked for: `create · uid messages-1`.
fn asked(subscription: &Subscription) -> String {
    let request = &subscription.request;
    let mut words = vec![
        request.event.as_deref().map_or_else(|| "all events".to_owned(), |event| shown(event).into_owned()),
    ];
    if let Some(item) = request.item.as_deref() {
        words.push(format!("item {}", shown(item)));
    }
    words.push(
        request.uid.as_deref().map_or_else(|| "no uid".to_owned(), |uid| format!("uid {}", shown(uid))),
    );
    if subscription.continues.is_some() {
        words.push("restored".to_owned());
    } else if request.automatic {
        words.push("resubscribed".to_owned());
    }
    words.join(" · ")
}

/// What came: `1 204 events · just now`.
fn came(subscription: &Subscription, now_us: u64) -> String {
    let total = subscription.events.total();
    let mut words = vec![counted(total, "event")];
    match (subscription.last_event, subscription.init_after_us) {
        (Some(last), _) => words.push(ago(now_us.saturating_sub(last.elapsed_us))),
        (None, Some(after)) => {
            words.push(format!("{} in the init", counted(u64::from(subscription.init_rows), "row")));
            words.push(format!("confirmed in {}", span(after)));
        }
        (None, None) if subscription.state.is_alive() => words.push("waiting for the init".to_owned()),
        (None, None) => words.push("never confirmed".to_owned()),
    }
    words.join(" · ")
}
