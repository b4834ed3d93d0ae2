//! Writing files of the user's choice: whole or not at all.

use std::io::{self, Write as _};
use std::path::Path;

use crate::capture::Reader;

/// Bytes copied at a time.
const BLOCK: usize = 1 << 20;

/// Copies a capture as far as it is written now. A file of that name is replaced only when the copy is whole.
pub fn copy(reader: &Reader, path: &Path) -> io::Result<u64> {
    let mut target = beside(path)?;
    let mut buffer = vec![0; BLOCK];
    let mut copied = 0;
    loop {
        let count = reader.raw(&mut buffer, copied)?;
        if count == 0 {
            target.persist(path)?;
            return Ok(copied);
        }
        target.write_all(&buffer[..count])?;
        copied += count as u64;
    }
}

/// Writes a text; a file of that name is replaced only when the text is written.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut target = beside(path)?;
    target.write_all(text.as_bytes())?;
    target.persist(path)?;
    Ok(())
}

/// A new file beside `path`, which takes its name when it is whole.
pub fn beside(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::NamedTempFile::new_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Header, Journal};

    #[test]
    fn a_copy_is_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("a.ndjson");
        let journal = Journal::create(&source, &Header::new("ws://x", 0)).unwrap();
        let target = folder.path().join("b.ndjson");
        std::fs::write(&target, "older").unwrap();
        let bytes = copy(&journal.reader(), &target).unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), std::fs::read(&source).unwrap());
        assert_eq!(bytes, journal.written_bytes());
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(&folder.path().join("missing/a.ron"), "x").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
