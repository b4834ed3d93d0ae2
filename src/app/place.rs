//! Where Harewire keeps its files, and who may write there.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyring_core::api::CredentialStore;

use crate::capture::private;
use crate::settings::{self, Check};

/// The folders of this user.
#[derive(Clone, Debug)]
pub struct Place {
    folder: PathBuf,
    keyring: KeyringChoice,
}

/// Where credentials may be kept.
#[derive(Clone, Debug)]
pub(super) enum KeyringChoice {
    /// Nowhere.
    None,
    /// In the user's keyring.
    System,
    /// Here.
    Store(Arc<CredentialStore>),
}

/// What was found when the window starts.
#[derive(Debug)]
pub struct Start {
    /// eframe's storage file.
    pub storage: PathBuf,
    /// Sentences to show.
    pub notes: Vec<String>,
    /// Held while this is the instance that saves settings; `None` for a second one.
    pub lock: Option<File>,
}

impl Place {
    /// The data folder the system names for this user; `None` where it names none.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        let folders = directories::ProjectDirs::from("", "", "harewire")?;
        Some(Self { folder: folders.data_dir().to_owned(), keyring: KeyringChoice::System })
    }

    /// A place in a folder of one's own choice. The user's keyring is left alone.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), keyring: KeyringChoice::None }
    }

    /// The same place with a keyring of one's own choice, for tests and for hosts that bring one.
    #[must_use]
    pub fn with_keyring(mut self, store: Arc<CredentialStore>) -> Self {
        self.keyring = KeyringChoice::Store(store);
        self
    }

    pub(super) const fn keyring(&self) -> &KeyringChoice {
        &self.keyring
    }

    /// Where captures go.
    #[must_use]
    pub fn captures(&self) -> PathBuf {
        self.folder.join("captures")
    }

    /// Prepares the folder: takes the lock, looks at the settings before eframe does. A damaged settings file is set
    /// aside and the last good copy put in its place; nothing is ever silently replaced.
    ///
    /// # Errors
    /// Those of making the folder.
    pub fn start(&self, now_us: i64) -> io::Result<Start> {
        private::create_folder(&self.folder)?;
        let storage = self.folder.join("app.ron");
        let mut notes = Vec::new();
        let lock = File::options().create(true).truncate(false).write(true).open(self.folder.join("lock"))?;
        let lock = match lock.try_lock() {
            Ok(()) => Some(lock),
            Err(fs::TryLockError::WouldBlock) => {
                notes
                    .push("Another Harewire window is open: settings changed here are not saved.".to_owned());
                None
            }
            // A file system without locks: rather save than never save.
            Err(fs::TryLockError::Error(_)) => Some(lock),
        };
        if lock.is_some() {
            notes.extend(self.check(&storage, now_us)?);
        }
        Ok(Start { storage, notes, lock })
    }

    fn check(&self, storage: &Path, now_us: i64) -> io::Result<Option<String>> {
        let text = match fs::read(storage) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let good = self.folder.join("app.good.ron");
        let Check::Damaged(sentence) = settings::check(&text) else {
            fs::copy(storage, good)?;
            return Ok(None);
        };
        let aside = self.folder.join(format!("app.ron.damaged-{}", now_us / 1_000_000));
        fs::rename(storage, &aside)?;
        let usable = fs::read_to_string(&good).is_ok_and(|text| settings::check(&text) == Check::Sound);
        let rest = if usable {
            fs::copy(&good, storage)?;
            "Those of the last start are in use."
        } else {
            "Harewire starts with its defaults."
        };
        Ok(Some(format!("{sentence} It was set aside as {}. {rest}", aside.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::at(&folder.path().join("harewire"));
        (folder, place)
    }

    #[test]
    fn a_first_start_has_nothing_to_say() {
        let (_folder, place) = place();
        let start = place.start(0).unwrap();
        assert!(start.notes.is_empty() && start.lock.is_some());
    }

    #[test]
    fn a_second_instance_does_not_save() {
        let (_folder, place) = place();
        let first = place.start(0).unwrap();
        let second = place.start(0).unwrap();
        assert!(second.lock.is_none() && second.notes[0].contains("not saved"), "{:?}", second.notes);
        drop(first);
        assert!(place.start(0).unwrap().lock.is_some());
    }

    #[test]
    fn damaged_settings_are_set_aside_and_the_last_good_ones_return() {
        let (_folder, place) = place();
        let storage = place.start(0).unwrap().storage;
        fs::write(&storage, "{}").unwrap();
        drop(place.start(0).unwrap());
        fs::write(&storage, "{\"harewire\": \"(vers").unwrap();
        let start = place.start(5_000_000).unwrap();
        assert!(
            start.notes[0].contains("app.ron.damaged-5") && start.notes[0].contains("last start"),
            "{:?}",
            start.notes
        );
        assert_eq!(fs::read_to_string(&storage).unwrap(), "{}");
        let aside = storage.with_file_name("app.ron.damaged-5");
        assert_eq!(fs::read_to_string(aside).unwrap(), "{\"harewire\": \"(vers");
    }
}
