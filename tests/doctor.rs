//! `harewire doctor` as a shell sees it: what it finds on healthy and on broken servers, and how it ends.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use harewire::demo::{self, Misbehaviour, Options, Server};
use serde_json::Value;

use crate::lab::{V11, V12, free_port, seed, shared};
use crate::reach::gate::{Authority, Gate};

/// Runs it with a home and an environment of its own, and checks that no secret got out.
fn doctor(environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_harewire"));
    command.env_clear().env("HOME", home.path()).env("XDG_DATA_HOME", home.path().join("data"));
    command.envs(environment.iter().copied()).stdin(Stdio::null());
    let output = command.arg("doctor").args(arguments).output().unwrap();
    let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), said(&output));
    for (name, secret) in environment {
        let is_secret = name.contains("TOKEN") || name.contains("PASSWORD");
        assert!(!is_secret || !all.contains(secret), "{name} is in the output: {all}");
    }
    output
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The object of `--json`; the exit code is that of the process.
fn json(environment: &[(&str, &str)], arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
    let output = doctor(environment, &arguments);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", told(&output), said(&output)));
    assert_eq!(report["exit_code"].as_i64(), output.status.code().map(i64::from), "{report:#}");
    report
}

fn token(token: &str) -> [(&str, &str); 1] {
    [("DIRECTUS_TOKEN", token)]
}

