//! Plays a recorded conversation again: the demo must say, word for word and key for key, what Directus said.

use std::collections::HashMap;
use std::path::Path;

use harewire::demo::{Options, Server, Version};
use serde_json::Value;

use super::client::{Client, End, exchange, upgrade};

/// Scenarios that need nothing but the socket and the fresh lab rows.
const SCENARIOS: &[&str] = &[
    "auth-bad-jwt",
    "auth-bad-password",
    "auth-bad-token",
    "auth-email-password",
    "auth-first-message-invalid-json",
    "auth-first-message-not-auth",
    "auth-header-ignored",
    "auth-missing-credentials",
    "auth-query-param-in-handshake-mode",
    "auth-static-token-ok",
    "invalid-messages",
    "items-crud",
    "items-singleton",
    "items-types",
    "reauth-on-open-connection",
];

/// Strings of the recording and what they are in this run: keys, tokens, times.
type Renamed = HashMap<String, String>;

/// Both frames agree in every key, its place, and every value that is not made anew in each run.
fn agree(recorded: &Value, live: &Value, renamed: &mut Renamed) -> bool {
    match (recorded, live) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|((left_key, left), (right_key, right))| {
                    left_key == right_key && agree(left, right, renamed)
                })
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| agree(left, right, renamed))
        }
        (Value::String(left), Value::String(right)) if left != right => {
            let is_like = form(left) == form(right) && form(left) != Form::Plain;
            renamed.insert(left.clone(), right.clone());
            is_like
        }
        (left, right) => left == right,
    }
}

#[derive(Debug, Eq, PartialEq)]
enum Form {
    Time,
    Uuid,
    Token,
    Plain,
}

fn form(text: &str) -> Form {
    let bytes = text.as_bytes();
    match bytes.len() {
        24 if bytes[10] == b'T' && bytes[19] == b'.' && bytes[23] == b'Z' => Form::Time,
        36 if [8, 13, 18, 23].iter().all(|at| bytes[*at] == b'-') => Form::Uuid,
        64 => Form::Token,
        _ => Form::Plain,
    }
}

async fn play(directory: &str, scenario: &str, version: Version) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = path.join("tests/transcripts").join(directory).join(format!("{scenario}.ndjson"));
    let server = Server::start(Options { version, ..Options::default() }).unwrap();
    let mut clients: HashMap<String, Client> = HashMap::new();
    let mut renamed = Renamed::new();
    let recording = std::fs::read_to_string(path).unwrap();
    for (number, line) in recording.lines().enumerate() {
        let line: Value = serde_json::from_str(line).unwrap();
        let place = format!("{directory}/{scenario}.ndjson line {}", number + 1);
        let name = line["conn"].as_str().unwrap_or_default().to_owned();
        let data = &line["data"];
        match (line["dir"].as_str().unwrap(), data.as_str()) {
            ("open", _) => {
                let url = url::Url::parse(data["url"].as_str().unwrap()).unwrap();
                let target = &url[url::Position::BeforePath..];
                clients.insert(name, Client::connect(server.address(), target).await);
            }
            ("out", Some(text)) => {
                let renamed = renamed.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
                clients.get_mut(&name).unwrap().send(&renamed).await;
            }
            ("out", None) => {
                use base64::Engine as _;
                let bytes =
                    base64::engine::general_purpose::STANDARD.decode(data["base64"].as_str().unwrap());
                clients.get_mut(&name).unwrap().send_binary(&bytes.unwrap()).await;
            }
            ("in", Some(text)) => {
                let live = clients.get_mut(&name).unwrap().frame().await;
                let (recorded, parsed) =
                    (serde_json::from_str(text).unwrap(), serde_json::from_str(&live).unwrap());
                assert!(
                    agree(&recorded, &parsed, &mut renamed),
                    "{place}\n recorded {text}\n     live {live}"
                );
            }
            ("close", _) if data["code"] == 1005 => {
                assert_eq!(clients.get_mut(&name).unwrap().end().await, End::Close(None), "{place}");
            }
            ("close", _) => {
                let client = clients.get_mut(&name).unwrap();
                client.close().await;
                assert!(matches!(client.end().await, End::Close(_)), "{place}");
            }
            ("error", _) => {
                assert_eq!(data["httpStatus"], 401, "{place}");
                let url = url::Url::parse(data["url"].as_str().unwrap()).unwrap();
                let request = upgrade(&url[url::Position::BeforePath..], "");
                let answer = exchange(server.address(), request.as_bytes()).await;
                assert_eq!(answer, "HTTP/1.1 401 Unauthorized\r\n\r\n", "{place}");
            }
            other => panic!("{place}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_directus_12_said_the_demo_says() {
    for scenario in SCENARIOS {
        play("12.4.0", scenario, Version::V12_4).await;
    }
}

#[tokio::test]
async fn what_directus_11_said_the_demo_says() {
    for scenario in SCENARIOS {
        play("11.17.4", scenario, Version::V11_17).await;
    }
}
