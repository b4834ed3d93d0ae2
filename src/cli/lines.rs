//! Messages to send, a line each, from a file or from standard input while it lasts.

use std::fs::File;
use std::io::{self, BufRead, BufReader};

use crossbeam_channel::Receiver;

/// Lines that may wait to be sent, so that an endless input does not fill the memory.
const AHEAD: usize = 1024;

/// Reads lines on a thread of its own, since standard input may keep silent for ever.
pub(super) struct Lines(Receiver<io::Result<String>>);

impl Lines {
    /// Opens `source`: `-` is standard input.
    pub(super) fn open(source: &str) -> Result<Self, String> {
        let input: Box<dyn BufRead + Send> = if source == "-" {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let file = File::open(source)
                .map_err(|error| format!("{source} can't be opened: {error}. Name a file with one message a line, or - for standard input."))?;
            Box::new(BufReader::new(file))
        };
        let (sender, receiver) = crossbeam_channel::bounded(AHEAD);
        let read = move || {
            for line in input.lines() {
                let failed = line.is_err();
                let blank = line.as_ref().is_ok_and(|line| line.trim().is_empty());
                if !blank && sender.send(line).is_err() || failed {
                    break;
                }
            }
        };
        std::thread::Builder::new()
            .name("lines".into())
            .spawn(read)
            .map_err(|error| format!("The system refused to start a thread: {error}."))?;
        Ok(Self(receiver))
    }

    /// The lines read so far and not yet taken, at most so many. Each is taken when it is asked for.
    pub(super) fn waiting(&self, most: usize) -> impl Iterator<Item = io::Result<String>> {
        self.0.try_iter().take(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_are_left_out_and_the_rest_stays_as_typed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        std::fs::write(&path, "{\"a\": 1}\n\n  \n {\"b\":2} \r\nlast").unwrap();
        let lines = Lines::open(path.to_str().unwrap()).unwrap();
        let read: Vec<_> = lines.0.iter().map(Result::unwrap).collect();
        assert_eq!(read, ["{\"a\": 1}", " {\"b\":2} ", "last"]);
    }

    #[test]
    fn a_missing_file_is_a_sentence() {
        assert!(Lines::open("/nowhere/at/all").err().unwrap().contains("one message a line"));
    }
}
