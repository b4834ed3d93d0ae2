//! The life of the connection: the server's heartbeat, our round trips, the rates.

use egui::{RichText, Ui};
use lucide_icons::Icon;

use crate::session::{Answer, Mode, Moment, Phase, RoundTrips, Snapshot};
use crate::settings::{Folded, PanelSection};
use crate::ui::action::Action;
use crate::ui::button::Button;
use crate::ui::control::{fact_ui, fact_with, hint_ui};
use crate::ui::figures::{ago, bytes, counted, lasting, rate, span};
use crate::ui::heartbeat_bar::heartbeat_bar_ui;
use crate::ui::section::folding_ui;
use crate::ui::sparkline::sparkline_ui;
use crate::ui::theme::{self, tokens};

/// From so many samples on, the 99th percentile is not simply the longest.
const ENOUGH: usize = 100;
/// Round trips drawn.
const DRAWN: usize = 60;

/// The heartbeat clock: the last ping, our answer, what comes next, and the silence.
pub fn heartbeat_ui(ui: &mut Ui, snapshot: &Snapshot, moment: &Moment, folded: &mut Folded) {
    if !snapshot.phase.is_open() || snapshot.mode == Mode::Raw {
        return;
    }
    folding_ui(
        ui,
        PanelSection::Heartbeat,
        folded,
        |_| {},
        |ui| {
            let t = tokens(ui);
            let (words, is_good) = heartbeat(snapshot, moment);
            let colour = if is_good { t.good } else { t.warning };
            if let Some(since) = moment.since_ping_us {
                heartbeat_bar_ui(ui, since, snapshot.heartbeat.expected_period_us(), colour);
            }
            fact_with(ui, "ping", RichText::new(words).color(if is_good { t.text } else { t.warning }));
            fact_ui(ui, "period", &period(snapshot))
                .on_hover_text("The server pings all its clients at once and closes those from which no message came until one period later. Any message with a type counts, but a login does not");
            if let Some(due) = moment.next_ping_in_us.filter(|_| moment.ping_overdue_us.is_none()) {
                fact_ui(ui, "next ping", &in_words(due));
            }
            if snapshot.heartbeat.missed > 0 {
                let missed = counted(snapshot.heartbeat.missed, "ping");
                fact_with(ui, "missed", RichText::new(missed).color(t.warning));
            }
            if let Some(silence) = moment.silence_us {
                let longest = lasting(moment.longest_silence_us);
                fact_ui(ui, "silence", &format!("{}, longest {longest}", lasting(silence)))
                    .on_hover_text("Since the last message of the server. The same number of seconds before several closes is the idle limit of a proxy");
            }
        },
    );
}

fn in_words(due_us: u64) -> String {
    if due_us == 0 { "now".to_owned() } else { format!("in {}", lasting(due_us.saturating_add(999_999))) }
}

fn period(snapshot: &Snapshot) -> String {
    match snapshot.heartbeat.period_us {
        Some(period) => format!("{}, measured", span(period)),
        None => format!("{}, the default", lasting(snapshot.heartbeat.expected_period_us())),
    }
}

/// What became of the server's last ping, and whether that is well.
fn heartbeat(snapshot: &Snapshot, moment: &Moment) -> (String, bool) {
    let Some(since) = moment.since_ping_us else { return ("none seen yet".to_owned(), true) };
    if let Some(late) = moment.ping_overdue_us {
        return (format!("missing for {}: the server or the way to it may be gone", lasting(late)), false);
    }
    let took = snapshot.heartbeat.answer_took_us().map(span).unwrap_or_default();
    match (snapshot.heartbeat.answer, moment.closes_in_us) {
        (Answer::Pong, _) => (format!("{}, answered in {took}", ago(since)), true),
        (Answer::OtherMessage, _) => {
            (format!("{}, another message after {took} was the sign of life", ago(since)), true)
        }
        (Answer::Missing, Some(0)) => ("not answered, the server closes any moment".to_owned(), false),
        (Answer::Missing, Some(left)) => (format!("not answered, closes in {}", lasting(left)), false),
        (Answer::Missing, None) => (format!("{}, not answered", ago(since)), false),
    }
}

/// Round trips of our own pings, which pass through the server's program and not only its network card.
pub fn round_trip_ui(ui: &mut Ui, snapshot: &Snapshot, folded: &mut Folded, actions: &mut Vec<Action>) {
    let trips = &snapshot.round_trips;
    let is_empty = trips.samples_us.is_empty();
    if snapshot.mode == Mode::Raw || (is_empty && !snapshot.phase.is_open()) {
        return;
    }
    let right = |ui: &mut Ui| {
        let measure =
            Button::icon(Icon::Timer, "Measure round trip").small().enabled(snapshot.phase == Phase::Live);
        if measure.show(ui).clicked() {
            actions.push(Action::MeasureNow);
        }
        if let Some(last) = trips.last_us {
            ui.label(RichText::new(span(last)).font(theme::small()).color(tokens(ui).dim))
                .on_hover_text("The latest");
        }
    };
    folding_ui(ui, PanelSection::RoundTrip, folded, right, |ui| {
        if is_empty {
            hint_ui(ui, "Not measured yet");
            return;
        }
        let shown = trips.samples_us.get(trips.samples_us.len().saturating_sub(DRAWN)..).unwrap_or_default();
        let name = format!("The last {} round trips", shown.len());
        sparkline_ui(ui, &name, &[(shown, tokens(ui).accent)]);
        let percentiles = ui.add(egui::Label::new(percentiles(trips)).wrap());
        percentiles.on_hover_text(format!(
            "Of the last {} of {}; one ping goes out every 15 s. Below {ENOUGH} samples p99 is the longest",
            trips.samples_us.len(),
            counted(trips.count, "round trip"),
        ));
        let window = format!("{} of {}", trips.samples_us.len(), counted(trips.count, "sample"));
        ui.label(RichText::new(window).font(theme::small()).color(tokens(ui).faint));
    });
}

