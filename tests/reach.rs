//! Getting there at all: private authorities, client certificates, real proxies, headers a browser would send, in the
//! window and on the command line, against real servers.

pub mod gate;
mod proxy;

use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use harewire::demo::{self, Options, Server};
use serde_json::Value;

use self::gate::{Authority, Gate};
use self::proxy::Proxy;
use crate::headless::Desk;
use crate::lab::{V12, seed, shared};

/// Runs `record` until it is live for a moment; no proxy of this machine's environment counts.
fn record(url: &str, token: &str, arguments: &[&str]) -> Output {
    record_in(&[], url, token, arguments)
}

fn record_in(environment: &[(&str, &str)], url: &str, token: &str, arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_harewire"));
    for name in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.env("HOME", home.path()).env("DIRECTUS_TOKEN", token).envs(environment.iter().copied());
    command.args(["record", url, "--subscribe", "messages", "--for", "2s", "--out", "-"]).args(arguments);
    command.stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The one line of the capture with this `event`.
fn fact(output: &Output, event: &str) -> Value {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.find(|line| line["event"] == event).unwrap_or_else(|| panic!("no {event}: {text}{}", said(output)))
}

fn serve() -> (Server, String) {
    let server = Server::start(Options::default()).unwrap();
    let address = server.url().replace("http://", "");
    (server, address)
}

#[test]
fn a_private_authority_and_a_client_certificate_lead_in() {
    let (_server, backend) = serve();
    let (servers, clients) = (Authority::new("Servers"), Authority::new("Clients"));
    let gate = Gate::open(&backend, servers.issue("127.0.0.1", |_| {}), Some(&clients));
    let (certificate, key) = clients.issue("ben", |_| {});
    let ca = servers.pem();
    let go = |arguments: &[&str]| record(&gate.url(), demo::TOKEN, arguments);
    let failed = |arguments: &[&str], words: &str| {
        let output = go(arguments);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        let told = fact(&output, "error");
        assert_eq!(told["stage"], "tls", "{told}");
        assert!(told["message"].as_str().unwrap().contains(words), "{told}");
    };
    let output = go(&["--ca", &ca, "--cert", &certificate, "--key", &key]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(fact(&output, "connect")["unverified"], Value::Null);
    assert_eq!(fact(&output, "secured")["accepted"], Value::Null);
    failed(&["--cert", &certificate, "--key", &key], "not trusted (SHA-256 ");
    failed(&["--ca", &ca], "wants a client certificate");
    let (strange, strange_key) = servers.issue("eve", |_| {});
    failed(&["--ca", &ca, "--cert", &strange, "--key", &strange_key], "refused the client certificate");
    failed(&["--ca", &ca, "--cert", &certificate, "--key", &strange_key], "don't belong together");
    failed(&["--ca", &ca, "--cert", &certificate, "--key", &ca], "No private key");
    failed(&["--ca", "/nowhere/ca.pem"], "/nowhere/ca.pem can't be read");
    failed(&["--ca", &ca, "--server-name", "inner.example"], "isn't for inner.example");
    let output = go(&["--insecure", "--cert", &certificate, "--key", &key]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(fact(&output, "connect")["unverified"], true);
    assert!(fact(&output, "secured")["accepted"].as_str().unwrap().contains("not trusted"));
}

#[test]
fn another_server_name_is_expected_where_told() {
    let (_server, backend) = serve();
    let authority = Authority::new("Servers");
    let gate = Gate::open(&backend, authority.issue("inner.example", |_| {}), None);
    let ca = authority.pem();
    let output = record(&gate.url(), demo::TOKEN, &["--ca", &ca]);
    assert!(fact(&output, "error")["message"].as_str().unwrap().contains("inner.example"));
    let output = record(&gate.url(), demo::TOKEN, &["--ca", &ca, "--server-name", "inner.example"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn tinyproxy_leads_to_a_real_directus_and_its_refusals_are_told() {
    let server = shared(V12, &[]);
    let open = Proxy::http("");
    let url = format!("http://{}", open.address());
    let output = record(server.url(), seed::ADMIN, &["--proxy", &url]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(fact(&output, "connected")["via"], url.as_str());
    assert_eq!(fact(&output, "connected")["address"], open.address().as_str());
    let tunnel = fact(&output, "tunnelled");
    assert_eq!((&tunnel["proxy"], &tunnel["target"]), (&url.as_str().into(), &server.address().into()));
    let refused = |proxy: &str, words: &str| {
        let arguments = ["--proxy", proxy, "--connect-timeout", "1500ms"];
        let output = record(server.url(), seed::ADMIN, &arguments);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        let told = fact(&output, "error");
        assert_eq!(told["stage"], "proxy", "{told}");
        let all = format!("{} {}", told["message"], told["cause"]);
        assert!(all.contains(words), "{all}");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("planted"), "{output:?}");
    };
    let closed = Proxy::http("BasicAuth ben planted-password-1");
    let at = closed.address();
    refused(&format!("http://{at}"), "The proxy wants a login");
    refused(&format!("http://ben:planted-wrong-1@{at}"), "wrong");
    let with = format!("http://ben:planted-password-1@{at}");
    let output = record(server.url(), seed::ADMIN, &["--proxy", &with]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("planted"), "{output:?}");
    let narrow = Proxy::http("ConnectPort 443");
    refused(&format!("http://{}", narrow.address()), "403");
    refused(&format!("socks5://{}", open.address()), "");
    refused(server.url(), "");
}

#[test]
fn microsocks_leads_to_a_real_directus_by_name() {
    let server = shared(V12, &[]);
    let by_name = server.url().replace("127.0.0.1", "localhost");
    let open = Proxy::socks(&[]);
    let url = format!("socks5://{}", open.address());
    let output = record(&by_name, seed::ADMIN, &["--proxy", &url]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(fact(&output, "resolved")["host"], "127.0.0.1", "only the proxy itself is looked up here");
    assert_eq!(
        fact(&output, "tunnelled")["target"],
        server.address().replace("127.0.0.1", "localhost").as_str()
    );
    let closed = Proxy::socks(&["-u", "ben", "-P", "planted-password-2"]);
    let at = closed.address();
    for (login, words) in [("", "wants a login"), ("ben:planted-wrong-2@", "refused user and password")] {
        let output = record(&by_name, seed::ADMIN, &["--proxy", &format!("socks5://{login}{at}")]);
        let told = fact(&output, "error");
        assert!(told["message"].as_str().unwrap().contains(words), "{told}");
    }
    let with = format!("socks5://ben:planted-password-2@{at}");
    let output = record(&by_name, seed::ADMIN, &["--proxy", &with]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("planted"), "{output:?}");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = record(&format!("http://{nobody}"), seed::ADMIN, &["--proxy", &url]);
    assert!(fact(&output, "error")["message"].as_str().unwrap().contains("the connection was refused"));
}

#[test]
fn the_environment_names_a_proxy_for_others_but_not_for_this_machine() {
    let proxy = Proxy::http("");
    let url = format!("http://{}", proxy.address());
    let away = record_in(&[("HTTP_PROXY", &url)], "http://cms.invalid:8055", demo::TOKEN, &[]);
    assert_eq!(fact(&away, "error")["stage"], "proxy", "{}", said(&away));
    let spared = [("http_proxy", url.as_str()), ("NO_PROXY", "invalid")];
    let spared = record_in(&spared, "http://cms.invalid:8055", demo::TOKEN, &[]);
    assert_eq!(fact(&spared, "error")["stage"], "resolve", "{}", said(&spared));
    let (_server, backend) = serve();
    let here = record_in(&[("ALL_PROXY", &url)], &format!("http://{backend}"), demo::TOKEN, &[]);
    assert_eq!((here.status.code(), &fact(&here, "connected")["via"]), (Some(0), &Value::Null));
}

#[test]
fn a_family_without_an_address_and_a_browser_without_leave_are_told() {
    let (_server, backend) = serve();
    let output = record(&format!("http://{backend}"), demo::TOKEN, &["-6"]);
    assert!(fact(&output, "error")["message"].as_str().unwrap().contains("no IPv6 address"));
    assert_eq!(record(&format!("http://{backend}"), demo::TOKEN, &["-4"]).status.code(), Some(0));
    let server = shared(V12, &[]);
    let output = record(server.url(), seed::ADMIN, &["--origin", "https://evil.example"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert_eq!(fact(&output, "response")["status"], 403);
    let portable = ["--transport", "portable", "--proxy", "http://127.0.0.1:1"];
    let output = record(server.url(), seed::ADMIN, &portable);
    let told = fact(&output, "error");
    assert!(told["message"].as_str().unwrap().contains("can't go through a proxy"), "{told}");
}

/// Opens parts of the connect form.
fn unfold(desk: &mut Desk, parts: &[&str]) {
    desk.tall();
    for part in parts {
        desk.click(Role::DisclosureTriangle, part);
    }
}

#[test]
fn the_window_warns_as_long_as_a_certificate_is_not_checked() {
    let (_server, backend) = serve();
    let authority = Authority::new("Servers");
    let gate = Gate::open(&backend, authority.issue("127.0.0.1", |_| {}), None);
    let mut desk = Desk::open();
    unfold(&mut desk, &["More options", "TLS"]);
    desk.click(Role::Switch, "Accept invalid certificates");
    desk.log_in(&gate.url(), demo::TOKEN);
    let strip = desk.see("isn't checked: anyone on the way");
    assert!(strip.contains("not trusted (SHA-256 "), "it says what is wrong: {strip}");
    desk.see("not checked");
    desk.see_row(&["connect", "certificate not checked"]);
    desk.see_row(&["secured", "accepted although"]);
    desk.press("Disconnect");
    desk.until("the strip to go", |desk| (!desk.says("anyone on the way")).then_some(()));
    let capture = desk.quit().capture();
    assert!(capture.contains(r#""unverified":true"#), "{capture}");
}

#[test]
fn the_window_says_through_which_proxy_it_went() {
    let server = shared(V12, &[]);
    let proxy = Proxy::socks(&["-u", "ben", "-P", "planted-password-3"]);
    let mut desk = Desk::open();
    unfold(&mut desk, &["More options", "Proxy and addresses"]);
    desk.click(Role::RadioButton, "This one");
    let url = format!("socks5://ben:planted-password-3@{}", proxy.address());
    desk.fill(Role::TextInput, "Proxy URL", &url);
    desk.log_in(server.url(), seed::ADMIN);
    desk.see(&format!("socks5://{}", proxy.address()));
    desk.see_row(&["tunnelled", "reached via proxy"]);
    // The password lives for the session: connecting again needs it no more.
    desk.press("Disconnect");
    desk.see("Closed");
    desk.press("Reconnect");
    desk.see("logged in");
    assert!(!desk.says("planted"), "{:?}", desk.said());
    let home = desk.quit();
    assert!(!home.capture().contains("planted") && !home.shelf.text().contains("planted"));
    assert!(home.shelf.text().contains("socks5://ben@"), "{}", home.shelf.text());
}

/// The request a WebSocket came with, line by line, and the code and reason it was closed with.
type Heard = (Vec<String>, Option<(u16, String)>);

/// Accepts one WebSocket on this port and gives back what it heard.
fn listening() -> (u16, std::thread::JoinHandle<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = std::thread::spawn(move || {
        use tungstenite::handshake::server::{Request, Response};
        let mut asked = Vec::new();
        #[expect(clippy::result_large_err, reason = "the signature is tungstenite's")]
        let look = |request: &Request, response: Response| {
            asked.push(request.uri().to_string());
            for (name, value) in request.headers() {
                asked.push(format!("{name}: {}", value.to_str().unwrap()));
            }
            Ok(response)
        };
        let mut socket = tungstenite::accept_hdr(listener.accept().unwrap().0, look).unwrap();
        let mut ended = None;
        while let Ok(message) = socket.read() {
            if let tungstenite::Message::Close(frame) = message {
                ended = frame.map(|frame| (frame.code.into(), frame.reason.to_string()));
            }
        }
        (asked, ended)
    });
    (port, served)
}

#[test]
fn headers_cookies_and_query_of_the_window_arrive_whole_and_stay_unseen() {
    let (port, served) = listening();
    let mut desk = Desk::open();
    unfold(&mut desk, &["More options", "Headers, cookies and query"]);
    desk.click(Role::RadioButton, "Any WebSocket server");
    desk.fill(Role::TextInput, "Origin", "https://app.example");
    for (add, kind, name, value) in [
        ("Add header", "Header", "X-Tenant", "blue"),
        ("Add cookie", "Cookie", "session", "planted-cookie"),
        ("Add query parameter", "Query parameter", "room", "lobby 1"),
    ] {
        desk.press(add);
        desk.fill(Role::TextInput, &format!("{kind} 1 name"), name);
        let role = if kind == "Cookie" { Role::PasswordInput } else { Role::TextInput };
        desk.fill(role, &format!("{kind} 1 value"), value);
    }
    desk.press("Add header");
    desk.fill(Role::TextInput, "Header 2 name", "X-Api-Key");
    desk.fill(Role::PasswordInput, "Header 2 value", "planted-key");
    // A secret in the URL moves to the query parameters, and still arrives.
    desk.connect(&format!("ws://127.0.0.1:{port}/socket?token=planted-token&version=2"), "");
    desk.see("Live");
    desk.see_row(&["request"]);
    // Closed with a code of one's own.
    desk.keys(Modifiers::COMMAND, Key::K);
    desk.fill(Role::TextInput, "Command", "Close with");
    desk.keys(Modifiers::NONE, Key::Enter);
    desk.click(Role::RadioButton, "Another");
    desk.fill(Role::TextInput, "Close code", "4321");
    desk.fill(Role::TextInput, "Close reason", "enough");
    desk.press("Close the connection");
    desk.see_row(&["close", "4321"]);
    let (asked, ended) = served.join().unwrap();
    assert_eq!(ended, Some((4321, "enough".to_owned())));
    assert_eq!(asked[0], "/socket?room=lobby+1&token=planted-token&version=2");
    for header in [
        "origin: https://app.example",
        "x-tenant: blue",
        "cookie: session=planted-cookie",
        "x-api-key: planted-key",
    ] {
        assert!(asked.iter().any(|line| line == header), "{header} is missing: {asked:?}");
    }
    assert!(!desk.says("planted"), "{:?}", desk.said());
    let home = desk.quit();
    let (capture, stored) = (home.capture(), home.shelf.text());
    assert!(!capture.contains("planted") && !stored.contains("planted"), "{capture}{stored}");
    assert!(capture.contains("token=[masked") && stored.contains("X-Api-Key"), "{capture}");
    // The next start knows the names, and says what is missing.
    let mut desk = Desk::open_in(&home, harewire::app::Launch::Plain);
    desk.press("Connect");
    desk.see("isn't known: it is kept only until the window closes");
}

#[test]
fn a_bearer_header_is_no_login_and_an_evil_origin_is_refused_in_the_window() {
    // Cases 12 and 14 of the reference's section 12.
    let server = shared(V12, &[]);
    let mut desk = Desk::open();
    unfold(&mut desk, &["More options", "Headers, cookies and query"]);
    desk.press("Add header");
    desk.fill(Role::TextInput, "Header 1 name", "Authorization");
    desk.fill(Role::PasswordInput, "Header 1 value", &format!("Bearer {}", seed::ADMIN));
    desk.connect(server.url(), "");
    desk.see("Authenticating");
    desk.send(r#"{"type":"ping"}"#);
    desk.see_row(&["AUTH_FAILED"]);
    assert!(!desk.says(seed::ADMIN), "{:?}", desk.said());
    assert!(!desk.quit().capture().contains(seed::ADMIN));
    let mut desk = Desk::open();
    unfold(&mut desk, &["More options", "Headers, cookies and query"]);
    desk.fill(Role::TextInput, "Origin", "https://evil.example");
    desk.connect(server.url(), seed::ADMIN);
    desk.see_row(&["response", "403"]);
    desk.see("Origin is not allowed");
}
