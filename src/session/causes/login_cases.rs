//! What the cards say of logins (reference 2.2 to 2.5; cases 4 to 6, 14, 46 to 49, 52).

use crate::capture::event::{ClosedBy, Fact, Stage};
use crate::session::causes::{CauseCard, CauseKind as Kind, Certainty, Weight};
use crate::session::script::{Script, connect};

pub(super) const REFUSED: &str = r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"Authentication handshake failed."}}"#;
const REFUSED_LATER: &str =
    r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"Authentication failed."}}"#;
const EXPIRED: &str =
    r#"{"type":"auth","status":"error","error":{"code":"TOKEN_EXPIRED","message":"Token expired."}}"#;
const TIMED_OUT: &str = r#"{"type":"auth","status":"error","error":{"code":"AUTH_TIMEOUT","message":"Authentication timed out."}}"#;

pub(super) fn card(script: &mut Script) -> CauseCard {
    let shot = script.shot();
    let card = shot.card.clone().expect("a card");
    for cause in card.causes.iter().filter(|_| card.weight != Weight::Calm) {
        assert!(!cause.next_step.sentence.is_empty(), "{:?} has no next step", cause.kind);
    }
    assert!(shot.card_of(card.seq).is_some_and(|kept| *kept == card));
    (*card).clone()
}

pub(super) fn first(card: &CauseCard) -> (Kind, Certainty) {
    let cause = card.first().unwrap_or_else(|| panic!("no cause: {card:?}"));
    (cause.kind, cause.certainty)
}

pub(super) fn has(card: &CauseCard, kind: Kind) -> bool {
    card.causes.iter().any(|cause| cause.kind == kind)
}

/// The card of a handshake whose first message was this, refused after `us`.
fn refused(said: Option<&str>, us: u64) -> CauseCard {
    let mut script = Script::open("handshake", "none");
    if let Some(said) = said {
        script.say(said);
    }
    script.elapsed_us += us;
    script.hear(REFUSED);
    script.close(1005, ClosedBy::Server);
    card(&mut script)
}