/// State and sentence of the first step of that name.
fn step<'a>(report: &'a Value, name: &str) -> (&'a str, &'a str) {
    let steps = report["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == name);
    let step = step.unwrap_or_else(|| panic!("no step {name}: {report:#}"));
    (step["state"].as_str().unwrap(), step["sentence"].as_str().unwrap())
}

/// The kinds of the best causes.
fn kinds(report: &Value) -> Vec<&str> {
    let cards = report["cards"].as_array().unwrap();
    cards.iter().filter_map(|card| card["causes"][0]["kind"].as_str()).collect()
}

fn demo(options: Options) -> Server {
    Server::start(options).unwrap()
}

#[test]
fn a_healthy_server_is_told_step_by_step() {
    let server = demo(Options::default());
    let output = doctor(&token(demo::TOKEN), &[&server.url(), "--subscribe", "messages"]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", said(&output));
    let mut from = 0;
    for words in [
        "Examining ws://",
        "ok       server",
        "12.4.0",
        "ok       socket",
        "ok       login",
        "ok       round trip",
        "5 pings",
    ]
    .into_iter()
    .chain(["ok       subscribe", "messages: accepted with 2 rows", "ok       close", "(exit code 0)"])
    {
        let at =
            text[from..].find(words).unwrap_or_else(|| panic!("{words} is missing or too early: {text}"));
        from += at;
    }
    assert!(!text.contains("What is wrong") && !text.contains('✓') && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn the_object_has_the_documented_keys() {
    let server = demo(Options::default());
    let report = json(&token(demo::TOKEN), &[&server.url(), "--subscribe", "messages:create"]);
    let keys: Vec<&str> = report.as_object().unwrap().keys().map(String::as_str).collect();
    let documented = [
        "harewire_doctor",
        "version",
        "started",
        "took_us",
        "url",
        "transport",
        "mode",
        "credential",
        "verdict",
        "exit_code",
        "steps",
        "cards",
        "warnings",
        "server",
        "way",
        "identity",
        "round_trips",
        "heartbeat",
        "subscriptions",
        "capture",
    ];
    assert_eq!(keys, documented);
    assert_eq!(
        (&report["harewire_doctor"], &report["verdict"]),
        (&1.into(), &"healthy".into()),
        "{report:#}"
    );
    assert_eq!((&report["server"]["version"], &report["mode"]), (&"12.4.0".into(), &"handshake".into()));
    assert_eq!(report["round_trips"]["samples_us"].as_array().unwrap().len(), 5);
    assert!(report["round_trips"]["p95_us"].as_u64() >= report["round_trips"]["p50_us"].as_u64());
    assert_eq!((&report["way"]["status"], &report["identity"]["logged_in"]), (&101.into(), &true.into()));
    let subscription = &report["subscriptions"][0];
    assert_eq!((&subscription["collection"], &subscription["event"]), (&"messages".into(), &"create".into()));
    assert_eq!(subscription["state"], "confirmed");
    assert!(report["capture"].is_null() && report["took_us"].as_u64() > Some(0));
}

#[test]
fn the_servers_own_mode_is_used_and_a_wrong_one_is_told() {
    let server = demo(Options { mode: demo::Mode::Strict, ..Options::default() });
    let report = json(&token(demo::TOKEN), &[&server.url()]);
    assert_eq!((&report["mode"], &report["exit_code"]), (&"strict".into(), &0.into()), "{report:#}");
    let report = json(&token(demo::TOKEN), &[&server.url(), "--mode", "handshake", "--timeout", "2s"]);
    assert_ne!(report["exit_code"], 0, "{report:#}");
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("mode is strict") && warnings.contains("--mode strict"), "{report:#}");
}

#[test]
fn a_wrong_token_is_explained() {
    let server = demo(Options::default());
    let output = doctor(&token("planted-wrong-token-0001"), &[&server.url()]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(4), "{text}{}", said(&output));
    let (steps, rest) = text.split_once("What is wrong").unwrap_or_else(|| panic!("{text}"));
    assert!(steps.contains("failed   login") && rest.contains("AUTH_FAILED") && rest.contains("→"), "{text}");
    let public = demo(Options { mode: demo::Mode::Public, ..Options::default() });
    let report = json(&token("planted-wrong-token-0001"), &[&public.url(), "--mode", "public"]);
    assert_eq!((&report["exit_code"], step(&report, "login").0), (&4.into(), "failed"), "{report:#}");
}

#[test]
fn what_is_not_reached_ends_with_3() {
    let refused = json(&[], &[&format!("http://127.0.0.1:{}", free_port()), "--timeout", "3s"]);
    assert_eq!((&refused["exit_code"], step(&refused, "socket").0), (&3.into(), "failed"), "{refused:#}");
    assert_eq!(refused["way"]["failed"]["step"], "TCP", "{refused:#}");
    assert!(refused["warnings"].as_array().unwrap().is_empty(), "the card says it: {refused:#}");
    let unknown = json(&[], &["http://no-such-host.invalid", "--timeout", "8s"]);
    assert_eq!(
        (&unknown["exit_code"], &unknown["way"]["failed"]["step"]),
        (&3.into(), &"DNS".into()),
        "{unknown:#}"
    );
    assert!(!kinds(&unknown).is_empty() && !kinds(&refused).is_empty());
}

#[test]
fn an_origin_and_an_authority_that_do_not_fit_are_told() {
    let server = demo(Options::default());
    let report = json(&token(demo::TOKEN), &[&server.url(), "--origin", "https://evil.example"]);
    assert_eq!((&report["exit_code"], &report["way"]["status"]), (&3.into(), &403.into()), "{report:#}");
    assert!(report["cards"].to_string().contains("Origin"), "{report:#}");
    let authority = Authority::new("A private authority");
    let gate = Gate::open(&server.address().to_string(), authority.issue("localhost", |_| {}), None);
    let url = gate.url().replace("127.0.0.1", "localhost");
    let report = json(&token(demo::TOKEN), &[&url, "-4"]);
    assert_eq!(
        (&report["exit_code"], &report["way"]["failed"]["step"]),
        (&3.into(), &"TLS".into()),
        "{report:#}"
    );
    let report = json(&token(demo::TOKEN), &[&url, "-4", "--ca", &authority.pem()]);
    assert_eq!((&report["exit_code"], step(&report, "TLS").0), (&0.into(), "ok"), "{report:#}");
    let report = json(&token(demo::TOKEN), &[&url, "-4", "--insecure"]);
    assert_eq!((&report["verdict"], step(&report, "TLS").0), (&"warnings".into(), "warning"), "{report:#}");
}

#[test]
fn a_server_that_says_nothing_is_told_from_one_that_is_not_there() {
    let server = demo(Options::default());
    server.misbehave(Misbehaviour::GoSilent);
    let arguments = [&server.url(), "--timeout", "1s", "--connect-timeout", "1s"];
    let report = json(&token(demo::TOKEN), &arguments);
    assert_eq!(
        (&report["exit_code"], &report["way"]["failed"]["step"]),
        (&3.into(), &"upgrade".into()),
        "{report:#}"
    );
    // Takes connections and never says a word, not even over HTTP.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", mute.local_addr().unwrap());
    let report = json(&[], &[&url, "--timeout", "1s", "--connect-timeout", "1s"]);
    assert_eq!((&report["exit_code"], step(&report, "server").0), (&3.into(), "warning"), "{report:#}");
}

#[test]
fn a_refused_subscription_ends_with_5_and_the_others_are_tried() {
    let server = demo(Options::default());
    let arguments = [&server.url(), "--subscribe", "secrets", "--subscribe", "messages"];
    let report = json(&token(seed::USER), &arguments);
    assert_eq!(report["exit_code"], 5, "{report:#}");
    let states: Vec<&Value> =
        report["subscriptions"].as_array().unwrap().iter().map(|it| &it["state"]).collect();
    assert_eq!(states, ["refused", "confirmed"]);
    assert_eq!(report["subscriptions"][0]["code"], "FORBIDDEN");
    let text = told(&doctor(&token(seed::USER), &arguments));
    let (_, wrong) = text.split_once("What is wrong").unwrap_or_else(|| panic!("{text}"));
    assert!(wrong.contains("FORBIDDEN") && wrong.contains("read permission for the collection"), "{text}");
}

#[test]
fn a_heartbeat_is_waited_for_and_its_lack_is_told() {
    let server = demo(Options { heartbeat: Some(Duration::from_secs(1)), ..Options::default() });
    let output = doctor(&token(demo::TOKEN), &[&server.url(), "--heartbeat"]);
    assert!(said(&output).contains("at most 4 s"), "said before: {}", said(&output));
    assert!(told(&output).contains("ok       heartbeat"), "{}", told(&output));
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let off = demo(Options { heartbeat: None, ..Options::default() });
    let report = json(&token(demo::TOKEN), &[&off.url(), "--heartbeat"]);
    assert_eq!(
        (step(&report, "heartbeat").0, step(&report, "round trip").0),
        ("skipped", "skipped"),
        "{report:#}"
    );
    assert_eq!(report["exit_code"], 0, "{report:#}");
}

#[test]
fn the_capture_is_kept_where_it_was_asked_for_and_replaces_nothing() {
    let server = demo(Options::default());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("examination.ndjson");
    let place = path.to_str().unwrap();
    let report = json(&token(demo::TOKEN), &[&server.url(), "--capture", place]);
    assert_eq!((&report["exit_code"], &report["capture"]), (&0.into(), &place.into()), "{report:#}");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(r#""event":"http""#) && text.contains(r#""event":"close""#), "{text}");
    assert!(!text.contains(demo::TOKEN));
    let output = doctor(&token(demo::TOKEN), &[&server.url(), "--capture", place]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_with_what_was_found() {
    let server = demo(Options::default());
    let home = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_harewire"))
        .args(["doctor", &server.url(), "--heartbeat", "--json"])
        .env("HOME", home.path())
        .env("DIRECTUS_TOKEN", demo::TOKEN)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The sentence before the long wait.
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stderr.take().unwrap()), &mut line)
        .unwrap();
    assert!(line.contains("Waiting for two pings"), "{line}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((step(&report, "stopped").0, output.status.code()), ("skipped", Some(0)), "{report:#}");
    assert_eq!(step(&report, "round trip").0, "ok");
}

#[test]
fn no_secret_gets_out_whatever_the_server_quotes() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let read = std::io::Read::read(&mut stream, &mut head).unwrap_or(0);
            let quoted = String::from_utf8_lossy(&head[..read]).replace(['\r', '\n'], " ");
            let body = format!("{quoted} planted-token-0001");
            let answer = format!(
                "HTTP/1.1 401 no\r\nX-Echo: planted-token-0001\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _gone = stream.write_all(answer.as_bytes());
        }
    });
    let url = format!("http://ben:planted-user-0003@127.0.0.1:{port}/?access_token=planted-query-0002");
    for format in [
        &["--mode", "strict"][..],
        &["--mode", "strict", "--json"],
        &["--header", "Cookie: a=planted-cookie-0004"],
    ] {
        let arguments: Vec<&str> =
            [url.as_str(), "--timeout", "2s"].into_iter().chain(format.iter().copied()).collect();
        let output = doctor(&token("planted-token-0001"), &arguments);
        let all = format!("{}{}", told(&output), said(&output));
        assert!(all.contains("401"), "{all}");
        assert!(!all.contains("planted"), "{all}");
        assert_eq!(output.status.code(), Some(4), "{all}");
    }
}

#[test]
fn real_servers_are_examined() {
    for (version, settings) in [(V12, &[][..]), (V11, &[])] {
        let server = shared(version, settings);
        let arguments = [server.url(), "--subscribe", "messages"];
        let report = json(&token(seed::EDITOR), &arguments);
        assert_eq!(
            (&report["exit_code"], &report["server"]["version"]),
            (&0.into(), &version.into()),
            "{report:#}"
        );
        // The older version is known for faults.
        assert_eq!(report["warnings"].as_array().unwrap().is_empty(), version == V12, "{report:#}");
        let report = json(&token(seed::EDITOR), &[server.url(), "--subscribe", "secrets"]);
        assert_eq!(
            (&report["exit_code"], &report["subscriptions"][0]["code"]),
            (&5.into(), &"FORBIDDEN".into()),
            "{report:#}"
        );
        let report = json(&token("planted-wrong-token"), &[server.url()]);
        assert_eq!(
            (&report["exit_code"], step(&report, "login").0),
            (&4.into(), "failed"),
            "{version} {report:#}"
        );
        let password = |password| [("DIRECTUS_EMAIL", "editor@example.com"), ("DIRECTUS_PASSWORD", password)];
        let report = json(&password("editor-pass-1"), &[server.url(), "--subscribe", "messages"]);
        assert_eq!(report["exit_code"], 0, "{version} {report:#}");
        let identity = &report["identity"];
        assert!(identity["user"].is_string() && identity["admin"] == false, "{version} {report:#}");
        assert!(identity["expires_in_us"].as_u64() > Some(60_000_000), "{version} {report:#}");
        let report = json(&password("planted-no-password"), &[server.url()]);
        assert_eq!(report["exit_code"], 4, "{version} {report:#}");
        assert!(!report["cards"].as_array().unwrap().is_empty(), "{version} {report:#}");
    }
}

#[test]
fn a_wrong_path_and_sockets_that_are_off_are_told_on_a_real_server() {
    let server = shared(V12, &[]);
    let wrong = format!("{}/nowhere", server.url().replace("http", "ws"));
    let report = json(&token(seed::EDITOR), &[&wrong, "--connect-timeout", "2s"]);
    assert_eq!(report["exit_code"], 3, "{report:#}");
    assert!(report["warnings"].to_string().contains("socket is at /websocket"), "{report:#}");
    let off = shared(V12, &[("WEBSOCKETS_ENABLED", "false")]);
    let report = json(&token(seed::EDITOR), &[off.url(), "--connect-timeout", "2s"]);
    assert_eq!(report["exit_code"], 3, "{report:#}");
    assert!(report["warnings"].to_string().contains("sockets are off"), "{report:#}");
}
