//! Rust source as words and punctuation with their lines: enough to see what a file names, without a parser.
//! Comments, strings and character literals fall out, so a path in a doc comment is no import.

/// A word, a `::`, or one character of punctuation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub text: &'a str,
    /// From 1.
    pub line: usize,
}

/// All tokens of a source file. Broken source gives what can be read of it.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if let Some(skipped) = comment(rest).or_else(|| literal(rest)) {
            skipped
        } else if first.is_alphabetic() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (text, after) = rest.split_at(length);
        let is_token = first.is_alphabetic()
            || first == '_'
            || (text.len() <= 2 && first.is_ascii_punctuation() && first != '"');
        if is_token && comment(rest).is_none() && literal(rest).is_none() {
            found.push(Token { text, line });
        }
        line += text.matches('\n').count();
        rest = after;
    }
    found
}

/// The length of the comment that `text` starts with; block comments nest.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if !text.starts_with("/*") {
        return None;
    }
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let here = &text.as_bytes()[at..];
        if here.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += 1;
        }
    }
    Some(text.len())
}

/// The length of the string or character literal that `text` starts with. A lifetime is none.
fn literal(text: &str) -> Option<usize> {
    let unprefixed = text.trim_start_matches(['b', 'c', 'r']);
    let prefix = text.len() - unprefixed.len();
    if prefix > 2 {
        return None;
    }
    let raw = text[..prefix].contains('r');
    let hashes = unprefixed.bytes().take_while(|byte| *byte == b'#').count();
    if raw && unprefixed[hashes..].starts_with('"') {
        let end = format!("\"{}", "#".repeat(hashes));
        let body = prefix + hashes + 1;
        return Some(text[body..].find(&end).map_or(text.len(), |at| body + at + end.len()));
    }
    if unprefixed.starts_with('"') && !raw {
        return Some(closing(text, prefix + 1, b'"'));
    }
    if !unprefixed.starts_with('\'') || raw {
        return None;
    }
    let mut characters = unprefixed[1..].chars();
    let first = characters.next()?;
    let is_character = first == '\\' || characters.next() == Some('\'');
    is_character.then(|| closing(text, prefix + 1, b'\''))
}

/// The index behind the unescaped `quote` that closes a literal whose inside starts at `from`.
fn closing(text: &str, from: usize, quote: u8) -> usize {
    let mut at = from;
    while let Some(byte) = text.as_bytes().get(at) {
        at += match byte {
            b'\\' => 2,
            byte if *byte == quote => return at + 1,
            _ => 1,
        };
    }
    text.len()
}

#[test]
fn comments_and_literals_are_no_tokens() {
    let source = r##"
/* a /* b */ c */ use x::y; // use z
/// let "q
let s = "a \" b\n"; let c = '"'; let l: &'static str = r#"in " raw"#; b'\''; br"x" + cr
"##;
    let words: Vec<_> = tokens(source).iter().map(|token| (token.text, token.line)).collect();
    assert_eq!(
        words,
        [
            ("use", 2),
            ("x", 2),
            ("::", 2),
            ("y", 2),
            (";", 2),
            ("let", 4),
            ("s", 4),
            ("=", 4),
            (";", 4),
            ("let", 4),
            ("c", 4),
            ("=", 4),
            (";", 4),
            ("let", 4),
            ("l", 4),
            (":", 4),
            ("&", 4),
            ("'", 4),
            ("static", 4),
            ("str", 4),
            ("=", 4),
            (";", 4),
            (";", 4),
            ("+", 4),
            ("cr", 4),
        ]
    );
}
