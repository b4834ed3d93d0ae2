//! Indents JSON without touching a key, a digit or an escape.

use crate::capture::json_tree::JsonTree;

/// Containers whose text is at most this long stay on one line.
const ONE_LINE: usize = 72;

/// `text` indented by two blanks; short objects and arrays stay on one line. `tree` must be of `text`.
#[must_use]
pub fn formatted(text: &str, tree: &JsonTree) -> String {
    let mut printer = Printer { text, tree, out: String::with_capacity(text.len() * 2) };
    printer.print();
    printer.out
}

struct Printer<'a> {
    text: &'a str,
    tree: &'a JsonTree,
    out: String,
}

struct Open {
    after: u32,
    close: char,
    on_one_line: bool,
    first: bool,
}

impl Printer<'_> {
    fn slice(&self, span: &std::ops::Range<u32>) -> &str {
        let at = |value: u32| usize::try_from(value).unwrap_or(usize::MAX);
        self.text.get(at(span.start)..at(span.end)).unwrap_or_default()
    }

    /// Without recursion, as the text may be nested thousands of levels deep.
    fn print(&mut self) {
        let mut open: Vec<Open> = Vec::new();
        for (index, node) in self.tree.nodes().iter().enumerate() {
            while open
                .last()
                .is_some_and(|last| usize::try_from(last.after).is_ok_and(|after| after <= index))
            {
                self.close(&mut open);
            }
            let depth = open.len();
            if let Some(parent) = open.last_mut() {
                let comma = if parent.first { "" } else { "," };
                self.out.push_str(comma);
                let blank = parent.on_one_line && (!parent.first || parent.close == '}');
                parent.first = false;
                if !parent.on_one_line {
                    self.line(depth);
                } else if blank {
                    self.out.push(' ');
                }
            }
            if node.key.end > 0 {
                let key = self.slice(&node.key).to_owned();
                self.out.push_str(&key);
                self.out.push_str(": ");
            }
            let value = self.slice(&node.value).to_owned();
            if !node.kind.is_container() || node.children == 0 {
                let empty = node.kind.is_container();
                let value = if empty { value.split_whitespace().collect() } else { value };
                self.out.push_str(&value);
                continue;
            }
            let (begin, close) = if value.starts_with('{') { ('{', '}') } else { ('[', ']') };
            self.out.push(begin);
            let inherited = open.last().is_some_and(|parent| parent.on_one_line);
            let on_one_line = inherited || (value.len() <= ONE_LINE && !value.contains('\n'));
            open.push(Open { after: node.after, close, on_one_line, first: true });
        }
        while !open.is_empty() {
            self.close(&mut open);
        }
    }

    fn line(&mut self, depth: usize) {
        self.out.push('\n');
        // Deeper than this the indentation would be most of the text.
        self.out.push_str(&"  ".repeat(depth.min(64)));
    }

    fn close(&mut self, open: &mut Vec<Open>) {
        let Some(last) = open.pop() else { return };
        if !last.on_one_line {
            self.line(open.len());
        } else if last.close == '}' {
            self.out.push(' ');
        }
        self.out.push(last.close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::json_tree::NODE_LIMIT;

    fn format(text: &str) -> String {
        formatted(text, &JsonTree::parse(text, NODE_LIMIT).unwrap())
    }

    #[test]
    fn short_values_stay_on_one_line() {
        assert_eq!(
            format(r#"{"a":1.10,"b":[1,2,{}],"c":[ ]}"#),
            r#"{ "a": 1.10, "b": [1, 2, {}], "c": [] }"#
        );
    }

    #[test]
    fn long_ones_are_indented_and_nothing_else_changes() {
        let long = "x".repeat(80);
        let text = format!(r#"{{"k":"{long}","n":12345678901234567890,"o":{{"a":"\u00e4"}}}}"#);
        let expected = format!(
            "{{\n  \"k\": \"{long}\",\n  \"n\": 12345678901234567890,\n  \"o\": {{ \"a\": \"\\u00e4\" }}\n}}"
        );
        assert_eq!(format(&text), expected);
    }

    proptest::proptest! {
        #[test]
        fn the_value_stays_the_same(value in proptest::collection::vec("[a-z\"\\\\ ]{0,30}", 0..8)) {
            let value = serde_json::json!({ "list": value, "more": [{ "a": value.len() }, null] });
            let text = format(&value.to_string());
            let back: serde_json::Value = serde_json::from_str(&text).unwrap();
            proptest::prop_assert_eq!(back, value);
        }
    }
}
