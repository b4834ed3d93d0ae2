//! What the cards say of connects that never opened (reference 1.3, 1.4; cases 8, 10 to 13).

use crate::capture::event::{Certificate, ClosedBy, Fact, Stage};
use crate::session::Step;
use crate::session::causes::login_cases::{card, first, has};
use crate::session::causes::{CauseCard, CauseKind as Kind, Certainty};
use crate::session::script::{Script, connect};

const URL: &str = "wss://cms.example.com/websocket";

fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn dial(script: &mut Script, url: &str) {
    script.connection += 1;
    script.fact(connect("handshake", "static token", url));
}

fn fail(script: &mut Script, stage: Stage, message: &str) {
    let word = |text: &str| text.to_owned();
    script.fact(Fact::Error {
        stage,
        message: word(message),
        cause: word("A cause."),
        advice: word("Do this."),
    });
    script.fact(Fact::Close { code: Some(1006), reason: String::new(), by: ClosedBy::Network });
}

/// An answer to the upgrade.
struct Answer<'a> {
    target: &'a str,
    asked: &'a [(&'a str, &'a str)],
    status: u16,
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
}

const BARE: Answer<'static> = Answer { target: "/websocket", asked: &[], status: 0, headers: &[], body: "" };

fn answered(script: &mut Script, answer: &Answer<'_>) -> CauseCard {
    dial(script, URL);
    let mut asked = headers(&[("Host", "cms.example.com")]);
    asked.extend(headers(answer.asked));
    script.fact(Fact::Request { method: "GET".into(), target: answer.target.into(), headers: asked });
    script.fact(Fact::Response {
        status: answer.status,
        reason: String::new(),
        headers: headers(answer.headers),
        body: answer.body.into(),
        took_us: 900,
    });
    fail(script, Stage::Upgrade, &format!("The server refused the WebSocket with HTTP {}.", answer.status));
    card(script)
}

fn refused(answer: &Answer<'_>) -> CauseCard {
    answered(&mut Script::silent(), answer)
}

#[test]
fn every_row_of_401_has_its_cause() {
    use Certainty::{Certain, Likely};
    let one = "/websocket?access_token=[masked 1]";
    let two = "/websocket?access_token=[masked 1]&access_token=[masked 2]";
    let cookie: &[_] = &[("Cookie", "directus_session_token=[masked 1]")];
    let token: &[_] = &[("Authorization", "[masked 1]")];
    for (target, asked, kind, certainty) in [
        (one, &[][..], Kind::WrongToken, Likely),
        (two, &[][..], Kind::TokenTwice, Certain),
        ("/websocket?access_token=", &[][..], Kind::StrictMode, Likely),
        ("/websocket", &[][..], Kind::StrictMode, Likely),
        ("/websocket", cookie, Kind::CookieDead, Likely),
        ("/websocket", token, Kind::HeaderIgnored, Likely),
    ] {
        let card = refused(&Answer { target, asked, status: 401, ..BARE });
        assert_eq!(first(&card), (kind, certainty), "{target} {asked:?}");
    }
    let basic: &[_] = &[("WWW-Authenticate", "Basic realm=\"x\""), ("Server", "nginx")];
    let card = refused(&Answer { status: 401, headers: basic, ..BARE });
    assert_eq!(first(&card), (Kind::ProxyAuth, Certain));
    assert!(has(&refused(&Answer { target: "/websocket/logs", status: 401, ..BARE }), Kind::LogsForAdmins));
}

#[test]
fn case_12_and_13_the_causes_of_403_are_told_apart_by_what_was_sent() {
    let origin: &[_] = &[("Origin", "https://evil.example")];
    let card = refused(&Answer { status: 403, asked: origin, ..BARE });
    assert_eq!(first(&card), (Kind::OriginRefused, Certainty::Likely));
    assert!(card.first().unwrap().next_step.code.contains("CORS_ORIGIN=https://evil.example"));
    assert!(has(&card, Kind::ConnectionLimit) && has(&card, Kind::LicenceLocked));

    let own: &[_] = &[("Origin", "https://cms.example.com")];
    assert!(!has(&refused(&Answer { status: 403, asked: own, ..BARE }), Kind::OriginRefused));

    let mut script = Script::live();
    script.close(1006, ClosedBy::Network);
    let card = answered(&mut script, &Answer { status: 403, ..BARE });
    assert_eq!(first(&card), (Kind::ConnectionLimit, Certainty::Likely));
    assert!(card.first().unwrap().evidence.iter().any(|seen| seen.sentence.contains("did open")));

    let wall: &[_] = &[("Server", "cloudflare"), ("CF-RAY", "1")];
    let card = refused(&Answer { status: 403, headers: wall, body: "<html>no</html>", ..BARE });
    assert_eq!(first(&card).0, Kind::Firewall);
    assert!(card.first().unwrap().sentence.contains("Cloudflare"));
}

#[test]
fn case_11_a_404_of_directus_is_told_from_another_site() {
    let json = r#"{"errors":[{"message":"m","extensions":{"code":"ROUTE_NOT_FOUND"}}]}"#;
    let card = refused(&Answer { status: 404, body: json, ..BARE });
    assert_eq!(first(&card).0, Kind::SwitchedOff);
    assert_eq!(card.first().unwrap().next_step.code, "WEBSOCKETS_ENABLED=true");
    assert!(has(&card, Kind::ProxyStrips));
    let site = Answer { status: 404, body: "<!DOCTYPE html><title>Not found</title>", ..BARE };
    assert_eq!(first(&refused(&site)).0, Kind::NotDirectus);
}

