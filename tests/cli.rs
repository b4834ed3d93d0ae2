//! `harewire record` as a shell sees it: what it writes, and how it ends.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output, Stdio};

use harewire::demo;
use serde_json::Value;

use crate::lab::{V12, seed, shared};

/// The program with a home of its own.
fn harewire(home: &std::path::Path, token: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harewire"));
    command.env("HOME", home).env("XDG_DATA_HOME", home.join("data")).env_remove("DIRECTUS_TOKEN");
    command.env_remove("DIRECTUS_URL");
    if let Some(token) = token {
        command.env("DIRECTUS_TOKEN", token);
    }
    command.stdin(Stdio::null());
    command
}

fn record(token: Option<&str>, arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    harewire(home.path(), token).arg("record").args(arguments).output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Subscribes, creates an item from a file of messages, and checks every line of the capture.
fn the_guide(url: &str, token: &str) {
    let mut messages = tempfile::NamedTempFile::new().unwrap();
    let create = r#"{"type":"items","action":"create","collection":"messages","data":{"text":"from a script","user":"cli"},"uid":"c1"}"#;
    writeln!(messages, "{create}").unwrap();
    let file = messages.path().to_str().unwrap();
    let arguments = [url, "--subscribe", "messages:create", "--send", file, "--for", "2s", "--out", "-"];
    let output = record(Some(token), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let lines = lines(&output);
    assert_eq!(lines[0]["harewire"], 1, "the header comes first");
    for (seq, line) in (1..).zip(&lines[1..]) {
        assert_eq!(line["seq"], seq, "{line}");
        assert!(line["time"].as_str().is_some_and(|time| time.ends_with('Z') && time.len() == 27), "{line}");
        assert!(line["event"].is_string() && line["elapsed_us"].is_u64(), "{line}");
        if line["event"] == "message" {
            assert!(line["direction"] == "in" || line["direction"] == "out", "{line}");
            assert!(line["data"].is_string(), "{line}");
        }
    }
    let data = |line: &Value| line["data"].as_str().unwrap_or_default().to_owned();
    assert!(
        lines.iter().any(|line| line["direction"] == "out" && data(line) == create),
        "sent exactly as typed"
    );
    let event = |line: &Value| data(line).contains(r#""event":"create""#) && line["direction"] == "in";
    assert!(lines.iter().any(event), "the event came");
    let close = lines.last().unwrap();
    assert_eq!(
        (&close["event"], &close["code"], &close["by"]),
        (&"close".into(), &1000.into(), &"client".into())
    );
    let everything = format!("{}{}", String::from_utf8_lossy(&output.stdout), said(&output));
    assert!(!everything.contains(token), "the token is in the output");
    assert!(said(&output).contains("messages (create)"), "{}", said(&output));
}

#[test]
fn a_session_is_recorded_on_the_demo_server() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    the_guide(&server.url(), demo::TOKEN);
}

#[test]
fn a_session_is_recorded_on_a_real_directus() {
    the_guide(shared(V12, &[]).url(), seed::EDITOR);
}

#[test]
fn every_way_to_fail_has_its_exit_code() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let url = server.url();
    let code = |output: Output| (output.status.code(), said(&output));
    let (status, said) = code(record(None, &["not a url at all", "--out", "-"]));
    assert_eq!(status, Some(2), "{said}");
    let (status, said) = code(record(None, &["http://127.0.0.1:1", "--out", "-"]));
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("refused") && said.contains("Start Directus"), "{said}");
    let (status, said) = code(record(Some("wrong"), &[&url, "--out", "-"]));
    assert_eq!(status, Some(4), "{said}");
    let (status, said) = code(record(Some("wrong"), &[&url, "--mode", "strict", "--out", "-"]));
    assert_eq!(status, Some(4), "{said}");
    let (status, said) = code(record(Some(seed::USER), &[&url, "--subscribe", "secrets", "--out", "-"]));
    assert_eq!(status, Some(5), "{said}");
    assert!(said.contains("FORBIDDEN"), "{said}");
}

