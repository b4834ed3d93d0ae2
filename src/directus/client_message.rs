//! `ClientMessage`: everything a client may say.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::directus::fields::{Fields, Misfit};
use crate::directus::{
    Collab, EventName, GraphQl, ItemsRequest, Json, Other, ParseError, Query, Secret, Uid, frame,
};

/// A login (reference 2.2). With several credentials the access token decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Auth {
    /// Static token, JWT or session token.
    pub access_token: Option<Secret>,
    /// With `password`.
    pub email: Option<String>,
    /// With `email`.
    pub password: Option<Secret>,
    /// Spent by its use: the reply has the next one.
    pub refresh_token: Option<Secret>,
    /// Echoed in the reply, except by a failing handshake.
    pub uid: Option<Uid>,
    /// Keys not known here.
    pub extra: Fields,
}

/// A `ping` or `pong` (reference 3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beat {
    /// Echoed in the pong.
    pub uid: Option<Uid>,
    /// Keys not known here; on a GraphQL socket a `payload`.
    pub extra: Fields,
}

/// A wish to hear of changes (reference 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribe {
    /// Of what.
    pub collection: String,
    /// Only these changes: create, update or delete. `EventName::None` for all, which also brings the present rows.
    pub event: EventName,
    /// Only this item, a text or a number.
    pub item: Option<Json>,
    /// The query as sent; see `query`.
    pub query: Option<Json>,
    /// Names the subscription in everything the server says about it.
    pub uid: Option<Uid>,
    /// Keys not known here.
    pub extra: Fields,
}

impl Subscribe {
    /// A subscription to all changes of a collection.
    #[must_use]
    pub fn new(collection: impl Into<String>) -> Self {
        Self {
            collection: collection.into(),
            event: EventName::None,
            item: None,
            query: None,
            uid: None,
            extra: Fields::default(),
        }
    }

    /// The query; `None` if there is none or it is no object.
    #[must_use]
    pub fn query(&self) -> Option<Query> {
        serde_json::from_str(self.query.as_ref()?.as_str()).ok()
    }
}

/// The end of one subscription, or without a uid of all (reference 5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsubscribe {
    /// Of the subscription.
    pub uid: Option<Uid>,
    /// Keys not known here.
    pub extra: Fields,
}

/// A subscription to the log stream (reference 7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogsSubscribe {
    /// This level and above.
    pub log_level: String,
    /// Keys not known here.
    pub extra: Fields,
}

/// A message from a client to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientMessage {
    /// A login.
    Auth(Auth),
    /// A heartbeat question; the right probe of the round trip.
    Ping(Beat),
    /// A heartbeat answer.
    Pong(Beat),
    /// A wish to hear of changes.
    Subscribe(Subscribe),
    /// The end of that.
    Unsubscribe(Unsubscribe),
    /// A request for items.
    Items(ItemsRequest),
    /// Collaborative editing.
    Collab(Collab),
    /// A subscription to the log stream.
    LogsSubscribe(LogsSubscribe),
    /// A frame of the GraphQL transport.
    GraphQl(GraphQl),
    /// Anything else.
    Other(Other),
}

