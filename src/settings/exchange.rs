//! Profiles as RON, to hand to a colleague.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::profile::{Profile, ProfileId};
use super::remembered::problem;
use super::secretless::clean_url;

/// Largest text taken, in bytes. A profile takes about 500.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// Most profiles taken at once. Each is given a name that no other has, so the cost grows with their square.
const MOST_PROFILES: usize = 500;
/// Version of the format.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Outgoing<'a> {
    harewire_profiles: u32,
    profiles: &'a [Profile],
}

/// Without a default for the marker: other RON must not pass for profiles.
#[derive(Deserialize)]
struct Incoming {
    harewire_profiles: u32,
    profiles: Vec<Profile>,
}

/// Profiles as read, and what was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The profiles, without identities: [`super::Settings::add`] gives them one and a free name.
    pub profiles: Vec<Profile>,
    /// A sentence for each thing that was left out: unknown fields, secrets in URLs.
    pub notes: Vec<String>,
}

/// Why a text can't be imported. Prints as sentences with the next step; never repeats the content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Too long.
    #[error(
        "The text is over 4 MiB, so it can't be a list of profiles. Choose a file that Harewire exported."
    )]
    TooLong,
    /// Not RON, or not profiles.
    #[error(
        "This is not a list of profiles as Harewire exports them: line {line}, column {column}: {problem}. Mend that place, or export again."
    )]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A later format.
    #[error(
        "The profiles were exported by a newer Harewire (format {0}). Update this one, or export from the same version."
    )]
    Newer(u32),
    /// More than anybody has.
    #[error("The list holds {0} profiles; at most {MOST_PROFILES} are taken at once. Import them in parts.")]
    TooMany(usize),
    /// Nothing in it.
    #[error("The list of profiles is empty, so nothing was imported.")]
    Empty,
}

/// Prints profiles as RON. A token in a URL stays here.
///
/// # Errors
/// Only if the data can't be written as RON at all, which would be a fault of this program.
pub fn export_ron(profiles: &[Profile]) -> Result<String, ron::Error> {
    let mut text = ron::ser::to_string_pretty(
        &Outgoing { harewire_profiles: VERSION, profiles },
        ron::ser::PrettyConfig::new(),
    )?;
    text.push('\n');
    Ok(text)
}

/// Reads exported profiles. Unknown fields are left out and listed.
///
/// # Errors
/// What is wrong with the text and where, as sentences.
pub fn import_ron(text: &str) -> Result<Import, ImportError> {
    if text.len() > MOST_BYTES {
        return Err(ImportError::TooLong);
    }
    let text = text.trim_start_matches('\u{feff}');
    let incoming: Incoming = ron::from_str(text).map_err(|error| ImportError::Malformed {
        line: error.span.start.line,
        column: error.span.start.col,
        problem: problem(&error.code),
    })?;
    if incoming.harewire_profiles > VERSION {
        return Err(ImportError::Newer(incoming.harewire_profiles));
    }
    if incoming.profiles.is_empty() {
        return Err(ImportError::Empty);
    }
    if incoming.profiles.len() > MOST_PROFILES {
        return Err(ImportError::TooMany(incoming.profiles.len()));
    }
    let notes = notes(text);
    let profiles = incoming
        .profiles
        .into_iter()
        .map(|profile| Profile { id: ProfileId::default(), ..profile })
        .collect();
    Ok(Import { profiles, notes })
}

/// What the typed reader passed over, found by reading the text once more without types.
fn notes(text: &str) -> Vec<String> {
    let Ok(ron::Value::Map(whole)) = ron::from_str::<ron::Value>(text) else { return Vec::new() };
    let mut unknown = BTreeSet::new();
    let mut cleaned = 0_u32;
    for (key, value) in whole.iter() {
        let name = word(key);
        match (name, value) {
            ("harewire_profiles", _) => {}
            ("profiles", ron::Value::Seq(profiles)) => {
                for profile in profiles {
                    cleaned += u32::from(look_at_profile(profile, &mut unknown));
                }
            }
            _ => {
                unknown.insert(name.to_owned());
            }
        }
    }
    let mut notes = Vec::new();
    if !unknown.is_empty() {
        let list = unknown.into_iter().collect::<Vec<_>>().join(", ");
        notes.push(format!("Left out, because this version doesn't know it: {list}."));
    }
    if cleaned > 0 {
        notes.push(
            "A URL carried a credential. It was left out: type it into the token field instead.".to_owned(),
        );
    }
    notes
}

/// Collects unknown field names; returns whether the URL carried a secret.
fn look_at_profile(profile: &ron::Value, unknown: &mut BTreeSet<String>) -> bool {
    let ron::Value::Map(fields) = profile else { return false };
    let mut had_secret = false;
    for (key, value) in fields.iter() {
        let name = word(key);
        match (name, value) {
            ("url", ron::Value::String(url)) => had_secret = clean_url(url).0 != url.as_str(),
            ("switches", ron::Value::Map(switches)) => {
                let strange = switches.keys().map(word).filter(|name| !SWITCHES.contains(name));
                unknown.extend(strange.map(|name| format!("switches.{name}")));
            }
            ("reach", ron::Value::Map(reach)) => {
                let strange = reach.keys().map(word).filter(|name| !REACH.contains(name));
                unknown.extend(strange.map(|name| format!("reach.{name}")));
            }
            _ if FIELDS.contains(&name) => {}
            _ => {
                unknown.insert(name.to_owned());
            }
        }
    }
    had_secret
}

fn word(key: &ron::Value) -> &str {
    if let ron::Value::String(name) = key { name } else { "?" }
}

