//! `check`: whether eframe's storage file can be read, before eframe reads it and starts empty without a word.

use std::collections::HashMap;

use super::remembered::{KEY, Settings, Unreadable};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// It can be read.
    Sound,
    /// It can't. The sentence says why; set the file aside before eframe overwrites it.
    Damaged(String),
}

/// Looks at the text of eframe's `app.ron`: a map of texts, of which ours holds the settings.
///
/// Other keys (window size, egui's memory) may be from another version; eframe replaces those it can't read, and nothing
/// of value is lost.
#[must_use]
pub fn check(text: &str) -> Check {
    if text.trim().is_empty() {
        return Check::Damaged(
            "The settings file is empty: it was probably cut off while being written.".to_owned(),
        );
    }
    let map: HashMap<String, String> = match ron::from_str(text) {
        Ok(map) => map,
        Err(error) => return Check::Damaged(Unreadable::from(&error).to_string()),
    };
    match map.get(KEY).map(|ours| Settings::from_ron(ours)) {
        Some(Err(unreadable)) => Check::Damaged(unreadable.to_string()),
        Some(Ok(_)) | None => Check::Sound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(settings: &str) -> String {
        let map = HashMap::from([("egui", "(anything at all"), (KEY, settings)]);
        ron::ser::to_string_pretty(&map, ron::ser::PrettyConfig::new()).unwrap()
    }

    #[test]
    fn what_we_store_is_sound() {
        assert_eq!(check(&stored(&Settings::default().to_ron().unwrap())), Check::Sound);
        assert_eq!(check("{}"), Check::Sound);
    }

    #[test]
    fn every_way_of_being_cut_off_is_noticed() {
        let whole = stored(&Settings::default().to_ron().unwrap());
        let end = whole.trim_end().len();
        for cut in (0..end).filter(|cut| whole.is_char_boundary(*cut)) {
            assert!(matches!(check(&whole[..cut]), Check::Damaged(_)), "cut at {cut}");
        }
    }

    #[test]
    fn our_own_part_may_be_what_is_damaged() {
        let Check::Damaged(sentence) = check(&stored("(version: 1, profiles: [")) else {
            panic!("taken for sound")
        };
        assert!(sentence.starts_with("The stored settings can't be read") && sentence.ends_with('.'));
    }
}