#[test]
fn each_first_message_has_its_cause() {
    use Certainty::{Certain, Likely};
    for (said, kind, certainty) in [
        (r#"{"type":"auth","access_token":"[masked 1]"}"#, Kind::WrongToken, Likely),
        (r#"{"type":"ping"}"#, Kind::FirstIsNoLogin, Certain),
        ("not json", Kind::FirstIsNoLogin, Certain),
        (r#"{"type":"auth","accessToken":"x"}"#, Kind::WrongKey, Certain),
        (r#"{"type":"auth"}"#, Kind::CredentialMissing, Certain),
        (r#"{"type":"auth","email":"a@b.c"}"#, Kind::CredentialMissing, Certain),
        (r#"{"type":"auth","access_token":null}"#, Kind::CredentialNotText, Certain),
        (r#"{"type":"auth","email":"nobody","password":"[masked 1]"}"#, Kind::NotAnAddress, Certain),
        (r#"{"type":"auth","email":"a@b.cd","password":"[masked 1]"}"#, Kind::WrongPassword, Likely),
        (r#"{"type":"auth","refresh_token":"[masked 1]"}"#, Kind::RefreshTokenDead, Likely),
    ] {
        let card = refused(Some(said), 12_000);
        assert_eq!(card.title, "Login refused");
        assert_eq!(first(&card), (kind, certainty), "{said}");
    }
}

#[test]
fn case_6_a_login_that_never_came_is_certain_and_names_the_setting() {
    let card = refused(None, 10_000_000);
    assert_eq!(
        (card.title.as_str(), first(&card)),
        ("No login in time", (Kind::NothingSent, Certainty::Certain))
    );
    let cause = card.first().unwrap();
    assert!(cause.evidence[1].sentence.contains("10 s later"), "{cause:?}");
    assert!(cause.next_step.code.ends_with("WEBSOCKETS_REST_AUTH_TIMEOUT=30"));
}

#[test]
fn case_14_an_authorization_header_is_evidence() {
    let mut script = Script::silent();
    script.connection = 1;
    let url = "wss://cms.example.com/websocket";
    script.fact(connect("handshake", "none", url));
    let headers = vec![("Authorization".to_owned(), "[masked 1]".to_owned())];
    script.fact(Fact::Request { method: "GET".into(), target: "/websocket".into(), headers });
    let request = script.seq;
    script.fact(Fact::Open { url: url.into(), subprotocol: String::new() });
    script.say(r#"{"type":"ping"}"#);
    script.hear(REFUSED);
    script.close(1005, ClosedBy::Server);
    let card = card(&mut script);
    let seen = &card.first().unwrap().evidence;
    assert!(seen.iter().any(|seen| seen.seq == Some(request) && seen.sentence.contains("Authorization")));
}

#[test]
fn case_52_two_factors_are_likely_once_a_one_time_password_was_sent() {
    let otp = r#"{"type":"auth","email":"a@b.cd","password":"[masked 1]","otp":"[masked 2]"}"#;
    let card = refused(Some(otp), 540_000);
    let cause = card.causes.iter().find(|cause| cause.kind == Kind::TwoFactors).unwrap();
    assert_eq!(cause.certainty, Certainty::Likely);
    assert!(card.first().unwrap().evidence.iter().any(|seen| seen.sentence.contains("541 ms")), "{card:?}");
}

#[test]
fn a_token_that_was_good_before_has_died() {
    let mut script = Script::live();
    script.close(1006, ClosedBy::Network);
    script.connect("handshake", "static token", "wss://cms.example.com/websocket");
    script.say(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    script.hear(REFUSED);
    script.close(1005, ClosedBy::Server);
    let card = card(&mut script);
    assert_eq!(first(&card), (Kind::TokenDied, Certainty::Likely));
    assert!(!has(&card, Kind::WrongToken));
}

#[test]
fn a_login_sent_at_the_limit_was_too_late() {
    let mut script = Script::open("handshake", "none");
    script.elapsed_us += 9_950_000;
    script.say(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    script.elapsed_us += 48_000;
    script.hear(REFUSED);
    script.close(1005, ClosedBy::Server);
    assert_eq!(first(&card(&mut script)).0, Kind::LoginTooLate);
}

#[test]
fn case_46_an_expiry_says_for_how_long_nothing_came() {
    let mut script = Script::live();
    script.elapsed_us += 900_000_000;
    script.hear(EXPIRED);
    script.fact(Fact::Error {
        stage: Stage::Login,
        message: "The token has expired.".into(),
        cause: "x".into(),
        advice: "y".into(),
    });
    assert_eq!(
        (card(&mut script).title.as_str(), first(&card(&mut script)).0),
        ("Token expired", Kind::TokenExpired)
    );
    script.elapsed_us += 10_000_000;
    script.hear(TIMED_OUT);
    script.close(1005, ClosedBy::Server);
    let card = card(&mut script);
    assert_eq!(
        (card.title.as_str(), first(&card)),
        ("Token not renewed in time", (Kind::NotRenewed, Certainty::Certain))
    );
    assert!(card.what_happened.contains("in the 10 s after it"), "{}", card.what_happened);
}

#[test]
fn a_new_login_after_the_expiry_takes_the_card_away() {
    let mut script = Script::live();
    script.hear(EXPIRED);
    let (message, cause, advice) = ("m".to_owned(), "c".to_owned(), "a".to_owned());
    script.fact(Fact::Error { stage: Stage::Login, message, cause, advice });
    assert!(script.shot().card.is_some());
    script.say(r#"{"type":"auth","access_token":"[masked 2]"}"#);
    script.hear(r#"{"type":"auth","status":"ok"}"#);
    let shot = script.shot();
    assert_eq!((shot.card, shot.cards.len()), (None, 1));
}

#[test]
fn case_49_an_incomplete_login_after_the_expiry_was_swallowed() {
    let mut script = Script::live();
    script.hear(EXPIRED);
    script.say(r#"{"type":"auth","uid":"x"}"#);
    let swallowed = script.seq;
    script.hear(TIMED_OUT);
    script.close(1005, ClosedBy::Server);
    let card = card(&mut script);
    assert_eq!(first(&card), (Kind::LoginSwallowed, Certainty::Certain));
    assert_eq!(card.first().unwrap().evidence[0].seq, Some(swallowed));
}

#[test]
fn case_48_a_spent_refresh_token_is_certain() {
    let mut script = Script::live();
    let refresh = r#"{"type":"auth","refresh_token":"[masked 2]"}"#;
    script.say(refresh);
    script.hear(r#"{"type":"auth","status":"ok","refresh_token":"[masked 3]"}"#);
    script.say(refresh);
    script.hear(REFUSED_LATER);
    script.close(1005, ClosedBy::Server);
    let card = card(&mut script);
    assert_eq!(
        (card.title.as_str(), first(&card)),
        ("New login refused", (Kind::RefreshTokenSpent, Certainty::Certain))
    );
}

#[test]
fn a_refusal_in_public_mode_leaves_a_card_on_the_open_connection() {
    let mut script = Script::open("public", "static token");
    script.say(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    script.hear(REFUSED_LATER);
    let (message, cause, advice) = ("m".to_owned(), "c".to_owned(), "a".to_owned());
    script.fact(Fact::Error { stage: Stage::Login, message, cause, advice });
    let card = card(&mut script);
    assert_eq!((card.title.as_str(), first(&card).0), ("Login refused, acting as public", Kind::WrongToken));
    assert!(script.shot().phase.is_open());
}

#[test]
fn a_login_without_an_answer_says_what_waits() {
    let mut script = Script::open("handshake", "static token");
    script.say(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    script.fact(Fact::Held { reason: String::new(), data: "x".into() });
    script.elapsed_us += 15_000_000;
    let (message, cause, advice) = ("m".to_owned(), "c".to_owned(), "a".to_owned());
    script.fact(Fact::Error { stage: Stage::Login, message, cause, advice });
    let card = card(&mut script);
    assert_eq!(card.title, "No answer to the login");
    assert!(card.what_happened.contains("1 message held back"), "{}", card.what_happened);
    assert!(has(&card, Kind::BrokenVersion) && has(&card, Kind::NotDirectus));
}
