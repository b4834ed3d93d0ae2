//! What servers answer, and what is known then.

use crate::capture::event::Fact;
use crate::capture::http_exchange::HttpExchange;
use crate::session::script::Script;
use crate::session::{Snapshot, Source};

const NOBODY: &str = r#"{"data":{"project":{"project_name":"Shop"},"license":{"source":null}}}"#;
const USER: &str = r#"{"data":{"project":{"project_name":"Shop"},"rateLimit":false,"queryLimit":{"default":100,"max":200},"websocket":{"rest":{"authentication":"handshake","path":"/websocket"},"graphql":{"authentication":"strict","path":"/graphql"},"heartbeat":30,"collaborativeEditing":true,"logs":false},"version":"11.17.4"}}"#;

fn exchange(path: &str, status: u16, body: &str) -> HttpExchange {
    HttpExchange {
        method: "GET".to_owned(),
        url: format!("https://cms.example.com{path}"),
        status: Some(status),
        body: body.to_owned(),
        ..HttpExchange::default()
    }
}

fn as_user(mut exchange: HttpExchange) -> HttpExchange {
    exchange.request_headers.push(("authorization".to_owned(), "Bearer [masked 1]".to_owned()));
    exchange
}

fn after(exchanges: impl IntoIterator<Item = HttpExchange>) -> Snapshot {
    let mut script = Script::silent();
    for exchange in exchanges {
        script.fact(Fact::Http(Box::new(exchange)));
    }
    script.shot()
}

fn line(shot: &Snapshot, name: &str) -> (String, Source) {
    let line = shot.server_lines().into_iter().find(|line| line.name == name).unwrap();
    (line.value, line.source)
}

#[test]
fn nobody_learns_the_generation_and_what_needs_a_token() {
    let shot = after([exchange("/server/ping", 200, "pong"), exchange("/server/info", 200, NOBODY)]);
    assert_eq!(line(&shot, "project"), ("Shop".to_owned(), Source::Info));
    assert_eq!(line(&shot, "version").1, Source::Inferred);
    assert_eq!(line(&shot, "heartbeat"), ("unknown".to_owned(), Source::NeedsToken));
    assert_eq!(shot.server_words().as_deref(), Some("Directus 12 or later"));
    assert!(shot.server.problems.is_empty() && shot.server.faults().count() == 0);
}

#[test]
fn a_user_learns_the_rest_and_the_faults_of_the_version() {
    let shot =
        after([exchange("/cms/server/info", 200, NOBODY), as_user(exchange("/cms/server/info", 200, USER))]);
    assert_eq!(line(&shot, "version"), ("11.17.4".to_owned(), Source::InfoAsUser));
    assert_eq!(line(&shot, "REST socket").0, "handshake at /websocket");
    assert_eq!(line(&shot, "query limit").0, "100 by default · at most 200");
    assert_eq!(shot.server_words().as_deref(), Some("Directus 11.17.4 · handshake · heartbeat 30 s"));
    assert!(shot.server.faults().any(|fault| fault.sentence.contains("Origin")));
    let report = shot.server_report();
    assert!(report.contains("version: 11.17.4 (/server/info as this user)\n"), "{report}");
    assert!(report.contains("known: Before 12.4"), "{report}");
}

#[test]
fn the_socket_tells_what_nobody_said() {
    let mut script = Script::live();
    let response = Fact::Response {
        status: 101,
        reason: String::new(),
        headers: Vec::new(),
        body: String::new(),
        took_us: 1,
    };
    script.fact(Fact::Request { method: "GET".into(), target: "/websocket?a=1".into(), headers: Vec::new() });
    script.fact(response);
    script.hear(r#"{"type":"ping"}"#);
    script.elapsed_us += 20_000_000;
    script.hear(r#"{"type":"ping"}"#);
    let shot = script.shot();
    assert_eq!(line(&shot, "heartbeat"), ("every 20 s".to_owned(), Source::Socket));
    assert_eq!(line(&shot, "REST socket"), ("open at /websocket".to_owned(), Source::Socket));
    assert_eq!(shot.server_words(), None, "nobody asked");
}

#[test]
fn a_strange_answer_is_a_problem_until_a_good_one_comes() {
    let page = |status| {
        let mut page = exchange("/server/info", status, "<html>nginx</html>");
        page.headers.push(("Content-Type".to_owned(), "text/html".to_owned()));
        page
    };
    let mut redirect = exchange("/server/info", 302, "");
    redirect.headers.push(("Location".to_owned(), "https://login.example".to_owned()));
    for (strange, words) in [
        (page(200), "A web page came (200)"),
        (page(502), "A web page came (502)"),
        (redirect, "redirects to https://login.example"),
        (exchange("/server/info", 401, "{}"), "refuses the token"),
        (exchange("/server/info", 404, "{}"), "Nothing is there"),
        (exchange("/server/info", 500, "{}"), "answers 500"),
        (exchange("/server/info", 200, "\u{fffd}\u{8}"), "not one of Directus"),
        (exchange("/server/ping", 200, "hello"), "not one of Directus"),
    ] {
        let good =
            exchange(strange.target(), 200, if strange.target().ends_with("ping") { "pong" } else { NOBODY });
        let shot = after([strange.clone()]);
        assert!(shot.server.problems[0].value.contains(words), "{:?}", shot.server.problems);
        assert!(after([strange, good]).server.problems.is_empty());
    }
    assert!(after([exchange("/server/health", 403, "{}")]).server.problems.is_empty());
    assert_eq!(line(&after([exchange("/server/health", 200, r#"{"status":"warn"}"#)]), "health").0, "warn");
}

#[test]
fn the_clock_of_the_server_is_compared_by_its_date() {
    // The script's events happen at 2023-11-14 22:13:20 UTC.
    let dated = |date: &str| {
        let mut dated = exchange("/items/a", 200, "{}");
        dated.headers.push(("Date".to_owned(), date.to_owned()));
        line(&after([dated]), "clock").0
    };
    assert_eq!(dated("Tue, 14 Nov 2023 22:13:20 GMT"), "agrees with this computer's");
    assert_eq!(dated("Tue, 14 Nov 2023 22:14:20 GMT"), "60.5 s ahead of this computer's");
    assert_eq!(dated("Tue, 14 Nov 2023 22:13:10 GMT"), "9.5 s behind this computer's");
}

#[test]
fn another_server_is_unknown_again() {
    let mut script = Script::silent();
    script.fact(Fact::Http(Box::new(as_user(exchange("/server/info", 200, USER)))));
    script.connect("handshake", "none", "wss://cms.example.com/websocket");
    assert!(script.shot().server.version.is_some());
    script.connect("handshake", "none", "wss://other.example.com/websocket");
    assert!(script.shot().server.version.is_none());
}
