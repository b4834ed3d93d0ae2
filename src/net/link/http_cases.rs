//! HTTP beside the socket, as conversations with a link.

use std::sync::mpsc::{Receiver, channel};

use bytes::Bytes;

use crate::capture::event::{Event, Fact, Stamp, What};
use crate::capture::http_exchange::{HttpExchange, HttpTimings};
use crate::directus::{AuthMode, Credentials, Endpoint, Secret};
use crate::net::command::{Command, ConnectSpec};
use crate::net::failure::{Failure, HttpFailure};
use crate::net::http::{
    HttpAnswer, HttpRefusal, HttpReply, HttpReport, HttpRequest, HttpToken, RECORDED_LIMIT, SentHeaders,
};
use crate::net::link::{Link, Order, Outputs};
use crate::net::mask::Door;

const TOKEN: &str = "planted-secret-0003";

type Outcome = Result<HttpAnswer, HttpRefusal>;

fn prepared() -> Link {
    let mut link = Link::new(Door::new(), 7);
    let endpoint = Endpoint::parse("wss://cms.example/cms/websocket").unwrap();
    let spec = ConnectSpec::new(endpoint, AuthMode::Handshake, Credentials::StaticToken(Secret::new(TOKEN)));
    let mut out = Outputs::default();
    link.command(Command::Prepare(Box::new(spec)), Stamp::default(), &mut out);
    assert!(out.events.is_empty() && out.orders.is_empty());
    link
}

/// Asks; what the worker was told to do, and where the answer will come.
fn ask(link: &mut Link, request: HttpRequest) -> (Outputs, Receiver<Outcome>) {
    let (sender, receiver) = channel();
    let reply = HttpReply::new(move |outcome| sender.send(outcome).unwrap());
    let mut out = Outputs::default();
    link.command(Command::Http(Box::new(request), reply), Stamp::default(), &mut out);
    (out, receiver)
}

fn ordered(out: &Outputs) -> (u64, HttpRequest) {
    let [Order::Http(id, _, request)] = &out.orders[..] else { panic!("{out:?}") };
    (*id, (**request).clone())
}

fn report(answer: Option<HttpAnswer>, failure: Option<Failure>) -> HttpReport {
    HttpReport {
        address: "192.0.2.1:443".to_owned(),
        sent: SentHeaders(vec![("authorization".to_owned(), format!("Bearer {TOKEN}"))]),
        timings: HttpTimings::default(),
        took_us: 5,
        answer,
        failure,
    }
}

fn answer(status: u16, body: impl Into<Bytes>) -> HttpAnswer {
    HttpAnswer {
        status,
        reason: String::new(),
        headers: vec![("set-cookie".to_owned(), "directus_session_token=planted-cookie; Path=/".to_owned())],
        body: body.into(),
        timings: HttpTimings::default(),
    }
}

fn recorded(events: &[Event]) -> &HttpExchange {
    let [Event { what: What::Fact(fact), .. }] = events else { panic!("{events:?}") };
    let Fact::Http(exchange) = &**fact else { panic!("{fact:?}") };
    exchange
}

fn ended(link: &mut Link, id: u64, report: HttpReport) -> Outputs {
    let mut out = Outputs::default();
    link.exchanged(id, report, Stamp::default(), &mut out);
    out
}