/// The fields of a profile; a test compares them with what is written.
const FIELDS: [&str; 18] = [
    "id",
    "name",
    "url",
    "mode",
    "credential",
    "token_place",
    "in_band",
    "email",
    "cookie_name",
    "remember",
    "protocol",
    "transport",
    "switches",
    "connect_timeout_s",
    "subprotocols",
    "origin",
    "examine",
    "reach",
];
/// The fields of its reach.
const REACH: [&str; 11] = [
    "headers",
    "cookies",
    "query",
    "authorities",
    "certificate",
    "key",
    "accept_invalid",
    "server_name",
    "proxy",
    "proxy_url",
    "family",
];
/// The fields of its switches.
const SWITCHES: [&str; 5] = ["auto_pong", "reconnect", "resubscribe", "measure", "reauth"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Settings, Transport};

    fn profile() -> Profile {
        Profile {
            id: ProfileId(7),
            name: "Production".into(),
            url: "https://cms.example.com".into(),
            transport: Transport::Portable,
            subprotocols: vec!["graphql-transport-ws".into()],
            ..Profile::default()
        }
    }

    #[test]
    fn what_is_exported_can_be_imported_without_a_note() {
        let import = import_ron(&export_ron(&[profile()]).unwrap()).unwrap();
        assert_eq!(
            import,
            Import { profiles: vec![Profile { id: ProfileId(0), ..profile() }], notes: Vec::new() }
        );
    }

    #[test]
    fn an_import_never_replaces_what_is_there() {
        let mut settings = Settings::default();
        settings.add(profile());
        for imported in import_ron(&export_ron(&[profile(), profile()]).unwrap()).unwrap().profiles {
            settings.add(imported);
        }
        let found: Vec<_> =
            settings.profiles.iter().map(|profile| (profile.id.0, profile.name.as_str())).collect();
        assert_eq!(found, [(7, "Production"), (8, "Production 2"), (9, "Production 3")]);
    }

    #[test]
    fn unknown_fields_are_tolerated_and_listed() {
        let text = r#"(harewire_profiles: 1, comment: "x", profiles: [(name: "A", colour: 3, switches: (turbo: true))])"#;
        let import = import_ron(text).unwrap();
        assert_eq!(import.profiles[0].name, "A");
        assert_eq!(
            import.notes,
            ["Left out, because this version doesn't know it: colour, comment, switches.turbo."]
        );
    }

    #[test]
    fn a_credential_in_an_exported_or_imported_url_is_left_out() {
        let planted = Profile { url: "https://h/?access_token=planted-1".into(), ..profile() };
        assert!(!export_ron(&[planted]).unwrap().contains("planted"));
        let import =
            import_ron(r#"(harewire_profiles: 1, profiles: [(url: "wss://a:planted-2@h")])"#).unwrap();
        assert_eq!(import.profiles[0].url, "wss://h");
        assert!(import.notes[0].contains("credential"));
    }

    #[test]
    fn each_refusal_is_a_sentence() {
        let malformed = import_ron("(harewire_profiles: 1,\n profiles: [(name: 3)])").unwrap_err();
        assert!(matches!(malformed, ImportError::Malformed { line: 2, .. }), "{malformed}");
        for (text, word) in [
            ("", "line 1"),
            ("(profiles: [])", "harewire_profiles"),
            ("(harewire_profiles: 1, profiles: [])", "empty"),
            ("(harewire_profiles: 2, profiles: [])", "newer"),
            ("{\"json\": true}", "line 1"),
        ] {
            let sentence = import_ron(text).unwrap_err().to_string();
            assert!(sentence.contains(word) && sentence.ends_with('.'), "{text}: {sentence}");
        }
        assert_eq!(import_ron(&" ".repeat(MOST_BYTES + 1)), Err(ImportError::TooLong));
    }

    #[test]
    fn the_list_of_fields_is_the_list_of_fields() {
        let text = export_ron(&[profile()]).unwrap();
        let written: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("            "))
            .filter(|line| !line.starts_with(' '))
            .filter_map(|line| line.split_once(':'))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(written, FIELDS);
        let inner = |part: &str| -> Vec<&str> {
            let opening = format!("{part}: (");
            text.lines()
                .skip_while(|line| !line.ends_with(&opening))
                .skip(1)
                .take_while(|line| line.trim() != "),")
                .filter_map(|line| line.strip_prefix("                "))
                .filter_map(|line| line.split_once(':'))
                .map(|(name, _)| name)
                .collect()
        };
        assert_eq!(inner("switches"), SWITCHES);
        assert_eq!(inner("reach"), REACH);
    }

    #[test]
    fn a_list_without_end_is_refused() {
        let list = "(name: \"x\"), ".repeat(MOST_PROFILES + 1);
        let text = format!("(harewire_profiles: 1, profiles: [{list}])");
        assert_eq!(import_ron(&text), Err(ImportError::TooMany(MOST_PROFILES + 1)));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_fail(
            text in ".{0,60}",
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "(", ")", "[", "]", "{", "}", ":", ",", "harewire_profiles", "profiles", "1", "4294967296", "url", "name",
                "id", "18446744073709551615", "\"x\"", "\"ws://a:b@c?token=d\"", "Some", "switches", "()",
            ]), 0..24),
        ) {
            for text in [text, pieces.concat(), format!("(harewire_profiles:1,profiles:[({})])", pieces.concat())] {
                let _import = import_ron(&text);
                let _settings = Settings::from_ron(&text);
                let _check = crate::settings::check(&text);
            }
        }
    }

    #[test]
    fn nesting_without_end_is_an_error() {
        for open in ["[", "(", "{\"a\":", "Some("] {
            let text = format!("(harewire_profiles:1,profiles:[(name:{}", open.repeat(100_000));
            assert!(import_ron(&text).is_err(), "{open}");
            assert!(Settings::from_ron(&text).is_err(), "{open}");
        }
    }
}
