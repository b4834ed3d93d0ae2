//! Captures that no Harewire wrote: whatever stands in them, they open to their end and every row can be shown.

use std::fmt::Write as _;

use harewire::engine::{self, Wake};
use proptest::prelude::*;

/// Numbers that somebody adds to, subtracts from or multiplies.
fn number() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "0",
        "1",
        "-1",
        "4294967295",
        "4294967296",
        "1099511627776",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1e400",
        "0.5",
        "null",
        "\"x\"",
        "-9223372036854775808",
    ])
    .prop_map(str::to_owned)
}

fn time() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "2026-11-24T03:54:33.123456Z",
        "9999-12-30T22:00:00.999999Z",
        "-009999-01-02T02:00:00Z",
        "1970-01-01T00:00:00Z",
        "0000-00-00T00:00:00Z",
        "",
        "yesterday",
    ])
}

/// What makes an event what it is, with room for a number.
fn kind() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        r#""event":"message","direction":"in","size":@,"data":"{\"type\":\"ping\"}""#,
        r#""event":"message","direction":"out","size":@,"data":"{\"type\":\"ping\",\"uid\":\"a\"}""#,
        r#""event":"message","direction":"in","size":@,"data":"{\"type\":\"pong\",\"uid\":\"a\"}""#,
        r#""event":"message","direction":"out","size":@,"data":"{\"type\":\"subscribe\",\"collection\":\"a\",\"uid\":\"s\"}""#,
        r#""event":"message","direction":"in","size":@,"data":"{\"type\":\"subscription\",\"event\":\"init\",\"data\":[],\"uid\":\"s\"}""#,
        r#""event":"message","direction":"in","size":@,"data":"{\"type\":\"subscription\",\"event\":\"create\",\"data\":[{}],\"uid\":\"s\"}""#,
        r#""event":"message","direction":"in","size":@,"data":"\ud800""#,
        r#""event":"message","direction":"in","size":@,"encoding":"base64","data":"AAH/""#,
        r#""event":"message","direction":"in","size":@,"encoding":"base64","data":"%%""#,
        r#""event":"connect","url":"wss://h/websocket","transport":"full","mode":"handshake","credential":"none","attempt":@"#,
        r#""event":"resolved","host":"h","addresses":[],"took_us":@"#,
        r#""event":"connected","address":"h","took_us":@"#,
        r#""event":"response","status":@,"reason":"","headers":[["a","b"]],"body":"","took_us":1"#,
        r#""event":"response","status":101,"reason":"","headers":[],"body":"","took_us":@"#,
        r#""event":"open","url":"wss://h/websocket","subprotocol":"""#,
        r#""event":"held","data":"x""#,
        r#""event":"unsent","data":"x","reason":"y""#,
        r#""event":"control","direction":"out","opcode":"close","data":"""#,
        r#""event":"close","code":@,"reason":"","by":"server""#,
        r#""event":"error","stage":"tcp","message":"m","cause":"c","advice":"a""#,
        r#""event":"retry","attempt":@,"delay_ms":1"#,
        r#""event":"retry","attempt":2,"delay_ms":@"#,
        r#""event":"clock","drift_us":@"#,
        r#""event":"switched","name":"auto_pong","on":@"#,
        r#""event":"teleport","to":@"#,
        r#""event":@"#,
    ])
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let event = (number(), number(), number(), number(), time(), kind()).prop_map(
        |(seq, elapsed, connection, other, time, kind)| {
            let kind = kind.replace('@', &other);
            format!(
                r#"{{"seq":{seq},"time":"{time}","elapsed_us":{elapsed},"connection":{connection},{kind}}}"#
            )
            .into_bytes()
        },
    );
    // Most with plain numbers, or hardly a line would be read as an event.
    let sound = (0..9_u64, 0..3_u32, time(), kind(), number()).prop_map(
        |(elapsed, connection, time, kind, other)| {
            let mut line =
                format!(r#"{{"seq":1,"time":"{time}","elapsed_us":{elapsed},"connection":{connection},"#);
            let _ = write!(line, "{}}}", kind.replace('@', &other));
            line.into_bytes()
        },
    );
    prop_oneof![
        4 => sound,
        4 => event,
        1 => proptest::collection::vec(any::<u8>(), 0..80),
        1 => Just(b"{\"harewire\":2,\"server\":\"x\"}".to_vec()),
        1 => Just("[".repeat(20_000).into_bytes()),
    ]
}

fn opens(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.ndjson");
    std::fs::write(&path, bytes).unwrap();
    let (bell, rung) = crossbeam_channel::unbounded();
    let wake = Wake::new(move || {
        let _nobody = bell.send(());
    });
    let mut capture = engine::open(&path, &wake).unwrap();
    let deadline = std::time::Duration::from_secs(30);
    let wait = |what: &str| {
        rung.recv_timeout(deadline).unwrap_or_else(|_| panic!("waited in vain for {what}"));
        wake.heard();
    };
    while !capture.file().ended {
        wait("the end of the file");
    }
    let len = capture.view().len();
    let lines =
        bytes.split(|byte| *byte == b'\n').filter(|line| !line.iter().all(u8::is_ascii_whitespace)).count();
    assert!(len <= lines as u64);
    for seq in 1..=len {
        let rows = (1..=len).collect();
        capture.want(engine::Wish { rows, selected: Some(seq), revision: seq, ..engine::Wish::default() });
        // Two threads make them: each rings when it is done.
        while capture.detail().is_none_or(|detail| detail.row.seq != seq) {
            wait("a detail");
        }
        while capture.rows().rows.len() as u64 != len {
            wait("the rows");
        }
    }
    let snapshot = capture.snapshot();
    for now in [0, 1, snapshot.last.elapsed_us, u64::MAX] {
        let _moment = snapshot.at(now);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_odd_file_opens_and_shows_its_rows(lines in proptest::collection::vec(line(), 0..24), torn in any::<bool>()) {
        let mut bytes = lines.join(&b'\n');
        if !torn {
            bytes.push(b'\n');
        }
        opens(&bytes);
    }
}

#[test]
fn empty_files_and_files_of_line_ends_open() {
    for bytes in [&b""[..], b"\n", b"\n\n\r\n", b"\0", b"\xef\xbb\xbf{}\n"] {
        opens(bytes);
    }
}
