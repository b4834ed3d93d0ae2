//! A message as a program that sends it.
//!
//! The token is always read from the environment, so no snippet holds one. A message goes out with exactly the text it
//! has here: as an object literal only where that prints the same text again, else as a string.

use std::fmt::Write as _;

use serde_json::Value;

use crate::directus::uid::number_key;
use crate::directus::{AuthMode, ClientMessage, EventName, Subscribe, shown};

/// What a snippet is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// TypeScript with `@directus/sdk`.
    Sdk,
    /// JavaScript with nothing but `WebSocket`.
    JavaScript,
    /// A shell line with `websocat`.
    Websocat,
    /// Rust with `tokio-tungstenite`.
    Rust,
}

impl Language {
    /// All, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Sdk, Self::JavaScript, Self::Websocat, Self::Rust];

    /// Its name in a menu.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sdk => "Directus SDK (TypeScript)",
            Self::JavaScript => "JavaScript WebSocket",
            Self::Websocat => "websocat",
            Self::Rust => "Rust (tokio-tungstenite)",
        }
    }
}

/// What to send, and where.
#[derive(Clone, Copy, Debug)]
pub struct Sending<'a> {
    /// The WebSocket URL.
    pub url: &'a str,
    /// How the server wants its clients to log in; `None` where no Directus protocol is spoken.
    pub mode: Option<AuthMode>,
    /// A credential is used.
    pub has_token: bool,
    /// The text of the message.
    pub text: &'a str,
}

/// How the token gets to the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Login {
    None,
    Message,
    Url,
}

impl Sending<'_> {
    fn login(&self) -> Login {
        match self.mode {
            Some(AuthMode::Strict) => Login::Url,
            Some(AuthMode::Handshake) => Login::Message,
            Some(AuthMode::Public) if self.has_token => Login::Message,
            Some(AuthMode::Public) | None if self.is_login() => Login::Message,
            Some(AuthMode::Public) | None => Login::None,
        }
    }

    /// The message is the login itself, which each snippet does anyhow.
    fn is_login(&self) -> bool {
        matches!(ClientMessage::parse(self.text), Ok(ClientMessage::Auth(_)))
    }

    /// The URL without a token.
    fn clean_url(&self) -> String {
        let Some((path, query)) = self.url.split_once('?') else { return self.url.to_owned() };
        let kept: Vec<&str> =
            query.split('&').filter(|pair| !pair.to_lowercase().starts_with("access_token=")).collect();
        if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
    }
}

/// The program.
#[must_use]
pub fn snippet(language: Language, sending: &Sending<'_>) -> String {
    let mut code = match language {
        Language::Sdk => sdk(sending),
        Language::JavaScript => javascript(sending),
        Language::Websocat => websocat(sending),
        Language::Rust => rust(sending),
    };
    if sending.text.contains("[masked ") && !sending.is_login() {
        let mark = if language == Language::Websocat { "#" } else { "//" };
        code = format!(
            "{mark} [masked n] stands for a secret that was not kept: put yours in its place.\n{code}"
        );
    }
    code
}

fn sdk(sending: &Sending<'_>) -> String {
    let login = sending.login();
    let mut code = String::new();
    let token = if login == Login::None { "" } else { ", staticToken" };
    let _ = writeln!(code, "import {{ createDirectus, realtime{token} }} from '@directus/sdk';\n");
    let url = js_string(&sending.clean_url());
    let _ = writeln!(code, "const client = createDirectus({url})");
    if login != Login::None {
        code.push_str("  .with(staticToken(process.env.DIRECTUS_TOKEN ?? ''))\n");
    }
    // In the public mode the client does not log in by itself, but the server takes a login at any time.
    let mode = match (sending.mode, login) {
        (Some(AuthMode::Strict), _) => "strict",
        (_, Login::Message) => "handshake",
        _ => "public",
    };
    let _ = writeln!(code, "  .with(realtime({{ authMode: '{mode}', url: {url} }}));\n");
    if let Some((collection, options)) = sdk_subscription(sending.text) {
        let _ = writeln!(
            code,
            "await client.connect();\nconst {{ subscription }} = await client.subscribe({}{options});\nfor await (const message of subscription) console.log(message);",
            js_string(&collection)
        );
        return code;
    }
    code.push_str(
        "client.onWebSocket('message', (message) => console.log(message));\nawait client.connect();\n",
    );
    if !sending.is_login() {
        // A string goes out untouched; the client would add a uid to an object.
        let text = object_literal(sending.text)
            .map_or_else(|| js_string(sending.text), |object| format!("JSON.stringify({object})"));
        let _ = writeln!(code, "client.sendMessage({text});");
    }
    code
}

