//! `Matcher`: a filter at work on records and lines.

use std::sync::Arc;

use serde_json::Value;

use super::Filter;
use super::names::Names;
use super::plan::{Leaf, Node, Setting};
use super::text::Needle;
use crate::capture::content::{self, Content};
use crate::capture::time::Zone;
use crate::capture::{FactKind, IndexView, Kind, Record};
use crate::directus::{MessageType, classify};

/// What a record tells about a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It fits.
    Yes,
    /// It doesn't.
    No,
    /// The line must be looked at.
    Read,
}

impl Verdict {
    #[inline]
    pub(super) const fn of(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

/// A filter bound to the names of a session. Cloning it is cheap; each thread has its own.
#[derive(Clone)]
pub struct Matcher {
    filter: Filter,
    names: Arc<Names>,
    plan: Arc<Node>,
    /// The plan waits for the first look at the capture, to know which event is the last.
    waits: bool,
    /// Where payloads are decoded.
    scratch: Vec<u8>,
}

impl Matcher {
    pub(super) fn new(filter: &Filter, names: Arc<Names>) -> Self {
        let waits = names.last_us.is_none() && filter.depends_on_time();
        let plan = plan(filter, &names, names.last_us.unwrap_or_default());
        Self { filter: filter.clone(), names, plan, waits, scratch: Vec::new() }
    }

    /// What the record tells. It needs no file.
    #[inline]
    pub fn record(&mut self, seq: u64, record: &Record, view: &IndexView) -> Verdict {
        if self.waits {
            self.settle(view);
        }
        self.plan.verdict(seq, record, view)
    }

    /// Whether an event fits, by its record and its line.
    pub fn line(&mut self, seq: u64, record: &Record, view: &IndexView, line: &[u8]) -> bool {
        if self.waits {
            self.settle(view);
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        let at = Place { seq, record, view };
        let mut look =
            Look { at, line, content: content::content(line), document: None, scratch: &mut scratch };
        let fits = look.is_true(&self.plan);
        // One huge message must not hold its memory for the rest of the day.
        scratch.shrink_to(1 << 20);
        self.scratch = scratch;
        fits
    }

    /// A text without which no line fits, if there is one that stands in the file as it is.
    #[must_use]
    pub fn required(&self) -> Option<&Needle> {
        self.plan.required()
    }

    /// Whether no record is ever decided without its line.
    #[must_use]
    pub fn reads_everything(&self) -> bool {
        self.plan.reads_everything()
    }

    fn settle(&mut self, view: &IndexView) {
        self.waits = false;
        let last_us = view.get(view.len()).map_or(0, |record| record.time_us);
        self.plan = plan(&self.filter, &self.names, last_us);
    }
}

fn plan(filter: &Filter, names: &Names, last_us: i64) -> Arc<Node> {
    let local;
    let zone = match filter.zone() {
        Some(zone) => zone,
        None if filter.depends_on_time() => {
            local = Zone::local();
            &local
        }
        None => {
            local = Zone::utc();
            &local
        }
    };
    Arc::new(Setting { names, zone, last_us }.plan(filter.expression()))
}

#[derive(Clone, Copy)]
struct Place<'l> {
    seq: u64,
    record: &'l Record,
    view: &'l IndexView,
}

/// One line being looked at. It is parsed at most once.
struct Look<'l> {
    at: Place<'l>,
    line: &'l [u8],
    content: Content<'l>,
    /// Once asked for: the message, or for what is none the line itself.
    document: Option<Option<Value>>,
    scratch: &'l mut Vec<u8>,
}

impl Look<'_> {
    fn is_true(&mut self, node: &Node) -> bool {
        match node {
            Node::All(inner) => inner.iter().all(|inner| self.is_true(inner)),
            Node::Any(inner) => inner.iter().any(|inner| self.is_true(inner)),
            Node::Not(inner) => !self.is_true(inner),
            Node::Leaf(leaf) => match node.verdict(self.at.seq, self.at.record, self.at.view) {
                Verdict::Yes => true,
                Verdict::No => false,
                Verdict::Read => self.read(leaf),
            },
        }
    }

    fn read(&mut self, leaf: &Leaf) -> bool {
        match leaf {
            Leaf::Text(needle) => needle.is_in_content(&self.content),
            Leaf::Pattern(pattern) => pattern.is_in_content(&self.content, self.scratch),
            Leaf::Path(path) => {
                if self.document.is_none()
                    && let Content::Payload(inside) = self.content
                    && !path.is_possible(inside)
                {
                    return false;
                }
                self.document().is_some_and(|document| path.is_true(document))
            }
            Leaf::Uid { words, .. } => {
                let Some(text) = self.message() else { return false };
                let uid = classify(&text).uid(&text).map(std::borrow::Cow::into_owned);
                uid.is_some_and(|uid| words.iter().any(|word| word.is(&uid)))
            }
            Leaf::Collection { words, .. } => {
                let name = self.document().and_then(|document| document.get("collection")?.as_str());
                name.is_some_and(|name| words.iter().any(|word| word.is(name)))
            }
            // The record told already.
            _ => false,
        }
    }

    /// The text of the message, if it is one.
    fn message(&mut self) -> Option<String> {
        if self.at.record.kind == Kind::Message(MessageType::Binary) {
            return None;
        }
        match self.content {
            Content::Payload(inside) => {
                self.scratch.clear();
                content::decode(inside, self.scratch);
                Some(String::from_utf8_lossy(self.scratch).into_owned())
            }
            Content::Fact(line) | Content::Foreign(line) => content::message(line),
        }
    }

    fn document(&mut self) -> Option<&Value> {
        if self.document.is_none() {
            self.document = Some(self.parse());
        }
        self.document.as_ref()?.as_ref()
    }

    fn parse(&mut self) -> Option<Value> {
        let is_message = match self.at.record.kind {
            Kind::Message(MessageType::Binary | MessageType::NotJson) => return None,
            Kind::Message(_) | Kind::Fact(FactKind::Held | FactKind::Unsent) => true,
            Kind::Fact(_) => false,
        };
        if !is_message {
            return serde_json::from_slice(self.line).ok();
        }
        if let Content::Payload(inside) = self.content {
            self.scratch.clear();
            content::decode(inside, self.scratch);
            return serde_json::from_slice(self.scratch).ok();
        }
        self.message().and_then(|text| serde_json::from_str(&text).ok())
    }
}
