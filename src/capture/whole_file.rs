//! `WholeFile`: a file of the user's choice that is there whole, or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Written beside its place under another name; dropped before [`WholeFile::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct WholeFile {
    beside: NamedTempFile,
    path: PathBuf,
}

impl WholeFile {
    /// Begins a file that will be called `path`.
    ///
    /// # Errors
    /// Those of making a file in its folder.
    pub fn create(path: &Path) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Self { beside: NamedTempFile::new_in(folder)?, path: path.to_owned() })
    }

    /// Takes its name. A file of that name is replaced if `replace` says so.
    ///
    /// # Errors
    /// `AlreadyExists` if there is one and it must not be replaced, else those of renaming.
    pub fn finish(self, replace: bool) -> io::Result<()> {
        let Self { beside, path } = self;
        let persisted = if replace { beside.persist(path) } else { beside.persist_noclobber(path) };
        persisted.map(drop).map_err(|error| error.error)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.beside.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.beside.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn an_unfinished_file_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = WholeFile::create(&folder.path().join("a")).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_name_that_is_taken_is_replaced_only_if_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        let written = |replace| {
            let mut file = WholeFile::create(&path).unwrap();
            file.write_all(b"new").unwrap();
            file.finish(replace)
        };
        assert_eq!(written(false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        written(true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