/// The collection and the options of a subscription, if the client's own call can say all of it.
fn sdk_subscription(text: &str) -> Option<(String, String)> {
    let Ok(ClientMessage::Subscribe(subscribe)) = ClientMessage::parse(text) else { return None };
    let Subscribe { collection, event, item: None, query, uid, extra } = subscribe else { return None };
    // The client sends a query as text of its own making, which a query that is no object has not.
    if !extra.is_empty() || query.as_ref().is_some_and(|query| !query.is_object()) {
        return None;
    }
    let mut options = Vec::new();
    if event != EventName::None {
        options.push(format!("event: {}", js_string(event.name())));
    }
    if let Some(query) = query {
        options.push(format!("query: {}", object_literal(query.as_str())?));
    }
    if let Some(uid) = uid {
        options.push(format!("uid: {}", js_string(&uid.key())));
    }
    let options = if options.is_empty() { String::new() } else { format!(", {{ {} }}", options.join(", ")) };
    Some((collection, options))
}

fn javascript(sending: &Sending<'_>) -> String {
    let login = sending.login();
    let url = js_string(&sending.clean_url());
    let mut code = String::new();
    if login != Login::None {
        code.push_str("const token = process.env.DIRECTUS_TOKEN;\n");
    }
    match login {
        Login::Url => {
            let _ = writeln!(
                code,
                "const url = new URL({url});\nurl.searchParams.set('access_token', token);\nconst socket = new WebSocket(url);"
            );
        }
        Login::None | Login::Message => {
            let _ = writeln!(code, "const socket = new WebSocket({url});");
        }
    }
    let send = if sending.is_login() { String::new() } else { js_send(sending.text) };
    match login {
        Login::Message => code.push_str(
            "socket.addEventListener('open', () => {\n  socket.send(JSON.stringify({ type: 'auth', access_token: token }));\n});\n",
        ),
        Login::None | Login::Url if !send.is_empty() => {
            let _ = writeln!(code, "socket.addEventListener('open', () => {{\n  {send}\n}});");
        }
        Login::None | Login::Url => {}
    }
    code.push_str("socket.addEventListener('message', ({ data }) => {\n  console.log(data);\n");
    if sending.mode.is_some() {
        code.push_str("  const message = JSON.parse(data);\n");
        code.push_str("  // Without an answer the server closes the connection.\n");
        code.push_str("  if (message.type === 'ping') socket.send('{\"type\":\"pong\"}');\n");
        if login == Login::Message && !send.is_empty() {
            code.push_str("  // The server loses what it gets before it confirmed the login.\n");
            let _ = writeln!(
                code,
                "  if (message.type === 'auth' && message.status === 'ok') {{\n    {}\n  }}",
                send.replace('\n', "\n  ")
            );
        }
    }
    code.push_str("});\n");
    code
}

fn js_send(text: &str) -> String {
    match object_literal(text) {
        Some(object) => format!("socket.send(JSON.stringify({}));", object.replace('\n', "\n  ")),
        None => format!("socket.send({});", js_string(text)),
    }
}

fn websocat(sending: &Sending<'_>) -> String {
    let login = sending.login();
    let url = sending.clean_url();
    let address = if login == Login::Url {
        let sign = if url.contains('?') { '&' } else { '?' };
        format!("{}\"$DIRECTUS_TOKEN\"", shell_string(&format!("{url}{sign}access_token=")))
    } else {
        shell_string(&url)
    };
    // Each line is a message. In JSON a line break is a blank; elsewhere one message takes all of the input.
    let is_json = crate::directus::scan::is_json(sending.text);
    let whole = !is_json && sending.text.contains('\n');
    let message = if is_json { sending.text.replace(['\n', '\r'], " ") } else { sending.text.to_owned() };
    let print = format!("printf '%s\\n' {}", shell_string(&message));
    if whole && login != Login::Message {
        let print = print.replacen("%s\\n", "%s", 1);
        return format!("{print} | websocat --no-line --no-close --buffer-size 1000000 {address}\n");
    }
    // Longer lines would be cut into several messages.
    let room =
        if message.len() < 60_000 { String::new() } else { format!("--buffer-size {} ", message.len() * 2) };
    let auth = r#"printf '{"type":"auth","access_token":"%s"}\n' "$DIRECTUS_TOKEN""#;
    let input = match (login, sending.is_login()) {
        (Login::Message, true) => auth.to_owned(),
        // The server loses what it gets before it confirmed the login.
        (Login::Message, false) => format!("{{ {auth}; sleep 1; {print}; }}"),
        // The URL is the login.
        (Login::None | Login::Url, true) => return format!("websocat {address}\n"),
        (Login::None | Login::Url, false) => print,
    };
    format!("{input} | websocat --no-close {room}{address}\n")
}

