//! `Filters`: filters that were given a name, and what colours rows.

use serde::{Deserialize, Serialize};

use super::profile::same_name;

/// Filters kept at most: each that colours costs a look at every visible row.
pub const MOST_FILTERS: usize = 64;
/// Colours a filter can give to rows.
pub const FILTER_COLOURS: u8 = 6;
/// Letters of a name at most.
const LONGEST_NAME: usize = 80;
/// Bytes of a filter at most; the language takes no longer ones.
const LONGEST_TEXT: usize = 16 * 1024;

/// A filter with a name. What stands in `text` is not checked here: a later version may read what this one can't.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedFilter {
    /// What the user calls it.
    pub name: String,
    /// The filter as written.
    pub text: String,
    /// The colour of rows that fit, below [`FILTER_COLOURS`]; `None` if none was ever chosen.
    pub colour: Option<u8>,
    /// Whether it colours rows now.
    pub on: bool,
}

impl SavedFilter {
    /// The colour it gives to rows now.
    #[must_use]
    pub fn colours(&self) -> Option<u8> {
        self.colour.filter(|_| self.on)
    }
}

/// Why a filter can't be kept so. Prints as sentences.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterTrouble {
    /// Nothing to find it again by.
    #[error("A saved filter needs a name. Type one.")]
    NoName,
    /// Another one has it.
    #[error("Another saved filter is called “{0}”. Choose another name.")]
    NameTaken(String),
    /// Too many.
    #[error("{MOST_FILTERS} filters are saved, which is the most. Remove one first.")]
    Full,
    /// Nothing to keep, or too much.
    #[error("A filter that is empty or longer than 16 KiB can't be saved. Write it shorter.")]
    Length,
    /// It would lie readable in the settings.
    #[error(
        "The filter was not saved: it seems to hold a token or a password, which would lie readable in the settings. Look for another part of the message."
    )]
    Secret,
}

/// Filters that were given a name, in the order shown. Where several colour a row, the first does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filters(Vec<SavedFilter>);

impl Filters {
    /// The filters, in the order shown.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &SavedFilter> {
        self.0.iter()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The filter of this name, however its letters are written, and where it stands.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<(usize, &SavedFilter)> {
        self.iter().enumerate().find(|(_, filter)| same_name(&filter.name, name))
    }

    /// Keeps a filter; one of the same name is replaced where it stands.
    ///
    /// # Errors
    /// [`FilterTrouble`]: nothing changes.
    pub fn save(&mut self, filter: SavedFilter) -> Result<(), FilterTrouble> {
        let filter = checked(filter)?;
        let is_full = self.0.len() >= MOST_FILTERS;
        match self.0.iter_mut().find(|known| same_name(&known.name, &filter.name)) {
            Some(known) => *known = filter,
            None if is_full => return Err(FilterTrouble::Full),
            None => self.0.push(filter),
        }
        Ok(())
    }

    /// Gives the filter at `place` another name.
    ///
    /// # Errors
    /// [`FilterTrouble`]: nothing changes.
    pub fn rename(&mut self, place: usize, name: &str) -> Result<(), FilterTrouble> {
        let name = clean_name(name)?;
        if self.named(&name).is_some_and(|(other, _)| other != place) {
            return Err(FilterTrouble::NameTaken(name));
        }
        if let Some(filter) = self.0.get_mut(place) {
            filter.name = name;
        }
        Ok(())
    }

    /// Lets the filter at `place` colour rows, or no longer. Without a colour it keeps the one it had.
    pub fn paint(&mut self, place: usize, colour: Option<u8>, on: bool) {
        if let Some(filter) = self.0.get_mut(place) {
            filter.colour = colour.filter(|colour| *colour < FILTER_COLOURS).or(filter.colour);
            filter.on = on && filter.colour.is_some();
        }
    }

    /// Moves the filter at `place` one up.
    pub fn raise(&mut self, place: usize) {
        if place > 0 && place < self.0.len() {
            self.0.swap(place - 1, place);
        }
    }

    /// Takes a filter out.
    pub fn remove(&mut self, place: usize) -> Option<SavedFilter> {
        (place < self.0.len()).then(|| self.0.remove(place))
    }

