//! What becomes of the keyring's answers, and of answers that don't come.

use super::keyring::{KeyringTrouble, Outcome, Task};
use super::{Asked, Key, Vault, VaultNews};
use crate::directus::Secret;
use crate::ui::vault_model::KeyringState;

impl Vault {
    pub(super) fn answered(
        &mut self,
        asked: Asked,
        said: Result<Outcome, KeyringTrouble>,
        news: &mut Vec<VaultNews>,
    ) {
        let Asked { task, name, told, .. } = asked;
        match (task, said) {
            (Task::Open, said) => self.opened(said.is_ok()),
            (Task::Pass, _) => {}
            (Task::Read(key, server), Ok(Outcome::Value(secret))) => {
                self.kept.insert(key, (server, secret.clone()));
                self.fetched(key, secret, told.then_some(name.as_str()), news);
            }
            (Task::Read(key, _), Ok(Outcome::Foreign(server))) => {
                self.gone(key);
                news.push(VaultNews::Told(format!(
                    "The {} that the keyring holds for “{name}” belongs to {server}, so it was not used.",
                    key.1.secret_name()
                )));
                self.give_up(
                    key,
                    format!("Type the {} of this server, then connect.", key.1.secret_name()),
                    news,
                );
            }
            (Task::Read(key, _), Ok(Outcome::Nothing | Outcome::Done)) => {
                self.gone(key);
                let what = key.1.secret_name();
                self.give_up(
                    key,
                    format!("The keyring holds no {what} for “{name}”. Type it, then connect."),
                    news,
                );
            }
            (Task::Read(key, _), Err(trouble)) => {
                let what = key.1.secret_name();
                let sentence = format!("The {what} of “{name}” is not at hand: {trouble}.");
                self.give_up(key, format!("{sentence} You can also type it, then connect."), news);
                self.trouble = Some(sentence);
            }
            (Task::Write(key, server, secret), Ok(_)) => {
                self.kept.insert(key, (server, secret));
                self.mended(key);
                if told {
                    let what = key.1.secret_name();
                    news.push(VaultNews::Told(format!(
                        "The keyring answered: it holds the {what} of “{name}” now."
                    )));
                }
            }
            (Task::Delete(key), Ok(_)) => {
                self.gone(key);
                self.mended(key);
            }
            (task @ (Task::Write(..) | Task::Delete(_)), Err(trouble)) => {
                self.fail(task, &name, trouble);
                news.extend(self.trouble.clone().map(VaultNews::Told));
            }
        }
    }

    fn opened(&mut self, is_open: bool) {
        self.state = match (is_open, self.reads_only) {
            (false, _) => KeyringState::Missing,
            (true, true) => KeyringState::ReadOnly,
            (true, false) => KeyringState::Ready,
        };
    }

    /// A value came, `late` for the profile of this name if it was given up. What was typed meanwhile is newer.
    fn fetched(&mut self, key: Key, secret: Secret, late: Option<&str>, news: &mut Vec<VaultNews>) {
        self.secrets.entry(key).or_insert(secret);
        if self.trouble.is_some() && self.failed.is_empty() {
            self.trouble = None;
        }
        if self.awaits(key) {
            news.extend(self.awaited.take().map(|awaited| VaultNews::Go(Box::new(awaited))));
        } else if let Some(name) = late {
            let what = key.1.secret_name();
            news.push(VaultNews::Told(format!(
                "The keyring answered: the {what} of “{name}” is at hand now."
            )));
        }
    }

    fn awaits(&self, key: Key) -> bool {
        self.awaited.as_ref().is_some_and(|awaited| (awaited.profile.id, awaited.profile.credential) == key)
    }

    /// The connection that waits for this value waits no longer.
    fn give_up(&mut self, key: Key, sentence: String, news: &mut Vec<VaultNews>) {
        if self.awaits(key) {
            self.awaited = None;
            news.push(VaultNews::Failed(sentence));
        }
    }

    fn gone(&mut self, key: Key) {
        self.kept.remove(&key);
    }

    fn mended(&mut self, key: Key) {
        self.failed.retain(|(task, _)| task.key() != Some(key));
        if self.failed.is_empty() {
            self.trouble = None;
        }
    }

    pub(super) fn fail(&mut self, task: Task, name: &str, trouble: KeyringTrouble) {
        let sentence = match &task {
            Task::Open | Task::Pass | Task::Read(..) => return,
            Task::Write((_, kind), ..) => {
                format!("The {} of “{name}” is kept for this session only: {trouble}.", kind.secret_name())
            }
            Task::Delete((_, kind)) => format!(
                "Whether the keyring still holds the {} of “{name}” is not known: {trouble}.",
                kind.secret_name()
            ),
        };
        self.trouble = Some(sentence);
        self.failed.retain(|(failed, _)| failed.key() != task.key());
        self.failed.push((task, name.to_owned()));
    }

    /// A question takes too long; its answer still counts when it comes.
    pub(super) fn slow(&mut self, task: &Task, name: &str, news: &mut Vec<VaultNews>) {
        let trouble = KeyringTrouble::Slow;
        let sentence = match task {
            Task::Pass => return,
            Task::Open => {
                self.state = KeyringState::Missing;
                return;
            }
            Task::Read(key, _) => {
                let what = key.1.secret_name();
                let sentence = format!("The {what} of “{name}” is not at hand: {trouble}.");
                self.give_up(
                    *key,
                    format!("{sentence} Answer it there or type the {what}, then connect."),
                    news,
                );
                self.trouble = Some(sentence);
                return;
            }
            Task::Write((_, kind), ..) => {
                format!(
                    "The {} of “{name}” is kept for this session only so far: {trouble}.",
                    kind.secret_name()
                )
            }
            Task::Delete((_, kind)) => {
                format!("The {} of “{name}” still lies in the keyring: {trouble}.", kind.secret_name())
            }
        };
        self.trouble = Some(sentence.clone());
        news.push(VaultNews::Told(sentence));
    }
}
