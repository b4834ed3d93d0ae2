//! `Case`: everything a rule may look at, at the end of a connection.

use crate::capture::event::{ClosedBy, Header};
use crate::session::fold::At;
use crate::session::phase::Mode;
use crate::session::problem::LastError;
use crate::session::snapshot::Snapshot;

use super::trail::{Past, Spot, Trail};

/// How it ended.
#[derive(Clone, Copy, Debug)]
pub(in crate::session) enum End<'a> {
    /// The connection is over.
    Closed {
        /// Close code as in the event.
        code: Option<u16>,
        /// The reason given.
        reason: &'a str,
        /// Who ended it.
        by: ClosedBy,
    },
    /// It isn't: something failed, and that is all so far.
    Failed,
}

/// Everything a rule may look at: the state before the end, what led to it, and the end.
pub(in crate::session) struct Case<'a> {
    pub(in crate::session) at: At,
    pub(in crate::session) shown: &'a Snapshot,
    pub(in crate::session) trail: &'a Trail,
    pub(in crate::session) end: End<'a>,
    /// The failure of our own on this connection.
    pub(in crate::session) error: Option<&'a LastError>,
}

impl<'a> Case<'a> {
    pub(super) const fn us(&self) -> u64 {
        self.at.us()
    }

    /// From that event to the end.
    pub(super) const fn since(&self, spot: Spot) -> u64 {
        spot.until(self.us())
    }

    /// From open to end.
    pub(super) fn life_us(&self) -> u64 {
        self.trail.open.map_or(0, |open| self.since(open))
    }

    pub(super) fn silence_us(&self) -> u64 {
        self.trail.silence_us(self.us())
    }

    /// Whether rules of Directus apply at all.
    pub(super) fn is_directus(&self) -> bool {
        self.shown.mode != Mode::Raw
    }

    pub(super) const fn by(&self) -> Option<ClosedBy> {
        match self.end {
            End::Closed { by, .. } => Some(by),
            End::Failed => None,
        }
    }

    pub(super) const fn code(&self) -> Option<u16> {
        match self.end {
            End::Closed { code, .. } => code,
            End::Failed => None,
        }
    }

    /// Ended with a Close frame that says nothing: how Directus ends what it means to end (reference 6.4). The portable
    /// transport doesn't tell the code.
    pub(super) fn is_wordless_close(&self) -> bool {
        self.by() == Some(ClosedBy::Server) && matches!(self.code(), None | Some(1005 | 1000))
    }

    /// Ended without a Close frame.
    pub(super) fn is_cut(&self) -> bool {
        self.by() == Some(ClosedBy::Network)
            || (self.by() == Some(ClosedBy::Server) && self.code() == Some(1006))
    }

    /// A header of the answer to the upgrade.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        found(&self.shown.handshake.response_headers, name)
    }

    /// A header of the upgrade request.
    pub(super) fn request_header(&self, name: &str) -> Option<&'a str> {
        found(&self.shown.handshake.request_headers, name)
    }

    /// Path of the upgrade request.
    pub(super) fn path(&self) -> &'a str {
        let target = self.target();
        target.split_once('?').map_or(target, |(path, _)| path)
    }

    /// The values of `access_token` in the query, secrets masked.
    pub(super) fn query_tokens(&self) -> Vec<&'a str> {
        let query = self.target().split_once('?').map_or("", |(_, query)| query);
        query.split('&').filter_map(|pair| pair.strip_prefix("access_token=")).collect()
    }

    /// Path and query, from the request if there was one.
    fn target(&self) -> &'a str {
        if !self.shown.handshake.target.is_empty() {
            return &self.shown.handshake.target;
        }
        let url: &str = &self.shown.url;
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.find('/').map_or("/", |at| rest.get(at..).unwrap_or("/"))
    }

    /// Host and port of the URL.
    pub(super) fn authority(&self) -> &'a str {
        let url: &str = &self.shown.url;
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.split(['/', '?']).next().unwrap_or(rest)
    }

    /// Host of the URL, without brackets.
    pub(super) fn host(&self) -> &'a str {
        let authority = self.authority();
        if let Some(rest) = authority.strip_prefix('[') {
            return rest.split(']').next().unwrap_or(rest);
        }
        authority.split(':').next().unwrap_or(authority)
    }

    pub(super) fn is_tls(&self) -> bool {
        self.shown.url.starts_with("wss:")
    }

    /// Earlier connections of this capture to the same URL, the latest first.
    pub(super) fn past(&self) -> impl Iterator<Item = &'a Past> {
        let url = &self.shown.url;
        self.trail.past.iter().rev().filter(move |past| past.url == *url)
    }

    /// The last earlier connection to the same URL that opened.
    pub(super) fn opened_before(&self) -> Option<(&'a Past, Spot)> {
        self.past().find_map(|past| past.open.map(|open| (past, open)))
    }
}

fn found<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