    /// Puts a removed filter back where it was.
    ///
    /// # Errors
    /// [`FilterTrouble`] if its name or its place was taken meanwhile: nothing changes.
    pub fn restore(&mut self, place: usize, filter: SavedFilter) -> Result<(), FilterTrouble> {
        if self.named(&filter.name).is_some() {
            return Err(FilterTrouble::NameTaken(filter.name));
        }
        if self.0.len() >= MOST_FILTERS {
            return Err(FilterTrouble::Full);
        }
        self.0.insert(place.min(self.0.len()), filter);
        Ok(())
    }

    /// Brings filters that were edited by hand into a usable state; returns a sentence for each that was left out.
    pub(super) fn repair(&mut self) -> Vec<String> {
        let mut notes = Vec::new();
        for filter in std::mem::take(&mut self.0) {
            // The name may hold what must not be said; it is no name then.
            let called = clean_name(&filter.name).unwrap_or_else(|_| "without a usable name".to_owned());
            let outcome = checked(filter).and_then(|filter| self.restore(self.0.len(), filter));
            if let Err(trouble) = outcome {
                notes.push(format!("The saved filter “{called}” was left out. {trouble}"));
            }
        }
        notes
    }
}

fn checked(mut filter: SavedFilter) -> Result<SavedFilter, FilterTrouble> {
    filter.name = clean_name(&filter.name)?;
    filter.text = filter.text.trim().to_owned();
    if filter.text.is_empty() || filter.text.len() > LONGEST_TEXT {
        return Err(FilterTrouble::Length);
    }
    if holds_secret(&filter.text) {
        return Err(FilterTrouble::Secret);
    }
    filter.colour = filter.colour.filter(|colour| *colour < FILTER_COLOURS);
    filter.on &= filter.colour.is_some();
    Ok(filter)
}

/// A name on one line, not too long.
fn clean_name(name: &str) -> Result<String, FilterTrouble> {
    let words = name.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let name = name.chars().take(LONGEST_NAME).collect::<String>().trim_end().to_owned();
    if holds_secret(&name) {
        return Err(FilterTrouble::Secret);
    }
    if name.is_empty() { Err(FilterTrouble::NoName) } else { Ok(name) }
}

/// Keys whose value is a credential.
const SECRET_KEYS: [&str; 5] = ["access_token", "refresh_token", "password", "otp", "token"];

/// Whether a text compares a credential with a value, or holds a JWT. `[masked 1]`, `{{token}}` and the like are none.
fn holds_secret(text: &str) -> bool {
    let lower = text.to_lowercase();
    let jwt = lower.match_indices("eyj").any(|(at, _)| {
        let rest = lower.get(at..).unwrap_or_default();
        rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter))
            .unwrap_or(rest.len())
            >= 20
    });
    jwt || SECRET_KEYS.iter().any(|key| {
        lower.match_indices(key).any(|(at, _)| compares(lower.get(at + key.len()..).unwrap_or_default()))
    })
}

