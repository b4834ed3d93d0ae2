//! `ServerMessage`: everything a server may say.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::directus::fields::{Fields, Misfit};
use crate::directus::{
    Beat, Collab, CollabError, ErrorCode, EventName, GraphQl, ItemsReply, Json, Other, ParseError, Secret,
    Uid, frame,
};

/// The login is accepted (reference 2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthOk {
    /// After a login by e-mail or refresh token: the token for the next one.
    pub refresh_token: Option<Secret>,
    /// Of the login.
    pub uid: Option<Uid>,
    /// Keys not known here.
    pub extra: Fields,
}

/// A refusal (reference 6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorReply {
    /// The `type`: what was refused, or `server` or `license`.
    pub kind: String,
    /// `error.code` as sent.
    pub code: String,
    /// `error.message` as sent.
    pub message: String,
    /// Of the request; missing in the cases of reference 6.3.
    pub uid: Option<Uid>,
    /// Keys of `error` not known here.
    pub error_extra: Fields,
    /// Keys not known here.
    pub extra: Fields,
}

impl ErrorReply {
    /// The reason as a known code.
    #[must_use]
    pub fn error_code(&self) -> ErrorCode {
        ErrorCode::from_wire(&self.code)
    }

    fn read(kind: String, mut fields: Fields) -> Result<Self, Misfit> {
        fields.take("status");
        let mut error: Fields = fields.need("error", "an object")?;
        Ok(Self {
            kind,
            code: error.need("code", "a text")?,
            message: error.need("message", "a text")?,
            uid: fields.uid()?,
            error_extra: error,
            extra: fields,
        })
    }

    fn write(&self, fields: &mut Fields) {
        let mut error = Fields::default();
        error.put("code", Some(&self.code));
        error.put("message", Some(&self.message));
        error.extend(&self.error_extra);
        fields.put("status", Some(&"error"));
        fields.put("error", Some(&error));
        fields.put("uid", self.uid.as_ref());
        fields.extend(&self.extra);
    }
}

/// News of a subscription (reference 5.2, 5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionEvent {
    /// init, create, update, delete or unsubscribe.
    pub event: EventName,
    /// As sent; see `shape`.
    pub data: Option<Json>,
    /// Counts, if the query asked for them.
    pub meta: Option<Json>,
    /// Of the subscription; a number sent comes back as text (reference 5.2).
    pub uid: Option<Uid>,
    /// Keys not known here.
    pub extra: Fields,
}

/// The shapes that `data` of a subscription takes (reference 5.3, 5.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventData {
    /// No `data`, or null.
    Absent,
    /// An array of rows; also an empty array.
    Rows(Vec<Json>),
    /// One row, as with `item`.
    Row(Json),
    /// An array of keys, as of a delete.
    Keys(Vec<Json>),
    /// One key, as of a delete with `item`.
    Key(Json),
}

impl SubscriptionEvent {
    /// The rows or keys it brings.
    #[must_use]
    pub fn shape(&self) -> EventData {
        match &self.data {
            None => EventData::Absent,
            Some(data) if data.is_null() => EventData::Absent,
            Some(data) if data.is_object() => EventData::Row(data.clone()),
            Some(data) => match data.elements() {
                None => EventData::Key(data.clone()),
                // Keys are scalars; the first one tells.
                Some(all) if all.first().is_none_or(Json::is_object) => EventData::Rows(all),
                Some(all) => EventData::Keys(all),
            },
        }
    }

    fn read(mut fields: Fields) -> Result<Self, Misfit> {
        let event = EventName::from_wire(&fields.need::<String>("event", "a text")?);
        if !matches!(
            event,
            EventName::Init
                | EventName::Create
                | EventName::Update
                | EventName::Delete
                | EventName::Unsubscribe
        ) {
            return Err(Misfit::new("“event” is no event of a subscription"));
        }
        let (data, meta) = (fields.take("data"), fields.take("meta"));
        Ok(Self { event, data, meta, uid: fields.uid()?, extra: fields })
    }

    fn write(&self, fields: &mut Fields) {
        fields.put("event", Some(&self.event.name()));
        fields.put("data", self.data.as_ref());
        fields.put("meta", self.meta.as_ref());
        fields.put("uid", self.uid.as_ref());
        fields.extend(&self.extra);
    }
}

/// The log stream was started or ended (reference 7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogsReply {
    /// subscribe or unsubscribe.
    pub event: EventName,
    /// The level that was asked for.
    pub log_level: Option<String>,
    /// Keys not known here.
    pub extra: Fields,
}

/// An entry of the server's log (reference 7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// `level`, `time`, `msg` and more.
    pub data: Json,
    /// Names the server process here, not a request.
    pub uid: Option<Uid>,
    /// Keys not known here.
    pub extra: Fields,
}

