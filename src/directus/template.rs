use crate::directus::{MessageType, escape};

/// A message to start from in the compose box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Template {
    /// Hear of changes.
    Subscribe,
    /// End that.
    Unsubscribe,
    /// Insert an item.
    CreateItems,
    /// Select items.
    ReadItems,
    /// Change an item.
    UpdateItems,
    /// Remove an item.
    DeleteItems,
    /// Ask for a pong.
    Ping,
    /// Answer a ping.
    Pong,
    /// Log in with the token of the profile.
    Auth,
}

impl Template {
    /// All, in the order they are offered.
    pub const ALL: [Self; 9] = [
        Self::Subscribe,
        Self::Unsubscribe,
        Self::CreateItems,
        Self::ReadItems,
        Self::UpdateItems,
        Self::DeleteItems,
        Self::Ping,
        Self::Pong,
        Self::Auth,
    ];

    /// What a button says.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Subscribe => "Subscribe",
            Self::Unsubscribe => "Unsubscribe",
            Self::CreateItems => "Create items",
            Self::ReadItems => "Read items",
            Self::UpdateItems => "Update items",
            Self::DeleteItems => "Delete items",
            Self::Ping => "Ping",
            Self::Pong => "Pong",
            Self::Auth => "Authenticate",
        }
    }

    /// The type of the message it makes.
    #[must_use]
    pub const fn kind(self) -> MessageType {
        match self {
            Self::Subscribe => MessageType::Subscribe,
            Self::Unsubscribe => MessageType::Unsubscribe,
            Self::CreateItems | Self::ReadItems | Self::UpdateItems | Self::DeleteItems => MessageType::Items,
            Self::Ping => MessageType::Ping,
            Self::Pong => MessageType::Pong,
            Self::Auth => MessageType::Auth,
        }
    }

    /// A good beginning for the uid of such a message: `create` makes `create-7`; a subscription is
    /// named after its collection. Empty where a uid is of no use.
    #[must_use]
    pub fn uid_prefix(self, collection: &str) -> &str {
        match self {
            Self::Subscribe | Self::Unsubscribe => collection,
            Self::CreateItems => "create",
            Self::ReadItems => "read",
            Self::UpdateItems => "update",
            Self::DeleteItems => "delete",
            Self::Ping => "ping",
            Self::Pong => "",
            Self::Auth => "auth",
        }
    }

    /// The text of the message, laid out to be edited. An empty uid leaves the key out.
    #[must_use]
    pub fn text(self, collection: &str, uid: &str) -> String {
        let collection = escape::escape(collection);
        // (rest of the first line, further lines)
        let (head, lines): (String, &[&str]) = match self {
            Self::Subscribe => (
                format!(r#""type": "subscribe", "collection": "{collection}", "event": "create""#),
                &[r#""query": { "fields": ["*"] }"#],
            ),
            Self::Unsubscribe => (r#""type": "unsubscribe""#.to_owned(), &[]),
            Self::CreateItems => {
                (items("create", &collection), &[r#""data": { "text": "Hello Universe!" }"#])
            }
            Self::ReadItems => (
                items("read", &collection),
                &[r#""query": { "fields": ["*"], "sort": ["-id"], "limit": 10 }"#],
            ),
            Self::UpdateItems => {
                (items("update", &collection), &[r#""id": 1, "data": { "text": "Hello Universe!" }"#])
            }
            Self::DeleteItems => (items("delete", &collection), &[r#""id": 1"#]),
            Self::Ping => (r#""type": "ping""#.to_owned(), &[]),
            Self::Pong => (r#""type": "pong""#.to_owned(), &[]),
            // The credential itself never stands in a text that is kept.
            Self::Auth => (r#""type": "auth", "access_token": "{{token}}""#.to_owned(), &[]),
        };
        let mut text = format!("{{ {head}");
        for line in lines {
            text.push_str(",\n  ");
            text.push_str(line);
        }
        // The server ignores the uid of a pong (reference 3).
        if !uid.is_empty() && self != Self::Pong {
            let separator = if lines.is_empty() { ", " } else { ",\n  " };
            text.push_str(&format!("{separator}\"uid\": \"{}\"", escape::escape(uid)));
        }
        text.push_str(" }");
        text
    }
}

fn items(action: &str, collection: &str) -> String {
    format!(r#""type": "items", "action": "{action}", "collection": "{collection}""#)
}

#[cfg(test)]
mod tests {
    use crate::directus::template::Template;
    use crate::directus::{ClientMessage, classify};

    #[test]
    fn every_template_is_the_message_it_promises() {
        for template in Template::ALL {
            for (collection, uid) in [("messages", "m-1"), ("a \"quoted\" one", ""), ("", "\\")] {
                let text = template.text(collection, uid);
                let class = classify(&text);
                assert_eq!(class.kind, template.kind(), "{text}");
                let message = ClientMessage::parse(&text).unwrap();
                assert!(!matches!(message, ClientMessage::Other(_)), "{text}");
                let expected = Some(uid).filter(|uid| !uid.is_empty() && template != Template::Pong);
                assert_eq!(class.uid(&text).as_deref(), expected, "{text}");
                if let ClientMessage::Items(items) = &message {
                    assert_eq!(items.collection, collection);
                }
            }
        }
    }

    #[test]
    fn a_template_is_laid_out_to_be_read() {
        assert_eq!(
            Template::CreateItems.text("messages", "create-7"),
            "{ \"type\": \"items\", \"action\": \"create\", \"collection\": \"messages\",\n  \
             \"data\": { \"text\": \"Hello Universe!\" },\n  \"uid\": \"create-7\" }"
        );
        assert_eq!(Template::Ping.text("messages", "p"), r#"{ "type": "ping", "uid": "p" }"#);
    }
}
