//! Plays one case against one server, and tells the whole conversation when something is not as expected.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::Message;

use super::backend::Server;
use super::case::{Case, Ending, Rest, Step, Upgrade};
use super::client::{Answer, Client, Frame, PATIENCE, open};
use super::pattern::Captures;
use crate::lab;

/// A wrong path is never answered by Directus; a right one takes a few milliseconds.
const NO_ANSWER: Duration = Duration::from_millis(1_500);

/// Plays `case` on `server`. The error is a report for a person.
pub fn play(case: &Case, server: &mut Server) -> Result<(), String> {
    let mut stage = Stage::new(server);
    let played = stage.play(case);
    let result = played.map_err(|what| stage.report(case, &what));
    stage.connections.into_iter().for_each(Client::finish);
    result
}

struct Stage<'a> {
    server: &'a mut Server,
    connections: Vec<Client>,
    current: usize,
    captures: Captures,
    conversation: String,
    started: Instant,
    last_sent: Instant,
}

impl<'a> Stage<'a> {
    fn new(server: &'a mut Server) -> Self {
        let now = Instant::now();
        Self {
            server,
            connections: Vec::new(),
            current: 0,
            captures: Captures::default(),
            conversation: String::new(),
            started: now,
            last_sent: now,
        }
    }

    fn play(&mut self, case: &Case) -> Result<(), String> {
        for (at, step) in case.steps.iter().enumerate() {
            self.step(step).map_err(|what| format!("step {}, {step:?}: {what}", at + 1))?;
        }
        self.surplus()
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Connect(upgrade) => match self.open(upgrade, PATIENCE)? {
                Answer::Accepted(client) => {
                    self.connections.push(*client);
                    self.current = self.connections.len() - 1;
                    Ok(())
                }
                other => Err(format!("the upgrade was not accepted: {other:?}")),
            },
            Step::Refused(upgrade, status, body) => self.refused(upgrade, *status, body.as_ref()),
            Step::Unanswered(upgrade) => match self.open(upgrade, NO_ANSWER)? {
                Answer::Nothing => Ok(()),
                other => Err(format!("there was an answer: {other:?}")),
            },
            Step::On(connection) => {
                self.current = *connection;
                Ok(())
            }
            Step::Send(message) => self.send(std::slice::from_ref(message)),
            Step::Burst(messages) => self.send(messages),
            Step::SendText(text) => self.write(vec![Message::text(*text)]),
            Step::SendBinary(message) => self.write(vec![Message::binary(message.to_string())]),
            Step::SendBytes(bytes) => {
                self.note("→ (bytes)", &format!("{bytes:02x?}"));
                self.client()?.send_bytes(bytes).map_err(|error| error.to_string())
            }
            Step::ProtocolPing => {
                self.note("→", "a protocol ping");
                self.client()?.ping().map_err(|error| error.to_string())
            }
            Step::Expect(pattern) => self.expect(pattern),
            Step::ExpectAll(patterns) => self.expect_all(patterns),
            Step::Ended(ending) => self.ended(*ending),
            Step::Waited(time) => {
                let waited = self.last_sent.elapsed();
                if waited < *time { Err(format!("only {waited:?} have passed")) } else { Ok(()) }
            }
            Step::Quiet => {
                self.send(&[json!({"type": "ping", "uid": "quiet?"})])?;
                self.expect(&json!({"type": "pong", "uid": "quiet?"}))
            }
            Step::Silence(time) => match self.receive(*time)? {
                None => Ok(()),
                Some(frame) => Err(format!("{frame:?} came")),
            },
            Step::Rest(call) => self.rest(call),
            Step::StopServer => {
                self.note("-", "the server is stopped");
                self.server.stop();
                Ok(())
            }
            Step::Broadcast(message) => {
                self.note("-", &format!("an extension broadcasts {message}"));
                self.server.broadcast(&message.to_string())
            }
        }
    }

    fn open(&mut self, upgrade: &Upgrade, limit: Duration) -> Result<Answer, String> {
        let target = self.captures.fill_path(&upgrade.target);
        let upgrade = Upgrade { target, ..upgrade.clone() };
        self.note("→", &format!("GET {} {:?}", upgrade.target, upgrade.headers));
        let answer = open(self.server.address(), &upgrade, limit).map_err(|error| error.to_string())?;
        let seen = match &answer {
            Answer::Accepted(_) => "101",
            Answer::Refused(_, text) => text,
            Answer::Nothing => "(no answer)",
        };
        self.note("←", seen);
        Ok(answer)
    }

    fn refused(&mut self, upgrade: &Upgrade, status: u16, body: Option<&Value>) -> Result<(), String> {
        let Answer::Refused(seen, text) = self.open(upgrade, PATIENCE)? else {
            return Err("the upgrade was not refused".into());
        };
        if seen != status {
            return Err(format!("status {seen}"));
        }
        let (head, seen) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let Some(pattern) = body else {
            let is_bare = !head.contains("\r\n") && seen.is_empty();
            return if is_bare { Ok(()) } else { Err("there is more than a status line".into()) };
        };
        let seen: Value = serde_json::from_str(seen).map_err(|error| format!("the body: {error}"))?;
        self.captures.matches(pattern, &seen).then_some(()).ok_or_else(|| "another body".into())
    }

    fn send(&mut self, messages: &[Value]) -> Result<(), String> {
        let filled = messages.iter().map(|message| Message::text(self.captures.fill(message).to_string()));
        self.write(filled.collect())
    }

    fn write(&mut self, messages: Vec<Message>) -> Result<(), String> {
        for message in &messages {
            let mark = if message.is_binary() { "→ (binary)" } else { "→" };
            self.note(mark, message.to_text().unwrap_or("(not text)"));
        }
        self.last_sent = Instant::now();
        self.client()?.send(messages).map_err(|error| format!("it could not be sent: {error}"))
    }

    fn receive(&mut self, limit: Duration) -> Result<Option<Frame>, String> {
        let frame = self.client()?.receive(limit).map_err(|error| error.to_string())?;
        match &frame {
            Some(Frame::Text(text)) => self.note("←", text),
            Some(other) => self.note("←", &format!("({other:?})")),
            None => self.note("-", &format!("nothing for {limit:?}")),
        }
        Ok(frame)
    }

    fn text(&mut self) -> Result<Value, String> {
        match self.receive(PATIENCE)? {
            Some(Frame::Text(text)) => {
                serde_json::from_str(&text).map_err(|error| format!("{text} is not JSON: {error}"))
            }
            other => Err(format!("{other:?} came instead of a text frame")),
        }
    }

    fn expect(&mut self, pattern: &Value) -> Result<(), String> {
        let seen = self.text()?;
        self.captures.matches(pattern, &seen).then_some(()).ok_or_else(|| format!("{seen} came"))
    }

    fn expect_all(&mut self, patterns: &[Value]) -> Result<(), String> {
        let mut left = patterns.to_vec();
        while !left.is_empty() {
            let seen = self.text()?;
            let at = left.iter().position(|pattern| self.captures.matches(pattern, &seen));
            left.remove(at.ok_or_else(|| format!("{seen} came"))?);
        }
        Ok(())
    }

    fn ended(&mut self, ending: Ending) -> Result<(), String> {
        match self.receive(PATIENCE)? {
            Some(Frame::Ended(seen)) if seen == ending => Ok(()),
            other => Err(format!("{other:?} came")),
        }
    }

    fn rest(&mut self, call: &Rest) -> Result<(), String> {
        let path = self.captures.fill_path(&call.path);
        let body = call.body.as_ref().map(|body| self.captures.fill(body));
        self.note("→", &format!("{} {path} {}", call.method, body.clone().unwrap_or_default()));
        let answer = lab::rest(self.server.address(), (call.method, &path), body.as_ref(), call.token);
        let (status, answer) = answer.map_err(|error| format!("the call failed: {error}"))?;
        self.note("←", &format!("{status} {answer}"));
        let fits = status == call.status && self.captures.matches(&call.answer, &answer);
        fits.then_some(()).ok_or_else(|| "another answer".into())
    }

    /// What arrived and no step asked for.
    fn surplus(&mut self) -> Result<(), String> {
        for connection in 0..self.connections.len() {
            self.current = connection;
            match self.connections[connection].receive(Duration::from_millis(1)) {
                // A heartbeat is due whenever it is.
                Ok(Some(Frame::Text(text))) if text != r#"{"type":"ping"}"# => {
                    self.note("←", &text);
                    return Err(format!("after the last step connection {connection} holds {text}"));
                }
                // An end that the case has seen, or did not wait for.
                Ok(_) | Err(_) => {}
            }
        }
        Ok(())
    }

    fn client(&mut self) -> Result<&mut Client, String> {
        self.connections.get_mut(self.current).ok_or_else(|| "the case has no such connection".into())
    }

    fn note(&mut self, mark: &str, text: &str) {
        let (at, connection) = (self.started.elapsed().as_millis(), self.current);
        writeln!(self.conversation, "{at:>7} ms  {connection} {mark} {text}")
            .expect("a string can be written to");
    }

    fn report(&self, case: &Case, what: &str) -> String {
        format!(
            "case {} ({}) on {:?} with {:?}\n  {what}\n{}",
            case.number,
            case.name,
            self.server.backend(),
            case.setup,
            self.conversation
        )
    }
}
