//! `Vault`: the values of credentials. All live until the window closes; those the user wants remembered lie in the
//! system's keyring too. Nothing here waits for it: questions go to a thread, answers are taken once a frame.

mod answers;
mod keyring;
mod system;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use keyring::{Asker, Keyring, KeyringTrouble, Opener, Task};

use super::place::KeyringChoice;
use crate::directus::Secret;
use crate::engine::Wake;
use crate::settings::{CredentialKind, Profile, ProfileId};
use crate::ui::vault_model::KeyringState;

/// A value's place: one for each profile and kind.
pub type Key = (ProfileId, CredentialKind);

/// How long the keyring may take before the user is told. Its answer still counts when it comes.
const LIMIT: Duration = Duration::from_secs(3);

/// Something was asked of the keyring.
struct Asked {
    number: u64,
    task: Task,
    /// Name of the profile, for sentences.
    name: String,
    since: Instant,
    /// The user knows that it takes long.
    told: bool,
}

/// A connection that waits for its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// To this server.
    pub profile: Profile,
    /// With this one-time password.
    pub otp: Option<Secret>,
    /// In a new tab.
    pub beside: bool,
}

/// What happened with the keyring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultNews {
    /// The value that a connection waited for is there.
    Go(Box<Awaited>),
    /// A connection waited for a value that does not come, and why.
    Failed(String),
    /// Something the user should know.
    Told(String),
}

/// A new refresh token counts in this session only.
const HELD: u8 = 0;
/// It goes to the keyring.
const WRITTEN: u8 = 1;
/// The profile goes to another server now: it counts nowhere.
const PARTED: u8 = 2;

/// A keeper was given this.
struct Rotated {
    /// Asked of the keyring under this number.
    number: Option<u64>,
    task: Task,
    name: String,
    fate: Arc<AtomicU8>,
}

/// From the keepers to the window.
struct Rotations(Sender<Rotated>, Receiver<Rotated>);

impl Default for Rotations {
    fn default() -> Self {
        let (sender, receiver) = crossbeam_channel::unbounded();
        Self(sender, receiver)
    }
}

/// The values of credentials.
#[derive(Default)]
pub struct Vault {
    secrets: HashMap<Key, Secret>,
    /// What the keyring is known to hold.
    kept: HashMap<Key, (String, Secret)>,
    keyring: Option<Keyring>,
    wake: Option<Wake>,
    /// What keepers were given.
    rotations: Rotations,
    /// What becomes of the refresh tokens that keepers are given.
    fates: HashMap<Key, Arc<AtomicU8>>,
    state: KeyringState,
    /// Another window is the one that writes.
    reads_only: bool,
    asked: Vec<Asked>,
    /// What failed and can be tried again.
    failed: Vec<(Task, String)>,
    trouble: Option<String>,
    awaited: Option<Awaited>,
}

impl Vault {
    /// Opens the keyring of a place. `writes`: this is the window that saves settings.
    pub fn open_in(&mut self, choice: &KeyringChoice, writes: bool, wake: &Wake, now: Instant) {
        let opener: Opener = match choice {
            KeyringChoice::None => return,
            KeyringChoice::System => Box::new(system::open),
            KeyringChoice::Store(store) => {
                let store = Arc::clone(store);
                Box::new(move || Ok(Arc::clone(&store)))
            }
        };
        self.open(opener, writes, wake, now);
    }

    fn open(&mut self, opener: Opener, writes: bool, wake: &Wake, now: Instant) {
        self.keyring = Some(Keyring::start(opener, wake.clone()));
        self.wake = Some(wake.clone());
        self.state = KeyringState::Opening;
        self.reads_only = !writes;
        self.ask(Task::Open, "", now);
    }

    /// The value known in this run.
    pub fn secret(&self, profile: ProfileId, kind: CredentialKind) -> Option<&Secret> {
        self.secrets.get(&(profile, kind))
    }

    /// All places of values known in this run.
    pub fn known(&self) -> Vec<Key> {
        self.secrets.keys().copied().collect()
    }

    /// All places of values known to lie in the keyring.
    pub fn kept(&self) -> Vec<Key> {
        self.kept.keys().copied().collect()
    }

    /// Whether values can be kept beyond this run.
    pub fn state(&self) -> KeyringState {
        self.state
    }

