//! A slow evaluator that reads every line whole and knows nothing of indexes, verdicts or escapes: for random captures
//! and random filters the matcher must find what it finds.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::scene::{NOON_US, Scene, message};
use crate::capture::filter::{Filter, Names, quoted};
use crate::capture::time::{self, Zone};
use crate::capture::{ClosedBy, Direction, Event, Fact, FactKind, Join, Message, Payload, What};
use crate::directus::{ErrorCode, EventName, MessageType};

/// A filter as the test means it.
#[derive(Clone, Debug)]
enum Wish {
    All(Vec<Wish>),
    Any(Vec<Wish>),
    Not(Box<Wish>),
    Text(String),
    Pattern(&'static str, bool),
    Inward(bool),
    Kind(&'static str),
    Type(&'static str),
    Event(&'static str),
    Uid(&'static str),
    Collection(&'static str),
    Failed,
    Code(&'static str),
    Larger(u64),
    Seq(u64, u64),
    Slower(u64),
    Automatic(bool),
    Since(u64),
    Equal(&'static str, Value),
    Greater(&'static str, i64),
    Exists(&'static str),
}

impl Wish {
    fn written(&self) -> String {
        let joined = |inner: &[Self], word: &str| {
            let parts: Vec<_> = inner.iter().map(|wish| format!("({})", wish.written())).collect();
            parts.join(word)
        };
        match self {
            Self::All(inner) => joined(inner, " "),
            Self::Any(inner) => joined(inner, " OR "),
            Self::Not(inner) => format!("not ({})", inner.written()),
            Self::Text(text) => quoted(text),
            Self::Pattern(source, folded) => format!("/{source}/{}", if *folded { "i" } else { "" }),
            Self::Inward(inward) => format!("dir:{}", if *inward { "in" } else { "out" }),
            Self::Kind(word) => format!("kind:{word}"),
            Self::Type(word) => format!("type:{}", quoted(word)),
            Self::Event(word) => format!("event:{word}"),
            Self::Uid(uid) => format!("uid:{}", quoted(uid)),
            Self::Collection(name) => format!("collection:{name}"),
            Self::Failed => "status:error".to_owned(),
            Self::Code(code) => format!("code:{code}"),
            Self::Larger(size) => format!("size:>{size}b"),
            Self::Seq(from, to) => format!("seq:{from}..{to}"),
            Self::Slower(ms) => format!("rtt:>{ms}ms"),
            Self::Automatic(yes) => format!("auto:{}", if *yes { "yes" } else { "no" }),
            Self::Since(second) => {
                format!("time:>={}", time::rfc3339(NOON_US + i64::try_from(*second).unwrap() * 1_000_000))
            }
            Self::Equal(path, value) => format!("{path} = {value}"),
            Self::Greater(path, number) => format!("{path} > {number}"),
            Self::Exists(path) => format!("exists({path})"),
        }
    }

    fn accepts(&self, at: &Look<'_>) -> bool {
        match self {
            Self::All(inner) => inner.iter().all(|wish| wish.accepts(at)),
            Self::Any(inner) => inner.iter().any(|wish| wish.accepts(at)),
            Self::Not(inner) => !inner.accepts(at),
            Self::Text(text) => at.texts().iter().any(|held| {
                if text.chars().any(char::is_uppercase) {
                    held.contains(text)
                } else {
                    held.to_lowercase().contains(&text.to_lowercase())
                }
            }),
            Self::Pattern(source, folded) => {
                let regex = regex::RegexBuilder::new(source).case_insensitive(*folded).build().unwrap();
                at.texts().iter().any(|held| regex.is_match(held))
            }
            Self::Inward(inward) => {
                at.message().is_some_and(|message| (message.direction == Direction::In) == *inward)
            }
            Self::Kind(word) => match &at.event.what {
                What::Message(message) => *word == "message" || message.class.kind.name() == *word,
                What::Fact(fact) => FactKind::of(fact).name() == *word,
            },
            Self::Type(word) => at.message().is_some_and(|message| {
                let spelled = at.json().and_then(|json| Some(json.get("type")?.as_str()?.to_owned()));
                let known = message.class.kind;
                known.name() == *word || (known == MessageType::Other && spelled.as_deref() == Some(word))
            }),
            Self::Event(word) => at.message().is_some_and(|message| {
                message.class.event != EventName::None && message.class.event.name() == *word
            }),
            Self::Uid(uid) => at.uid().is_some_and(|found| found == *uid),
            Self::Collection(name) => at.collection().is_some_and(|found| found == *name),
            Self::Failed => match &at.event.what {
                What::Message(message) => message.class.is_error(),
                What::Fact(fact) => {
                    matches!(**fact, Fact::Close { by: ClosedBy::Network, .. } | Fact::Unsent { .. })
                }
            },
            Self::Code(code) => at.message().is_some_and(|message| {
                message.class.code != ErrorCode::None && message.class.code.name() == *code
            }),
            Self::Larger(size) => at.message().is_some_and(|message| message.size > *size),
            Self::Seq(from, to) => (*from..=*to).contains(&at.seq),
            // Events are a second apart.
            Self::Slower(ms) => at.join.answers != 0 && (at.seq - u64::from(at.join.answers)) * 1000 > *ms,
            Self::Automatic(yes) => at.event.automatic == *yes,
            Self::Since(second) => at.seq >= *second,
            Self::Equal(path, value) => at.nodes(path).iter().any(|node| match (node, value) {
                (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
                (left, right) => left == right,
            }),
            Self::Greater(path, number) => {
                #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
                let number = *number as f64;
                at.nodes(path).iter().any(|node| node.as_f64().is_some_and(|node| node > number))
            }
            Self::Exists(path) => !at.nodes(path).is_empty(),
        }
    }
}

/// An event, read from its line.
struct Look<'s> {
    seq: u64,
    event: &'s Event,
    join: Join,
}

const UIDS: [&str; 3] = ["a", "b", "x y"];
const COLLECTIONS: [&str; 2] = ["articles", "users"];

impl Look<'_> {
    fn message(&self) -> Option<&Message> {
        match &self.event.what {
            What::Message(message) => Some(message),
            What::Fact(_) => None,
        }
    }

    /// The text of a message, also of one that was held.
    fn text(&self) -> Option<&str> {
        match &self.event.what {
            What::Message(Message { payload: Payload::Text(text), .. }) => Some(text.as_str()),
            What::Message(_) => None,
            What::Fact(fact) => match &**fact {
                Fact::Held { data, .. } => Some(data),
                _ => None,
            },
        }
    }

    fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        match &self.event.what {
            What::Message(_) => texts.extend(self.text().map(str::to_owned)),
            What::Fact(fact) => walk(&serde_json::to_value(fact).unwrap(), &mut texts),
        }
        texts
    }

    fn json(&self) -> Option<Value> {
        match &self.event.what {
            What::Fact(fact) if !matches!(**fact, Fact::Held { .. }) => serde_json::to_value(fact).ok(),
            _ => serde_json::from_str(self.text()?).ok(),
        }
    }

    fn nodes(&self, path: &str) -> Vec<Value> {
        let path = serde_json_path::JsonPath::parse(&format!("$.{path}")).unwrap();
        self.json().map(|json| path.query(&json).all().into_iter().cloned().collect()).unwrap_or_default()
    }

    fn uid(&self) -> Option<String> {
        if let Some(number) = self.join.subscription.checked_sub(1) {
            return Some(UIDS[usize::try_from(number).unwrap()].to_owned());
        }
        let text = self.text()?;
        crate::directus::classify(text).uid(text).map(std::borrow::Cow::into_owned)
    }

    fn collection(&self) -> Option<String> {
        let named = |number: u32| COLLECTIONS[usize::try_from(number).unwrap() - 1].to_owned();
        if self.join.collection != 0 {
            return Some(named(self.join.collection));
        }
        if self.join.subscription != 0 {
            return Some(named(1 + self.join.subscription % 2));
        }
        let is_request = self.message().is_none_or(|message| {
            message.direction == Direction::Out
                && matches!(message.class.kind, MessageType::Subscribe | MessageType::Items)
        });
        self.text()?;
        is_request.then(|| Some(self.json()?.get("collection")?.as_str()?.to_owned()))?
    }
}

fn walk(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::String(text) => texts.push(text.clone()),
        Value::Bool(_) | Value::Number(_) => texts.push(value.to_string()),
        Value::Array(all) => all.iter().for_each(|inner| walk(inner, texts)),
        Value::Object(all) => all.values().for_each(|inner| walk(inner, texts)),
    }
}

fn wish() -> impl Strategy<Value = Wish> {
    let leaf = prop_oneof![
        select(vec![
            "draft", "DRAFT", "a", "é", "\"", "\\", "n", "\n", "\"id\":2", "}", "close", "1", "k", "u00"
        ])
        .prop_map(|text| Wish::Text(text.to_owned())),
        (select(vec!["dr[ao]ft", "^.type", "\\d\\d", "\"$", "x|é", "\\n"]), any::<bool>())
            .prop_map(|(source, folded)| Wish::Pattern(source, folded)),
        any::<bool>().prop_map(Wish::Inward),
        select(vec!["message", "close", "held", "items", "ping"]).prop_map(Wish::Kind),
        select(vec!["subscription", "items", "not json", "strange"]).prop_map(Wish::Type),
        select(vec!["create", "update", "read"]).prop_map(Wish::Event),
        select(vec!["a", "b", "x y", "7", "other"]).prop_map(Wish::Uid),
        select(vec!["articles", "users", "pages"]).prop_map(Wish::Collection),
        Just(Wish::Failed),
        select(vec!["FORBIDDEN", "INVALID_PAYLOAD"]).prop_map(Wish::Code),
        (0..90_u64).prop_map(Wish::Larger),
        (0..12_u64, 0..12_u64).prop_map(|(from, to)| Wish::Seq(from, to)),
        (0..5000_u64).prop_map(Wish::Slower),
        any::<bool>().prop_map(Wish::Automatic),
        (0..12_u64).prop_map(Wish::Since),
        (
            select(vec!["data[0].status", "data..id", "uid", "code", "type"]),
            select(vec![
                Value::from("draft"),
                Value::from(2),
                Value::from("2"),
                Value::Null,
                Value::from("a\n\"")
            ]),
        )
            .prop_map(|(path, value)| Wish::Equal(path, value)),
        (select(vec!["data.*.id", "code", "data[0].price"]), -2..3000_i64)
            .prop_map(|(path, number)| Wish::Greater(path, number)),
        select(vec!["error.code", "data[1]", "data.*.status", "by"]).prop_map(Wish::Exists),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Wish::All),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Wish::Any),
            inner.prop_map(|wish| Wish::Not(Box::new(wish))),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    let status = select(vec!["draft", "Draft", "a\n\"", "é\\n", "2", "\u{1f}k"]).prop_map(Value::from);
    let uid = select(vec!["", r#","uid":"a""#, r#","uid":7"#, r#","uid":"x y""#, r#","u\u0069d":"b""#]);
    let row = (status, 0..4_i64, any::<bool>()).prop_map(|(status, id, odd)| {
        let name = if odd { "st\\u0061tus" } else { "status" };
        format!(r#"{{"{name}":{status},"id":{id},"price":{id}5.5}}"#)
    });
    let event = (select(vec!["create", "update", "init"]), row, uid.clone()).prop_map(|(event, row, uid)| {
        format!(r#"{{"type":"subscription","event":"{event}","data":[{row}]{uid}}}"#)
    });
    let others = select(vec![
        r#"{"type":"items","action":"read","collection":"users","uid":"b"}"#,
        r#"{"type":"subscribe","collection":"pages","uid":7}"#,
        r#"{"type":"items","status":"error","error":{"code":"FORBIDDEN","message":"draft"}}"#,
        r#"{"type":"strange","code":1200,"data":[{"id":"2"},{"id":2}]}"#,
        r#"{"type":"ping"}"#,
        "{\"half\":\"\\ud800\"}",
        "not json: draft \"\n\\n",
    ]);
    prop_oneof![3 => event, 3 => (others, uid).prop_map(|(text, _)| text.to_owned()), 1 => ".{0,12}"]
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        8 => (any::<bool>(), text()).prop_map(|(inward, text)| {
            message(if inward { Direction::In } else { Direction::Out }, &text)
        }),
        1 => text().prop_map(|data| What::Fact(Box::new(Fact::Held { reason: String::new(), data }))),
        1 => (select(vec![1000_u16, 1006]), text()).prop_map(|(code, reason)| {
            let by = if code == 1006 { ClosedBy::Network } else { ClosedBy::Server };
            What::Fact(Box::new(Fact::Close { code: Some(code), reason, by }))
        }),
    ]
}

fn names() -> Names {
    let subscription = |number: u32, uid: &str| {
        let collection = COLLECTIONS[usize::try_from(number % 2).unwrap()];
        (number, uid.to_owned(), collection.to_owned())
    };
    let subscriptions = (1..).zip(UIDS).map(|(number, uid)| subscription(number, uid)).collect();
    Names::new(subscriptions, COLLECTIONS.map(Into::into).into())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn the_matcher_finds_what_reading_everything_finds(
        wish in wish(),
        events in proptest::collection::vec((what(), any::<bool>(), 0..4_u32, 0..3_u32, 0..4_u32), 1..10),
    ) {
        let mut scene = Scene::new();
        scene.set_names(names());
        let mut joins = Vec::new();
        for (number, (what, automatic, subscription, collection, back)) in (1_u32..).zip(events) {
            // Only messages are joined, and each request has one answer at most.
            let is_message = matches!(what, What::Message(_));
            let answers = if is_message && back == 1 { number - 1 } else { 0 };
            let join = if is_message { Join { subscription, answers, collection } } else { Join::default() };
            scene.add(what, join, automatic);
            joins.push(join);
        }
        let written = wish.written();
        let filter = Filter::parse(&written);
        let filter = filter.map_err(|error| TestCaseError::fail(format!("{written}: {error}")))?.in_zone(Zone::utc());
        let mut reader = scene.reader();
        let mut expected = Vec::new();
        for (seq, join) in (1..).zip(joins) {
            let event = reader.event(seq).unwrap();
            if wish.accepts(&Look { seq, event: &event, join }) {
                expected.push(seq);
            }
        }
        prop_assert_eq!(scene.fitting(&filter), expected, "{}", written);
    }
}