impl ClientMessage {
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
        Ok(match kind.as_str() {
            "auth" => Self::Auth(Auth {
                access_token: secret(&mut fields, "access_token")?,
                email: fields.take_as("email", "a text")?,
                password: secret(&mut fields, "password")?,
                refresh_token: secret(&mut fields, "refresh_token")?,
                uid: fields.uid()?,
                extra: fields,
            }),
            "ping" => Self::Ping(Beat { uid: fields.uid()?, extra: fields }),
            "pong" => Self::Pong(Beat { uid: fields.uid()?, extra: fields }),
            "subscribe" if fields.get("log_level").is_some() => Self::LogsSubscribe(LogsSubscribe {
                log_level: fields.need("log_level", "a text")?,
                extra: fields,
            }),
            "subscribe" => Self::Subscribe(Subscribe {
                collection: fields.need("collection", "a text")?,
                event: wanted_event(&mut fields)?,
                item: fields.take("item"),
                query: fields.take("query"),
                uid: fields.uid()?,
                extra: fields,
            }),
            "unsubscribe" => Self::Unsubscribe(Unsubscribe { uid: fields.uid()?, extra: fields }),
            "items" => Self::Items(ItemsRequest::read(fields)?),
            "collab" => Self::Collab(Collab::read(fields)?),
            _ => return Err(Misfit::new("“type” is not known")),
        })
    }

    fn fields(&self) -> Option<Fields> {
        let mut fields = Fields::default();
        fields.put("type", Some(&self.kind()?));
        match self {
            Self::Auth(auth) => {
                fields.put("access_token", auth.access_token.as_ref().map(Secret::expose).as_ref());
                fields.put("email", auth.email.as_ref());
                fields.put("password", auth.password.as_ref().map(Secret::expose).as_ref());
                fields.put("refresh_token", auth.refresh_token.as_ref().map(Secret::expose).as_ref());
                fields.put("uid", auth.uid.as_ref());
                fields.extend(&auth.extra);
            }
            Self::Ping(beat) | Self::Pong(beat) => {
                fields.put("uid", beat.uid.as_ref());
                fields.extend(&beat.extra);
            }
            Self::Subscribe(subscribe) => {
                fields.put("collection", Some(&subscribe.collection));
                let event = (subscribe.event != EventName::None).then_some(subscribe.event.name());
                fields.put("event", event.as_ref());
                fields.put("item", subscribe.item.as_ref());
                fields.put("query", subscribe.query.as_ref());
                fields.put("uid", subscribe.uid.as_ref());
                fields.extend(&subscribe.extra);
            }
            Self::Unsubscribe(unsubscribe) => {
                fields.put("uid", unsubscribe.uid.as_ref());
                fields.extend(&unsubscribe.extra);
            }
            Self::Items(items) => items.write(&mut fields),
            Self::Collab(collab) => collab.write(&mut fields),
            Self::LogsSubscribe(logs) => {
                fields.put("log_level", Some(&logs.log_level));
                fields.extend(&logs.extra);
            }
            Self::GraphQl(graphql) => graphql.write(&mut fields),
            Self::Other(_) => return None,
        }
        Some(fields)
    }

    fn kind(&self) -> Option<&str> {
        Some(match self {
            Self::Auth(_) => "auth",
            Self::Ping(_) => "ping",
            Self::Pong(_) => "pong",
            Self::Subscribe(_) | Self::LogsSubscribe(_) => "subscribe",
            Self::Unsubscribe(_) => "unsubscribe",
            Self::Items(_) => "items",
            Self::Collab(_) => "collab",
            Self::GraphQl(graphql) => &graphql.kind,
            Self::Other(_) => return None,
        })
    }
}

fn secret(fields: &mut Fields, key: &str) -> Result<Option<Secret>, Misfit> {
    Ok(fields.take_as::<String>(key, "a text")?.map(Secret::new))
}

fn wanted_event(fields: &mut Fields) -> Result<EventName, Misfit> {
    let Some(word) = fields.take_as::<String>("event", "a text")? else {
        return Ok(EventName::None);
    };
    match EventName::from_wire(&word) {
        event @ (EventName::Create | EventName::Update | EventName::Delete) => Ok(event),
        _ => Err(Misfit::new("“event” is none of create, update, delete")),
    }
}