    /// What went wrong and was not mended since.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Whether a connection waits for the keyring.
    pub fn is_waiting(&self) -> bool {
        self.awaited.is_some()
    }

    /// Whether a value known here stands in a text.
    pub fn is_secret_in(&self, text: &str) -> bool {
        self.secrets.values().any(|secret| !secret.is_empty() && text.contains(secret.expose()))
    }

    /// Keeps a value until the window closes.
    pub fn keep(&mut self, key: Key, secret: Secret) {
        self.secrets.insert(key, secret);
    }

    /// Puts the value of a profile that is to be remembered into the keyring, unless it lies there.
    pub fn settle(&mut self, profile: &Profile, now: Instant) {
        let key = (profile.id, profile.credential);
        let Some(secret) = self.secrets.get(&key).cloned().filter(|_| profile.remember) else { return };
        let lies_there =
            |(kept_for, kept): &(String, Secret)| *kept == secret && *kept_for == server(profile);
        if self.kept.get(&key).is_some_and(lies_there) {
            return;
        }
        let task = write_task(key, profile, secret);
        if let Some(fate) = self.fates.get(&key).filter(|_| self.state == KeyringState::Ready) {
            fate.store(WRITTEN, Ordering::Release);
        }
        match self.state {
            KeyringState::Ready | KeyringState::Opening => self.ask(task, &profile.name, now),
            KeyringState::Missing => self.fail(task, &profile.name, KeyringTrouble::Missing),
            KeyringState::ReadOnly => {}
        }
    }