#[test]
fn what_proxies_and_pages_answer_is_named() {
    let nginx: &[_] = &[("Server", "nginx/1.24")];
    let busy = r#"{"errors":[{"message":"Under pressure","extensions":{"code":"SERVICE_UNAVAILABLE"}}]}"#;
    let moved: &[_] = &[("Location", "https://cms.example.com/websocket")];
    for (status, headers, body, kind) in [
        (502, nginx, "<html><center>nginx</center></html>", Kind::GatewayFailed),
        (504, nginx, "", Kind::GatewayFailed),
        (503, &[][..], busy, Kind::UnderPressure),
        (500, &[][..], "", Kind::ServerFailed),
        (429, &[][..], "", Kind::RateLimited),
        (200, &[][..], "<!doctype html>", Kind::NotDirectus),
        (301, moved, "", Kind::Redirected),
        (400, &[][..], "Missing or invalid Sec-WebSocket-Key header", Kind::ProxyStrips),
        (426, nginx, "", Kind::ProxyStrips),
        (407, &[][..], "", Kind::ProxyAuth),
        (418, &[][..], "", Kind::AsReported),
    ] {
        let card = refused(&Answer { status, headers, body, ..BARE });
        assert_eq!(first(&card).0, kind, "{status}");
    }
}

#[test]
fn case_10_a_path_without_an_answer_is_probably_wrong() {
    let words = "The server accepted the connection, but never answered /websocket/ within 10 s.";
    let mut script = Script::silent();
    dial(&mut script, "wss://cms.example.com/websocket/");
    script.fact(Fact::Connected { address: "192.0.2.1:443".into(), via: String::new(), took_us: 1000 });
    script.fact(Fact::Request { method: "GET".into(), target: "/websocket/".into(), headers: Vec::new() });
    script.elapsed_us += 10_000_000;
    fail(&mut script, Stage::Upgrade, words);
    let card = card(&mut script);
    assert_eq!(
        (card.title.as_str(), first(&card)),
        ("No answer to the upgrade", (Kind::WrongPath, Certainty::Likely))
    );
    assert!(card.first().unwrap().evidence[0].sentence.contains("slash"));
    let failed = script.shot().waterfall.failed.unwrap();
    assert_eq!((failed.step, failed.after_us), (Step::Upgrade, 10_001_000));
}

#[test]
fn a_path_that_opened_before_is_not_the_first_suspect() {
    let mut script = Script::live();
    script.close(1006, ClosedBy::Network);
    dial(&mut script, URL);
    script.fact(Fact::Request { method: "GET".into(), target: "/websocket".into(), headers: Vec::new() });
    fail(
        &mut script,
        Stage::Upgrade,
        "The server accepted the connection, but never answered /websocket within 10 s.",
    );
    assert_eq!(first(&card(&mut script)).0, Kind::ServerHangs);
}

#[test]
fn a_host_that_was_up_is_told_from_one_never_seen() {
    let mut script = Script::silent();
    dial(&mut script, URL);
    fail(&mut script, Stage::Tcp, "The connection to 192.0.2.1:443 was refused.");
    assert_eq!(first(&card(&mut script)).0, Kind::AsReported);
    assert_eq!(script.shot().waterfall.failed.unwrap().step, Step::Connect);

    let mut script = Script::live();
    script.close(1006, ClosedBy::Network);
    for (stage, kind) in [(Stage::Tcp, Kind::ServerEnded), (Stage::Resolve, Kind::NetworkGone)] {
        dial(&mut script, URL);
        fail(&mut script, stage, "It failed.");
        assert_eq!(first(&card(&mut script)), (kind, Certainty::Likely));
    }
    let mut script = Script::silent();
    dial(&mut script, "ws://directus:8055/websocket");
    fail(&mut script, Stage::Resolve, "No host is called directus.");
    assert_eq!(first(&card(&mut script)).0, Kind::PrivateName);
}

/// The card of a refused chain, seen on 2023-11-14, the day of the scripts.
fn presented(certificates: Vec<Certificate>) -> CauseCard {
    let mut script = Script::silent();
    dial(&mut script, URL);
    script.fact(Fact::Presented { certificates });
    fail(&mut script, Stage::Tls, "The certificate is refused.");
    assert_eq!(script.shot().waterfall.failed.unwrap().step, Step::Tls);
    card(&mut script)
}

#[test]
fn a_refused_chain_tells_why_by_itself() {
    use Certainty::{Certain, Likely};
    let good = Certificate {
        subject: Some("CN=cms.example.com".into()),
        issuer: Some("CN=Private".into()),
        not_before: Some("2023-01-01T00:00:00Z".into()),
        not_after: Some("2024-01-01T00:00:00Z".into()),
        names: vec!["cms.example.com".into()],
        ..Certificate::default()
    };
    let changed = |change: &dyn Fn(&mut Certificate)| {
        let mut own = good.clone();
        change(&mut own);
        own
    };
    let over = changed(&|own| own.not_after = Some("2023-11-01T00:00:00Z".into()));
    let future = changed(&|own| own.not_before = Some("2023-12-01T00:00:00Z".into()));
    let other = changed(&|own| own.names = vec!["other.example.com".into()]);
    let alone = changed(&|own| own.issuer.clone_from(&own.subject));
    for (chain, kind, certainty) in [
        (vec![over], Kind::CertificateExpired, Certain),
        (vec![future], Kind::CertificateNotYetValid, Certain),
        (vec![other], Kind::CertificateWrongName, Certain),
        (vec![alone], Kind::SelfSigned, Likely),
        (vec![good.clone()], Kind::ChainIncomplete, Likely),
        (vec![good.clone(), Certificate::default()], Kind::PrivateAuthority, Likely),
        (Vec::new(), Kind::AsReported, Likely),
    ] {
        assert_eq!(first(&presented(chain)), (kind, certainty));
    }
}
