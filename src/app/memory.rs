//! `Memory`: settings, and the tokens that live only until the window closes.

use std::collections::HashMap;
use std::time::Instant;

use super::vault::Vault;
use super::vault_work::same_server;
use crate::directus::{AuthMode, Secret};
use crate::settings::{
    CredentialKind, Environment, FilterTrouble, KEY, Profile, ProfileId, ReachSecret, SavedFilter, Settings,
};

/// What the app remembers. Settings go to eframe's storage; credentials at most to the keyring.
pub struct Memory {
    settings: Settings,
    /// The values of credentials.
    pub vault: Vault,
    /// What the variables of this process say.
    pub environment: Environment,
    /// Values of secret headers, cookies and parameters.
    reach: HashMap<ProfileId, Vec<ReachSecret>>,
    removed: Option<(usize, Profile)>,
    removed_filter: Option<(usize, SavedFilter)>,
    /// Settings changed since they were stored.
    unsaved: bool,
    /// A second instance reads settings and leaves storing them to the first.
    stores: bool,
}

impl Memory {
    /// Reads the stored settings. Returns sentences about what was changed in them.
    pub fn read(stored: Option<&str>, stores: bool) -> (Self, Vec<String>) {
        let (settings, notes) = match stored.map(Settings::from_ron) {
            None => (Settings::default(), Vec::new()),
            Some(Ok(loaded)) => (loaded.settings, loaded.notes),
            Some(Err(unreadable)) => (Settings::default(), vec![unreadable.to_string()]),
        };
        let memory = Self {
            settings,
            vault: Vault::default(),
            environment: Environment::default(),
            reach: HashMap::new(),
            removed: None,
            removed_filter: None,
            unsaved: false,
            stores,
        };
        (memory, notes)
    }

    /// The settings in effect.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The settings, to be changed and stored.
    pub fn change(&mut self) -> &mut Settings {
        self.unsaved = true;
        &mut self.settings
    }

    /// Whether they must be stored now.
    pub fn take_unsaved(&mut self) -> bool {
        std::mem::take(&mut self.unsaved) && self.stores
    }

    /// Puts the settings into eframe's storage.
    pub fn store(&self, storage: &mut dyn eframe::Storage) {
        // Settings are plain data; RON refuses none of it.
        if let (true, Ok(text)) = (self.stores, self.settings.to_ron()) {
            storage.set_string(KEY, text);
        }
    }

    /// The static token of a profile known in this session.
    pub fn token(&self, profile: ProfileId) -> Option<&Secret> {
        self.vault.secret(profile, CredentialKind::StaticToken)
    }

    /// Keeps a static token until the window closes.
    pub fn keep_token(&mut self, profile: ProfileId, token: Secret) {
        self.vault.keep((profile, CredentialKind::StaticToken), token);
    }

    /// Secret values on the way to the server of a profile, as entered in this session.
    pub fn reach_secrets(&self, profile: ProfileId) -> &[ReachSecret] {
        self.reach.get(&profile).map_or(&[], Vec::as_slice)
    }

    /// Adds or replaces a profile and makes it the last used. A token in its URL moves to the
    /// vault; what is to be remembered goes to the keyring.
    pub fn save_profile(&mut self, mut profile: Profile, now: Instant) -> Profile {
        let token = profile.take_token();
        let secrets = profile.reach.take_secrets();
        let known = self.settings.profile(profile.id).filter(|known| !same_server(known, &profile)).cloned();
        if let Some(known) = known {
            // The credential of one server must not travel to another because somebody edited the URL.
            self.vault.part(&known, now);
            self.reach.remove(&profile.id);
        }
        if profile.name.trim().is_empty() {
            profile.name = profile
                .endpoint()
                .map_or_else(|_| "Server".to_owned(), |endpoint| endpoint.host().to_owned());
        }
        match self.settings.profile_mut(profile.id) {
            Some(known) => known.clone_from(&profile),
            None => profile.id = self.settings.add(profile.clone()),
        }
        let saved = self.settings.profile(profile.id).cloned().unwrap_or(profile);
        self.settings.last_profile = saved.id;
        let kept = self.reach.entry(saved.id).or_default();
        for secret in secrets {
            kept.retain(|old| (old.place, &old.name) != (secret.place, &secret.name));
            kept.push(secret);
        }
        if let Some(token) = token {
            self.keep_token(saved.id, token);
        }
        self.vault.settle(&saved, now);
        self.unsaved = true;
        saved
    }