/// A message from a server to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerMessage {
    /// The login is accepted.
    AuthOk(AuthOk),
    /// A heartbeat question: answer it, or the connection ends.
    Ping(Beat),
    /// A heartbeat answer.
    Pong(Beat),
    /// News of a subscription.
    Subscription(SubscriptionEvent),
    /// The reply to a request for items.
    Items(ItemsReply),
    /// A refusal of any kind but the next.
    Error(ErrorReply),
    /// A refusal of collaborative editing.
    CollabError(CollabError),
    /// Collaborative editing.
    Collab(Collab),
    /// The log stream was started or ended.
    LogsReply(LogsReply),
    /// An entry of the server's log.
    Log(LogEntry),
    /// A frame of the GraphQL transport.
    GraphQl(GraphQl),
    /// Anything else.
    Other(Other),
}

impl ServerMessage {
    /// Reads a message.
    ///
    /// # Errors
    /// If the text is not JSON. JSON of any other kind is `Other`.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        frame::read(text, Self::from_fields, Self::Other)
    }

    /// The message as compact JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Writing to memory with text keys cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn from_fields(mut fields: Fields) -> Result<Self, Misfit> {
        let kind: String = fields.need("type", "a text")?;
        if GraphQl::fits(&kind, &fields) {
            return GraphQl::read(kind, fields).map(Self::GraphQl);
        }
        let says =
            |key: &str, word: &str| fields.get(key).and_then(Json::text).is_some_and(|text| text == word);
        if says("status", "error") {
            return ErrorReply::read(kind, fields).map(Self::Error);
        }
        Ok(match kind.as_str() {
            "auth" if says("status", "ok") => {
                fields.take("status");
                let refresh_token = fields.take_as::<String>("refresh_token", "a text")?.map(Secret::new);
                Self::AuthOk(AuthOk { refresh_token, uid: fields.uid()?, extra: fields })
            }
            "auth" => return Err(Misfit::new("“status” is neither ok nor error")),
            "ping" => Self::Ping(Beat { uid: fields.uid()?, extra: fields }),
            "pong" => Self::Pong(Beat { uid: fields.uid()?, extra: fields }),
            "subscription" => Self::Subscription(SubscriptionEvent::read(fields)?),
            "items" => Self::Items(ItemsReply::read(fields)?),
            "collab" if says("action", "error") => Self::CollabError(CollabError::read(fields)?),
            "collab" => Self::Collab(Collab::read(fields)?),
            "logs" => Self::logs(fields)?,
            _ => return Err(Misfit::new("“type” is not known")),
        })
    }

    fn logs(mut fields: Fields) -> Result<Self, Misfit> {
        if let Some(data) = fields.take("data") {
            return Ok(Self::Log(LogEntry { data, uid: fields.uid()?, extra: fields }));
        }
        match EventName::from_wire(&fields.need::<String>("event", "a text")?) {
            event @ (EventName::Subscribe | EventName::Unsubscribe) => Ok(Self::LogsReply(LogsReply {
                event,
                log_level: fields.take_as("log_level", "a text")?,
                extra: fields,
            })),
            _ => Err(Misfit::new("“event” is neither subscribe nor unsubscribe")),
        }
    }

    fn fields(&self) -> Option<Fields> {
        let mut fields = Fields::default();
        fields.put("type", Some(&self.kind()?));
        match self {
            Self::AuthOk(auth) => {
                fields.put("status", Some(&"ok"));
                fields.put("uid", auth.uid.as_ref());
                fields.put("refresh_token", auth.refresh_token.as_ref().map(Secret::expose).as_ref());
                fields.extend(&auth.extra);
            }
            Self::Ping(beat) | Self::Pong(beat) => {
                fields.put("uid", beat.uid.as_ref());
                fields.extend(&beat.extra);
            }
            Self::Subscription(event) => event.write(&mut fields),
            Self::Items(items) => items.write(&mut fields),
            Self::Error(error) => error.write(&mut fields),
            Self::CollabError(error) => error.write(&mut fields),
            Self::Collab(collab) => collab.write(&mut fields),
            Self::LogsReply(logs) => {
                fields.put("event", Some(&logs.event.name()));
                fields.put("log_level", logs.log_level.as_ref());
                fields.extend(&logs.extra);
            }
            Self::Log(log) => {
                fields.put("data", Some(&log.data));
                fields.put("uid", log.uid.as_ref());
                fields.extend(&log.extra);
            }
            Self::GraphQl(graphql) => graphql.write(&mut fields),
            Self::Other(_) => return None,
        }
        Some(fields)
    }

    fn kind(&self) -> Option<&str> {
        Some(match self {
            Self::AuthOk(_) => "auth",
            Self::Ping(_) => "ping",
            Self::Pong(_) => "pong",
            Self::Subscription(_) => "subscription",
            Self::Items(_) => "items",
            Self::Error(error) => &error.kind,
            Self::CollabError(_) | Self::Collab(_) => "collab",
            Self::LogsReply(_) | Self::Log(_) => "logs",
            Self::GraphQl(graphql) => &graphql.kind,
            Self::Other(_) => return None,
        })
    }
}

