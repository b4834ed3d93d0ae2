//! Reading a JSON path as RFC 9535 has it, with the `$` in front left to the user's taste.

use serde_json_path::JsonPath;

/// Reads `data[0].status` or `$.data[0].status`; an empty text or `$` is the whole document.
///
/// # Errors
/// Why it can't be read, and the byte of `text` at which.
pub(super) fn json_query(text: &str) -> Result<JsonPath, (usize, String)> {
    let path = text.strip_prefix('$').unwrap_or(text);
    let front = if path.is_empty() || path.starts_with(['[', '.']) { "$" } else { "$." };
    JsonPath::parse(&format!("{front}{path}")).map_err(|error| {
        let given = text.len() - path.len();
        // Bytes from 0, whatever the crate's documentation says.
        let at = (error.position() + given).saturating_sub(front.len()).min(text.len());
        (text.floor_char_boundary(at), error.message().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_stands_at_its_character_however_the_path_begins() {
        for (text, at) in [("data[", 4), ("data[0]x", 7), ("$.data[0]x", 9), ("$[0]x", 4), ("ünï[0]x", 8)] {
            assert_eq!(json_query(text).unwrap_err().0, at, "{text}");
        }
    }
}
