//! `JsonTree`: a JSON text as a flat list of nodes that point into it.
//!
//! Parsing neither recurses nor copies, so ten thousand levels or fifty megabytes are safe; numbers, key order,
//! duplicate keys and escapes stay as they were written because a node is only a span of the text.

use std::ops::Range;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// A string, quotes included in its span.
    String,
    /// A number as written.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
}

impl NodeKind {
    /// Objects and arrays.
    #[must_use]
    pub fn is_container(self) -> bool {
        matches!(self, Self::Object | Self::Array)
    }
}

/// A value of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// 0 for the root.
    pub depth: u32,
    /// Bytes of its key, quotes included; empty for the root and for elements of an array.
    pub key: Range<u32>,
    /// Bytes of the value.
    pub value: Range<u32>,
    /// Members or elements.
    pub children: u32,
    /// Index of the first node after this one and all that is inside it.
    pub after: u32,
}

/// Why a text is no JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Byte offset.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What was expected, as half a sentence.
    pub message: &'static str,
}

impl std::fmt::Display for JsonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}:{}", self.message, self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

/// A parsed text. It does not hold the text; give it back to the readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonTree {
    nodes: Vec<Node>,
    complete: bool,
}

/// Nodes kept by default: about 80 MB at most. The text behind the last one can still be read as text.
pub const NODE_LIMIT: usize = 2_000_000;

impl JsonTree {
    /// Parses `text`, keeping at most `limit` nodes (further ones are left out, see [`JsonTree::is_complete`]).
    ///
    /// # Errors
    /// If the text is no JSON, as RFC 8259 has it; lone surrogates in escapes are allowed as Directus passes them on.
    pub fn parse(text: &str, limit: usize) -> Result<Self, JsonError> {
        Parser::new(text, limit).run().map_err(|(offset, message)| locate(text, offset, message))
    }

    /// All nodes, a parent before its children.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Whether every value of the text has a node.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The indices from the root to `index`, both included.
    #[must_use]
    pub fn ancestry(&self, index: usize) -> Vec<usize> {
        let mut path = Vec::new();
        let mut at = 0;
        while at <= index && at < self.nodes.len() {
            path.push(at);
            if at == index {
                break;
            }
            // The child whose subtree holds the index.
            at += 1;
            while self.nodes.get(at).is_some_and(|node| to_usize(node.after) <= index) {
                at = self.nodes.get(at).map_or(usize::MAX, |node| to_usize(node.after));
            }
        }
        path
    }

    /// The members or elements directly inside a node, in order.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes.get(index).map_or(0, |node| to_usize(node.after));
        let first = Some(index + 1).filter(|&child| child < end);
        std::iter::successors(first, move |&child| {
            self.nodes.get(child).map(|node| to_usize(node.after)).filter(|&next| next < end)
        })
    }

    /// How many siblings stand before `child` in `parent`.
    #[must_use]
    pub fn place(&self, parent: usize, child: usize) -> usize {
        self.children(parent).take_while(|&sibling| sibling < child).count()
    }

    /// The innermost node whose key or value holds the byte at `offset`.
    #[must_use]
    pub fn node_at(&self, offset: usize) -> Option<usize> {
        let begins = |node: &Node| to_usize(if node.key.end > 0 { node.key.start } else { node.value.start });
        // Nodes stand in the order in which they begin, so the last that begins before is it, or something inside the
        // node that holds the offset and is over already.
        let last = self.nodes.partition_point(|node| begins(node) <= offset).checked_sub(1)?;
        self.ancestry(last)
            .into_iter()
            .rev()
            .find(|&index| self.nodes.get(index).is_some_and(|node| offset < to_usize(node.value.end)))
    }
}

/// The text of a span.
#[must_use]
pub fn slice<'t>(text: &'t str, span: &Range<u32>) -> &'t str {
    text.get(to_usize(span.start)..to_usize(span.end)).unwrap_or_default()
}

