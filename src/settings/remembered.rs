//! `Settings`: all that is remembered between two runs.

use serde::{Deserialize, Serialize};

use super::columns::Columns;
use super::filters::Filters;
use super::history::History;
use super::layout::Layout;
use super::preferences::Preferences;
use super::profile::{Profile, ProfileId, same_name};

/// Under which key of eframe's storage the settings lie.
pub const KEY: &str = "harewire";

/// The version this program writes.
const VERSION: u32 = 1;

/// All that is remembered between two runs. Never a credential.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Version of the layout of this data.
    pub version: u32,
    /// Servers, in the order shown.
    pub profiles: Vec<Profile>,
    /// The one used last; 0 for none.
    pub last_profile: ProfileId,
    /// How the user likes it.
    pub preferences: Preferences,
    /// Messages composed before.
    pub history: History,
    /// Panels of the window.
    pub layout: Layout,
    /// Columns of the log.
    pub columns: Columns,
    /// Filters with a name.
    pub filters: Filters,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: VERSION,
            profiles: Vec::new(),
            last_profile: ProfileId::default(),
            preferences: Preferences::default(),
            history: History::default(),
            layout: Layout::default(),
            columns: Columns::default(),
            filters: Filters::default(),
        }
    }
}

/// Settings as read, and what had to be changed in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The settings, ready to use.
    pub settings: Settings,
    /// A sentence for each change, to be shown.
    pub notes: Vec<String>,
}

/// Stored settings that can't be read. Prints as a sentence; it never repeats the content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "The stored settings can't be read at line {line}, column {column}: {problem}. The file may have been cut off or edited by hand."
)]
pub struct Unreadable {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What the reader stumbled over.
    pub problem: String,
}

impl From<&ron::error::SpannedError> for Unreadable {
    fn from(error: &ron::error::SpannedError) -> Self {
        Self { line: error.span.start.line, column: error.span.start.col, problem: problem(&error.code) }
    }
}

/// What RON's reader stumbled over, without quoting the text: it may hold a secret.
pub(super) fn problem(error: &ron::Error) -> String {
    match error {
        ron::Error::Eof => "it ends too early".to_owned(),
        ron::Error::InvalidValueForType { expected, .. } => format!("expected {expected}"),
        ron::Error::NoSuchEnumVariant { expected, .. } => format!("expected one of {}", expected.join(", ")),
        ron::Error::MissingStructField { field, .. } => format!("“{field}” is missing"),
        ron::Error::DuplicateStructField { field, .. } => format!("“{field}” stands twice"),
        ron::Error::Message(_) => "a value doesn't fit".to_owned(),
        ron::Error::UnexpectedChar(_) | ron::Error::TrailingCharacters => {
            "there is something that doesn't belong there".to_owned()
        }
        ron::Error::ExpectedStructLike | ron::Error::ExpectedMap | ron::Error::ExpectedArray => {
            "a “(”, “{” or “[” is missing".to_owned()
        }
        ron::Error::ExpectedString => "a text in quotes is missing".to_owned(),
        ron::Error::ExpectedBoolean => "expected true or false".to_owned(),
        ron::Error::ExceededRecursionLimit => "it is nested too deep".to_owned(),
        _ => "it isn't written as expected".to_owned(),
    }
}

impl Settings {
    /// Reads stored settings of this or an earlier version, and repairs what is out of range.
    ///
    /// # Errors
    /// Where the text isn't RON or not settings: set the file aside and say so, don't start empty silently.
    pub fn from_ron(text: &str) -> Result<Loaded, Unreadable> {
        let mut settings: Self = ron::from_str(text).map_err(|error| Unreadable::from(&error))?;
        let mut notes = settings.migrate();
        notes.extend(settings.repair());
        Ok(Loaded { settings, notes })
    }

