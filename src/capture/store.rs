//! The data folder: names for new captures, the total size limit, and which captures lie there.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::time::Zone;

/// Total size of all captures unless the user says otherwise: 10 GB.
pub const DEFAULT_LIMIT_BYTES: u64 = 10_000_000_000;
/// Ending of a capture's file name.
const ENDING: &str = "ndjson";
/// Where the locks of captures in use lie, so that the folder itself stays a list of captures.
const LOCKS: &str = ".open";

/// Ending of the file beside a capture that holds its pins and notes.
const NOTES: &str = ".notes.ndjson";

/// The file beside a capture that holds pins and notes which can't be written into it.
#[must_use]
pub fn notes_beside(capture: &Path) -> PathBuf {
    let mut name = capture.file_name().unwrap_or_default().to_owned();
    name.push(NOTES);
    capture.with_file_name(name)
}

/// A folder of captures.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// A capture lying in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, seconds since 1970 UTC.
    pub modified_s: u64,
}

/// Says that a capture is in use; dropping it ends that. Holds also against other instances of the program.
#[derive(Debug)]
pub struct Lease {
    path: PathBuf,
    lock: Option<File>,
    lock_path: PathBuf,
}

impl Lease {
    /// The capture's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.lock.take());
        // A lock file that stays behind is harmless: it is not locked any more.
        let _left_behind = fs::remove_file(&self.lock_path);
    }
}

/// What [`Store::prune`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Files removed, oldest first.
    pub removed: Vec<PathBuf>,
    /// Bytes of captures left.
    pub left_bytes: u64,
}

impl Store {
    /// A store in `folder`, which is created if it isn't there.
    ///
    /// # Errors
    /// Those of creating a folder.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder.join(LOCKS))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The store that a capture lies in; `None` for a file in any other folder.
    #[must_use]
    pub fn around(capture: &Path) -> Option<Self> {
        let folder = capture.parent()?;
        folder.join(LOCKS).is_dir().then(|| Self { folder: folder.to_owned() })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reserves a name for a new capture of `host`, begun at `started_us`.
    ///
    /// # Errors
    /// Those of making and locking a small file in the folder.
    pub fn reserve(&self, host: &str, started_us: i64) -> io::Result<Lease> {
        let host: String = host
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' })
            .take(60)
            .collect();
        let stem = format!("{}_{}", Zone::local().file_name(started_us), host.trim_matches('.'));
        for attempt in 1..1000u32 {
            let name =
                if attempt == 1 { format!("{stem}.{ENDING}") } else { format!("{stem}-{attempt}.{ENDING}") };
            let path = self.folder.join(&name);
            if path.exists() {
                continue;
            }
            if let Some(lease) = self.lease(&path)? {
                return Ok(lease);
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Marks a capture of this folder as in use; `None` if another instance has it.
    ///
    /// # Errors
    /// Those of making the lock file.
    pub fn lease(&self, path: &Path) -> io::Result<Option<Lease>> {
        let lock_path = self.lock_path(path);
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Lease { path: path.to_owned(), lock: Some(lock), lock_path })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    fn lock_path(&self, path: &Path) -> PathBuf {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.folder.join(LOCKS).join(format!("{name}.lock"))
    }

    /// The captures in the folder, newest first.
    ///
    /// # Errors
    /// Those of listing the folder.
    pub fn list(&self) -> io::Result<Vec<Stored>> {
        let mut captures = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|ending| ending != ENDING) {
                continue;
            }
            if path.to_string_lossy().ends_with(NOTES) {
                continue;
            }
            // A file that vanishes meanwhile is simply not in the list.
            let Ok(meta) = fs::metadata(&path) else { continue };
            let modified_s = meta
                .modified()
                .ok()
                .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
                .map_or(0, |since| since.as_secs());
            captures.push(Stored { path, size: meta.len(), modified_s });
        }
        captures.sort_by(|a, b| (b.modified_s, &b.path).cmp(&(a.modified_s, &a.path)));
        Ok(captures)
    }

    /// Removes the oldest captures until all together are at most `limit_bytes`. One in use is never removed.
    ///
    /// # Errors
    /// Those of listing the folder; a file that can't be removed is left and counted.
    pub fn prune(&self, limit_bytes: u64) -> io::Result<Pruned> {
        let captures = self.list()?;
        let mut pruned =
            Pruned { removed: Vec::new(), left_bytes: captures.iter().map(|capture| capture.size).sum() };
        for capture in captures.into_iter().rev() {
            if pruned.left_bytes <= limit_bytes {
                break;
            }
            let Some(_lease) = self.lease(&capture.path)? else { continue };
            if fs::remove_file(&capture.path).is_ok() {
                // Without the capture its notes say nothing; mostly there are none.
                let _none = fs::remove_file(notes_beside(&capture.path));
                pruned.left_bytes = pruned.left_bytes.saturating_sub(capture.size);
                pruned.removed.push(capture.path);
            }
        }
        Ok(pruned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        (folder, store)
    }

    fn write(store: &Store, name: &str, size: usize, age_s: u64) -> PathBuf {
        let path = store.folder().join(name);
        fs::write(&path, vec![b' '; size]).unwrap();
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000 - age_s);
        File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        path
    }

    #[test]
    fn the_oldest_go_first_and_only_as_many_as_needed() {
        let (_folder, store) = store();
        let (old, middle, new) = (
            write(&store, "a.ndjson", 10, 3),
            write(&store, "b.ndjson", 10, 2),
            write(&store, "c.ndjson", 10, 1),
        );
        write(&store, "notes.txt", 1000, 9);
        let pruned = store.prune(20).unwrap();
        assert_eq!(pruned, Pruned { removed: vec![old], left_bytes: 20 });
        assert_eq!(store.list().unwrap().iter().map(|c| &c.path).collect::<Vec<_>>(), [&new, &middle]);
    }

    #[test]
    fn a_capture_in_use_stays() {
        let (_folder, store) = store();
        let old = write(&store, "a.ndjson", 10, 3);
        let lease = store.lease(&old).unwrap().unwrap();
        write(&store, "b.ndjson", 10, 2);
        let pruned = store.prune(0).unwrap();
        assert!(old.exists() && pruned.left_bytes == 10, "{pruned:?}");
        assert!(store.lease(&old).unwrap().is_none(), "a second instance sees it in use");
        drop(lease);
        assert_eq!(store.prune(0).unwrap().removed, [old]);
    }

    #[test]
    fn names_are_safe_and_never_collide() {
        let (_folder, store) = store();
        let first = store.reserve("../../etc:8055", 0).unwrap();
        assert_eq!(first.path().parent(), Some(store.folder()));
        let second = store.reserve("../../etc:8055", 0).unwrap();
        assert_ne!(first.path(), second.path());
        fs::write(first.path(), "x").unwrap();
        drop(first);
        let third = store.reserve("../../etc:8055", 0).unwrap();
        assert_ne!(third.path().file_name(), second.path().file_name());
        assert!(!third.path().exists());
    }
}