fn to_usize(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn locate(text: &str, offset: usize, message: &'static str) -> JsonError {
    let offset = (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let before = text.get(..offset).unwrap_or_default();
    let line_start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |at| at + 1);
    JsonError {
        offset,
        line: memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        message,
    }
}

type Failure = (usize, &'static str);

struct Open {
    node: Option<usize>,
    kind: NodeKind,
    children: u32,
}

struct Parser<'t> {
    bytes: &'t [u8],
    at: usize,
    limit: usize,
    nodes: Vec<Node>,
    open: Vec<Open>,
    complete: bool,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, limit: usize) -> Self {
        Self { bytes: text.as_bytes(), at: 0, limit, nodes: Vec::new(), open: Vec::new(), complete: true }
    }

    fn run(mut self) -> Result<JsonTree, Failure> {
        self.blank();
        self.value(0..0)?;
        while let Some(kind) = self.open.last().map(|open| open.kind) {
            self.next_in(kind)?;
        }
        self.blank();
        if self.at < self.bytes.len() {
            return Err((self.at, "something follows the end of the JSON value"));
        }
        Ok(JsonTree { nodes: self.nodes, complete: self.complete })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The next member, element or closing bracket of the innermost container.
    fn next_in(&mut self, kind: NodeKind) -> Result<(), Failure> {
        self.blank();
        let is_object = kind == NodeKind::Object;
        let close = if is_object { b'}' } else { b']' };
        let is_first = self.open.last().is_some_and(|open| open.children == 0);
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                self.leave();
                return Ok(());
            }
            Some(b',') if !is_first => {
                self.at += 1;
                self.blank();
                if self.peek() == Some(close) {
                    return Err((self.at, "a comma without a value after it"));
                }
            }
            Some(_) if is_first => {}
            Some(_) => return Err((self.at, if is_object { "expected , or }" } else { "expected , or ]" })),
            None => return Err((self.at, if is_object { "a { is not closed" } else { "a [ is not closed" })),
        }
        let key = if is_object { self.key()? } else { 0..0 };
        if let Some(open) = self.open.last_mut() {
            open.children += 1;
        }
        self.value(key)
    }

    fn key(&mut self) -> Result<Range<u32>, Failure> {
        if self.peek() != Some(b'"') {
            return Err((self.at, "expected a key in double quotes"));
        }
        let start = self.at;
        self.string()?;
        let end = self.at;
        self.blank();
        if self.peek() != Some(b':') {
            return Err((self.at, "expected : after the key"));
        }
        self.at += 1;
        self.blank();
        Ok(to_u32(start)..to_u32(end))
    }

    fn value(&mut self, key: Range<u32>) -> Result<(), Failure> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => NodeKind::Object,
            Some(b'[') => NodeKind::Array,
            Some(b'"') => NodeKind::String,
            Some(b'-' | b'0'..=b'9') => NodeKind::Number,
            Some(b't' | b'f') => NodeKind::Bool,
            Some(b'n') => NodeKind::Null,
            Some(_) => return Err((start, "expected a JSON value")),
            None => return Err((start, "the text ends where a JSON value should begin")),
        };
        match kind {
            NodeKind::Object | NodeKind::Array => self.at += 1,
            NodeKind::String => self.string()?,
            NodeKind::Number => self.number()?,
            NodeKind::Bool => self.word(if self.peek() == Some(b't') { b"true" } else { b"false" })?,
            NodeKind::Null => self.word(b"null")?,
        }
        let node = (self.nodes.len() < self.limit).then_some(self.nodes.len());
        self.complete &= node.is_some();
        if node.is_some() {
            let after = to_u32(self.nodes.len() + 1);
            let depth = to_u32(self.open.len());
            let value = to_u32(start)..to_u32(self.at);
            self.nodes.push(Node { kind, depth, key, value, children: 0, after });
        }
        if kind.is_container() {
            self.open.push(Open { node, kind, children: 0 });
        }
        Ok(())
    }

    fn leave(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let after = to_u32(self.nodes.len());
        if let Some(node) = open.node.and_then(|index| self.nodes.get_mut(index)) {
            node.value.end = to_u32(self.at);
            node.children = open.children;
            node.after = after;
        }
    }

    fn string(&mut self) -> Result<(), Failure> {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let stop = rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20);
            let Some(stop) = stop else { return Err((start, "a string is not closed")) };
            self.at += stop;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                _ => return Err((self.at, "a line break or control character must be escaped in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Failure> {
        let start = self.at;
        self.at += 2;
        match self.bytes.get(start + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'u') => {
                let digits = self.bytes.get(start + 2..start + 6).unwrap_or_default();
                if digits.len() < 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err((start, "\\u needs four hexadecimal digits"));
                }
                self.at = start + 6;
                Ok(())
            }
            _ => Err((start, "unknown escape in a string")),
        }
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > start
    }

    fn number(&mut self) -> Result<(), Failure> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let has_leading_zero = self.peek() == Some(b'0');
        let first = self.at;
        if !self.digits() || (has_leading_zero && self.at > first + 1) {
            return Err((start, "a number can't be written like this"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !self.digits() {
                return Err((start, "a number can't end with a point"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !self.digits() {
                return Err((start, "a number can't end with its exponent sign"));
            }
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Failure> {
        if self.bytes.get(self.at..self.at + word.len()) != Some(word) {
            return Err((self.at, "expected a JSON value"));
        }
        self.at += word.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_digits_order_and_duplicates() {
        let text = r#"{"b": 1.10, "a":[1e400,{}], "b" :"\ud800"}"#;
        let tree = JsonTree::parse(text, NODE_LIMIT).unwrap();
        let seen: Vec<_> = tree
            .nodes()
            .iter()
            .map(|n| (n.depth, slice(text, &n.key), slice(text, &n.value), n.children))
            .collect();
        assert_eq!(
            seen,
            [
                (0, "", text, 3),
                (1, "\"b\"", "1.10", 0),
                (1, "\"a\"", "[1e400,{}]", 2),
                (2, "", "1e400", 0),
                (2, "", "{}", 0),
                (1, "\"b\"", "\"\\ud800\"", 0),
            ]
        );
        assert_eq!(tree.nodes()[2].after, 5);
        assert_eq!(tree.ancestry(4), [0, 2, 4]);
        assert_eq!(tree.children(0).collect::<Vec<_>>(), [1, 2, 5]);
        assert_eq!(tree.children(1).count(), 0);
        assert_eq!(tree.place(2, 4), 1);
        for (part, node) in
            [("{\"b\"", 0), ("\"b\"", 1), (": 1", 1), ("400,", 3), (",{", 2), ("\"b\" :", 5), ("ud8", 5)]
        {
            assert_eq!(tree.node_at(text.find(part).unwrap()), Some(node), "{part}");
        }
        assert!(tree.is_complete());
    }

    #[test]
    fn ten_thousand_levels_do_not_overflow() {
        let text = "[".repeat(10_000) + &"]".repeat(10_000);
        let tree = JsonTree::parse(&text, NODE_LIMIT).unwrap();
        assert_eq!(tree.nodes().len(), 10_000);
        assert_eq!(tree.nodes()[9_999].depth, 9_999);
    }

    #[test]
    fn keeps_to_its_limit_and_says_so() {
        let tree = JsonTree::parse("[1,2,[3,4],5]", 3).unwrap();
        assert_eq!(tree.nodes().len(), 3);
        assert!(!tree.is_complete());
        assert_eq!(tree.nodes()[0].children, 4);
    }

    #[test]
    fn says_where_it_is_wrong() {
        for (text, line, column, message) in [
            ("", 1, 1, "the text ends where a JSON value should begin"),
            ("{\n  \"ä\": 1,\n}", 3, 1, "a comma without a value after it"),
            ("{\"ä\" 1}", 1, 6, "expected : after the key"),
            ("{a: 1}", 1, 2, "expected a key in double quotes"),
            ("[1 2]", 1, 4, "expected , or ]"),
            ("[1", 1, 3, "a [ is not closed"),
            ("\"abc", 1, 1, "a string is not closed"),
            ("01", 1, 1, "a number can't be written like this"),
            ("nul", 1, 1, "expected a JSON value"),
            ("{} {}", 1, 4, "something follows the end of the JSON value"),
            ("\"a\nb\"", 1, 3, "a line break or control character must be escaped in a string"),
        ] {
            let error = JsonTree::parse(text, NODE_LIMIT).unwrap_err();
            assert_eq!((error.line, error.column, error.message), (line, column, message), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_serde_json(text in r#"[\[\]{}:,"a1.e\-+0 tfn\\u]{0,12}"#) {
            let ours = JsonTree::parse(&text, NODE_LIMIT).is_ok();
            let theirs = serde_json::from_str::<&serde_json::value::RawValue>(text.trim()).is_ok();
            proptest::prop_assert_eq!(ours, theirs, "{}", text);
        }
    }
}
