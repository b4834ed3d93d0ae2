//! What `/server/info` says, in types (reference 9). A key that is missing or of another type is simply not known.

use serde_json::Value;

use crate::directus::AuthMode;

/// Whether a socket is offered, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Switched off.
    Off,
    /// On.
    On {
        /// How it wants its clients to log in; `None` for a word this version doesn't know.
        mode: Option<AuthMode>,
        /// Where.
        path: String,
    },
}

/// So many points in so many seconds, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimit {
    /// None.
    Off,
    /// There is one.
    On {
        /// Requests and messages.
        points: u64,
        /// Seconds.
        duration_s: u64,
    },
}

/// How many rows a query returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryLimit {
    /// Where the query says nothing.
    pub default: i64,
    /// At most; -1 for as many as there are.
    pub max: i64,
}

/// The answer as far as it was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Info {
    pub(super) project: Option<String>,
    pub(super) version: Option<String>,
    /// A licence is spoken of at all, which servers do since 12.
    pub(super) has_licence: bool,
    pub(super) licence: Option<String>,
    pub(super) rest: Option<Offer>,
    pub(super) graphql: Option<Offer>,
    /// Lowest level of the log stream, `None` in it for off. Told to administrators only.
    pub(super) logs: Option<bool>,
    /// Period in seconds; `None` in it for off.
    pub(super) heartbeat_s: Option<Option<u64>>,
    pub(super) collaboration: Option<bool>,
    pub(super) rate_limit: Option<RateLimit>,
    pub(super) query_limit: Option<QueryLimit>,
}

impl Info {
    /// `None` if it isn't an answer of `/server/info`.
    pub(super) fn read(body: &str) -> Option<Self> {
        let root: Value = serde_json::from_str(body).ok()?;
        let data = root.get("data")?.as_object()?;
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let socket = data.get("websocket");
        // The whole of it is `false` where sockets are off.
        let all_off = socket == Some(&Value::Bool(false));
        let part = |name: &str| socket.and_then(|socket| socket.get(name));
        let offer_of = |name: &str| if all_off { Some(Offer::Off) } else { part(name).and_then(offer) };
        Some(Self {
            project: text(data.get("project").and_then(|project| project.get("project_name"))),
            version: text(data.get("version")),
            has_licence: data.contains_key("license"),
            licence: data.get("license").and_then(licence),
            rest: offer_of("rest"),
            graphql: offer_of("graphql"),
            logs: part("logs").map(|logs| logs.is_object()),
            heartbeat_s: match part("heartbeat") {
                Some(Value::Bool(false)) => Some(None),
                Some(period) => period.as_u64().map(Some),
                None => None,
            },
            collaboration: part("collaborativeEditing").and_then(Value::as_bool),
            rate_limit: data.get("rateLimit").and_then(rate_limit),
            query_limit: data.get("queryLimit").and_then(|limit| {
                let number = |name: &str| limit.get(name).and_then(Value::as_i64);
                Some(QueryLimit { default: number("default")?, max: number("max").unwrap_or(-1) })
            }),
        })
    }
}

fn offer(value: &Value) -> Option<Offer> {
    if value == &Value::Bool(false) {
        return Some(Offer::Off);
    }
    let mode = value.get("authentication").and_then(Value::as_str).and_then(|word| word.parse().ok());
    Some(Offer::On { mode, path: value.get("path")?.as_str()?.to_owned() })
}

fn rate_limit(value: &Value) -> Option<RateLimit> {
    if value == &Value::Bool(false) {
        return Some(RateLimit::Off);
    }
    let number = |name: &str| value.get(name).and_then(Value::as_u64);
    Some(RateLimit::On { points: number("points")?, duration_s: number("duration")? })
}

/// Where a licence comes from and whether it allows production; never its key.
fn licence(value: &Value) -> Option<String> {
    let source = value.get("source").and_then(Value::as_str);
    let production =
        value.get("entitlements").and_then(|it| it.get("production_enabled")).and_then(Value::as_bool);
    let mut words = vec![source.map_or_else(|| "none given".to_owned(), |source| format!("from {source}"))];
    words.extend(
        production
            .map(|allowed| if allowed { "production allowed" } else { "production not allowed" }.to_owned()),
    );
    value.is_object().then(|| words.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a 12.4.0 says to a user, shortened.
    const USER: &str = r#"{"data":{"project":{"project_name":"Shop"},"rateLimit":{"points":50,"duration":1},"queryLimit":{"default":100,"max":-1},"websocket":{"rest":{"authentication":"handshake","path":"/websocket"},"graphql":false,"heartbeat":30,"collaborativeEditing":true,"logs":false},"version":"12.4.0","license":{"source":null,"entitlements":{"production_enabled":true}}}}"#;

    #[test]
    fn a_user_is_told_everything() {
        let info = Info::read(USER).unwrap();
        assert_eq!(info.project.as_deref(), Some("Shop"));
        assert_eq!(info.version.as_deref(), Some("12.4.0"));
        let path = "/websocket".to_owned();
        assert_eq!(info.rest, Some(Offer::On { mode: Some(AuthMode::Handshake), path }));
        assert_eq!(info.graphql, Some(Offer::Off));
        assert_eq!((info.heartbeat_s, info.logs), (Some(Some(30)), Some(false)));
        assert_eq!(info.rate_limit, Some(RateLimit::On { points: 50, duration_s: 1 }));
        assert_eq!(info.query_limit, Some(QueryLimit { default: 100, max: -1 }));
        assert_eq!(info.licence.as_deref(), Some("none given · production allowed"));
    }

    #[test]
    fn nobody_is_told_little_and_sockets_may_be_off() {
        let info = Info::read(r#"{"data":{"project":{"project_name":"Shop"}}}"#).unwrap();
        assert_eq!(info, Info { project: Some("Shop".to_owned()), ..Info::default() });
        let info = Info::read(r#"{"data":{"websocket":false}}"#).unwrap();
        assert_eq!((info.rest, info.graphql), (Some(Offer::Off), Some(Offer::Off)));
    }

    #[test]
    fn strange_answers_are_not_believed() {
        for body in ["", "pong", "<html>", "[]", r#"{"data":7}"#, r#"{"errors":[]}"#] {
            assert_eq!(Info::read(body), None, "{body}");
        }
        let strange = r#"{"data":{"version":7,"websocket":{"rest":7,"heartbeat":"x","logs":3},"rateLimit":{"points":-1},"license":[]}}"#;
        let info = Info::read(strange).unwrap();
        assert_eq!((info.version, info.rest, info.heartbeat_s, info.rate_limit), (None, None, None, None));
    }
}
