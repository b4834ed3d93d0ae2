//! How well typed letters fit a name, for the palette.

/// How well `typed` fits `text`: its letters in order, better at word beginnings and close together; `None` if not.
#[must_use]
pub fn fit(typed: &str, text: &str) -> Option<i32> {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let mut at = 0;
    let mut score = 0;
    let mut previous = None;
    for letter in typed.to_lowercase().chars().filter(|letter| !letter.is_whitespace()) {
        let found = text.iter().skip(at).position(|&other| other == letter)? + at;
        let starts_word = found == 0 || text.get(found - 1).is_some_and(|before| !before.is_alphanumeric());
        score += if starts_word { 8 } else { 0 } + if previous == found.checked_sub(1) { 5 } else { 0 };
        score -= i32::try_from(found - at).unwrap_or(99).min(9);
        previous = Some(found);
        at = found + 1;
    }
    Some(score)
}
