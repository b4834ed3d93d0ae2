//! Ends of connections for the tests of the cause card, and a gallery of all of them as one picture.

use egui_kittest::Harness;

use crate::capture::event::{Certificate, ClosedBy, Fact, Stage};
use crate::session::Snapshot;
use crate::ui::cause_card::cause_card_ui;
use crate::ui::scene::Folder;
use crate::ui::theme;

const URL: &str = "wss://cms.example.com/websocket";
const REFUSED: &str = r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"Authentication handshake failed."}}"#;

fn begin(folder: &mut Folder, url: &str) {
    folder.fact(Fact::Connect {
        url: url.to_owned(),
        transport: "full".to_owned(),
        mode: "handshake".to_owned(),
        credential: "static token".to_owned(),
        attempt: 1,
        unverified: false,
        login_first: false,
    });
    let host = "cms.example.com".to_owned();
    folder.fact(Fact::Resolved { host, addresses: vec!["192.0.2.7".to_owned()], took_us: 9_000 });
    folder.fact(Fact::Connected { address: "192.0.2.7:443".to_owned(), via: String::new(), took_us: 14_000 });
}

fn request(folder: &mut Folder, target: &str, headers: &[(&str, &str)]) {
    let mut all = vec![("Host".to_owned(), "cms.example.com".to_owned())];
    all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    folder.fact(Fact::Request { method: "GET".to_owned(), target: target.to_owned(), headers: all });
}

fn refuse(folder: &mut Folder, status: u16, headers: &[(&str, &str)], body: &str) {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let reason = String::new();
    folder.fact(Fact::Response { status, reason, headers, body: body.to_owned(), took_us: 22_000 });
    fail(folder, Stage::Upgrade, &format!("The server refused the WebSocket with HTTP {status}."));
    cut(folder);
}

fn fail(folder: &mut Folder, stage: Stage, message: &str) {
    let (cause, advice) = ("Its cause.".to_owned(), "What to do.".to_owned());
    folder.fact(Fact::Error { stage, message: message.to_owned(), cause, advice });
}

fn cut(folder: &mut Folder) {
    folder.fact(Fact::Close { code: Some(1006), reason: String::new(), by: ClosedBy::Network });
}

fn close(folder: &mut Folder, code: u16) {
    folder.fact(Fact::Close { code: Some(code), reason: String::new(), by: ClosedBy::Server });
}

fn opened(folder: &mut Folder) {
    begin(folder, URL);
    request(folder, "/websocket", &[]);
    folder.fact(Fact::Open { url: URL.to_owned(), subprotocol: String::new() });
}

fn scene(told: impl FnOnce(&mut Folder)) -> Snapshot {
    let mut folder = Folder::default();
    told(&mut folder);
    folder.session.snapshot()
}

