//! What one source file may name, by the room it lies in.

use super::tokens::{Token, tokens};

/// A module directly under `src`, and what it may use.
pub struct Room {
    pub name: &'static str,
    /// Other rooms it may import.
    pub below: &'static [&'static str],
    /// What it must not name outside its tests: crates (`tokio`), types (`TcpStream`), parts of paths (`std::fs`).
    pub banned: &'static [&'static [&'static str]],
}

/// Where a source file lies.
#[derive(Clone, Copy)]
pub struct Place {
    pub room: &'static Room,
    /// `src/ROOM/mod.rs` or `src/ROOM.rs`, where `super` is the whole crate.
    pub is_door: bool,
    /// A module of tests: it may read files and clocks, not climb.
    pub is_test: bool,
}

/// One line that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offence {
    pub line: usize,
    pub what: String,
}

/// Everything in `source` that leaves its floor.
pub fn offences(place: Place, source: &str) -> Vec<Offence> {
    let room = place.room;
    let tokens = tokens(source);
    let tests_from = if place.is_test { 0 } else { test_tail(&tokens).unwrap_or(usize::MAX) };
    let mut found = Vec::new();
    for path in paths(&tokens) {
        let mut offend = |what: String| found.push(Offence { line: path.line, what });
        let names: Vec<&str> = path.names.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["super", "super", ..] => offend("`super::super`: write the path from `crate`".into()),
            ["super", ..] if place.is_door && !path.is_inline_module => {
                offend("`super` leaves the room: write the path from `crate`".into());
            }
            ["crate" | "harewire", other, ..] if *other != room.name => {
                if !room.below.contains(other) {
                    offend(format!("`{}` must not know `{other}`", room.name));
                } else if path.is_reexport {
                    offend(format!("`{}` re-exports a name of `{other}`", room.name));
                }
            }
            ["crate" | "harewire"] if path.is_use => offend("the crate itself under another name".into()),
            _ => {}
        }
        let is_test = path.line >= tests_from;
        let mut banned = room.banned.iter().copied().flatten();
        if let Some(banned) = banned.find(|banned| !is_test && names_it(&names, banned)) {
            offend(format!("`{}` must not know `{banned}`", room.name));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The number of lines before the tests that end the file.
pub fn length(source: &str) -> usize {
    test_tail(&tokens(source)).map_or_else(|| source.lines().count(), |line| line - 1)
}

/// The modules of tests that have a file of their own: `#[cfg(test)] mod NAME;`.
pub fn test_modules(source: &str) -> Vec<String> {
    let tokens = tokens(source);
    let is_declared = |at: &usize| {
        starts_tests(&tokens[*at..]) && tokens.get(at + TESTS.len() + 1).is_some_and(|end| end.text == ";")
    };
    let names = (0..tokens.len()).filter(is_declared).map(|at| tokens[at + TESTS.len()].text.to_owned());
    names.collect()
}

/// How a module of tests begins; its name follows.
const TESTS: [&str; 8] = ["#", "[", "cfg", "(", "test", ")", "]", "mod"];

fn starts_tests(tokens: &[Token<'_>]) -> bool {
    tokens.len() > TESTS.len() && tokens.iter().zip(TESTS).all(|(token, text)| token.text == text)
}

/// Whether a path names what is banned. `egui` stands for the crates around it (`egui_extras`) and for
/// `eframe::egui` too.
fn names_it(names: &[&str], banned: &str) -> bool {
    if banned.contains("::") {
        let wanted: Vec<&str> = banned.split("::").collect();
        return names.windows(wanted.len()).any(|part| part == wanted);
    }
    if banned.starts_with(char::is_uppercase) {
        return names.contains(&banned);
    }
    let is_it = |name: &&str| **name == *banned || (banned == "egui" && name.starts_with("egui_"));
    names.first().is_some_and(is_it) || (names.first() == Some(&"eframe") && names.get(1).is_some_and(is_it))
}

/// The first line of `#[cfg(test)] mod …` where that module is the last thing in the file.
fn test_tail(tokens: &[Token<'_>]) -> Option<usize> {
    let starts = |at: &usize| {
        starts_tests(&tokens[*at..]) && tokens.get(at + TESTS.len() + 1).is_some_and(|open| open.text == "{")
    };
    let at = (0..tokens.len()).find(starts)?;
    let open = at + TESTS.len() + 1;
    let end = matching(tokens, open);
    (end + 1 >= tokens.len()).then(|| tokens[at].line)
}

/// The index of the bracket that closes the one at `open`, or the last index.
fn matching(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len() - 1
}

/// A path as it is written, groups spread out: `use a::{b, c::d}` are two.
struct Written {
    names: Vec<String>,
    line: usize,
    is_use: bool,
    is_reexport: bool,
    is_inline_module: bool,
}

fn paths(tokens: &[Token<'_>]) -> Vec<Written> {
    let mut found = Vec::new();
    let mut inline_until = 0;
    let mut at = 0;
    while at < tokens.len() {
        let text = |index: usize| tokens.get(index).map_or("", |token| token.text);
        if text(at) == "mod" && text(at + 2) == "{" && at > inline_until {
            inline_until = matching(tokens, at + 2);
        }
        let is_use = text(at) == "use";
        let start = if is_use { at + 1 } else { at };
        let starts_path = is_use || (is_name(text(at)) && text(at + 1) == "::");
        // `<T as a::b>::c` and `x.crate` do not occur; a path after `::` was read with its beginning.
        if !starts_path || (at > 0 && text(at - 1) == "::") {
            at += 1;
            continue;
        }
        let is_reexport = is_use && at > 0 && matches!(text(at - 1), "pub" | ")") && is_public(tokens, at);
        let first = found.len();
        let mut cursor = start + usize::from(text(start) == "::");
        spread(tokens, &mut cursor, &[], &mut found);
        for path in &mut found[first..] {
            path.is_use = is_use;
            path.is_reexport = is_reexport;
            path.is_inline_module = at < inline_until;
        }
        at = cursor.max(at + 1);
    }
    found
}

/// Reads a path or a use tree at `cursor` and leaves `cursor` behind it.
fn spread(tokens: &[Token<'_>], cursor: &mut usize, before: &[String], found: &mut Vec<Written>) {
    let mut names = before.to_vec();
    let line = tokens.get(*cursor).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(*cursor) {
        if token.text == "{" {
            *cursor += 1;
            while tokens.get(*cursor).is_some_and(|token| token.text != "}") {
                let from = *cursor;
                spread(tokens, cursor, &names, found);
                // Over `as name`, commas, and whatever else is no path.
                *cursor = (*cursor).max(from + usize::from(*cursor == from));
            }
            *cursor += 1;
            return;
        }
        if !is_name(token.text) {
            break;
        }
        names.push(token.text.to_owned());
        *cursor += 1;
        if tokens.get(*cursor).is_none_or(|token| token.text != "::") {
            break;
        }
        *cursor += 1;
    }
    if names.len() > before.len() {
        found.push(Written { names, line, is_use: false, is_reexport: false, is_inline_module: false });
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Whether the `use` at `at` has `pub` or `pub(…)` before it.
fn is_public(tokens: &[Token<'_>], at: usize) -> bool {
    let before = &tokens[at.saturating_sub(5)..at];
    match before {
        [.., pub_] if pub_.text == "pub" => true,
        [.., pub_, open, _, close] if (pub_.text, open.text, close.text) == ("pub", "(", ")") => true,
        [.., pub_, open, in_, _, close] => {
            (pub_.text, open.text, in_.text, close.text) == ("pub", "(", "in", ")")
        }
        _ => false,
    }
}
