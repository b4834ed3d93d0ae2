//! The forms in which an event can be copied. Made off the window's thread: a message may have fifty megabytes.

use std::fmt::Write as _;

use crate::capture::json_format::formatted;
use crate::capture::row::{Detail, Tree};
use crate::capture::study::CopyForm;
use crate::capture::{ReadError, Reader};
use crate::directus::AuthMode;
use crate::directus::snippet::{Sending, snippet};
use crate::session::{Mode, Snapshot};

/// Bytes that are written out as digits; three characters each are enough for a clipboard.
const HEX_LIMIT: usize = 4 * 1024 * 1024;

/// The selected event in a form.
///
/// # Errors
/// A sentence, if it has no such form.
pub(super) fn copied(
    reader: &mut Reader,
    snapshot: &Snapshot,
    detail: &Detail,
    form: CopyForm,
) -> Result<String, String> {
    match form {
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