/// A token the server does not know.
pub fn wrong_token() -> Snapshot {
    scene(|folder| {
        opened(folder);
        folder.sent(r#"{"type":"auth","access_token":"[masked 1]"}"#);
        folder.now_us += 12_000;
        folder.came(REFUSED);
        close(folder, 1005);
    })
}

fn certificate() -> Certificate {
    let name = "CN=cms.example.com, O=Example".to_owned();
    Certificate {
        sha256: "9f".repeat(32),
        size: 1203,
        subject: Some(name),
        issuer: Some("CN=Example Private CA".to_owned()),
        not_before: Some("2025-08-01T00:00:00Z".to_owned()),
        not_after: Some("2026-10-31T00:00:00Z".to_owned()),
        names: vec!["cms.example.com".to_owned()],
    }
}

fn login_scenes() -> Vec<(&'static str, Snapshot)> {
    vec![
        ("wrong token", wrong_token()),
        (
            "nothing sent",
            scene(|folder| {
                opened(folder);
                folder.now_us += 10_001_000;
                folder.came(REFUSED);
                close(folder, 1005);
            }),
        ),
        (
            "ping first",
            scene(|folder| {
                opened(folder);
                folder.sent(r#"{"type":"ping"}"#);
                folder.came(REFUSED);
                close(folder, 1005);
            }),
        ),
        (
            "two factors",
            scene(|folder| {
                opened(folder);
                folder.sent(
                    r#"{"type":"auth","email":"a@example.com","password":"[masked 1]","otp":"[masked 2]"}"#,
                );
                folder.now_us += 540_000;
                folder.came(REFUSED);
                close(folder, 1005);
            }),
        ),
        (
            "expired",
            scene(|folder| {
                folder.connect();
                folder.now_us += 900_000_000;
                folder.came(r#"{"type":"auth","status":"error","error":{"code":"TOKEN_EXPIRED","message":"Token expired."}}"#);
                folder.now_us += 10_000_000;
                folder.came(r#"{"type":"auth","status":"error","error":{"code":"AUTH_TIMEOUT","message":"Authentication timed out."}}"#);
                close(folder, 1005);
            }),
        ),
        (
            "no answer to the login",
            scene(|folder| {
                opened(folder);
                folder.sent(r#"{"type":"auth","access_token":"[masked 1]"}"#);
                folder.fact(Fact::Held { reason: String::new(), data: r#"{"type":"subscribe"}"#.to_owned() });
                folder.now_us += 15_000_000;
                fail(folder, Stage::Login, "The server has not answered the login for 15 s.");
            }),
        ),
    ]
}

fn live_scenes() -> Vec<(&'static str, Snapshot)> {
    vec![
        (
            "missed heartbeat",
            scene(|folder| {
                folder.connect();
                folder.fact(Fact::Switched { name: "auto_pong".to_owned(), on: false });
                for _ in 0..2 {
                    folder.now_us += 30_000_000;
                    folder.came(r#"{"type":"ping"}"#);
                }
                folder.now_us += 30_000_000;
                close(folder, 1005);
            }),
        ),
        (
            "idle proxy",
            scene(|folder| {
                for _ in 0..3 {
                    folder.connect();
                    folder.now_us += 45_000_000;
                    cut(folder);
                }
            }),
        ),
        (
            "server stopped",
            scene(|folder| {
                folder.connect();
                folder.now_us += 7_000_000;
                cut(folder);
            }),
        ),
        (
            "going away",
            scene(|folder| {
                folder.connect();
                folder.now_us += 7_000_000;
                close(folder, 1001);
            }),
        ),
        (
            "unexplained",
            scene(|folder| {
                folder.connect();
                folder.now_us += 2_000_000;
                close(folder, 1005);
            }),
        ),
    ]
}

fn upgrade_scenes() -> Vec<(&'static str, Snapshot)> {
    let json = r#"{"errors":[{"message":"Route /websocket doesn't exist.","extensions":{"code":"ROUTE_NOT_FOUND"}}]}"#;
    vec![
        (
            "query token",
            scene(|folder| {
                begin(folder, URL);
                request(folder, "/websocket?access_token=[masked 1]", &[]);
                refuse(folder, 401, &[], "");
            }),
        ),
        (
            "origin",
            scene(|folder| {
                begin(folder, URL);
                request(folder, "/websocket", &[("Origin", "https://evil.example")]);
                refuse(folder, 403, &[], "");
            }),
        ),
        (
            "limit",
            scene(|folder| {
                folder.connect();
                folder.now_us += 60_500_000;
                cut(folder);
                begin(folder, URL);
                request(folder, "/websocket", &[]);
                refuse(folder, 403, &[], "");
            }),
        ),
        (
            "switched off",
            scene(|folder| {
                begin(folder, URL);
                request(folder, "/websocket", &[]);
                refuse(folder, 404, &[("X-Powered-By", "Directus"), ("Server", "nginx/1.24")], json);
            }),
        ),
        (
            "gateway",
            scene(|folder| {
                begin(folder, URL);
                request(folder, "/websocket", &[]);
                refuse(folder, 502, &[("Server", "nginx/1.24")], "<html><center>nginx</center></html>");
            }),
        ),
        (
            "wrong path",
            scene(|folder| {
                begin(folder, "wss://cms.example.com/websocket/");
                request(folder, "/websocket/", &[]);
                folder.now_us += 10_000_000;
                let words = "The server accepted the connection, but never answered /websocket/ within 10 s.";
                fail(folder, Stage::Upgrade, words);
                cut(folder);
            }),
        ),
        (
            "certificate",
            scene(|folder| {
                begin(folder, URL);
                folder.fact(Fact::Presented { certificates: vec![certificate()] });
                fail(folder, Stage::Tls, "The server's certificate has expired (SHA-256 9f9f…).");
                cut(folder);
            }),
        ),
    ]
}

fn all() -> Vec<(&'static str, Snapshot)> {
    [login_scenes(), live_scenes(), upgrade_scenes()].into_iter().flatten().collect()
}

#[test]
fn every_scene_has_a_cause_with_a_next_step() {
    for (name, shot) in all() {
        let card = shot.card.expect(name);
        let first = card.first().unwrap_or_else(|| panic!("{name}: no cause"));
        assert!(!first.next_step.sentence.is_empty(), "{name}: {card:#?}");
        assert!(card.causes.iter().all(|cause| cause.sentence.ends_with('.')), "{name}: {card:#?}");
    }
}

/// `HAREWIRE_GALLERY=folder` writes a picture of each card, unfolded, to look at.
#[test]
fn the_gallery_can_be_painted() {
    let folder = std::env::var("HAREWIRE_GALLERY").ok();
    for (place, (name, shot)) in all().into_iter().enumerate() {
        let card = shot.card.clone().unwrap();
        for width in [290.0, 460.0] {
            let shown = card.clone();
            let mut harness = Harness::builder()
                .with_size(egui::vec2(width, 900.0))
                .with_context_setup(move |context| {
                    theme::install(context);
                    context.set_theme(if place % 2 == 0 { egui::Theme::Dark } else { egui::Theme::Light });
                })
                .build_ui(move |ui| cause_card_ui(ui, &shown, &mut Vec::new()));
            harness.run();
            if let Some(folder) = &folder {
                let picture = harness.render().unwrap();
                let file = format!("{folder}/{place:02}-{}-{width}.png", name.replace(' ', "-"));
                picture.save(file).unwrap();
            }
        }
    }
}