/// Whether what follows a key compares it with a value.
fn compares(rest: &str) -> bool {
    let is_sign = |letter: char| letter.is_whitespace() || "\"'\\:=<>!/?".contains(letter);
    let rest = rest.strip_prefix(['"', '\'', '\\']).unwrap_or(rest).trim_start_matches(['"', '\'', ']']);
    let Some(value) = [":", "=", "!=", "<", ">", "contains", "matches"]
        .iter()
        .find_map(|sign| rest.trim_start().strip_prefix(sign))
    else {
        return false;
    };
    let value = value.trim_start_matches(is_sign);
    !value.is_empty() && !value.starts_with(['[', '{', '(', ')']) && !value.starts_with("\\[")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(name: &str, text: &str) -> SavedFilter {
        SavedFilter { name: name.to_owned(), text: text.to_owned(), ..SavedFilter::default() }
    }

    fn names(filters: &Filters) -> Vec<&str> {
        filters.iter().map(|filter| filter.name.as_str()).collect()
    }

    fn abc() -> Filters {
        let mut filters = Filters::default();
        for name in ["a", "b", "c"] {
            filters.save(filter(name, name)).unwrap();
        }
        filters
    }

    #[test]
    fn a_filter_of_the_same_name_is_replaced_where_it_stands() {
        let mut filters = abc();
        filters.save(filter(" B ", "type:ping")).unwrap();
        assert_eq!(names(&filters), ["a", "B", "c"]);
        assert_eq!(filters.named("b").unwrap().1.text, "type:ping");
    }

    #[test]
    fn what_was_removed_comes_back_where_it_was() {
        let mut filters = abc();
        let removed = filters.remove(1).unwrap();
        assert_eq!(names(&filters), ["a", "c"]);
        filters.restore(1, removed.clone()).unwrap();
        assert_eq!(filters, abc());
        assert_eq!(filters.restore(1, removed), Err(FilterTrouble::NameTaken("b".to_owned())));
        assert_eq!(filters.remove(3), None);
    }

    #[test]
    fn names_stay_one_of_a_kind() {
        let mut filters = abc();
        assert_eq!(filters.rename(0, "C "), Err(FilterTrouble::NameTaken("C".to_owned())));
        assert_eq!(filters.rename(0, " \n"), Err(FilterTrouble::NoName));
        filters.rename(2, "C").unwrap();
        filters.rename(0, "two\nlines").unwrap();
        assert_eq!(names(&filters), ["two lines", "b", "C"]);
        filters.raise(2);
        filters.raise(0);
        filters.raise(9);
        assert_eq!(names(&filters), ["two lines", "C", "b"]);
    }

    #[test]
    fn a_colour_outlives_that_it_is_off() {
        let mut filters = abc();
        filters.paint(0, None, true);
        assert_eq!(
            filters.iter().next().unwrap().colours(),
            None,
            "without a colour there is nothing to be on"
        );
        filters.paint(0, Some(3), true);
        assert_eq!(filters.iter().next().unwrap().colours(), Some(3));
        filters.paint(0, None, false);
        assert_eq!(filters.iter().next().unwrap().colours(), None);
        filters.paint(0, Some(200), true);
        assert_eq!(filters.iter().next().unwrap().colours(), Some(3), "an unknown colour is none");
    }

    #[test]
    fn there_is_a_most() {
        let mut filters = Filters::default();
        for number in 0..MOST_FILTERS {
            filters.save(filter(&number.to_string(), "a")).unwrap();
        }
        assert_eq!(filters.save(filter("x", "a")), Err(FilterTrouble::Full));
        filters.save(filter("7", "b")).unwrap();
        assert_eq!(filters.save(filter("7", " ")), Err(FilterTrouble::Length));
        assert_eq!(filters.save(filter("7", &"a".repeat(LONGEST_TEXT + 1))), Err(FilterTrouble::Length));
    }

    #[test]
    fn a_credential_is_not_kept() {
        for text in [
            r#"access_token = "hush""#,
            r#""\"password\":\"hush\"""#,
            "data.password=hush",
            "refresh_token contains hush",
            r#"$["access_token"] = "hush""#,
            "/access_token=hush/",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x",
            "token:hush",
        ] {
            assert_eq!(Filters::default().save(filter("n", text)), Err(FilterTrouble::Secret), "{text}");
            assert_eq!(abc().rename(0, text), Err(FilterTrouble::Secret), "{text}");
        }
        for text in [
            "type:auth",
            "exists(access_token)",
            r#"access_token = "[masked 1]""#,
            "password",
            "code:TOKEN_EXPIRED",
            "token and not eyJ",
            "(password) type:auth",
        ] {
            assert_eq!(Filters::default().save(filter("n", text)), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_was_edited_by_hand_is_repaired_and_said() {
        let mut filters = Filters(vec![
            filter("a", "x"),
            filter("A", "y"),
            filter("", "z"),
            filter("hidden", r#"password = "hush""#),
            SavedFilter { colour: Some(9), on: true, ..filter("b", "x") },
        ]);
        let notes = filters.repair();
        assert_eq!(names(&filters), ["a", "b"]);
        assert_eq!(filters.named("b").unwrap().1.colours(), None);
        assert_eq!(notes.len(), 3);
        assert!(notes[0].contains("“A” was left out") && !notes.concat().contains("hush"), "{notes:?}");
    }

    proptest! {
        #[test]
        fn a_list_that_was_repaired_needs_no_repair(
            list in proptest::collection::vec((".{0,6}", ".{0,6}", proptest::option::of(0..9_u8), any::<bool>()), 0..70),
        ) {
            let list = list.into_iter().map(|(name, text, colour, on)| SavedFilter { name, text, colour, on });
            let mut filters = Filters(list.collect());
            filters.repair();
            let once = filters.clone();
            prop_assert_eq!(filters.repair(), Vec::<String>::new());
            prop_assert_eq!(&filters, &once);
            prop_assert!(filters.0.len() <= MOST_FILTERS);
        }
    }
}