impl Serialize for ServerMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self, self.fields()) {
            (_, Some(fields)) => fields.serialize(serializer),
            (Self::Other(other), None) => other.serialize(serializer),
            (_, None) => Fields::default().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ServerMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        Self::parse(json.as_str()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::directus::{ErrorCode, EventData, Frame, Json, ServerMessage};

    fn value(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn every_message_prints_what_it_read() {
        for text in [
            r#"{"type":"auth","status":"ok","uid":"l","refresh_token":"r"}"#,
            r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"no"},"uid":"bad"}"#,
            r#"{"type":"server","status":"error","error":{"code":"INVALID_PAYLOAD","message":"no","extensions":{"a":1}}}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"pong","uid":7}"#,
            r#"{"type":"subscription","event":"create","data":[{"b":1.10,"a":1}],"meta":{"total_count":1},"uid":"1","x":[]}"#,
            r#"{"type":"subscription","event":"init"}"#,
            r#"{"type":"items","data":3,"uid":"d"}"#,
            r#"{"type":"logs","event":"subscribe","log_level":"info"}"#,
            r#"{"type":"logs","data":{"level":30},"uid":"n"}"#,
            r#"{"type":"collab","action":"init","room":"ab","order":1,"users":[]}"#,
            r#"{"action":"error","type":"collab","code":"SERVICE_UNAVAILABLE","message":"off","trigger":"join"}"#,
            r#"{"id":"2","type":"error","payload":[]}"#,
            r#"{"type":"connection_ack"}"#,
        ] {
            let message = ServerMessage::parse(text).unwrap();
            assert!(!matches!(message, ServerMessage::Other(_)), "{text}: {message:?}");
            assert_eq!(value(&message.to_text()), value(text));
            assert_eq!(serde_json::from_str::<ServerMessage>(text).unwrap(), message);
            assert_eq!(Frame::server(text).to_string(), text);
        }
    }

    #[test]
    fn reads_every_shape_of_data() {
        let row = || Json::parse(r#"{"id":1}"#).unwrap();
        let key = |text: &str| Json::parse(text).unwrap();
        for (data, shape) in [
            ("", EventData::Absent),
            (r#","data":null"#, EventData::Absent),
            (r#","data":[]"#, EventData::Rows(vec![])),
            (r#","data":[{"id":1}]"#, EventData::Rows(vec![row()])),
            (r#","data":{"id":1}"#, EventData::Row(row())),
            (r#","data":["23",24]"#, EventData::Keys(vec![key("\"23\""), key("24")])),
            (r#","data":"297d""#, EventData::Key(key("\"297d\""))),
        ] {
            let text = format!(r#"{{"type":"subscription","event":"delete"{data}}}"#);
            let ServerMessage::Subscription(event) = ServerMessage::parse(&text).unwrap() else {
                panic!("{text}")
            };
            assert_eq!(event.shape(), shape, "{text}");
        }
    }

    #[test]
    fn errors_name_a_code() {
        let text = r#"{"type":"items","status":"error","error":{"code":"FORBIDDEN","message":"m"}}"#;
        let ServerMessage::Error(error) = ServerMessage::parse(text).unwrap() else { panic!("{text}") };
        assert_eq!(error.error_code(), ErrorCode::Forbidden);
        assert_eq!(ErrorCode::from_wire("MY_OWN"), ErrorCode::Other);
        for code in ErrorCode::ALL {
            assert!(code.meaning().ends_with('.'));
            assert_eq!(
                ErrorCode::from_wire(code.name()),
                if code.name().is_empty() { ErrorCode::Other } else { *code }
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_kept_with_a_reason() {
        for (text, reason) in [
            (r#"{"type":"notification","a":1}"#, "“type” is not known"),
            (r#"{"type":"subscription"}"#, "“event” is missing"),
            (r#"{"type":"subscription","event":"paint"}"#, "“event” is no event of a subscription"),
            (r#"{"type":"items","status":"error"}"#, "“error” is missing"),
            (r#"{"type":"auth"}"#, "“status” is neither ok nor error"),
        ] {
            let ServerMessage::Other(other) = ServerMessage::parse(text).unwrap() else { panic!("{text}") };
            assert_eq!(other.reason, reason);
            assert_eq!(other.json.as_str(), text);
        }
    }
}