fn rust(sending: &Sending<'_>) -> String {
    let login = sending.login();
    let mut code = String::from(
        "// Cargo.toml: futures-util = \"0.3\", serde_json = \"1\",\n// tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] },\n// tokio-tungstenite = { version = \"0.30\", features = [\"native-tls\"] }\nuse futures_util::{SinkExt, StreamExt};\nuse tokio_tungstenite::{connect_async, tungstenite::Message};\n\n",
    );
    let sends = !sending.is_login();
    if sends {
        let _ = writeln!(code, "const MESSAGE: &str = {};\n", rust_string(sending.text));
    }
    code.push_str("#[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {\n");
    if login != Login::None {
        code.push_str("    let token = std::env::var(\"DIRECTUS_TOKEN\")?;\n");
    }
    let url = sending.clean_url();
    if login == Login::Url {
        let sign = if url.contains('?') { '&' } else { '?' };
        let url = rust_string(&format!("{url}{sign}access_token="));
        let _ = writeln!(code, "    let url = format!(\"{{}}{{token}}\", {url});");
    } else {
        let _ = writeln!(code, "    let url = {};", rust_string(&url));
    }
    code.push_str("    let (mut socket, _) = connect_async(url).await?;\n");
    if login == Login::Message {
        code.push_str("    let auth = serde_json::json!({ \"type\": \"auth\", \"access_token\": token });\n    socket.send(Message::text(auth.to_string())).await?;\n");
    } else if sends {
        code.push_str("    socket.send(Message::text(MESSAGE)).await?;\n");
    }
    code.push_str("    while let Some(frame) = socket.next().await {\n        let Message::Text(text) = frame? else { continue };\n        println!(\"{text}\");\n");
    if sending.mode.is_some() {
        code.push_str("        let message: serde_json::Value = serde_json::from_str(&text)?;\n        // Without an answer the server closes the connection.\n        if message[\"type\"] == \"ping\" {\n            socket.send(Message::text(r#\"{\"type\":\"pong\"}\"#)).await?;\n        }\n");
        if login == Login::Message && sends {
            code.push_str("        // The server loses what it gets before it confirmed the login.\n        if message[\"type\"] == \"auth\" && message[\"status\"] == \"ok\" {\n            socket.send(Message::text(MESSAGE)).await?;\n        }\n");
        }
    }
    code.push_str("    }\n    Ok(())\n}\n");
    code
}

/// A JSON object as a JavaScript literal, if `JSON.stringify` of it is the text again but for blanks.
fn object_literal(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    // Blanks outside strings are all that may differ: escapes, doubled keys and digits must come back.
    let is_exact = value.is_object() && serde_json::to_string(&value).ok()? == without_blanks(text);
    // JavaScript takes this key out of a literal, sorts keys that are numbers, and prints numbers its own way.
    let is_safe =
        is_exact && keeps_in_javascript(&value) && shown(&without_blanks(text)) == without_blanks(text);
    if !is_safe {
        return None;
    }
    let compact = without_blanks(text);
    if compact.len() <= 72 { Some(compact) } else { serde_json::to_string_pretty(&value).ok() }
}

fn keeps_in_javascript(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            number_key(&text) == text
        }
        Value::Array(elements) => elements.iter().all(keeps_in_javascript),
        Value::Object(members) => members.iter().all(|(key, value)| {
            key != "__proto__" && !key.bytes().all(|byte| byte.is_ascii_digit()) && keeps_in_javascript(value)
        }),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

fn without_blanks(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |character: &char| {
        let keeps = in_string || !matches!(character, ' ' | '\t' | '\r' | '\n');
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
        keeps
    };
    json.chars().filter(keep).collect()
}

/// A text as a JavaScript string in single quotes.
fn js_string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for character in text.chars() {
        match character {
            '\'' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ => escape_deceiving(&mut quoted, character),
        }
    }
    quoted.push('\'');
    quoted
}

/// What can't be seen in an editor is written by its number, as `\u{…}`, which JavaScript and Rust both read.
fn escape_deceiving(quoted: &mut String, character: char) {
    let mut buffer = [0; 4];
    let text: &str = character.encode_utf8(&mut buffer);
    if shown(text) == text {
        quoted.push(character);
    } else {
        let _ = write!(quoted, "\\u{{{:x}}}", u32::from(character));
    }
}

/// A text as a Rust string: raw where it can be.
fn rust_string(text: &str) -> String {
    if shown(text) != text {
        let mut quoted = String::from("\"");
        for character in text.chars() {
            match character {
                '"' | '\\' => quoted.extend(['\\', character]),
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                '\t' => quoted.push_str("\\t"),
                _ => escape_deceiving(&mut quoted, character),
            }
        }
        quoted.push('"');
        return quoted;
    }
    if !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    let mut hashes = String::from("#");
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

/// A text as a word of a POSIX shell.
fn shell_string(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