    /// What takes the refresh tokens that replace that of a profile, from any thread: each goes to the keyring before
    /// all that is asked later, if its predecessor lies there or is to; the window may sleep meanwhile. Also a window
    /// that saves no settings does this: not to write would leave a dead token.
    pub fn keeper(&mut self, profile: &Profile) -> impl Fn(Secret) + Send + Sync + 'static {
        let key = (profile.id, CredentialKind::RefreshToken);
        let writes = self.kept.contains_key(&key)
            || (profile.remember && matches!(self.state, KeyringState::Ready | KeyringState::Opening));
        let fate = Arc::clone(self.fates.entry(key).or_default());
        fate.store(if writes { WRITTEN } else { HELD }, Ordering::Release);
        let asker = self.keyring.as_ref().map(|keyring| keyring.asker().clone());
        let (inbox, wake) = (self.rotations.0.clone(), self.wake.clone());
        let (server, name) = (server(profile), profile.name.clone());
        move |secret| {
            let asker = asker.as_ref().filter(|_| fate.load(Ordering::Acquire) == WRITTEN);
            let number = asker.map(Asker::number);
            let task = Task::Write(key, server.clone(), secret);
            // Told before it is asked, so that the answer finds the question.
            let rotated = Rotated { number, task: task.clone(), name: name.clone(), fate: Arc::clone(&fate) };
            let _closed = inbox.send(rotated);
            if let (Some(asker), Some(number)) = (asker, number) {
                asker.ask(number, task);
            }
            if let Some(wake) = &wake {
                wake.ring();
            }
        }
    }

    /// Takes what keepers were given.
    fn take_rotated(&mut self, now: Instant) {
        while let Ok(Rotated { number, task, name, fate }) = self.rotations.1.try_recv() {
            let Task::Write(key, _, secret) = &task else { continue };
            if fate.load(Ordering::Acquire) != PARTED {
                self.secrets.insert(*key, secret.clone());
            }
            if let Some(number) = number {
                self.asked.push(Asked { number, task, name, since: now, told: false });
            }
        }
    }

    /// Takes the values of a profile out of the keyring; they stay known until the window closes.
    pub fn forget(&mut self, profile: &Profile, now: Instant) {
        self.failed.retain(|(task, _)| task.key().is_none_or(|(id, _)| id != profile.id));
        if let Some(fate) = self.fates.get(&(profile.id, CredentialKind::RefreshToken)) {
            fate.store(HELD, Ordering::Release);
        }
        for kind in CredentialKind::WITH_SECRET {
            let key = (profile.id, kind);
            let asked = self.asked.iter().any(|asked| asked.task.key() == Some(key));
            if self.kept.contains_key(&key) || asked || profile.remember {
                self.ask(Task::Delete(key), &profile.name, now);
            }
        }
    }

    /// The profile goes to another server now: nothing of the old one goes along.
    pub fn part(&mut self, before: &Profile, now: Instant) {
        self.secrets.retain(|(id, _), _| *id != before.id);
        self.forget(before, now);
        if let Some(fate) = self.fates.remove(&(before.id, CredentialKind::RefreshToken)) {
            fate.store(PARTED, Ordering::Release);
        }
    }

    /// Reads the value of a profile for a connection that waits for it.
    pub fn fetch(&mut self, awaited: Awaited, now: Instant) {
        let profile = &awaited.profile;
        let (key, name) = ((profile.id, profile.credential), profile.name.clone());
        let task = Task::Read(key, server(profile));
        self.awaited = Some(awaited);
        self.ask(task, &name, now);
    }

    /// Asks again for all that failed.
    pub fn retry(&mut self, now: Instant) {
        self.trouble = None;
        self.ask(Task::Open, "", now);
        for (task, name) in std::mem::take(&mut self.failed) {
            // What was typed since counts.
            let task = match task {
                Task::Write(key, server, old) => {
                    Task::Write(key, server, self.secrets.get(&key).cloned().unwrap_or(old))
                }
                task => task,
            };
            self.ask(task, &name, now);
        }
    }

    /// Takes what the keyring answered, and says what takes too long.
    pub fn poll(&mut self, now: Instant) -> Vec<VaultNews> {
        let mut news = Vec::new();
        self.take_rotated(now);
        while let Some(keyring) = &self.keyring {
            match keyring.answer() {
                Ok(None) => break,
                Ok(Some((number, said))) => {
                    let Some(place) = self.asked.iter().position(|asked| asked.number == number) else {
                        continue;
                    };
                    let asked = self.asked.remove(place);
                    self.answered(asked, said, &mut news);
                }
                Err(_gone) => {
                    self.keyring = None;
                    self.state = KeyringState::Missing;
                }
            }
        }
        if self.keyring.is_none() {
            for asked in std::mem::take(&mut self.asked) {
                self.answered(asked, Err(KeyringTrouble::Missing), &mut news);
            }
        }
        let late: Vec<usize> = (0..self.asked.len())
            .filter(|place| {
                self.asked.get(*place).is_some_and(|asked| !asked.told && asked.since + LIMIT <= now)
            })
            .collect();
        for place in late {
            let Some(asked) = self.asked.get_mut(place) else { continue };
            asked.told = true;
            let (task, name) = (asked.task.clone(), asked.name.clone());
            self.slow(&task, &name, &mut news);
        }
        news
    }

    /// How long until `poll` has something to say by itself.
    pub fn patience(&self, now: Instant) -> Option<Duration> {
        let waiting = self.asked.iter().filter(|asked| !asked.told);
        waiting.map(|asked| (asked.since + LIMIT).saturating_duration_since(now)).min()
    }

    /// The window closes: what the keyring was given is written first, unless it hangs.
    pub fn finish(&mut self) {
        self.take_rotated(Instant::now());
        let writes = self.asked.iter().any(|asked| matches!(asked.task, Task::Write(..) | Task::Delete(_)));
        if let Some(keyring) = self.keyring.take().filter(|_| writes) {
            keyring.finish(LIMIT);
        }
    }

    fn ask(&mut self, task: Task, name: &str, now: Instant) {
        // Without a keyring `poll` answers.
        let number = self.keyring.as_ref().map_or(0, |keyring| {
            let number = keyring.asker().number();
            keyring.asker().ask(number, task.clone());
            number
        });
        self.asked.push(Asked { number, task, name: name.to_owned(), since: now, told: false });
    }
}

impl Task {
    fn key(&self) -> Option<Key> {
        match self {
            Self::Open | Self::Pass => None,
            Self::Read(key, _) | Self::Write(key, ..) | Self::Delete(key) => Some(*key),
        }
    }
}

fn write_task(key: Key, profile: &Profile, secret: Secret) -> Task {
    Task::Write(key, server(profile), secret)
}

/// To whom a value may be shown: scheme, host and port.
fn server(profile: &Profile) -> String {
    profile.endpoint().map_or_else(
        |_| profile.url.clone(),
        |endpoint| {
            let scheme = if endpoint.is_tls() { "wss" } else { "ws" };
            format!("{scheme}://{}:{}", endpoint.host(), endpoint.port())
        },
    )
}