impl Serialize for ClientMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self, self.fields()) {
            (_, Some(fields)) => fields.serialize(serializer),
            (Self::Other(other), None) => other.serialize(serializer),
            (_, None) => Fields::default().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ClientMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        Self::parse(json.as_str()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::directus::{ClientMessage, EventName, Frame, ItemsAction, ItemsRequest, Json, Subscribe};

    fn value(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn every_message_prints_what_it_read() {
        for text in [
            r#"{"type":"auth","email":"a@b.c","password":"x","uid":7,"otp":"1"}"#,
            r#"{"uid":"p","type":"ping","payload":{"a":1}}"#,
            r#"{"type":"pong"}"#,
            r#"{"query":{"fields":"a,b"},"uid":"1","collection":"m","type":"subscribe","event":"create","item":4,"x":null}"#,
            r#"{"type":"subscribe","log_level":"info"}"#,
            r#"{"type":"unsubscribe","uid":1.5}"#,
            r#"{"type":"items","action":"update","collection":"m","ids":[1,"2"],"data":[{"b":1.0,"a":12345678901234567890}],"query":{}}"#,
            r#"{"type":"items","action":"delete","collection":"m","id":0}"#,
            r#"{"type":"collab","action":"updateAll","room":"ab","changes":{"t":1}}"#,
            r#"{"id":"1","type":"subscribe","payload":{"query":"subscription { a }"}}"#,
            r#"{"type":"connection_init","payload":{}}"#,
        ] {
            let message = ClientMessage::parse(text).unwrap();
            assert!(!matches!(message, ClientMessage::Other(_)), "{text}: {message:?}");
            assert_eq!(value(&message.to_text()), value(text));
            assert_eq!(serde_json::from_str::<ClientMessage>(text).unwrap(), message);
            assert_eq!(Frame::client(text).to_string(), text);
        }
    }

    #[test]
    fn what_does_not_fit_is_kept_with_a_reason() {
        for (text, reason) in [
            ("[1]", "not an object"),
            ("{}", "“type” is missing"),
            (r#"{"type":5}"#, "“type” is not a text"),
            (r#"{"type":"dance"}"#, "“type” is not known"),
            (r#"{"type":"subscribe"}"#, "“collection” is missing"),
            (r#"{"type":"subscribe","collection":"m","uid":null}"#, "“uid” is not a text or a number"),
            (
                r#"{"type":"items","collection":"m","action":"fly"}"#,
                "“action” is not one of create, read, update, delete",
            ),
            (
                r#"{"type":"subscribe","collection":"m","event":"init"}"#,
                "“event” is none of create, update, delete",
            ),
        ] {
            let ClientMessage::Other(other) = ClientMessage::parse(text).unwrap() else { panic!("{text}") };
            assert_eq!(other.reason, reason, "{text}");
            assert_eq!(other.json.as_str(), text);
            assert_eq!(ClientMessage::Other(other).to_text(), text);
        }
        assert!(ClientMessage::parse("{").is_err());
        let deep = format!(
            r#"{{"type":"items","action":"create","collection":"m","data":{}{}}}"#,
            "[".repeat(10_000),
            "]".repeat(10_000)
        );
        assert_eq!(ClientMessage::parse(&deep).unwrap().to_text(), deep);
    }

    #[test]
    fn builds_messages() {
        let subscribe = Subscribe {
            event: EventName::Create,
            query: Json::parse(r#"{"fields":["user","text"]}"#),
            uid: Some("messages-1".into()),
            ..Subscribe::new("messages")
        };
        assert_eq!(subscribe.query().unwrap().fields.unwrap().names().count(), 2);
        assert_eq!(
            ClientMessage::Subscribe(subscribe).to_text(),
            r#"{"type":"subscribe","collection":"messages","event":"create","query":{"fields":["user","text"]},"uid":"messages-1"}"#
        );
        let read = ItemsRequest {
            id: Json::parse("1"),
            uid: Some(7.into()),
            ..ItemsRequest::new(ItemsAction::Read, "m")
        };
        assert_eq!(
            ClientMessage::Items(read).to_text(),
            r#"{"type":"items","action":"read","collection":"m","id":1,"uid":7}"#
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        for text in [
            r#"{"type":"auth","access_token":"hunter2","password":"hunter2","refresh_token":"hunter2","otp":"hunter2"}"#,
            r#"{"type":"connection_init","payload":{"access_token":"hunter2"}}"#,
            r#"{"type":"items","action":"create","collection":"m","data":{"password":"hunter2"}}"#,
            r#"{"type":"login","password":"hunter2"}"#,
            r#"password=hunter2"#,
        ] {
            let frame = Frame::client(text);
            assert!(!format!("{frame:?}").contains("hunter2"), "{frame:?}");
        }
    }
}
