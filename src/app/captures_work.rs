//! What is done with the data folder on a thread of its own: pruning, pinning, deleting, listing, outlining.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::Sender;

use super::notice::Notice;
use super::zone::Zones;
use crate::capture::{Aside, Outline, Store, Stored};
use crate::engine::Wake;
use crate::ui::capture_list::CaptureRow;

/// Outlines told at once: a screen and more, so that the list fills from above.
const PER_MESSAGE: usize = 64;

/// What is wanted of the folder.
pub enum Errand {
    /// Remove the oldest captures beyond so many bytes, but none of these.
    Prune(u64, Vec<PathBuf>),
    /// Keep a capture from the limit, or let it go again.
    Pin(PathBuf, bool),
    /// Delete a capture so that it can be brought back.
    SetAside(PathBuf),
    /// Bring one back.
    PutBack(Aside),
    /// Delete one for good.
    Delete(Aside),
    /// Delete for good what an earlier run set aside.
    Sweep,
}

/// What the work tells on its way.
pub enum News {
    /// Tell the user.
    Say(Notice),
    /// A capture was deleted and can be brought back.
    Aside(Aside),
    /// The list, newest first.
    Listed(Vec<CaptureRow>),
    /// Rows of that list, from this place on, now with their outlines.
    Outlined(usize, Vec<CaptureRow>),
    /// The folder can't be listed.
    Trouble(String),
}

/// What was read of captures before: a file that has not changed is not read again.
pub type Known = HashMap<PathBuf, (u64, u64, Outline)>;

/// The work, ready to be sent to its thread.
pub struct Work {
    pub store: Store,
    pub zone: Zones,
    pub utc: bool,
    pub errands: Vec<Errand>,
    /// Read first and last lines, too.
    pub outlines: bool,
    pub known: Arc<Known>,
    pub news: Sender<News>,
    pub wake: Wake,
}

impl Work {
    /// Does everything; ends early when nobody listens any more.
    pub fn run(mut self) {
        for errand in std::mem::take(&mut self.errands) {
            self.perform(errand);
        }
        match self.store.list() {
            Err(error) => self.tell(News::Trouble(format!(
                "The captures in {} can't be listed: {error}. Check that you may read the folder.",
                self.store.folder().display()
            ))),
            Ok(stored) => self.list(&stored),
        };
        self.wake.ring();
    }

    fn tell(&self, news: News) -> bool {
        let heard = self.news.send(news).is_ok();
        self.wake.ring();
        heard
    }

    fn list(&self, stored: &[Stored]) -> bool {
        let rows: Vec<CaptureRow> =
            stored.iter().map(|stored| self.row(stored, self.known(stored))).collect();
        if !self.tell(News::Listed(rows)) || !self.outlines {
            return false;
        }
        for (number, part) in stored.chunks(PER_MESSAGE).enumerate() {
            if part.iter().all(|stored| self.known(stored).is_some()) {
                continue;
            }
            let rows = part.iter().map(|stored| {
                let outline = self.known(stored).unwrap_or_else(|| Outline::read(&stored.path));
                self.row(stored, Some(outline))
            });
            if !self.tell(News::Outlined(number * PER_MESSAGE, rows.collect())) {
                return false;
            }
        }
        true
    }

    fn known(&self, stored: &Stored) -> Option<Outline> {
        let (size, modified_s, outline) = self.known.get(&stored.path)?;
        (*size == stored.size && *modified_s == stored.modified_s).then(|| outline.clone())
    }

    fn row(&self, stored: &Stored, outline: Option<Outline>) -> CaptureRow {
        let modified_us = i64::try_from(stored.modified_s).unwrap_or(0).saturating_mul(1_000_000);
        let when_us = outline.as_ref().and_then(|outline| outline.started_us).unwrap_or(modified_us);
        CaptureRow {
            name: stored.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            path: stored.path.clone(),
            when: self.zone.day_and_minute(when_us, self.utc),
            when_us,
            bytes: stored.size,
            modified_s: stored.modified_s,
            pinned: stored.pinned,
            in_use: stored.in_use,
            outline,
        }
    }

    fn perform(&self, errand: Errand) {
        match errand {
            Errand::Prune(limit, keep) => self.prune(limit, &keep),
            Errand::Pin(path, on) => {
                if let Err(error) = self.store.pin(&path, on) {
                    self.say_error(format!(
                        "The pin can't be changed: {error}. Check that you may write there."
                    ));
                }
            }
            Errand::SetAside(path) => match self.store.set_aside(&path) {
                Ok(Some(aside)) => {
                    self.tell(News::Aside(aside));
                }
                Ok(None) => self.say_error(format!(
                    "{} is being written, so it was not deleted. Close its session first.",
                    path.display()
                )),
                Err(error) => self.say_error(format!("{} can't be deleted: {error}.", path.display())),
            },
            Errand::PutBack(aside) => {
                if let Err(error) = aside.put_back() {
                    self.say_error(format!(
                        "{} can't be brought back: {error}. It can be tried again until the window is closed.",
                        aside.path().display()
                    ));
                    self.tell(News::Aside(aside));
                }
            }
            Errand::Delete(aside) => {
                if let Err(error) = aside.delete() {
                    self.say_error(format!("{} can't be deleted for good: {error}.", aside.path().display()));
                }
            }
            // What can't be swept now is swept at the next start.
            Errand::Sweep => drop(self.store.sweep()),
        }
    }

    fn prune(&self, limit: u64, keep: &[PathBuf]) {
        match self.store.prune(limit, keep) {
            Ok(pruned) if !pruned.removed.is_empty() => {
                let count = pruned.removed.len();
                self.tell(News::Say(Notice::info(format!(
                    "{count} of the oldest captures were removed to stay within the limit of {:.1} GB. Change the limit in the settings.",
                    gigabytes(limit)
                ))));
            }
            // A folder that can't be listed is told of once, by the list.
            Ok(_) | Err(_) => {}
        }
    }

    fn say_error(&self, sentence: String) {
        self.tell(News::Say(Notice::error(sentence)));
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}
