//! The shape of a HAR, as far as we read it. Every field may be missing or of another type: the tools that write HARs differ.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::HarError;
use crate::capture::time;

#[derive(Deserialize)]
struct Root<'a> {
    #[serde(borrow)]
    log: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
    #[serde(borrow)]
    creator: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Creator {
    name: String,
    version: String,
}

/// A field that counts as missing where it isn't what it should be: a strange header must not cost the messages.
fn lenient<'de, D: Deserializer<'de>, T: Default + DeserializeOwned>(field: D) -> Result<T, D::Error> {
    let raw: &RawValue = Deserialize::deserialize(field)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_default())
}

/// A parsed HAR. Entries are looked into one by one, so that a strange one doesn't spoil the others.
pub(super) struct Har<'a> {
    entries: Vec<&'a RawValue>,
    creator: String,
}

/// A socket of a HAR.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'a> {
    #[serde(default, deserialize_with = "lenient")]
    started_date_time: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) request: Request,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) response: Response,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) timings: Timings,
    #[serde(borrow, rename = "_webSocketMessages")]
    pub(super) messages: Vec<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Request {
    #[serde(deserialize_with = "lenient")]
    pub(super) method: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) url: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) headers: Vec<Pair>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Response {
    #[serde(deserialize_with = "lenient")]
    pub(super) status: i64,
    #[serde(deserialize_with = "lenient")]
    pub(super) status_text: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) headers: Vec<Pair>,
}

/// A header.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) value: String,
}

/// Milliseconds; negative where there was none.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Timings {
    pub(super) blocked: Option<f64>,
    pub(super) dns: Option<f64>,
    pub(super) connect: Option<f64>,
    pub(super) send: Option<f64>,
    pub(super) wait: Option<f64>,
}

/// A message of a socket.
#[derive(Deserialize)]
pub(super) struct Frame {
    /// `send`, `receive`, or Chrome's `error`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// Seconds since 1970.
    pub(super) time: f64,
    pub(super) opcode: i64,
    pub(super) data: String,
}

impl<'a> Har<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, HarError> {
        // Some tools begin with a byte order mark, which JSON has no place for.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let root: Root<'a> = serde_json::from_slice(bytes).map_err(|error| {
            if error.is_data() {
                HarError::NoEntries
            } else {
                HarError::NotJson { line: error.line(), column: error.column() }
            }
        })?;
        let log = root.log.ok_or(HarError::NoEntries)?;
        let log: Log<'a> = serde_json::from_str(log.get()).map_err(|_| HarError::NoEntries)?;
        let creator: Creator =
            log.creator.and_then(|creator| serde_json::from_str(creator.get()).ok()).unwrap_or_default();
        let creator = format!("{} {}", creator.name, creator.version).trim().to_owned();
        Ok(Self { entries: log.entries, creator })
    }

    /// How many requests it holds, sockets or not.
    pub(super) const fn entries(&self) -> usize {
        self.entries.len()
    }

    /// What wrote it.
    pub(super) fn creator(&self) -> &str {
        &self.creator
    }

    /// Its sockets. One that was refused and has no messages is one, too.
    pub(super) fn sockets(&self) -> impl Iterator<Item = Entry<'a>> {
        let sockets =
            self.entries.iter().filter_map(|entry| serde_json::from_str::<Entry<'a>>(entry.get()).ok());
        let mut sockets: Vec<_> = sockets.collect();
        if sockets.iter().all(|socket| socket.messages.is_empty()) {
            sockets.clear();
        }
        sockets.into_iter()
    }
}

impl Entry<'_> {
    /// When it was begun, microseconds since 1970 UTC; the time of the first message where the entry doesn't tell.
    pub(super) fn started_us(&self) -> i64 {
        time::parse(&self.started_date_time).unwrap_or_else(|| {
            self.messages.iter().find_map(|raw| Frame::read(raw)).map_or(0, |frame| frame.time_us())
        })
    }

    /// Its URL as it stands, with its secrets.
    pub(super) fn url(&self) -> &str {
        &self.request.url
    }
}

impl Frame {
    pub(super) fn read(raw: &RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok()
    }

    /// Microseconds since 1970 UTC. A float of this size holds them exactly enough to round to.
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond the range becomes its end")]
    pub(super) fn time_us(&self) -> i64 {
        (self.time * 1e6).round() as i64
    }
}

impl Timings {
    /// From the beginning to the answer, microseconds.
    pub(super) fn until_response_us(&self) -> i64 {
        [self.blocked, self.dns, self.connect, self.send, self.wait].into_iter().map(micros).sum()
    }

    /// How long the server took to answer, microseconds.
    pub(super) fn wait_us(&self) -> u64 {
        u64::try_from(micros(self.wait)).unwrap_or(0)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float beyond the range becomes its end")]
fn micros(milliseconds: Option<f64>) -> i64 {
    // A day at most: a foreign number must not overflow the sum.
    (milliseconds.unwrap_or(0.0).clamp(0.0, 86_400_000.0) * 1000.0).round() as i64
}