    /// Removes a profile, and its values from the keyring; [`Memory::undo_remove`] brings it back.
    pub fn remove_profile(&mut self, id: ProfileId, now: Instant) {
        if let Some(removed) = self.settings.remove(id) {
            self.vault.forget(&removed.1, now);
            self.removed = Some(removed);
            self.unsaved = true;
        }
    }

    /// The name of the profile that can be put back.
    pub fn removed_profile(&self) -> Option<&str> {
        self.removed.as_ref().map(|(_, profile)| profile.name.as_str())
    }

    /// Puts the profile removed last back to its place, and the values known in this session into the keyring.
    pub fn undo_remove(&mut self, now: Instant) {
        if let Some((place, profile)) = self.removed.take() {
            self.vault.settle(&profile, now);
            self.settings.restore(place, profile);
            self.unsaved = true;
        }
    }

    /// Whether a token of this session stands in a text.
    pub fn is_token_in(&self, text: &str) -> bool {
        let reach = self.reach.values().flatten().map(|secret| &secret.value);
        self.vault.is_secret_in(text)
            || reach.into_iter().any(|secret| !secret.is_empty() && text.contains(secret.expose()))
    }

    /// Removes a saved filter; [`Memory::undo_remove_filter`] brings it back.
    pub fn remove_filter(&mut self, place: usize) {
        if let Some(filter) = self.change().filters.remove(place) {
            self.removed_filter = Some((place, filter));
        }
    }

    /// The name of the saved filter that can be put back.
    pub fn removed_filter(&self) -> Option<&str> {
        self.removed_filter.as_ref().map(|(_, filter)| filter.name.as_str())
    }

    /// Puts the saved filter removed last back to its place.
    ///
    /// # Errors
    /// Its name or its place was taken meanwhile; it can still be put back later.
    pub fn undo_remove_filter(&mut self) -> Result<(), FilterTrouble> {
        let Some((place, filter)) = self.removed_filter.clone() else { return Ok(()) };
        self.change().filters.restore(place, filter)?;
        self.removed_filter = None;
        Ok(())
    }

    /// The profile of the demo server at `url`, made anew each time since its port changes.
    pub fn demo_profile(url: &str) -> Profile {
        Profile {
            name: "Demo server".to_owned(),
            url: url.to_owned(),
            mode: AuthMode::Handshake,
            ..Profile::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stays_with_its_server() {
        let now = Instant::now();
        let (mut memory, _) = Memory::read(None, true);
        let profile = |url: &str| Profile { url: url.to_owned(), ..Profile::default() };
        let stored = memory.save_profile(profile("https://cms.example.com"), now);
        memory.keep_token(stored.id, Secret::new("planted-secret"));
        let mut again = |url: &str| {
            memory.save_profile(Profile { url: url.to_owned(), ..stored.clone() }, now);
            let kept = memory.token(stored.id).is_some();
            memory.save_profile(stored.clone(), now);
            memory.keep_token(stored.id, Secret::new("planted-secret"));
            kept
        };
        assert!(again("wss://cms.example.com/websocket"), "the same server, told in another way");
        assert!(!again("https://cms.example.org"), "another host");
        assert!(!again("https://cms.example.com:8443"), "another port");
        assert!(!again("http://cms.example.com:443"), "the token would go in the clear");
    }

    #[test]
    fn secret_values_of_the_way_live_for_the_session_and_stay_with_their_server() {
        let (mut memory, _) = Memory::read(None, true);
        let mut profile =
            Profile { url: "wss://chat.example.com/socket?token=planted-1".to_owned(), ..Profile::default() };
        profile.reach.cookies =
            vec![crate::settings::Pair { name: "s".to_owned(), value: "planted-2".to_owned() }];
        let stored = memory.save_profile(profile, Instant::now());
        assert_eq!(memory.reach_secrets(stored.id).len(), 2);
        assert!(!memory.settings().to_ron().unwrap().contains("planted"));
        let again = memory.save_profile(stored.clone(), Instant::now());
        assert_eq!(memory.reach_secrets(again.id).len(), 2, "an empty value means the one entered before");
        let mut changed = stored.clone();
        changed.reach.cookies[0].value = "planted-3".to_owned();
        memory.save_profile(changed, Instant::now());
        assert_eq!(memory.reach_secrets(stored.id).len(), 2);
        assert!(memory.is_token_in("x planted-3 y") && !memory.is_token_in("planted-2"));
        memory.save_profile(
            Profile { url: "wss://other.example.com/socket".to_owned(), ..stored.clone() },
            Instant::now(),
        );
        assert_eq!(memory.reach_secrets(stored.id).len(), 0, "another server gets none of them");
    }
}
