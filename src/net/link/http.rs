//! HTTP beside the socket: who asked, what is recorded, who hears the answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::capture::event::{Fact, Stage, Stamp};
use crate::capture::http_exchange::{HttpError, HttpExchange};
use crate::directus::Credentials;
use crate::net::command::ConnectSpec;
use crate::net::failure::{HttpFailure, Sentences};
use crate::net::http::{
    HttpAnswer, HttpRefusal, HttpReply, HttpReport, HttpRequest, HttpToken, RECORDED_LIMIT,
};
use crate::net::link::{Link, Order, Outputs, Phase};

/// More than is recorded is masked, so that a secret across the edge is seen whole.
const BEYOND_EDGE: usize = 8 << 10;

/// Who waits for an answer.
#[derive(Debug)]
pub(super) enum Asker {
    /// Somebody outside the link.
    Outside(HttpReply),
}

/// An exchange under way.
#[derive(Debug)]
struct Waiting {
    /// What is known of it so far, bodies masked.
    exchange: HttpExchange,
    automatic: bool,
    /// Its bodies are about logging in.
    login: bool,
    asker: Asker,
}

/// The exchanges under way, by number.
#[derive(Debug, Default)]
pub(super) struct Asked {
    last: u64,
    waiting: BTreeMap<u64, Waiting>,
}

impl Link {
    /// Takes a server to ask things of, unless one is in use.
    pub(super) fn prepare(&mut self, spec: ConnectSpec) {
        if self.phase == Phase::Idle {
            self.learn(&spec);
            self.spec = Some(Arc::new(spec));
        }
    }

    /// Remembers what must never be shown of a spec.
    pub(super) fn learn(&self, spec: &ConnectSpec) {
        for secret in spec.secrets() {
            self.door.learn(&secret);
        }
    }

    /// Has a request performed; its event comes when it has ended.
    pub(super) fn ask(&mut self, mut request: HttpRequest, asker: Asker, now: Stamp, out: &mut Outputs) {
        let mut exchange = HttpExchange {
            method: request.method.name().to_owned(),
            url: request.path.clone(),
            ..HttpExchange::default()
        };
        let Some(spec) = self.next.clone().or_else(|| self.spec.clone()) else {
            let refusal = HttpRefusal::NoServer;
            exchange.error = Some(error(Stage::Http, refusal.sentences()));
            self.push_fact(Fact::Http(Box::new(exchange)), request.automatic, now, out);
            return Self::answered(asker, Err(refusal));
        };
        if request.token == HttpToken::OfLink {
            request.token = of_link(&spec);
        }
        match &request.token {
            HttpToken::Bearer(token) | HttpToken::Query(token) | HttpToken::Cookie(_, token) => {
                self.door.learn(token);
            }
            HttpToken::None | HttpToken::OfLink => {}
        }
        exchange.url = request.url(&spec.endpoint.http_base()).to_string();
        let login = request.is_login();
        let body = request.body.as_deref().unwrap_or_default();
        exchange.request_body = self.recorded_body(body.as_bytes(), login).text;
        let id = self.asked.last + 1;
        self.asked.last = id;
        let waiting = Waiting { exchange, automatic: request.automatic, login, asker };
        self.asked.waiting.insert(id, waiting);
        out.orders.push(Order::Http(id, spec, Box::new(request)));
    }

    /// Asks for the server profile (reference 9). A bad token turns all but `/server/ping` into 401, so what is public is
    /// asked without one too.
    pub(super) fn examine(&mut self, now: Stamp, out: &mut Outputs) {
        let spec = self.next.as_deref().or(self.spec.as_deref());
        let user = spec.map_or(HttpToken::None, of_link);
        let mut questions = vec![("/server/ping", HttpToken::None), ("/server/info", HttpToken::None)];
        if user != HttpToken::None {
            questions.push(("/server/info", user.clone()));
        }
        questions.push(("/server/health", user));
        for (path, token) in questions {
            let request = HttpRequest::get(path).with_token(token).by_itself();
            self.ask(request, Asker::Outside(HttpReply::unheard()), now, out);
        }
    }

    /// Takes what came of an exchange. One that was given up meanwhile is not heard again.
    pub fn exchanged(&mut self, id: u64, report: HttpReport, now: Stamp, out: &mut Outputs) {
        let Some(Waiting { mut exchange, automatic, login, asker }) = self.asked.waiting.remove(&id) else {
            return;
        };
        exchange.request_headers = report.sent.0;
        exchange.address = report.address;
        exchange.timings = report.timings;
        exchange.took_us = report.took_us;
        if let Some(answer) = &report.answer {
            exchange.status = Some(answer.status);
            exchange.reason.clone_from(&answer.reason);
            exchange.headers.clone_from(&answer.headers);
            exchange.size = u64::try_from(answer.body.len()).unwrap_or(u64::MAX);
            let body = self.recorded_body(&answer.body, login);
            (exchange.body, exchange.cut) = (body.text, body.cut);
        }
        let outcome = match (report.failure, report.answer) {
            (None, Some(answer)) => Ok(answer),
            (failure, _) => {
                let failure = failure.unwrap_or_else(|| HttpFailure::HungUp.into());
                exchange.error = Some(error(failure.stage(), failure.sentences()));
                Err(HttpRefusal::Failed(self.masked(failure.sentences())))
            }
        };
        self.push_fact(Fact::Http(Box::new(exchange)), automatic, now, out);
        Self::answered(asker, outcome);
    }

    /// The link ends: what is under way will not be heard any more.
    pub(super) fn give_up_asking(&mut self, now: Stamp, out: &mut Outputs) {
        for (_, mut waiting) in std::mem::take(&mut self.asked.waiting) {
            waiting.exchange.error = Some(error(Stage::Http, HttpFailure::Cancelled.sentences()));
            self.push_fact(Fact::Http(Box::new(waiting.exchange)), waiting.automatic, now, out);
            Self::answered(waiting.asker, Err(HttpRefusal::Cancelled));
        }
    }

    fn answered(asker: Asker, outcome: Result<HttpAnswer, HttpRefusal>) {
        match asker {
            Asker::Outside(reply) => reply.send(outcome),
        }
    }

    /// A body as it may be recorded.
    fn recorded_body(&self, body: &[u8], login: bool) -> RecordedBody {
        let seen = body.get(..body.len().min(RECORDED_LIMIT + BEYOND_EDGE)).unwrap_or_default();
        let mut text = String::from_utf8_lossy(seen).into_owned();
        self.door.body(&mut text, login);
        let cut = body.len() > RECORDED_LIMIT;
        if cut {
            text.truncate(text.floor_char_boundary(RECORDED_LIMIT));
        }
        RecordedBody { text, cut }
    }

    fn masked(&self, mut told: Sentences) -> Sentences {
        for text in [&mut told.message, &mut told.cause, &mut told.advice] {
            self.door.words(text);
        }
        told
    }
}

/// The credential as HTTP takes it. What an in-band login made is known to the server only, so its link has none to show.
fn of_link(spec: &ConnectSpec) -> HttpToken {
    match &spec.credentials {
        Credentials::SessionCookie { name, value } => HttpToken::Cookie(name.clone(), value.clone()),
        Credentials::None
        | Credentials::StaticToken(_)
        | Credentials::Password { .. }
        | Credentials::RefreshToken(_) => spec.token().cloned().map_or(HttpToken::None, HttpToken::Bearer),
    }
}

struct RecordedBody {
    text: String,
    /// There is more of it.
    cut: bool,
}

fn error(stage: Stage, told: Sentences) -> HttpError {
    HttpError { stage, message: told.message, cause: told.cause, advice: told.advice }
}