    /// Prints the settings as RON, without secrets.
    ///
    /// # Errors
    /// Only if the data can't be written as RON at all, which would be a fault of this program.
    pub fn to_ron(&self) -> Result<String, ron::Error> {
        ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::new())
    }

    /// Brings data of another version to this one. Version 1 is the first: what it didn't know has its default.
    fn migrate(&mut self) -> Vec<String> {
        let found = std::mem::replace(&mut self.version, VERSION);
        if found <= VERSION {
            return Vec::new();
        }
        vec![format!(
            "The settings were written by a newer Harewire (version {found}, this one writes {VERSION}). What this one doesn't know is lost when it saves."
        )]
    }

    /// Brings everything into a usable state; returns a sentence for each change a user would miss.
    fn repair(&mut self) -> Vec<String> {
        let mut notes = self.preferences.repair();
        self.layout.repair();
        self.columns.repair();
        notes.extend(self.filters.repair());
        let profiles = std::mem::take(&mut self.profiles);
        for mut profile in profiles {
            let (id, name) = (profile.id, profile.name.clone());
            self.make_unique(&mut profile);
            if name != profile.name {
                notes.push(format!(
                    "Two profiles had one name: one of them is called “{}” now.",
                    profile.name
                ));
            } else if id != profile.id && id != ProfileId::default() {
                notes.push(format!(
                    "The profile “{}” had the identity of another one and got its own.",
                    profile.name
                ));
            }
            self.profiles.push(profile);
        }
        if self.profile(self.last_profile).is_none() {
            self.last_profile = ProfileId::default();
        }
        notes
    }

    /// The profile with this identity.
    #[must_use]
    pub fn profile(&self, id: ProfileId) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }

    /// The profile with this identity, to change it.
    pub fn profile_mut(&mut self, id: ProfileId) -> Option<&mut Profile> {
        self.profiles.iter_mut().find(|profile| profile.id == id)
    }

    /// Adds a profile under an identity and a name no other has; returns the identity.
    pub fn add(&mut self, mut profile: Profile) -> ProfileId {
        self.make_unique(&mut profile);
        let id = profile.id;
        self.profiles.push(profile);
        id
    }

    /// Takes a profile out; returns it and its place, for undo.
    pub fn remove(&mut self, id: ProfileId) -> Option<(usize, Profile)> {
        let place = self.profiles.iter().position(|profile| profile.id == id)?;
        Some((place, self.profiles.remove(place)))
    }

    /// Puts a removed profile back where it was.
    pub fn restore(&mut self, place: usize, mut profile: Profile) {
        self.make_unique(&mut profile);
        self.profiles.insert(place.min(self.profiles.len()), profile);
    }

    fn make_unique(&self, profile: &mut Profile) {
        if profile.id == ProfileId::default() || self.profile(profile.id).is_some() {
            let highest = self.profiles.iter().map(|other| other.id.0).max().unwrap_or_default();
            profile.id = ProfileId(self.free_id(highest));
        }
        let taken = |name: &str| self.profiles.iter().any(|other| same_name(&other.name, name));
        let base = profile.name.trim();
        let base = if base.is_empty() { "Profile" } else { base };
        let mut name = if profile.name.trim().is_empty() { base.to_owned() } else { profile.name.clone() };
        let mut number = 2_u32;
        while taken(&name) {
            name = format!("{base} {number}");
            number += 1;
        }
        profile.name = name;
    }

    /// An identity above all in use, or the lowest free one if the highest is taken (a file edited by hand).
    fn free_id(&self, highest: u64) -> u64 {
        let free = |id: &u64| self.profile(ProfileId(*id)).is_none();
        highest.checked_add(1).or_else(|| (1..=u64::MAX).find(free)).unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(id: u64, name: &str) -> Profile {
        Profile { id: ProfileId(id), name: name.into(), ..Profile::default() }
    }

    #[test]
    fn settings_survive_a_restart() {
        let mut settings = Settings::default();
        let id = settings.add(Profile {
            url: "https://cms.example.com".into(),
            connect_timeout_s: 3,
            ..named(0, "Produktion ü")
        });
        settings.last_profile = id;
        settings.preferences.utc = true;
        settings.history.push("{\"type\":\"ping\"}");
        let loaded = Settings::from_ron(&settings.to_ron().unwrap()).unwrap();
        assert_eq!(loaded, Loaded { settings, notes: Vec::new() });
    }

    #[test]
    fn version_1_with_keys_missing_and_keys_unknown_is_read() {
        let text = r#"(version: 1, profiles: [(id: 4, name: "A", url: "http://localhost:8055", colour: "red")], from_the_future: (1, 2))"#;
        let loaded = Settings::from_ron(text).unwrap();
        let profile = &loaded.settings.profiles[0];
        assert_eq!((profile.connect_timeout_s, profile.switches.auto_pong), (10, true));
        assert!(loaded.settings.preferences.record);
        assert!(loaded.notes.is_empty());
    }

    #[test]
    fn a_newer_version_is_read_and_said() {
        let loaded = Settings::from_ron("(version: 9)").unwrap();
        assert_eq!(loaded.settings.version, VERSION);
        assert!(loaded.notes[0].contains("newer Harewire"));
    }

    #[test]
    fn identities_and_names_become_unique() {
        let text = r#"(profiles: [(id: 1, name: "A"), (id: 1, name: "B"), (id: 2, name: "a "), (name: "")], last_profile: 77)"#;
        let loaded = Settings::from_ron(text).unwrap();
        let found: Vec<_> =
            loaded.settings.profiles.iter().map(|profile| (profile.id.0, profile.name.as_str())).collect();
        assert_eq!(found, [(1, "A"), (2, "B"), (3, "a 2"), (4, "Profile")]);
        assert_eq!(loaded.settings.last_profile, ProfileId(0));
        assert!(loaded.notes.len() >= 2);
    }

    #[test]
    fn a_removed_profile_comes_back_where_it_was() {
        let mut settings = Settings::default();
        for name in ["A", "B", "C"] {
            settings.add(named(0, name));
        }
        let before = settings.clone();
        let (place, profile) = settings.remove(ProfileId(2)).unwrap();
        settings.restore(place, profile);
        assert_eq!(settings, before);
    }

    #[test]
    fn unreadable_settings_are_named_with_their_place_and_without_their_content() {
        let error = Settings::from_ron("(version: 1,\n profiles: [(name: hush-1234)])").unwrap_err();
        assert_eq!(error.line, 2);
        assert!(!error.to_string().contains("hush"));
    }

    #[test]
    fn no_planted_secret_is_ever_printed() {
        let mut settings = Settings::default();
        settings.add(Profile {
            url: "wss://u:planted-1@h/websocket?access_token=planted-2".into(),
            ..named(0, "A")
        });
        settings.add(Profile { url: "https://h:bad/?x=1&access_token=planted-3".into(), ..named(0, "B") });
        settings.history.push(r#"{"type":"auth","access_token":"planted-4"}"#);
        settings.history.push(r#"{"type":"auth","email":"a@b.c","password":"planted-5","otp":"planted-6"}"#);
        settings.history.push(r#"{"type":"auth","refresh_token":"planted-7""#);
        let text = settings.to_ron().unwrap();
        assert!(!text.contains("planted"), "{text}");
        // Nor read back from a file that someone else wrote.
        let text = r#"(profiles: [(name: "A", url: "https://h/?access_token=planted-8")], history: ["{\"password\":\"planted-9\"}"])"#;
        assert!(!format!("{:?}", Settings::from_ron(text).unwrap()).contains("planted"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[(){}\\[\\]:,\"a-z0-9 \n\\\\]{0,80}") {
            let _ = Settings::from_ron(&text);
        }

        #[test]
        fn any_names_end_up_unique(names in proptest::collection::vec("[aA ]{0,2}", 0..12), ids in proptest::collection::vec(prop_oneof![0..4_u64, Just(u64::MAX)], 12)) {
            let profiles = names.iter().zip(&ids).map(|(name, id)| named(*id, name)).collect();
            let mut settings = Settings { profiles, ..Settings::default() };
            settings.repair();
            for (place, profile) in settings.profiles.iter().enumerate() {
                prop_assert_ne!(profile.id, ProfileId(0));
                for other in &settings.profiles[place + 1..] {
                    prop_assert!(profile.id != other.id && !same_name(&profile.name, &other.name));
                }
            }
        }
    }
}
