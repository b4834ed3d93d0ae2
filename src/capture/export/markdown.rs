//! Markdown: a table to paste into an issue or a chat, with the payloads of the first events under it.

use std::io::{self, Write};

use super::Item;
use crate::capture::event::{Direction, Payload, What};
use crate::capture::time::Zone;
use crate::directus::shown;

/// Rows of the table; more than that nobody reads in an issue.
const ROWS: u64 = 1_000;
/// Bytes of payloads under the table.
const PAYLOADS: usize = 40_000;
/// Bytes of one payload.
const PAYLOAD: usize = 4_000;

/// Writes a Markdown table and then the payloads. Says what it leaves out.
pub struct MarkdownWriter<W: Write> {
    to: W,
    zone: Zone,
    /// Rows given so far.
    given: u64,
    /// The part under the table.
    payloads: String,
    /// Messages whose payload found no place.
    without_payload: u64,
}

impl<W: Write> MarkdownWriter<W> {
    /// Begins with a heading.
    ///
    /// # Errors
    /// Those of writing.
    pub fn begin(mut to: W, server: &str, zone: Zone) -> io::Result<Self> {
        writeln!(to, "Harewire capture of {}\n", code(server))?;
        writeln!(to, "| # | time | direction | kind | uid | summary |")?;
        writeln!(to, "|--:|---|---|---|---|---|")?;
        Ok(Self { to, zone, given: 0, payloads: String::new(), without_payload: 0 })
    }

    /// Whether it has all it takes; further events are only counted.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.given >= ROWS
    }

    /// Writes one event.
    ///
    /// # Errors
    /// Those of writing.
    pub fn item(&mut self, item: Item<'_>) -> io::Result<()> {
        if self.is_full() {
            return Ok(());
        }
        self.given += 1;
        let row = item.row;
        let direction = row.direction.map_or("", Direction::name);
        writeln!(
            self.to,
            "| {} | {} | {direction} | {} | {} | {} |",
            row.seq,
            self.zone.clock(row.time_us),
            code(&row.kind),
            code(&row.uid),
            code(&row.summary),
        )?;
        self.payload(&item);
        Ok(())
    }

    fn payload(&mut self, item: &Item<'_>) {
        let What::Message(message) = &item.event.what else { return };
        let Payload::Text(text) = &message.payload else { return };
        let text = text.as_str();
        let cut = text.floor_char_boundary(PAYLOAD);
        let part = text.get(..cut).unwrap_or_default();
        if self.payloads.len() + part.len() > PAYLOADS {
            self.without_payload += 1;
            return;
        }
        let safe: Vec<_> = part.split('\n').map(|line| shown(line.trim_end_matches('\r'))).collect();
        let safe = safe.join("\n");
        let fence = fence(&safe);
        let row = item.row;
        let rest = match text.len() - cut {
            0 => String::new(),
            more => format!("\n{more} more bytes are left out.\n"),
        };
        self.payloads.push_str(&format!(
            "\n#{} {}\n\n{fence}json\n{safe}\n{fence}\n{rest}",
            row.seq,
            code(&row.kind)
        ));
    }

    /// Writes the payloads and, where there were more events than the table takes, how many.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(mut self, of: u64) -> io::Result<u64> {
        let left_out = of.saturating_sub(self.given);
        if left_out > 0 {
            writeln!(self.to, "\n{left_out} more events are left out: the table ends at {ROWS}.")?;
        }
        self.to.write_all(self.payloads.as_bytes())?;
        if self.without_payload > 0 {
            writeln!(
                self.to,
                "\nThe payloads of {} more messages are left out: they are longer than an issue takes.",
                self.without_payload
            )?;
        }
        self.to.flush()?;
        Ok(left_out)
    }
}

/// A text as code in a cell: there `#1` is no link to an issue and `@name` calls nobody.
fn code(text: &str) -> String {
    let text = shown(text);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(text) + 1);
    // A pipe ends a cell also inside code; a backslash before it would undo its escape.
    let text = text.replace("\\|", "\\ |").replace('|', "\\|");
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// What opens and closes a block of code: longer than any run of backticks in it.
#[must_use]
pub fn fence(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::export::sample;

    fn written(count: u64, data: &str, summary: &str) -> String {
        let mut bytes = Vec::new();
        let mut writer = MarkdownWriter::begin(&mut bytes, "wss://x", Zone::utc()).unwrap();
        for _ in 0..count {
            let (event, record, row) = sample::message(Direction::In, data, summary);
            writer.item(Item { record: &record, event: &event, row: &row }).unwrap();
        }
        writer.finish(count).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_row_is_one_line_whatever_it_holds() {
        let text = written(1, "{\n\"a\":\"````\"}", "a | b ``c`` @you #12\n\u{202e}");
        let row = text.lines().nth(4).unwrap();
        assert_eq!(
            row,
            "| 7 | 16:00:00.000 | in | `kind` | `u` | ```a \\| b ``c`` @you #12\\n\\u{202e}``` |"
        );
        assert!(text.ends_with("\n`````json\n{\n\"a\":\"````\"}\n`````\n"), "{text}");
    }

    #[test]
    fn it_says_what_it_leaves_out() {
        let text = written(1_003, &"x".repeat(5_000), "s");
        assert_eq!(text.lines().filter(|line| line.starts_with("| 7 ")).count(), 1_000);
        assert!(text.contains("3 more events are left out"));
        assert!(text.contains("1000 more bytes are left out."));
        assert!(
            text.contains("The payloads of 991 more messages are left out"),
            "{}",
            &text[text.len() - 200..]
        );
        assert!(text.len() < 200_000);
    }

    #[test]
    fn a_cell_can_not_be_left() {
        for (text, expected) in
            [("", ""), ("a\\|b", "`a\\ \\|b`"), ("`", "`` ` ``"), ("a|b", "`a\\|b`"), (" x ", "`x`")]
        {
            assert_eq!(code(text), expected);
        }
    }
}
