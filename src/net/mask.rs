//! The door: nothing leaves `net` as an event without passing here, and no secret passes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::capture::event::{Fact, Header, Text};
use crate::capture::http_exchange::HttpExchange;
use crate::directus::{Class, Masker, MessageType, Secret, classify, has_mask};

/// A shared door of one capture: the net thread masks through it, the window resends through it.
#[derive(Clone)]
pub struct Door(Arc<Mutex<Masker>>);

/// A text as it may be recorded.
pub(crate) struct Passed {
    pub(crate) text: Text,
    pub(crate) class: Class,
    pub(crate) masked: bool,
}

impl Door {
    /// A door that knows no secret yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Masker::new())))
    }

    /// A panic elsewhere does not make the masker's tables wrong, so a poisoned lock is used on.
    fn masker(&self) -> MutexGuard<'_, Masker> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a secret, so that it is found anywhere.
    pub fn learn(&self, secret: &Secret) {
        self.masker().learn(secret);
    }

    /// The text with the secrets put back that this process still knows; `None` if there is nothing to put back.
    #[must_use]
    pub fn unmask(&self, text: &str) -> Option<String> {
        self.masker().unmask(text)
    }

    /// The text as it may be kept: with every secret masked that is known here.
    #[must_use]
    pub fn mask(&self, text: &str) -> Option<String> {
        self.masker().outgoing(text)
    }

    /// A binary message we send. Directus reads it as text (reference 1.5), so it may be a login.
    pub(crate) fn outgoing_binary(&self, bytes: &Bytes) -> Option<Bytes> {
        let text = std::str::from_utf8(bytes).ok()?;
        self.masker().outgoing(text).map(Bytes::from)
    }

    /// A message we send.
    pub(crate) fn outgoing(&self, text: &str, class: Class) -> Passed {
        match self.masker().outgoing(text) {
            Some(masked) => {
                let class = classify(&masked);
                Passed { text: Text::from(masked), class, masked: true }
            }
            None => Passed { text: Text::from(text), class, masked: false },
        }
    }

    /// A message we received. The lock is taken for the few kinds that can hold a secret only: this is
    /// the hot path.
    pub(crate) fn incoming(&self, text: Text, class: Class) -> Passed {
        if !matches!(class.kind, MessageType::Auth | MessageType::GraphQl) {
            return Passed { text, class, masked: false };
        }
        match self.masker().incoming(text.as_str(), &class) {
            Some(masked) => {
                let class = classify(&masked);
                Passed { text: Text::from(masked), class, masked: true }
            }
            None => Passed { text, class, masked: false },
        }
    }

    /// Text that is shown beside frames: reasons, bodies, error words, messages that wait.
    pub(crate) fn words(&self, text: &mut String) -> bool {
        let Some(masked) = self.masker().outgoing(text) else { return false };
        *text = masked;
        true
    }

    /// Body of an HTTP exchange. Those about logging in hold secrets under more names.
    pub(crate) fn body(&self, text: &mut String, login: bool) {
        let mut masker = self.masker();
        let masked = if login { masker.login_body(text) } else { masker.outgoing(text) };
        if let Some(masked) = masked {
            *text = masked;
        }
    }

    /// Its bodies were masked by `body` already, which knows what they are about.
    fn exchange(&self, exchange: &mut HttpExchange) -> bool {
        let HttpExchange { url, request_headers, headers, reason, error, .. } = exchange;
        let mut any =
            self.url(url) | self.headers(request_headers) | self.headers(headers) | self.words(reason);
        if let Some(error) = error {
            any |=
                self.words(&mut error.message) | self.words(&mut error.cause) | self.words(&mut error.advice);
        }
        any || has_mask(&exchange.body) || has_mask(&exchange.request_body)
    }

    fn headers(&self, headers: &mut [Header]) -> bool {
        let mut masker = self.masker();
        let mut any = false;
        for (name, value) in headers {
            let shown = masker.header(name, value);
            any |= shown != *value;
            *value = shown;
        }
        any
    }

    /// The server's echo of what was offered, and some offer a token there.
    fn subprotocol(&self, agreed: &mut String) -> bool {
        let shown = self.masker().header("Sec-WebSocket-Protocol", agreed);
        let changed = shown != *agreed;
        *agreed = shown;
        changed
    }

    fn url(&self, url: &mut String) -> bool {
        let shown = self.masker().url(url);
        let changed = shown != *url;
        *url = shown;
        changed
    }

    /// Masks a fact in place; tells whether something was replaced.
    pub(crate) fn fact(&self, fact: &mut Fact) -> bool {
        match fact {
            Fact::Connect { url, .. } => self.url(url),
            Fact::Open { url, subprotocol } => self.url(url) | self.subprotocol(subprotocol),
            Fact::Request { target, headers, .. } => self.target(target) | self.headers(headers),
            Fact::Response { reason, headers, body, .. } => {
                self.headers(headers) | self.words(body) | self.words(reason)
            }
            Fact::Held { data, .. } | Fact::Control { data, .. } => self.words(data),
            Fact::Unsent { data, reason } => self.words(data) | self.words(reason),
            Fact::Close { reason, .. } | Fact::GaveUp { reason } => self.words(reason),
            Fact::Error { message, cause, advice, .. } => {
                self.words(message) | self.words(cause) | self.words(advice)
            }
            Fact::Http(exchange) => self.exchange(exchange),
            Fact::Note { text, .. } => text.as_mut().is_some_and(|text| self.words(text)),
            Fact::Resolved { .. }
            | Fact::Connected { .. }
            | Fact::Presented { .. }
            | Fact::Tunnelled { .. }
            | Fact::Secured { .. }
            | Fact::Retry { .. }
            | Fact::Switched { .. }
            | Fact::Clock { .. }
            // Made of claims; a token's value never gets into it.
            | Fact::Identity(_)
            | Fact::Unknown { .. } => false,
        }
    }

    /// A request target is a URL without its beginning, and the masker reads whole URLs.
    fn target(&self, target: &mut String) -> bool {
        const BASE: &str = "ws://target";
        let mut whole = format!("{BASE}{target}");
        let changed = self.url(&mut whole);
        if changed {
            *target = whole.strip_prefix(BASE).unwrap_or(&whole).to_owned();
        }
        changed
    }
}

impl Default for Door {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Door")
    }
}
