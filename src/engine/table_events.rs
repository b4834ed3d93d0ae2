//! The messages of one subscription, found through the index and read from the file.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::capture::{Direction, IndexView, Kind, Payload, ReadError, Reader, Record, What};
use crate::directus::{EventName, MessageType};
use crate::session::table::{TableEvent, TableQuery};

/// Records looked at between two looks at whether to stop.
const SLICE: u64 = 64 * 1024;

/// Sequence numbers of the messages of a subscription that carry rows or keys, in order. Ends early when `stop` is set
/// or more than `most` are found.
pub(super) fn of_subscription(
    view: &IndexView,
    subscription: u32,
    seqs: RangeInclusive<u64>,
    (most, stop): (usize, &AtomicBool),
) -> Vec<u64> {
    let mut found = Vec::new();
    let (mut first, last) = seqs.into_inner();
    while first <= last && found.len() <= most && !stop.load(Ordering::Relaxed) {
        let end = last.min(first.saturating_add(SLICE - 1));
        view.visit(first..=end, |seq, record| {
            if carries_rows(record, subscription) {
                found.push(seq);
            }
        });
        first = end + 1;
    }
    found
}

fn carries_rows(record: &Record, subscription: u32) -> bool {
    record.subscription == subscription
        && record.kind == Kind::Message(MessageType::Subscription)
        && record.flags.direction() == Some(Direction::In)
        && matches!(record.event, EventName::Init | EventName::Create | EventName::Update | EventName::Delete)
}

/// Reads a message and hands it on; one without a text says nothing of rows.
pub(super) fn read(
    reader: &mut Reader,
    seq: u64,
    mut take: impl FnMut(TableEvent<'_>),
) -> Result<(), ReadError> {
    let event = reader.event(seq)?;
    if let What::Message(message) = &event.what
        && let Payload::Text(text) = &message.payload
    {
        let at_us = event.stamp.elapsed_us;
        take(TableEvent { seq, at_us, event: message.class.event, text: text.as_str() });
    }
    Ok(())
}

/// What the subscribe message with this number asks for.
pub(super) fn query(reader: &mut Reader, sent_seq: u64) -> Result<TableQuery, ReadError> {
    let event = reader.event(sent_seq)?;
    let What::Message(message) = &event.what else { return Ok(TableQuery::default()) };
    Ok(match &message.payload {
        Payload::Text(text) => TableQuery::read(text.as_str()),
        // The server reads binary messages as text (reference 1.5).
        Payload::Binary(bytes) => std::str::from_utf8(bytes).map(TableQuery::read).unwrap_or_default(),
    })
}
