//! `--out -`: the capture file, copied to standard output as it grows.

use std::io::{self, Write as _};

use crate::capture::Reader;

/// Remembers how far it has copied.
pub(super) struct Pipe {
    reader: Reader,
    copied: u64,
    buffer: Vec<u8>,
}

impl Pipe {
    pub(super) fn new(reader: Reader) -> Self {
        Self { reader, copied: 0, buffer: vec![0; 1 << 18] }
    }

    /// Copies what was written since the last call. Only whole lines are ever in the file.
    pub(super) fn copy(&mut self) -> io::Result<()> {
        let mut output = io::stdout().lock();
        loop {
            let count = self.reader.raw(&mut self.buffer, self.copied)?;
            if count == 0 {
                return output.flush();
            }
            output.write_all(&self.buffer[..count])?;
            self.copied += count as u64;
        }
    }
}