/// `p50 18 · p95 41 · p99 77 ms`.
fn percentiles(trips: &RoundTrips) -> String {
    let figures = [("p50", trips.p50_us), ("p95", trips.p95_us), ("p99", trips.p99_us)];
    let figures: Vec<(&str, String)> =
        figures.into_iter().filter_map(|(name, value)| Some((name, span(value?)))).collect();
    let unit = |text: &str| text.rsplit_once(' ').map(|(_, unit)| unit.to_owned()).unwrap_or_default();
    let last = figures.last().map(|(_, text)| unit(text)).unwrap_or_default();
    let same = figures.iter().all(|(_, text)| unit(text) == last);
    let words: Vec<String> = figures
        .iter()
        .enumerate()
        .map(|(place, (name, text))| {
            let bare = same && place + 1 < figures.len();
            let number = text.rsplit_once(' ').filter(|_| bare).map_or(text.as_str(), |(number, _)| number);
            format!("{name} {number}")
        })
        .collect();
    words.join(" · ")
}

/// Messages a second, in and out, over the last minute.
pub fn rates_ui(ui: &mut Ui, snapshot: &Snapshot, now_us: u64, folded: &mut Folded) {
    if !snapshot.phase.is_open() {
        return;
    }
    folding_ui(
        ui,
        PanelSection::Rates,
        folded,
        |_| {},
        |ui| {
            let t = tokens(ui);
            let minute = snapshot.rate_history.minute(now_us);
            let of = |way: usize| -> Vec<u64> {
                minute.iter().map(|both| u64::from(both.get(way).copied().unwrap_or_default())).collect()
            };
            let (down, up) = (of(0), of(1));
            let highest = down.iter().chain(&up).max().copied().unwrap_or_default();
            let name = format!("Messages a second over the last minute, at most {highest}");
            sparkline_ui(ui, &name, &[(&down, t.incoming), (&up, t.outgoing)]);
            let now = snapshot.rates.over(10, now_us);
            let size = |per_second: f64| {
                bytes(u64::try_from(crate::ui::measure::rounded(per_second)).unwrap_or_default())
            };
            let line = |messages: f64, octets: f64| format!("{} /s · {}/s", rate(messages), size(octets));
            fact_with(ui, "in", RichText::new(line(now.in_messages, now.in_bytes)).color(t.incoming))
                .on_hover_text("Over the last ten seconds");
            fact_with(ui, "out", RichText::new(line(now.out_messages, now.out_bytes)).color(t.outgoing))
                .on_hover_text("Over the last ten seconds");
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_share_their_unit_where_they_can() {
        let trips = RoundTrips {
            p50_us: Some(18_000),
            p95_us: Some(41_000),
            p99_us: Some(77_000),
            ..RoundTrips::default()
        };
        assert_eq!(percentiles(&trips), "p50 18 · p95 41 · p99 77 ms");
        let mixed = RoundTrips { p99_us: Some(1_200_000), ..trips };
        assert_eq!(percentiles(&mixed), "p50 18 ms · p95 41 ms · p99 1.2 s");
    }

    #[test]
    fn the_heartbeat_says_what_counts() {
        let mut snapshot = Snapshot::default();
        assert_eq!(heartbeat(&snapshot, &Moment::default()), ("none seen yet".to_owned(), true));
        snapshot.heartbeat.last_ping_us = Some(1_000_000);
        let since = Moment { since_ping_us: Some(12_000_000), ..Moment::default() };
        let unanswered = Moment { closes_in_us: Some(18_000_000), ..since };
        assert_eq!(heartbeat(&snapshot, &unanswered), ("not answered, closes in 18 s".to_owned(), false));
        snapshot.heartbeat.answer = Answer::Pong;
        snapshot.heartbeat.answered_us = Some(1_000_300);
        assert_eq!(heartbeat(&snapshot, &since), ("12 s ago, answered in 0.3 ms".to_owned(), true));
        let overdue = Moment { ping_overdue_us: Some(9_000_000), ..since };
        assert!(heartbeat(&snapshot, &overdue).0.starts_with("missing for 9 s"));
        assert_eq!(period(&snapshot), "30 s, the default");
        snapshot.heartbeat.period_us = Some(2_003_000);
        assert_eq!(period(&snapshot), "2.0 s, measured");
    }
}