#[test]
fn a_link_without_a_socket_asks_as_its_user() {
    let mut link = prepared();
    let (out, heard) = ask(&mut link, HttpRequest::get("/server/info"));
    let (id, request) = ordered(&out);
    assert_eq!(request.token, HttpToken::Bearer(Secret::new(TOKEN)));
    assert!(out.events.is_empty(), "it is recorded when it has ended");
    let out = ended(&mut link, id, report(Some(answer(200, r#"{"data":{}}"#)), None));
    let exchange = recorded(&out.events);
    assert_eq!((exchange.url.as_str(), exchange.status), ("https://cms.example/cms/server/info", Some(200)));
    assert_eq!(exchange.target(), "/cms/server/info");
    assert_eq!(exchange.request_headers, [("authorization".to_owned(), "Bearer [masked 1]".to_owned())]);
    assert_eq!(exchange.headers[0].1, "directus_session_token=[masked 2]; Path=/");
    assert!(out.events[0].masked && !out.events[0].automatic);
    // Whoever asked gets what the server said.
    assert_eq!(
        heard.try_recv().unwrap().unwrap().headers[0].1,
        "directus_session_token=planted-cookie; Path=/"
    );
}

#[test]
fn a_login_leaves_no_secret_in_the_capture() {
    let mut link = prepared();
    let body = r#"{"email":"a@b.example","password":"planted-password","otp":"123456"}"#;
    let login = HttpRequest::post("/auth/login", body).with_token(HttpToken::None).by_itself();
    let (out, heard) = ask(&mut link, login);
    assert!(!format!("{out:?}{link:?}").contains("planted"), "{out:?}{link:?}");
    let (id, request) = ordered(&out);
    assert_eq!((request.token, request.body.as_deref()), (HttpToken::None, Some(body)));
    let tokens =
        r#"{"data":{"expires":900000,"refresh_token":"planted-refresh","access_token":"planted-access"}}"#;
    let out = ended(&mut link, id, report(Some(answer(200, tokens)), None));
    let exchange = recorded(&out.events);
    assert_eq!(
        exchange.request_body,
        r#"{"email":"a@b.example","password":"[masked 1]","otp":"[masked 2]"}"#
    );
    assert!(out.events[0].automatic && out.events[0].masked);
    let all = format!("{:?}", out.events);
    assert!(!all.contains("planted") && !all.contains("123456"), "{all}");
    assert_eq!(heard.try_recv().unwrap().unwrap().body.as_ref(), tokens.as_bytes());
    // What came with the answer is known from now on.
    let (out, _heard) = ask(&mut link, HttpRequest::get("/items/a?q=planted-access"));
    let (id, _) = ordered(&out);
    let out = ended(&mut link, id, report(Some(answer(200, "you asked for planted-access")), None));
    assert!(!format!("{:?}", out.events).contains("planted"), "{:?}", out.events);
}

#[test]
fn a_long_body_is_cut_and_no_secret_lies_across_the_edge() {
    let mut link = prepared();
    let (out, heard) = ask(&mut link, HttpRequest::get("/items/a"));
    let (id, _) = ordered(&out);
    let body = format!("{}{TOKEN}{}", "x".repeat(RECORDED_LIMIT - 7), "y".repeat(RECORDED_LIMIT));
    let out = ended(&mut link, id, report(Some(answer(200, body.clone())), None));
    let exchange = recorded(&out.events);
    assert!(exchange.cut && exchange.body.len() <= RECORDED_LIMIT && exchange.size == body.len() as u64);
    assert!(!exchange.body.contains("planted"));
    assert_eq!(heard.try_recv().unwrap().unwrap().body.len(), body.len());
}

#[test]
fn what_fails_is_told_to_the_capture_and_to_whoever_asked() {
    let mut link = prepared();
    let (out, heard) = ask(&mut link, HttpRequest::get("/server/ping"));
    let (id, _) = ordered(&out);
    let failure = HttpFailure::NotHttp { detail: format!("saw {TOKEN}") };
    let out = ended(&mut link, id, report(None, Some(failure.into())));
    let error = recorded(&out.events).error.as_ref().unwrap();
    assert!(error.message.contains("saw [masked 1]"), "{error:?}");
    let Err(HttpRefusal::Failed(told)) = heard.try_recv().unwrap() else { panic!("an answer") };
    assert_eq!(told.message, error.message);
    // An answer that broke off is recorded with what came of it.
    let (out, _heard) = ask(&mut link, HttpRequest::get("/server/ping"));
    let (id, _) = ordered(&out);
    let broken = HttpFailure::BodyBroken { received: 2, detail: "cut".to_owned() };
    let out = ended(&mut link, id, report(Some(answer(200, "po")), Some(broken.into())));
    let exchange = recorded(&out.events);
    assert_eq!((exchange.status, exchange.body.as_str()), (Some(200), "po"));
    assert!(exchange.is_failure());
}

#[test]
fn without_a_server_and_after_the_end_nobody_waits_for_ever() {
    let mut link = Link::new(Door::new(), 7);
    let (out, heard) = ask(&mut link, HttpRequest::get("/server/ping"));
    assert!(out.orders.is_empty());
    assert!(recorded(&out.events).error.is_some());
    assert_eq!(heard.try_recv().unwrap(), Err(HttpRefusal::NoServer));

    let mut link = prepared();
    let (out, heard) = ask(&mut link, HttpRequest::get("/server/ping"));
    let (id, _) = ordered(&out);
    let mut out = Outputs::default();
    link.finish(Stamp::default(), &mut out);
    assert!(recorded(&out.events).error.is_some());
    assert_eq!(heard.try_recv().unwrap(), Err(HttpRefusal::Cancelled));
    // It came after all, and there is nobody to tell.
    assert!(ended(&mut link, id, report(Some(answer(200, "")), None)).events.is_empty());
}

#[test]
fn a_server_is_examined_as_nobody_and_as_the_user() {
    let asked = |link: &mut Link| {
        let expected = link.spec.as_deref().unwrap().questions().0;
        let mut out = Outputs::default();
        link.command(Command::Examine, Stamp::default(), &mut out);
        let words = |order: &Order| match order {
            Order::Http(_, _, request) if request.automatic => {
                format!(
                    "{} {}",
                    request.path,
                    if request.token == HttpToken::None { "nobody" } else { "user" }
                )
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(u64::try_from(out.orders.len()).unwrap(), expected);
        out.orders.iter().map(words).collect::<Vec<_>>()
    };
    assert_eq!(
        asked(&mut prepared()),
        [
            "/server/ping nobody",
            "/server/info nobody",
            "/server/info user",
            "/server/health user",
            "/policies/me/globals user",
            "/users/me user"
        ]
    );
    let mut link = Link::new(Door::new(), 7);
    let endpoint = Endpoint::parse("ws://cms.example/websocket").unwrap();
    let spec = ConnectSpec::new(endpoint, AuthMode::Handshake, Credentials::None);
    link.command(Command::Prepare(Box::new(spec)), Stamp::default(), &mut Outputs::default());
    assert_eq!(asked(&mut link), ["/server/ping nobody", "/server/info nobody", "/server/health nobody"]);
}
