//! The text of many rows for the clipboard, read on a thread of its own.

use crate::capture::export::fence;
use crate::capture::{Event, Fact, FactKind, Reader, What, time};
use crate::ui::rows_action::CopyForm;

/// Rows copied at once.
pub const MOST_ROWS: usize = 100_000;
/// Bytes put into the clipboard at once.
const LIMIT: usize = 64 * 1024 * 1024;

/// Rows as text, and a sentence if not all of them fitted.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// For the clipboard.
    pub text: String,
    /// How many rows are in it.
    pub rows: usize,
    /// What is missing, as a sentence.
    pub missing: Option<String>,
}

/// Writes these events in `form`, in order; stops where the text would become too large.
pub fn written(mut reader: Reader, rows: &[u64], form: CopyForm) -> Result<Written, String> {
    let mut text = String::new();
    let view = reader.view();
    for (done, &seq) in rows.iter().enumerate() {
        let Some(record) = view.get(seq) else { continue };
        let line = reader.line(record).map_err(|error| format!("Nothing was copied. {error}"))?;
        let line = String::from_utf8_lossy(&line);
        let piece = match form {
            CopyForm::Lines => line.trim_end().to_owned(),
            CopyForm::Text => text_of(&crate::capture::line::read(line.as_bytes()).1, &line),
            CopyForm::Markdown => markdown(seq, &crate::capture::line::read(line.as_bytes()).1, &line),
        };
        if text.len() + piece.len() + 1 > LIMIT {
            let missing = format!(
                "Only the first {done} of {} rows were copied: more than 64 MiB do not fit the clipboard. Export the rest to a file.",
                rows.len()
            );
            return Ok(Written { text, rows: done, missing: Some(missing) });
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&piece);
    }
    Ok(Written { text, rows: rows.len(), missing: None })
}

/// The exact text of an event; the line of the capture where it carries none.
fn text_of(event: &Event, line: &str) -> String {
    match &event.what {
        What::Message(message) => message.payload.to_text().into_owned(),
        What::Fact(fact) => match fact.as_ref() {
            Fact::Held { data, .. } | Fact::Unsent { data, .. } | Fact::Control { data, .. } => data.clone(),
            _ => line.trim_end().to_owned(),
        },
    }
}

/// A heading and the text as code, in a fence longer than any in the text.
fn markdown(seq: u64, event: &Event, line: &str) -> String {
    let what = match &event.what {
        What::Message(message) => {
            format!("{} · {}", message.direction.name(), message.class.kind.name())
        }
        What::Fact(fact) => FactKind::of(fact).name().replace('_', " "),
    };
    let text = text_of(event, line);
    let fence = fence(&text);
    let time = time::rfc3339(event.stamp.time_us);
    format!("**#{seq}** · {time} · {what}\n\n{fence}json\n{text}\n{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Direction, Header, Journal, Message, Stamp};

    fn reader(texts: &[&str]) -> Reader {
        let mut journal = Journal::unnamed(&Header::new("ws://x", 0)).unwrap();
        for text in texts {
            journal.append(&Event::new(Stamp::default(), Message::text(Direction::In, *text)));
        }
        journal.commit().unwrap();
        journal.reader()
    }

    #[test]
    fn texts_are_exact_and_in_order() {
        let texts = [r#"{"type":"ping"}"#, "no json", "[1]"];
        let copied = written(reader(&texts), &[1, 3], CopyForm::Text).unwrap();
        assert_eq!((copied.text.as_str(), copied.missing), ("{\"type\":\"ping\"}\n[1]", None));
        let lines = written(reader(&texts), &[2], CopyForm::Lines).unwrap().text;
        assert!(lines.starts_with("{\"seq\":2,") && lines.ends_with('}'), "{lines}");
    }

    #[test]
    fn a_fence_in_the_text_does_not_end_the_code() {
        let copied = written(reader(&["a ``` b ```` c"]), &[1], CopyForm::Markdown).unwrap().text;
        assert!(copied.contains("\n`````json\na ``` b ```` c\n`````"), "{copied}");
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let half = "x".repeat(LIMIT / 2 + 1);
        let copied = written(reader(&[&half, &half]), &[1, 2], CopyForm::Text).unwrap();
        assert_eq!((copied.rows, copied.text.len()), (1, half.len()));
        assert!(copied.missing.unwrap().contains("first 1 of 2"));
    }
}
