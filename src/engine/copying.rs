//! The forms in which an event can be copied. Made off the window's thread: a message may have fifty megabytes.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::capture::json_format::formatted;
use crate::capture::json_tree::slice;
use crate::capture::row::{Detail, Tree};
use crate::capture::sheet::Sheet;
use crate::capture::study::CopyForm;
use crate::capture::{ReadError, Reader};
use crate::directus::AuthMode;
use crate::directus::snippet::{Sending, snippet};
use crate::session::{Mode, Snapshot};

/// Bytes that are written out as digits; three characters each are enough for a clipboard.
const HEX_LIMIT: usize = 4 * 1024 * 1024;
/// What was chosen is no part of the event.
const NOT_THERE: &str =
    "That part of the message is not there any more, so nothing was copied. Choose it again.";

/// The selected event in a form; `sheet` is the text laid out as the window shows it, if it does.
///
/// # Errors
/// A sentence, if it has no such form.
pub(super) fn copied(
    reader: &mut Reader,
    snapshot: &Snapshot,
    (detail, sheet): (&Detail, Option<&Sheet>),
    form: CopyForm,
) -> Result<String, String> {
    match form {
        CopyForm::Exact => Ok(detail.text.to_string()),
        CopyForm::Value(node) => {
            let Tree::Json(tree) = &detail.tree else { return Err(NOT_THERE.to_owned()) };
            let node = usize::try_from(node).ok().and_then(|node| tree.nodes().get(node));
            node.map(|node| slice(&detail.text, &node.value).to_owned()).ok_or_else(|| NOT_THERE.to_owned())
        }
        CopyForm::Part(form, start, end) => {
            let laid_out = sheet.filter(|sheet| sheet.form == form).map(|sheet| Arc::clone(&sheet.text));
            // The window shows another event already: the same text is made again.
            let text = laid_out.unwrap_or_else(|| Sheet::new(&detail.text, form, u32::MAX).text);
            let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
            let part = range.and_then(|(start, end)| text.get(start..end));
            part.map(str::to_owned).ok_or_else(|| NOT_THERE.to_owned())
        }
        CopyForm::Line => line(reader, detail.row.seq).map_err(|error| error.to_string()),
        CopyForm::Formatted => match &detail.tree {
            Tree::Json(_) => formatted(&detail.text).ok_or_else(|| {
                "The message is nested too deeply to be indented. Copy its exact text instead.".to_owned()
            }),
            Tree::NotJson(_) | Tree::None => {
                Err("The message is no JSON, so it can't be indented. Copy its exact text instead."
                    .to_owned())
            }
        },
        CopyForm::Hex => hex(detail.bytes()),
        CopyForm::Code(language) => {
            let mode = match snapshot.mode {
                Mode::Public => Some(AuthMode::Public),
                Mode::Handshake => Some(AuthMode::Handshake),
                Mode::Strict => Some(AuthMode::Strict),
                Mode::Raw => None,
            };
            let has_token = !matches!(&*snapshot.credential, "" | "none");
            Ok(snippet(language, &Sending { url: &snapshot.url, mode, has_token, text: &detail.text }))
        }
    }
}

fn line(reader: &mut Reader, seq: u64) -> Result<String, ReadError> {
    let record = reader.view().get(seq).ok_or(ReadError::Missing(seq))?;
    let bytes = reader.line(record)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
}

fn hex(bytes: &[u8]) -> Result<String, String> {
    if bytes.len() > HEX_LIMIT {
        return Err(format!(
            "The payload has {} bytes, too many to copy as digits. Select rows of the Hex tab and copy those.",
            bytes.len()
        ));
    }
    let mut text = String::with_capacity(bytes.len() * 3);
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 {
            text.push(if place % 16 == 0 { '\n' } else { ' ' });
        }
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::json_tree::{JsonTree, NODE_LIMIT};
    use crate::capture::sheet::Form;
    use crate::capture::{Header, Journal};

    #[test]
    fn a_part_is_cut_out_of_what_the_window_shows() {
        let text: Arc<str> = "{\"a\":[1,22],\"b\":\"é\"}".into();
        let tree = Tree::Json(Arc::new(JsonTree::parse(&text, NODE_LIMIT).unwrap()));
        let detail = Detail { text: Arc::clone(&text), tree, ..Detail::default() };
        let sheet = Sheet::new(&text, Form::Formatted, 80);
        let mut reader = Journal::unnamed(&Header::new("", 0)).unwrap().reader();
        let mut copy = |sheet, form| copied(&mut reader, &Snapshot::default(), (&detail, sheet), form);
        assert_eq!(copy(None, CopyForm::Exact).as_deref(), Ok(&*text));
        assert_eq!(copy(None, CopyForm::Value(1)).as_deref(), Ok("[1,22]"));
        assert_eq!(copy(None, CopyForm::Part(Form::Exact, 6, 8)).as_deref(), Ok("1,"));
        for shown in [Some(&sheet), None] {
            let whole = u32::try_from(sheet.text.len()).unwrap();
            assert_eq!(copy(shown, CopyForm::Part(Form::Formatted, 0, whole)).as_deref(), Ok(&*sheet.text));
        }
        for form in
            [CopyForm::Value(99), CopyForm::Part(Form::Exact, 0, 99), CopyForm::Part(Form::Exact, 17, 18)]
        {
            assert_eq!(copy(None, form), Err(NOT_THERE.to_owned()), "{form:?}");
        }
    }

    #[test]
    fn bytes_become_pairs_of_digits_sixteen_a_line() {
        let bytes: Vec<u8> = (0..18).collect();
        let text = hex(&bytes).unwrap();
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            ["00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f", "10 11"]
        );
        assert!(hex(&vec![0; HEX_LIMIT + 1]).unwrap_err().contains("too many"));
    }
}
