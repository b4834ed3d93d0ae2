//! Secrets planted wherever they can be entered, and servers that echo them wherever they can: none may reach a file,
//! the screen, the clipboard or a terminal. What a server puts into ordinary frames is not looked at (ARCHITECTURE,
//! "Secrets").

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::JoinHandle;

use egui::accesskit::Role;
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;

use crate::headless::Desk;

const TOKEN: &str = "planted token/0001+ä";
const IN_QUERY: &str = "planted-query-0002";
const IN_USER: &str = "planted-user-0003";
const REFRESH: &str = "planted-refresh-0004";
const PASSWORD: &str = "planted-password-0005";
const COOKIE: &str = "planted-cookie-0006";

/// Whatever of the secrets is in a text, in any form that gives one away.
fn planted(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let form: String = url::form_urlencoded::byte_serialize(TOKEN.as_bytes()).collect();
    let percent = form.replace('+', "%20");
    for secret in [TOKEN, &form, &percent, IN_QUERY, IN_USER, REFRESH, PASSWORD, COOKIE] {
        for (at, _) in text.match_indices(secret) {
            let from = text.floor_char_boundary(at.saturating_sub(80));
            found.push(text[from..text.ceil_char_boundary(at + 40)].to_owned());
        }
    }
    found
}

/// Every file below a folder, as text.
fn files(folder: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push_str(&files(&path));
        } else {
            all.push_str(&path.display().to_string());
            all.push_str(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
        }
    }
    all
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// Refuses one upgrade and quotes the request wherever HTTP has room.
fn parrot() -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = head(&mut stream);
        let target = head.split(' ').nth(1).unwrap();
        let query = target.split_once("access_token=").map_or("", |(_, token)| token);
        let body = format!(
            "<p>Cannot GET {target}</p> {{\"error\":\"{TOKEN} is unknown\",\"access_token\":\"{TOKEN}\"}} token={query}"
        );
        let answer = format!(
            "HTTP/1.1 401 no {query} here\r\nX-Echo: {query}\r\nX-Request: {target}\r\nSet-Cookie: s={COOKIE}; Path=/\r\n\
             Location: http://ben:{IN_USER}@127.0.0.1{target}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).unwrap();
        head
    });
    (port, served)
}

#[test]
fn a_refusal_that_quotes_the_request_gives_nothing_away() {
    for transport in ["full", "portable"] {
        let (port, served) = parrot();
        let home = tempfile::tempdir().unwrap();
        let url = format!("http://ben:{IN_USER}@127.0.0.1:{port}/?access_token={IN_QUERY}#{IN_QUERY}");
        let output = Command::new(env!("CARGO_BIN_EXE_harewire"))
            .args(["record", &url, "--mode", "strict", "--transport", transport])
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env("DIRECTUS_TOKEN", TOKEN)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let head = served.join().unwrap();
        assert!(
            head.contains("access_token=planted+token%2F0001%2B%C3%A4"),
            "the server gets it whole: {head}"
        );
        assert_eq!(output.status.code(), Some(if transport == "full" { 4 } else { 3 }), "{output:?}");
        let all = format!(
            "{}{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
            files(home.path())
        );
        assert!(all.contains(r#""event":"connect""#) && all.contains("401"), "{all}");
        assert_eq!(planted(&all), Vec::<String>::new(), "{transport}");
    }
}

/// Logs one client in, hears what it says, and quotes its token as the reason to close when it says `bye`.
fn gossip() -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = std::thread::spawn(move || {
        let mut socket = tungstenite::accept(listener.accept().unwrap().0).unwrap();
        let mut heard = Vec::new();
        while let Ok(message) = socket.read() {
            let Ok(text) = message.to_text().map(str::to_owned) else { continue };
            if text.contains(r#""type":"auth""#) {
                let ok = format!(r#"{{"type":"auth","status":"ok","refresh_token":"{REFRESH}"}}"#);
                socket.send(ok.into()).unwrap();
            }
            if text.contains("bye") {
                let reason = format!("{TOKEN} was revoked, access_token={TOKEN}");
                socket.close(Some(CloseFrame { code: CloseCode::Policy, reason: reason.into() })).unwrap();
            }
            heard.push(text);
        }
        heard
    });
    (port, served)
}

#[test]
fn the_window_keeps_what_is_typed_to_itself() {
    let (port, served) = gossip();
    let mut desk = Desk::open();
    let url =
        format!("ws://ben:{IN_USER}@127.0.0.1:{port}/websocket?access_token={IN_QUERY}&token={IN_QUERY}");
    desk.connect(&url, TOKEN);
    desk.see("logged in");
    let messages = [
        format!(r#"{{"type":"auth","email":"ben@example.com","password":"{PASSWORD}"}}"#),
        format!(
            r#"{{"type":"items","action":"create","collection":"notes","data":{{"text":"{TOKEN}"}},"uid":"1"}}"#
        ),
        format!("auth {{access_token: '{TOKEN}', password: '{PASSWORD}'"),
        r#"{"type":"items","data":"{{token}}","uid":"bye"}"#.to_owned(),
    ];
    for message in &messages {
        desk.send(message);
    }
    desk.see_row(&["close"]);
    // Only the message box may still show what was typed into it.
    desk.fill(Role::MultilineTextInput, "Message", "{}");
    let screen = desk.said().join("\n");
    assert_eq!(planted(&screen), Vec::<String>::new(), "on the screen");
    let home = desk.quit();
    let heard = served.join().unwrap();
    assert!(heard[0].contains(TOKEN) && heard[1..4] == messages[..3], "the server gets all whole: {heard:?}");
    assert!(heard[4].contains(TOKEN), "{heard:?}");
    let kept = format!("{}{}", home.shelf.text(), files(&home.path()));
    assert!(
        kept.contains("[masked 1]") && kept.contains("ben@example.com") && kept.contains("{{token}}"),
        "{kept}"
    );
    assert_eq!(planted(&kept), Vec::<String>::new(), "in the files");
}
