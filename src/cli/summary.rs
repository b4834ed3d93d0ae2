//! What `record` says at the end, to a person.

use std::fmt::Write as _;
use std::time::Duration;

use crate::directus::shown;
use crate::engine::FileState;
use crate::session::{Snapshot, SubscriptionState};

/// The summary: server, counts, subscriptions, the end, the file.
pub(super) fn text(snapshot: &Snapshot, file: &FileState, took: Duration) -> String {
    let mut text = String::new();
    let counters = &snapshot.counters;
    line(
        &mut text,
        format_args!(
            "{} · {} · {} · {:.1} s",
            shown(&snapshot.url),
            snapshot.mode.word(),
            shown(&snapshot.credential),
            took.as_secs_f64()
        ),
    );
    line(
        &mut text,
        format_args!(
            "{} messages in ({} bytes), {} out ({} bytes)",
            counters.in_messages, counters.in_bytes, counters.out_messages, counters.out_bytes
        ),
    );
    for subscription in snapshot.subscriptions.iter() {
        let request = &subscription.request;
        let event = request.event.as_deref().unwrap_or("all events");
        let state = match &subscription.state {
            SubscriptionState::Refused { code_text, message, .. } => {
                format!("refused: {} {}", shown(code_text), shown(message))
            }
            other => other.word().to_owned(),
        };
        line(
            &mut text,
            format_args!(
                "  {} ({}): {} · {} events",
                shown(&request.collection),
                shown(event),
                state,
                subscription.events.total()
            ),
        );
    }
    if let Some(card) = &snapshot.card {
        text.push_str(&card.to_text());
    } else if let Some(error) = &snapshot.last_error {
        for sentence in [&error.message, &error.cause, &error.advice] {
            line(&mut text, format_args!("{}", shown(sentence)));
        }
    }
    if let (true, Some(trouble)) = (file.lost_events > 0, &file.trouble) {
        line(&mut text, format_args!("{trouble}"));
    }
    if let Some(path) = &file.path {
        line(&mut text, format_args!("capture: {}", path.display()));
    }
    text.truncate(text.trim_end().len());
    text
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _infallible = writeln!(text, "{arguments}");
}
