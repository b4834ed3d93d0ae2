//! Random conversations: nothing panics, and what is counted adds up.

use proptest::prelude::*;

use crate::capture::event::{ClosedBy, Direction, Fact, IdentityClaim, Stage, What};

use super::phase::Phase;
use super::script::{Script, binary, connect, message};

fn fact() -> impl Strategy<Value = Fact> {
    let text = || "x".to_owned();
    prop_oneof![
        proptest::sample::select(vec!["handshake", "public", "strict", "raw"]).prop_map(|mode| connect(
            mode,
            "none",
            "ws://h/websocket"
        )),
        Just(Fact::Open { url: text(), subprotocol: String::new() }),
        Just(Fact::Close { code: Some(1005), reason: String::new(), by: ClosedBy::Server }),
        Just(Fact::Held { reason: String::new(), data: r#"{"type":"ping"}"#.to_owned() }),
        Just(Fact::Unsent { data: text(), reason: text() }),
        Just(Fact::Error { stage: Stage::Tcp, message: text(), cause: text(), advice: text() }),
        (any::<u32>(), any::<u64>()).prop_map(|(attempt, delay_ms)| Fact::Retry { attempt, delay_ms }),
        Just(Fact::GaveUp { reason: text() }),
        Just(Fact::Clock { drift_us: -5 }),
        any::<Option<u64>>().prop_map(|expires_after_ms| Fact::Identity(IdentityClaim {
            expires_after_ms,
            renews_after_ms: expires_after_ms,
            ..IdentityClaim::default()
        })),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let uid =
        proptest::sample::select(vec!["", r#","uid":"a""#, r#","uid":1"#, r#","uid":"1""#, r#","uid":null"#]);
    let body = proptest::sample::select(vec![
        r#""type":"auth","status":"ok""#,
        r#""type":"auth","access_token":"t""#,
        r#""type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"m"}"#,
        r#""type":"auth","status":"error","error":{"code":"TOKEN_EXPIRED","message":"m"}"#,
        r#""type":"subscribe","collection":"a""#,
        r#""type":"subscribe","collection":"b","event":"create""#,
        r#""type":"subscribe","collection":7,"query":[]"#,
        r#""type":"subscribe","status":"error","error":{"code":"FORBIDDEN","message":"m"}"#,
        r#""type":"subscription","event":"init","data":[1]"#,
        r#""type":"subscription","event":"create","data":[1]"#,
        r#""type":"subscription","event":"delete""#,
        r#""type":"subscription","event":"strange""#,
        r#""type":"subscription","event":"unsubscribe""#,
        r#""type":"unsubscribe""#,
        r#""type":"items","action":"create","collection":"a""#,
        r#""type":"items","data":[]"#,
        r#""type":"items","status":"error","error":{"code":"FORBIDDEN"}"#,
        r#""type":"server","status":"error","error":"odd""#,
        r#""type":"ping""#,
        r#""type":"pong""#,
        r#""type":"logs","event":"subscribe""#,
        r#""type":"connection_ack""#,
        r#""a":1"#,
    ]);
    prop_oneof![
        8 => (body, uid).prop_map(|(body, uid)| format!("{{{body}{uid}}}")),
        1 => "[{}\\[\\]\",:a-z]{0,12}",
    ]
}

fn what() -> impl Strategy<Value = What> {
    let direction = || prop_oneof![Just(Direction::In), Just(Direction::Out)];
    prop_oneof![
        12 => (direction(), text()).prop_map(|(direction, text)| message(direction, &text)),
        1 => direction().prop_map(|direction| binary(direction, b"\xff\x01".to_vec())),
        3 => fact().prop_map(|fact| What::Fact(Box::new(fact))),
    ]
}

proptest! {
    #[test]
    fn nothing_panics_and_what_is_counted_adds_up(steps in proptest::collection::vec((what(), any::<bool>(), 0..2_u32), 0..120)) {
        let mut script = Script::open("handshake", "static token");
        for (what, automatic, next) in steps {
            script.connection += u32::from(next == 1 && matches!(what, What::Fact(_)));
            let joined = script.fold(what, automatic);
            prop_assert!(u64::from(joined.answers) < script.seq);
            let shot = script.shot();
            let counters = shot.counters;
            prop_assert_eq!(counters.in_messages, counters.in_kinds.total());
            prop_assert_eq!(counters.out_messages, counters.out_kinds.total());
            let attributed: u64 = shot.subscriptions.iter().map(|subscription| subscription.events.total()).sum();
            prop_assert_eq!(counters.events.total(), attributed + counters.unattributed);
            prop_assert!(shot.subscriptions.windows(2).all(|pair| pair[0].number < pair[1].number));
            prop_assert!(shot.pending.windows(2).all(|pair| pair[0].seq < pair[1].seq));
            prop_assert!(joined.subscription == 0 || shot.subscription(joined.subscription).is_some());
            prop_assert!(joined.collection == 0 || shot.collection(joined.collection).is_some());
            if shot.phase == Phase::WaitingToRetry {
                prop_assert!(shot.at(u64::MAX).retry_in_us == Some(0));
            }
        }
    }

    #[test]
    fn folding_twice_gives_the_same(steps in proptest::collection::vec((what(), any::<bool>()), 0..60)) {
        let mut shots = Vec::new();
        for _ in 0..2 {
            let mut script = Script::live();
            for (what, automatic) in &steps {
                script.fold(what.clone(), *automatic);
            }
            shots.push(format!("{:?}", script.shot()));
        }
        prop_assert_eq!(&shots[0], &shots[1]);
    }
}
