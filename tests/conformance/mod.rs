//! The protocol's conformance cases, played on the demo server and on real ones, so that the demo can't drift
//! from the truth. The table is `cases`, the driver plays it, a backend is whatever answers.
//!
//! `HAREWIRE_CASE=43 cargo test conformance` plays the cases of one number only.

mod backend;
mod case;
mod cases;
mod client;
mod driver;
mod pattern;
mod said;
mod said_causes;
mod said_identity;

use std::collections::BTreeSet;

use backend::Server;
use case::{Backend, Case, Setup};

/// Plays all cases of one backend, one server for each setup, and reports every failure at the end.
fn play_all(backend: Backend) {
    let wanted: Option<u8> = std::env::var("HAREWIRE_CASE")
        .ok()
        .map(|number| number.parse().expect("HAREWIRE_CASE is a number of section 12"));
    let cases = cases::all();
    let (mut played, mut failures) = (0, Vec::new());
    for setup in Setup::ALL {
        let is_meant = |case: &&Case| {
            case.setup == setup
                && case.cast.backends.contains(&backend)
                && wanted.is_none_or(|number| number == case.number)
        };
        let mut group: Vec<&Case> = cases.iter().filter(is_meant).collect();
        group.sort_by_key(|case| case.ends_server());
        if group.is_empty() {
            continue;
        }
        let mut server = Server::start(backend, setup);
        for case in group {
            played += 1;
            if let Err(report) = driver::play(case, &mut server) {
                failures.push(report);
            }
        }
    }
    println!("{played} conformance cases played on {backend:?}, {} failed", failures.len());
    assert!(
        failures.is_empty(),
        "{} of {played} cases failed on {backend:?}:\n\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(played > 0, "no case was played on {backend:?}");
}

#[test]
fn demo() {
    play_all(Backend::Demo);
}

#[test]
fn directus_12() {
    play_all(Backend::Directus12);
}

#[test]
fn directus_11() {
    play_all(Backend::Directus11);
}

/// Every number of section 12 is played somewhere or has a reason, and so has every backend left out.
#[test]
fn the_table_is_complete() {
    let cases = cases::all();
    let played: BTreeSet<u8> = cases.iter().map(|case| case.number).collect();
    for number in 1..=60 {
        let excused = cases::NOT_PLAYED.iter().any(|(other, why)| *other == number && !why.is_empty());
        assert!(played.contains(&number) != excused, "case {number} is neither played nor excused, or both");
    }
    let mut names = BTreeSet::new();
    for case in &cases {
        assert!(names.insert((case.number, case.name)), "{} {} stands twice", case.number, case.name);
        assert!(!case.steps.is_empty(), "{} {} does nothing", case.number, case.name);
        let is_everywhere = case.cast.backends.len() == 3;
        assert!(
            is_everywhere == case.cast.why.is_empty(),
            "{} {}: why not everywhere?",
            case.number,
            case.name
        );
    }
    // What the demo must play, or first-time users learn something that is not so.
    let demo: BTreeSet<u8> = cases
        .iter()
        .filter(|case| case.cast.backends.contains(&Backend::Demo))
        .map(|case| case.number)
        .collect();
    let required = (1..=10).chain(15..=24).chain(27..=33).chain(37..=39).chain(41..=49).chain([51, 59, 60]);
    for number in required {
        assert!(demo.contains(&number), "the demo does not play case {number}");
    }
}

/// A driver that passes everything proves nothing: it must refuse a wrong server, and tell the conversation.
#[test]
fn the_driver_refuses_what_is_not_so() {
    use case::{Step, enter, expect, send};
    use serde_json::json;
    let mut server = Server::start(Backend::Directus12, Setup::Usual);
    let wrong = [
        vec![send(json!({"type": "ping", "uid": 1})), expect(json!({"type": "pong"}))],
        vec![send(json!({"type": "ping", "uid": 1})), Step::Quiet],
        vec![send(json!({"type": "ping", "uid": 1}))],
        vec![send(json!({"type": "nope"})), Step::ExpectAll(vec![json!("*")])],
    ];
    for steps in wrong {
        let case = Case::new(0, "wrong", enter(crate::lab::seed::ADMIN).into_iter().chain(steps));
        let report = driver::play(&case, &mut server).expect_err("the case is wrong");
        assert!(
            report.contains("→ {\"type\":\"auth\"") && report.contains("← {\"type\":\"auth\""),
            "{report}"
        );
    }
}
