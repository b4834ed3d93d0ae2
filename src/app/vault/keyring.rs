//! `Keyring`: the system's keyring, asked on a thread of its own, since it may wait for a person or for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError};
use keyring_core::Entry;
use keyring_core::api::CredentialStore;
use serde::{Deserialize, Serialize};

use super::Key;
use crate::directus::Secret;
use crate::engine::Wake;

/// The name our entries stand under in every keyring.
const SERVICE: &str = "harewire";

/// How a keyring is opened; again when asked to retry.
pub type Opener = Box<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send>;

/// Why the keyring did not do as asked. Prints as the end of a sentence, never with what the keyring itself said: that may
/// quote a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringTrouble {
    /// There is none.
    #[error("no keyring answered on this system")]
    Missing,
    /// It is locked, or its question was declined.
    #[error("the keyring is locked, or its question was declined. Unlock it, then try again")]
    Locked,
    /// It refused.
    #[error("the keyring refused. Look at it with the system's password manager, then try again")]
    Refused,
    /// What it holds was not written by us, or is broken.
    #[error("the entry in the keyring is damaged. Type the value again to replace it")]
    Damaged,
    /// The value is too long for it.
    #[error("the keyring of this system doesn't take values of this length")]
    TooLong,
    /// It took a value and gave back another.
    #[error("the keyring didn't give back what was put in")]
    Untrue,
    /// It has not answered in time.
    #[error("the keyring has not answered within 3 s; it may be waiting for its password in another window")]
    Slow,
}

impl From<keyring_core::Error> for KeyringTrouble {
    fn from(error: keyring_core::Error) -> Self {
        use keyring_core::Error;
        match error {
            Error::NoStorageAccess(_) => Self::Locked,
            Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => Self::Damaged,
            Error::TooLong(..) => Self::TooLong,
            Error::NoDefaultStore => Self::Missing,
            _ => Self::Refused,
        }
    }
}

/// An entry: the value, and the server it was meant for. No `Debug`: it holds the value in the clear.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    /// Version of this form.
    harewire: u32,
    /// Scheme, host and port it may be shown to.
    server: String,
    secret: String,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// Open it, or open it anew.
    Open,
    /// Nothing: its answer says that all before it is done.
    Pass,
    /// Tell the value, if it was stored for this server.
    Read(Key, String),
    /// Keep the value for this server.
    Write(Key, String, Secret),
    /// Forget the value.
    Delete(Key),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Opened, written or deleted.
    Done,
    /// The value.
    Value(Secret),
    /// There is no such entry.
    Nothing,
    /// It was stored for another server, which is named.
    Foreign(String),
}

/// The answer to the task with this number.
pub(super) type Answer = (u64, Result<Outcome, KeyringTrouble>);

/// The thread. Dropping this lets it end after what it was asked; a keyring that hangs keeps nobody waiting.
pub(super) struct Keyring {
    asker: Asker,
    answers: Receiver<Answer>,
}

/// Asks from any thread.
#[derive(Clone)]
pub(super) struct Asker {
    tasks: Sender<(u64, Task)>,
    last: Arc<AtomicU64>,
}

impl Asker {
    /// A number for a task.
    pub(super) fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Asks, after all that was asked before. The number comes back with the answer.
    pub(super) fn ask(&self, number: u64, task: Task) {
        // A thread that is gone shows in `Keyring::answer`.
        let _gone = self.tasks.send((number, task));
    }
}

impl Keyring {
    /// Starts the thread, which opens nothing before it is asked.
    pub(super) fn start(open: Opener, wake: Wake) -> Self {
        let (tasks, asked) = crossbeam_channel::unbounded::<(u64, Task)>();
        let (answer, answers) = crossbeam_channel::unbounded();
        let run = move || {
            let mut store = None;
            for (number, task) in asked {
                let said = perform(&open, &mut store, task);
                // Also when nobody hears the answers any more: what was asked is done to the end.
                let _heard = answer.send((number, said));
                wake.ring();
            }
        };
        // Where the system refuses a thread the channels close, and every question is answered with `Missing`.
        let _thread = std::thread::Builder::new().name("keyring".to_owned()).spawn(run);
        Self { asker: Asker { tasks, last: Arc::default() }, answers }
    }

    /// To ask with.
    pub(super) const fn asker(&self) -> &Asker {
        &self.asker
    }

    /// Waits until all that was asked is done, at most so long.
    pub(super) fn finish(self, limit: Duration) {
        let end = Instant::now() + limit;
        let last = self.asker.number();
        // Opened already: this does nothing but come after all else.
        self.asker.ask(last, Task::Pass);
        while self.answers.recv_deadline(end).is_ok_and(|(number, _)| number != last) {}
    }

    /// The next answer that is there; `Err` once the thread is gone.
    pub(super) fn answer(&self) -> Result<Option<Answer>, KeyringTrouble> {
        match self.answers.try_recv() {
            Ok(answer) => Ok(Some(answer)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(KeyringTrouble::Missing),
        }
    }
}

fn perform(
    open: &Opener,
    store: &mut Option<Arc<CredentialStore>>,
    task: Task,
) -> Result<Outcome, KeyringTrouble> {
    match task {
        Task::Pass => return Ok(Outcome::Done),
        Task::Open => *store = None,
        Task::Read(..) | Task::Write(..) | Task::Delete(_) => {}
    }
    let store = match store {
        Some(store) => store,
        // No bus, no daemon: all the same to a user.
        None => store.insert(open().map_err(|_| KeyringTrouble::Missing)?),
    };
    match task {
        Task::Open | Task::Pass => Ok(Outcome::Done),
        Task::Read(key, server) => read(&entry(store, key)?, &server),
        Task::Write(key, server, secret) => write(&entry(store, key)?, server, &secret),
        Task::Delete(key) => match entry(store, key)?.delete_credential() {
            Ok(()) => Ok(Outcome::Done),
            Err(keyring_core::Error::NoEntry) => Ok(Outcome::Nothing),
            Err(error) => Err(error.into()),
        },
    }
}

fn entry(store: &Arc<CredentialStore>, (profile, kind): Key) -> Result<Entry, KeyringTrouble> {
    Ok(store.build(SERVICE, &format!("profile-{}-{}", profile.0, kind.word()), None)?)
}

fn read(entry: &Entry, server: &str) -> Result<Outcome, KeyringTrouble> {
    let text = match entry.get_password() {
        Ok(text) => text,
        Err(keyring_core::Error::NoEntry) => return Ok(Outcome::Nothing),
        Err(error) => return Err(error.into()),
    };
    let stored: Stored = serde_json::from_str(&text).map_err(|_| KeyringTrouble::Damaged)?;
    if stored.secret.is_empty() {
        return Err(KeyringTrouble::Damaged);
    }
    if stored.server != server {
        return Ok(Outcome::Foreign(stored.server));
    }
    Ok(Outcome::Value(Secret::new(stored.secret)))
}

fn write(entry: &Entry, server: String, secret: &Secret) -> Result<Outcome, KeyringTrouble> {
    let stored = Stored { harewire: 1, server, secret: secret.expose().to_owned() };
    // Texts and a number: this can't fail.
    let text = serde_json::to_string(&stored).map_err(|_| KeyringTrouble::Refused)?;
    entry.set_password(&text)?;
    // A keyring that only says yes would be found out at the next start, when the value is gone.
    let back = entry.get_password().map_err(|error| match error {
        keyring_core::Error::NoEntry => KeyringTrouble::Untrue,
        error => error.into(),
    })?;
    if back == text { Ok(Outcome::Done) } else { Err(KeyringTrouble::Untrue) }
}
