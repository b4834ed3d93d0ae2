//! 15 to 20, 50, 51, 59 to 61: frames that belong to no request.

use std::time::Duration;

use serde_json::{Value, json};

use crate::conformance::case::{Backend, Case, Ending, Setup, Step, connect, enter, error, expect, send};
use crate::lab::seed::{ADMIN, USER};

pub fn cases() -> Vec<Case> {
    [heartbeat(), invalid(), special(), violations()].into_iter().flatten().collect()
}

fn inside(steps: impl IntoIterator<Item = Step>) -> impl Iterator<Item = Step> {
    enter(ADMIN).into_iter().chain(steps)
}

fn heartbeat() -> Vec<Case> {
    let ping = || expect(json!({"type": "ping"}));
    let rounds = |answer: Value| {
        let round = [ping(), send(answer)];
        let three = [round.clone(), round.clone(), round].into_iter().flatten();
        inside(three.chain([ping(), Step::Quiet]))
    };
    vec![
        Case::new(
            15,
            "a protocol ping is never answered",
            inside([Step::ProtocolPing, Step::Quiet, Step::ProtocolPing, Step::Quiet]),
        ),
        Case::new(16, "an answered ping keeps the socket open", rounds(json!({"type": "pong"})))
            .with(Setup::Heartbeat),
        Case::new(
            16,
            "before auth there is no ping",
            inside([
                connect(),
                Step::Silence(Duration::from_millis(1_300)),
                Step::On(0),
                expect(json!({"type": "ping"})),
            ]),
        )
        .with(Setup::Heartbeat),
        Case::new(17, "an unanswered ping ends it", inside([ping(), Step::Ended(Ending::NoCode)]))
            .with(Setup::Heartbeat),
        Case::new(20, "an unknown type counts as life", rounds(json!({"type": "nope", "uid": "u"})))
            .with(Setup::Heartbeat),
    ]
}

fn invalid() -> Vec<Case> {
    let refused = |message: &str| expect(error("server", "INVALID_PAYLOAD", message, None));
    vec![
        Case::new(
            18,
            "not JSON",
            inside([
                Step::SendText("not json"),
                refused("Unable to parse the incoming message."),
                Step::SendText(""),
                refused("Unable to parse the incoming message."),
                Step::Quiet,
            ]),
        ),
        Case::new(
            19,
            "JSON without a type",
            inside([
                send(json!({})),
                refused("~Validation error:"),
                send(json!([])),
                refused("~Validation error:"),
            ]),
        ),
        Case::new(
            20,
            "an unknown type is not answered",
            inside([send(json!({"type": "nope", "uid": "u"})), Step::Quiet]),
        ),
    ]
}

fn special() -> Vec<Case> {
    let pings = (0..14).map(|uid| json!({"type": "ping", "uid": uid})).collect();
    let pongs = (0..10).map(|uid| json!({"type": "pong", "uid": uid}));
    let surplus = error("server", "REQUESTS_EXCEEDED", "~Too many messages, retry after ", None);
    let answers = pongs.chain(std::iter::repeat_n(surplus, 4)).collect();
    let note = json!({"type": "notification", "text": "from an extension", "nested": {"a": [1, null]}});
    vec![
        Case::new(
            50,
            "too many messages",
            enter(USER).into_iter().chain([Step::Burst(pings), Step::ExpectAll(answers)]),
        )
        .with(Setup::Limited),
        Case::new(
            51,
            "the server stops",
            inside([Step::Quiet, Step::StopServer, Step::Ended(Ending::Dropped)]),
        ),
        Case::new(
            59,
            "a message of an extension",
            inside([Step::Broadcast(note.clone()), expect(note), Step::Quiet]),
        )
        .only(&[Backend::Demo], "the lab's servers carry no extension"),
        Case::new(
            60,
            "a binary frame is read as text",
            inside([
                Step::SendBinary(json!({"type": "ping", "uid": "binary"})),
                expect(json!({"type": "pong", "uid": "binary"})),
            ]),
        ),
    ]
}

/// What `/websocket` makes of frames that are none (reference 1.5 and 6.4).
fn violations() -> Vec<Case> {
    let ends = |name, bytes, code| {
        Case::new(61, name, inside([Step::SendBytes(bytes), Step::Ended(Ending::Code(code))]))
    };
    vec![
        ends("a text that is not UTF-8", &[0x81, 0x81, 0, 0, 0, 0, 0xff], 1007),
        ends("a frame without a mask", &[0x81, 0x01, b'a'], 1002),
        ends("a reserved bit", &[0xc1, 0x81, 0, 0, 0, 0, b'a'], 1002),
        Case::new(
            61,
            "a text in two frames",
            // The key of the mask is zero, so the text can be read here.
            inside([
                Step::SendBytes(b"\x01\x8e\0\0\0\0{\"type\":\"ping\""),
                Step::SendBytes(b"\x80\x8a\0\0\0\0,\"uid\":61}"),
                expect(json!({"type": "pong", "uid": 61})),
            ]),
        ),
    ]
}
