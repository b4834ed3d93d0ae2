//! The language, construct by construct, for the window and for README.

/// A construct of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Help {
    /// How it is written.
    pub syntax: &'static str,
    /// What it means.
    pub means: &'static str,
    /// A filter that uses it.
    pub example: &'static str,
}

const fn help(syntax: &'static str, means: &'static str, example: &'static str) -> Help {
    Help { syntax, means, example }
}

/// Every construct once.
pub const HELP: &[Help] = &[
    help(
        "word",
        "The text stands in the message, or in what else happened. Without a capital letter both cases match; several words must all be there.",
        "draft",
    ),
    help(
        "\"phrase\"",
        "The same for a text with spaces or signs; \\\" is a quote, \\\\ a backslash.",
        "\"connection refused\"",
    ),
    help(
        "/regex/i",
        "A regular expression; i: both cases, m: ^ and $ at lines, s: . matches line ends.",
        "/item-\\d+/i",
    ),
    help("a b", "Both. and may stand between them.", "direction:in error"),
    help("a or b", "One of them, or both; binds weaker than and.", "event:create or event:delete"),
    help(
        "not a",
        "The opposite. ! and - directly before a condition mean the same.",
        "not type:ping -type:pong",
    ),
    help("( … )", "What belongs together.", "(create or update) direction:in"),
    help("field:a,b", "One of several values.", "event:create,update"),
    help("direction:", "in: from the server, out: from us. Short: dir:", "direction:out"),
    help(
        "kind:",
        "A message type, message for all of them, or what else happened: open, close, error, retry and so on.",
        "kind:open,close,error",
    ),
    help("type:", "The type of a message, also one that only an extension knows.", "type:subscription"),
    help(
        "event:",
        "What happened to the rows, or should: init, create, update, delete, read.",
        "event:create",
    ),
    help(
        "uid:",
        "The uid of the subscription it belongs to, or of the message. * stands for anything.",
        "uid:messages-*",
    ),
    help(
        "collection:",
        "The collection of the subscription or request. * stands for anything.",
        "collection:articles",
    ),
    help("status:", "ok: an answer that is no error; error: a failure of any kind.", "status:error"),
    help("code:", "The error code, also one that only an extension knows.", "code:FORBIDDEN"),
    help("size:", "Bytes of the message on the wire, with b, kb, mb, gb, kib, mib or gib.", "size:>1kb"),
    help(
        "time:",
        "A day, a minute, a second, in the time zone shown, or UTC with Z; a time alone is of the last event's day.",
        "time:2026-11-24T14:00..2026-11-24T15:00",
    ),
    help("time:<-5m", "Counted back from the last event, with s, m, h or d.", "time:>-5m"),
    help("roundtrip:", "From a request to this reply, with us, ms, s or m. Short: rtt:", "roundtrip:>200ms"),
    help("auto:", "yes: done by Harewire itself, no: by you or the server.", "auto:no"),
    help("masked:", "yes: a secret was masked in it.", "masked:yes"),
    help("is:", "pinned or noted, by a person.", "is:pinned,noted"),
    help("connection:", "Which connect of this capture, counted from 1.", "connection:2"),
    help("seq:", "The number of the event.", "seq:100..200"),
    help(
        "field:>n",
        "Numbers and times compare by >, >=, <, <=, = and !=, or lie in a..b, a.. or ..b.",
        "size:100..2kb",
    ),
    help(
        "path = value",
        "A member of the message, by its JSON path. Also !=, >, >=, <, <=. One node that fits is enough.",
        "data[0].status = \"draft\"",
    ),
    help("path with *", "* is any member or element, ..name is at any depth.", "data.*.price > 10"),
    help(
        "path contains value",
        "A text that holds it, or a list with this element.",
        "data[0].tags contains \"news\"",
    ),
    help(
        "path matches /regex/",
        "A text that the expression matches.",
        "data..email matches /@example\\.com$/i",
    ),
    help("exists(path)", "The member is there, whatever its value.", "exists(error.code)"),
];