#[test]
fn a_connection_that_breaks_is_told_from_one_that_closes() {
    let lost = against(|stream| drop(stream.get_ref().shutdown(std::net::Shutdown::Both)));
    assert_eq!(lost.status.code(), Some(6), "{}", said(&lost));
    let closed = against(|stream| {
        stream.close(None).unwrap();
        while stream.read().is_ok() {}
    });
    assert_eq!(closed.status.code(), Some(0), "{}", said(&closed));
}

type Socket = tungstenite::WebSocket<std::net::TcpStream>;

/// Records a server without a protocol: takes one message, echoes it, then does as told.
fn against(then: impl FnOnce(&mut Socket)) -> Output {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    std::thread::scope(|scope| {
        let recorded = scope.spawn(move || {
            let home = tempfile::tempdir().unwrap();
            let url = format!("ws://{address}/any/path");
            let mut child = harewire(home.path(), Some("not for raw servers"))
                .args(["record", &url, "--raw", "--send", "-", "--until", "close", "--out", "-"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            writeln!(child.stdin.take().unwrap(), "hello  raw").unwrap();
            child.wait_with_output().unwrap()
        });
        let mut socket = tungstenite::accept(listener.accept().unwrap().0).unwrap();
        let message = socket.read().unwrap();
        assert_eq!(
            message.to_text().unwrap(),
            "hello  raw",
            "the first message is the typed one: no login, no change"
        );
        socket.send(message).unwrap();
        then(&mut socket);
        drop(socket);
        recorded.join().unwrap()
    })
}

#[test]
fn an_existing_file_is_not_overwritten() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "precious").unwrap();
    let output = record(None, &["http://127.0.0.1:1", "--out", file.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(file.path()).unwrap(), "precious");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_cleanly_and_the_capture_lies_in_the_data_folder() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let mut child = harewire(home.path(), Some(demo::TOKEN))
        .args(["record", &server.url(), "--subscribe", "messages"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let folder = home.path().join("data/harewire/captures");
    let capture = || {
        let entries = std::fs::read_dir(&folder).ok()?;
        entries.filter_map(Result::ok).map(|entry| entry.path()).find(|path| path.extension().is_some())
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let text = || capture().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    while !text().contains(r#"\"event\":\"init\""#) {
        assert!(std::time::Instant::now() < deadline, "no init came: {}", text());
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    assert!(said.contains(&format!("capture: {}", capture().unwrap().display())), "{said}");
    assert!(text().ends_with("}\n") && text().contains(r#""event":"close""#), "the capture is whole");
}

#[test]
fn help_and_completions_are_there() {
    let help = record(None, &["--help"]);
    let text = String::from_utf8_lossy(&help.stdout).into_owned();
    for code in ["0  done", "2  the command", "3  not connected", "4  not auth", "5  a sub", "6  the conn"] {
        assert!(text.contains(code), "{code}: {text}");
    }
    let home = tempfile::tempdir().unwrap();
    let completions = harewire(home.path(), None).args(["completions", "bash"]).output().unwrap();
    let script = home.path().join("harewire.bash");
    std::fs::write(&script, &completions.stdout).unwrap();
    assert!(Command::new("bash").arg("-n").arg(&script).status().unwrap().success());
    assert!(String::from_utf8_lossy(&completions.stdout).contains("--subscribe"));
}

/// A capture of one request and its reply.
fn small_capture(folder: &std::path::Path) -> std::path::PathBuf {
    let line = |seq: u64, direction: &str, data: &str| {
        let data = serde_json::to_string(data).unwrap();
        format!(
            "{{\"seq\":{seq},\"time\":\"2026-01-01T00:00:0{seq}Z\",\"elapsed_us\":{seq},\"connection\":1,\"event\":\"message\",\"direction\":\"{direction}\",\"size\":1,\"data\":{data}}}\n"
        )
    };
    let path = folder.join("small.ndjson");
    let text = "{\"harewire\":1,\"server\":\"ws://x\"}\n".to_owned()
        + &line(1, "out", r#"{"type":"ping","uid":"p"}"#)
        + &line(2, "in", r#"{"type":"pong","uid":"p"}"#);
    std::fs::write(&path, text).unwrap();
    path
}

fn export(folder: &std::path::Path, arguments: &[&str]) -> Output {
    let capture = small_capture(folder);
    harewire(folder, None).arg("export").arg(capture).args(arguments).output().unwrap()
}

#[test]
fn a_capture_is_exported_for_a_script() {
    let folder = tempfile::tempdir().unwrap();
    let output = export(folder.path(), &["--format", "ndjson", "--filter", "type:pong", "--out", "-"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let lines = lines(&output);
    assert_eq!((lines.len(), &lines[1]["from_seq"]), (2, &Value::from(2)));
    let har = export(folder.path(), &["--format", "har", "--out", "-"]);
    let har: Value = serde_json::from_slice(&har.stdout).unwrap();
    assert_eq!(har["log"]["entries"][0]["_webSocketMessages"].as_array().unwrap().len(), 2);
}

#[test]
fn an_export_replaces_nothing_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out.csv");
    std::fs::write(&target, "older").unwrap();
    let out = target.to_str().unwrap();
    let output = export(folder.path(), &["--format", "csv", "--out", out]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("add --replace"), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "older");
    assert_eq!(export(folder.path(), &["--format", "csv", "--out", out, "--replace"]).status.code(), Some(0));
    assert!(std::fs::read_to_string(&target).unwrap().starts_with("seq,time,"));
    let wrong = export(folder.path(), &["--format", "csv", "--filter", "type:(", "--out", "-"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", said(&wrong));
}

#[cfg(unix)]
#[test]
fn every_mode_of_login_works_over_both_transports() {
    for transport in ["full", "portable"] {
        for (mode, word, token) in [
            (demo::Mode::Handshake, "handshake", Some(demo::TOKEN)),
            (demo::Mode::Public, "public", None),
            (demo::Mode::Public, "public", Some(demo::TOKEN)),
            (demo::Mode::Strict, "strict", Some(demo::TOKEN)),
        ] {
            let server = demo::Server::start(demo::Options { mode, ..demo::Options::default() }).unwrap();
            let collection = if token.is_some() { "messages" } else { "announcements" };
            let url = server.url();
            let home = tempfile::tempdir().unwrap();
            let out = home.path().join("new.ndjson");
            let child = harewire(home.path(), token)
                .args(["record", &url, "--mode", word, "--transport", transport, "--subscribe", collection])
                .args(["--out", out.to_str().unwrap()])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
            let text = || std::fs::read_to_string(&out).unwrap_or_default();
            while !text().contains(r#"\"event\":\"init\""#) {
                assert!(std::time::Instant::now() < deadline, "no init came: {}", text());
                std::thread::yield_now();
            }
            assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
            let output = child.wait_with_output().unwrap();
            let what = format!("{word} by {transport} with {token:?}");
            assert_eq!(output.status.code(), Some(0), "{what}: {}", said(&output));
            assert!(said(&output).contains("capture: ") && output.stdout.is_empty(), "{what}");
            let capture = std::fs::read_to_string(&out).unwrap();
            assert!(!capture.contains(demo::TOKEN), "{what}");
            let full = capture.contains(r#""event":"request""#);
            assert_eq!(full, transport == "full", "{what}: the handshake is shown by one transport only");
        }
    }
}

#[test]
fn what_the_command_line_does_not_know_is_refused() {
    for arguments in [
        &["http://127.0.0.1:1", "--no-such-option"][..],
        &["http://127.0.0.1:1", "--mode", "sideways"],
        &["http://127.0.0.1:1", "--for", "soon"],
        &["http://127.0.0.1:1", "--subscribe", "messages:explode"],
        &["http://127.0.0.1:1", "--send", "/no/such/file"],
        &["http://127.0.0.1:1", "--raw", "--mode", "public"],
        &[],
    ] {
        let output = record(None, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(!said(&output).is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_endless_input_to_a_server_that_never_reads_waits_and_hears_ctrl_c() {
    const LINES: usize = 64 * 1024;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/any", listener.local_addr().unwrap());
    let home = tempfile::tempdir().unwrap();
    let mut child = harewire(home.path(), None)
        .args(["record", &url, "--raw", "--send", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let line = format!("{}\n", "x".repeat(1023));
        (0..LINES).take_while(|_| input.write_all(line.as_bytes()).is_ok()).count()
    });
    let mut socket = tungstenite::accept(listener.accept().unwrap().0).unwrap();
    socket.read().unwrap();
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let written = writer.join().unwrap();
    assert!(written < LINES / 2, "{written} KiB were taken from the input");
    drop(socket);
}
