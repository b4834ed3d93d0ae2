//! The data folder: names for new captures, the total size limit, and which captures lie there.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::private;
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
        // A lock file that stays behind is harmless, since it is not locked any more.
        if cfg!(unix) {
            // Removed while it is locked: afterwards it might be the lock of somebody else.
            let _left_behind = fs::remove_file(&self.lock_path);
            drop(self.lock.take());
        } else {
            // Elsewhere an open file can't be removed.
            drop(self.lock.take());
            let _left_behind = fs::remove_file(&self.lock_path);
        }
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
    /// Those of creating a folder. On Unix a new one is for its user alone.
    pub fn open(folder: &Path) -> io::Result<Self> {
        private::create_folder(&folder.join(LOCKS))?;
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
            // Another instance may have made and left it since: under the lock nobody makes it any more.
            if let Some(lease) = self.lease(&path)?
                && !path.exists()
            {
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
        loop {
            let lock = File::options().create(true).truncate(false).write(true).open(&lock_path)?;
            match lock.try_lock() {
                // Between our opening and our locking its last holder may have removed it. Then the lock holds
                // nobody off, since others make the file anew.
                Ok(()) if !is_there(&lock, &lock_path) => {}
                Ok(()) => return Ok(Some(Lease { path: path.to_owned(), lock: Some(lock), lock_path })),
                Err(fs::TryLockError::WouldBlock) => return Ok(None),
                Err(fs::TryLockError::Error(error)) => return Err(error),
            }
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
            if !meta.is_file() {
                continue;
            }
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

    /// Removes the oldest captures until all together are at most `limit_bytes`. One in use is never removed, nor one
    /// that doesn't bear a name given by [`Store::reserve`]: what a person put there or renamed is theirs.
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
            if !is_ours(&capture.path) {
                continue;
            }
            // One that can't be locked, such as in a folder of somebody else, must not keep the others.
            let Ok(Some(_lease)) = self.lease(&capture.path) else { continue };
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

/// Whether a file bears a name as [`Store::reserve`] gives it: `2026-11-24_035433_host.ndjson`.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let pattern = b"0000-00-00_000000_";
    name.len() > pattern.len() + ENDING.len()
        && name.bytes().zip(pattern).all(|(byte, expected)| match expected {
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        })
}

/// Whether the path still leads to this file.
#[cfg(unix)]
fn is_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// Elsewhere an open file keeps its name until it is closed.
#[cfg(not(unix))]
fn is_there(_file: &File, _path: &Path) -> bool {
    true
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
            write(&store, "2026-11-21_035433_a.ndjson", 10, 3),
            write(&store, "2026-11-22_035433_a.ndjson", 10, 2),
            write(&store, "2026-11-23_035433_a.ndjson", 10, 1),
        );
        write(&store, "notes.txt", 1000, 9);
        let pruned = store.prune(20).unwrap();
        assert_eq!(pruned, Pruned { removed: vec![old], left_bytes: 20 });
        assert_eq!(store.list().unwrap().iter().map(|c| &c.path).collect::<Vec<_>>(), [&new, &middle]);
    }

    #[test]
    fn a_capture_in_use_stays() {
        let (_folder, store) = store();
        let old = write(&store, "2026-11-21_035433_a.ndjson", 10, 3);
        let lease = store.lease(&old).unwrap().unwrap();
        write(&store, "2026-11-22_035433_a.ndjson", 10, 2);
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

    #[test]
    fn what_a_person_put_there_is_never_removed() {
        let (_folder, store) = store();
        let named = write(&store, "the outage.ndjson", 10, 9);
        let ours = write(&store, "2026-11-21_035433_a.ndjson", 10, 3);
        fs::create_dir(store.folder().join("2026-11-20_035433_folder.ndjson")).unwrap();
        let pruned = store.prune(0).unwrap();
        assert_eq!(pruned, Pruned { removed: vec![ours], left_bytes: 10 });
        assert!(named.exists());
    }

    #[test]
    fn every_name_that_is_given_may_be_removed_again() {
        let (_folder, store) = store();
        for host in ["cms.example.com", "", "..", "../../etc:8055"] {
            let lease = store.reserve(host, 1_795_492_473_000_000).unwrap();
            assert!(is_ours(lease.path()), "{}", lease.path().display());
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look_into_the_folder() {
        use std::os::unix::fs::PermissionsExt as _;
        let above = tempfile::tempdir().unwrap();
        let store = Store::open(&above.path().join("captures")).unwrap();
        assert_eq!(fs::metadata(store.folder()).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn only_one_holds_a_lease_however_fast_they_come_and_go() {
        use std::sync::atomic::{AtomicBool, Ordering};
        let (_folder, store) = store();
        let path = store.folder().join("a.ndjson");
        let held = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..2000 {
                        // Where an open file keeps its name, a lock that is just being removed can't be opened.
                        if let Ok(Some(lease)) = store.lease(&path) {
                            assert!(!held.swap(true, Ordering::SeqCst), "two hold it");
                            std::thread::yield_now();
                            held.store(false, Ordering::SeqCst);
                            drop(lease);
                        }
                    }
                });
            }
        });
    }
}
