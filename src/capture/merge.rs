//! Two captures become one, ordered by time, so that what two clients saw can be read side by side.
//!
//! The result is a capture like any other: every view, filter and export works on it. Each line says where it comes from
//! (`from`, `from_seq`); connections and masks are numbered anew, for two captures may use the same numbers for different
//! things. Whether a secret of one capture is that of the other can't be known, so they never look equal.

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use serde::Serialize;

use super::line::{Header, VERSION};
use super::progress::{Cancelled, Progress};
use super::relabel::{self, Fields, Label, Masks};

/// A capture to merge, read from its beginning.
pub struct Source<R: BufRead> {
    name: String,
    lines: R,
    header: Option<Header>,
    /// The line that waits to be written.
    next: Option<Line>,
    read_bytes: u64,
    torn_bytes: u64,
    /// Its events so far.
    count: u64,
    /// Time of its last line: lines keep their order also where the clock was set back.
    latest_us: i64,
    /// When it began by the wall clock, by its first line with a time.
    begun_us: Option<i64>,
    /// The number in the merged capture of each of its events, for the notes about them: 4 bytes an event.
    placed: Vec<u32>,
}

struct Line {
    bytes: Vec<u8>,
    time_us: i64,
}

/// What was merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Events of each capture.
    pub events: [u64; 2],
    /// Bytes of last lines that were cut off, and are left out.
    pub torn_bytes: u64,
    /// When the earlier one began, microseconds since 1970 UTC.
    pub started_us: i64,
}

/// Why a merge ended early.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// One of the files could not be read, or the new one not be written.
    #[error("The captures can't be merged: {0}. Is there room on the disk, and may you read both files?")]
    Io(#[from] io::Error),
    /// The user wanted it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl<R: BufRead> Source<R> {
    /// A capture called `name` in the header of the result.
    ///
    /// # Errors
    /// Those of reading its first lines.
    pub fn open(name: &str, lines: R) -> io::Result<Self> {
        let mut source = Self {
            name: name.to_owned(),
            lines,
            header: None,
            next: None,
            read_bytes: 0,
            torn_bytes: 0,
            count: 0,
            latest_us: i64::MIN,
            begun_us: None,
            placed: Vec::new(),
        };
        if let Some(first) = source.read_line()? {
            match serde_json::from_slice::<Header>(&first) {
                Ok(header) => source.header = Some(header),
                Err(_) => source.take(first),
            }
        }
        if source.next.is_none() {
            source.advance()?;
        }
        Ok(source)
    }

    /// Where it comes from, as its header says.
    #[must_use]
    pub fn server(&self) -> &str {
        self.header.as_ref().map_or("", |header| header.server.as_str())
    }

    fn advance(&mut self) -> io::Result<()> {
        self.next = None;
        if let Some(bytes) = self.read_line()? {
            self.take(bytes);
        }
        Ok(())
    }

    fn take(&mut self, bytes: Vec<u8>) {
        let fields = Fields::read(&bytes);
        if let Some(time_us) = fields.as_ref().and_then(Fields::time_us) {
            self.latest_us = self.latest_us.max(time_us);
            let elapsed_us = fields.as_ref().and_then(|fields| fields.number("elapsed_us")).unwrap_or(0);
            self.begun_us.get_or_insert(time_us.saturating_sub_unsigned(elapsed_us));
        }
        self.count += 1;
        self.next = Some(Line { bytes, time_us: self.latest_us });
    }

    /// The next line that isn't empty; a last line that was cut off is counted and left out, as when a capture is opened.
    fn read_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let mut bytes = Vec::new();
            let count = self.lines.read_until(b'\n', &mut bytes)?;
            if count == 0 {
                return Ok(None);
            }
            self.read_bytes += count as u64;
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            if !bytes.ends_with(b"\n") && serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_err() {
                self.torn_bytes += count as u64;
                return Ok(None);
            }
            return Ok(Some(bytes));
        }
    }
}

#[derive(Serialize)]
struct MergeHeader<'a> {
    #[serde(flatten)]
    header: Header,
    merged: [Origin<'a>; 2],
}

#[derive(Serialize)]
struct Origin<'a> {
    file: &'a str,
    server: &'a str,
    started: &'a str,
}

/// Writes the two captures as one. Of lines with the same time those of the first come first. Progress counts bytes read.
///
/// # Errors
/// As [`MergeError`] says.
pub fn merge<A: BufRead, B: BufRead>(
    mut first: Source<A>,
    mut second: Source<B>,
    to: &mut dyn Write,
    progress: &Progress,
) -> Result<Merged, MergeError> {
    let begun = [first.begun_us, second.begun_us].into_iter().flatten().min().unwrap_or_default();
    write_header(&first, &second, begun, to)?;
    let mut relabeller = Relabeller { begun_us: begun, ..Relabeller::default() };
    loop {
        progress.reach(first.read_bytes + second.read_bytes)?;
        let from_first = match (&first.next, &second.next) {
            (None, None) => break,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(one), Some(other)) => one.time_us <= other.time_us,
        };
        let line =
            if from_first { relabeller.next(1, &mut first)? } else { relabeller.next(2, &mut second)? };
        to.write_all(line)?;
    }
    Ok(Merged {
        events: [first.count, second.count],
        torn_bytes: first.torn_bytes + second.torn_bytes,
        started_us: begun,
    })
}

fn write_header<A: BufRead, B: BufRead>(
    first: &Source<A>,
    second: &Source<B>,
    begun_us: i64,
    to: &mut dyn Write,
) -> io::Result<()> {
    let servers = [first.server(), second.server()];
    let server = if servers[0] == servers[1] { servers[0].to_owned() } else { servers.join(" + ") };
    let started =
        |header: &Option<Header>| header.as_ref().map(|header| header.started.clone()).unwrap_or_default();
    let starts = [started(&first.header), started(&second.header)];
    let merged = [
        Origin { file: &first.name, server: servers[0], started: &starts[0] },
        Origin { file: &second.name, server: servers[1], started: &starts[1] },
    ];
    // A line of a newer version stays one: the reader shall say that there is more in it than it knows.
    let versions = [&first.header, &second.header].into_iter().flatten().map(|header| header.harewire);
    let harewire = versions.chain([VERSION]).max().unwrap_or(VERSION);
    let header = Header { harewire, ..Header::new(&server, begun_us) };
    serde_json::to_writer(&mut *to, &MergeHeader { header, merged })?;
    to.write_all(b"\n")
}

/// Gives lines their new labels.
#[derive(Default)]
struct Relabeller {
    begun_us: i64,
    seq: u64,
    /// In the order in which they are met: a later connection has a higher number, as the fold wants it.
    connections: HashMap<(u8, u64), u64>,
    masks: Masks,
    line: Vec<u8>,
}

impl Relabeller {
    /// The next line of a source, relabelled.
    fn next<R: BufRead>(&mut self, from: u8, source: &mut Source<R>) -> io::Result<&[u8]> {
        let number = source.count;
        let Some(line) = source.next.take() else { return Ok(&[]) };
        self.seq += 1;
        source.placed.push(u32::try_from(self.seq).unwrap_or(0));
        self.line.clear();
        let mut label = Label { seq: self.seq, from: Some(from), from_seq: number, ..Label::default() };
        match Fields::read(&line.bytes) {
            Some(fields) => {
                label.connection = fields.number("connection").map(|number| self.connection(from, number));
                let shift = source.begun_us.unwrap_or(self.begun_us).saturating_sub(self.begun_us);
                label.elapsed_us =
                    fields.number("elapsed_us").map(|elapsed| elapsed.saturating_add_signed(shift));
                let placed = |about: u64| {
                    let place = usize::try_from(about.checked_sub(1)?).ok()?;
                    source.placed.get(place).copied().map(u64::from)
                };
                label.about = fields.about().and_then(placed);
                relabel::append(&fields, &label, &mut self.line);
                if fields.masked() {
                    self.line = self.masks.renumber(from, &self.line);
                }
            }
            None => {
                let time_us = if line.time_us == i64::MIN { self.begun_us } else { line.time_us };
                label.elapsed_us = u64::try_from(time_us.saturating_sub(self.begun_us)).ok();
                relabel::append_wrapped(&line.bytes, time_us, &label, &mut self.line);
            }
        }
        source.advance()?;
        Ok(&self.line)
    }

    fn connection(&mut self, from: u8, number: u64) -> u64 {
        if number == 0 {
            return 0;
        }
        let next = self.connections.len() as u64 + 1;
        *self.connections.entry((from, number)).or_insert(next)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::capture::time;

    fn merged(first: &str, second: &str) -> (Vec<Value>, Merged) {
        let first = Source::open("a.ndjson", first.as_bytes()).unwrap();
        let second = Source::open("b.ndjson", second.as_bytes()).unwrap();
        let mut text = Vec::new();
        let merged = merge(first, second, &mut text, &Progress::unwatched()).unwrap();
        let text = String::from_utf8(text).unwrap();
        (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), merged)
    }

    fn event(time_us: i64, elapsed_us: u64, rest: &str) -> String {
        format!("{{\"seq\":1,\"time\":\"{}\",\"elapsed_us\":{elapsed_us},{rest}}}\n", time::rfc3339(time_us))
    }

    const HEADER: &str = "{\"harewire\":1,\"server\":\"ws://x\",\"started\":\"s\"}\n";

    #[test]
    fn lines_come_in_the_order_of_time_and_say_whence() {
        let one =
            format!("{HEADER}{}{}", event(10, 0, "\"connection\":1"), event(30, 20, "\"connection\":2"));
        let other = format!("{HEADER}{}", event(20, 5, "\"connection\":1"));
        let (lines, merged) = merged(&one, &other);
        assert_eq!(merged, Merged { events: [2, 1], torn_bytes: 0, started_us: 10 });
        assert_eq!(lines[0]["server"], "ws://x");
        assert_eq!(lines[0]["merged"][1]["file"], "b.ndjson");
        let told: Vec<_> = lines[1..]
            .iter()
            .map(|line| {
                ["seq", "elapsed_us", "connection", "from", "from_seq"].map(|key| line[key].as_u64().unwrap())
            })
            .collect();
        // The second began at 15: its 5 µs are 10 µs after the beginning of the first.
        assert_eq!(told, [[1, 0, 1, 1, 1], [2, 10, 2, 2, 1], [3, 20, 3, 1, 2]]);
    }

    #[test]
    fn what_is_numbered_does_not_collide() {
        let masked = "\"connection\":1,\"masked\":true,\"data\":\"[masked 1]\"";
        let (lines, _) = merged(&event(1, 0, masked), &event(2, 0, masked));
        assert_eq!((&lines[1]["data"], &lines[2]["data"]), (&"[masked 1]".into(), &"[masked 2]".into()));
        assert_eq!((&lines[1]["connection"], &lines[2]["connection"]), (&1.into(), &2.into()));
    }

    #[test]
    fn notes_follow_their_events_and_unknown_lines_stay() {
        let note = event(9, 0, "\"event\":\"note\",\"about\":1,\"text\":\"!\"");
        let one = format!("{HEADER}{}", event(1, 0, "\"event\":\"message\""));
        let other =
            format!("{HEADER}{}{note}plain text\n{{\"level\":30}}\n", event(5, 0, "\"event\":\"message\""));
        let (lines, merged) = merged(&one, &other);
        assert_eq!(merged.events, [1, 4]);
        assert_eq!(lines[3]["about"], 2, "its event is the second now");
        assert_eq!((&lines[4]["event"], &lines[4]["data"]), (&"unknown".into(), &"plain text".into()));
        assert_eq!(lines[5]["level"], 30);
    }

    #[test]
    fn a_torn_end_is_counted() {
        let (lines, merged) = merged(&format!("{HEADER}{}{{\"seq\"", event(1, 0, "\"a\":1")), "");
        assert_eq!((lines.len(), merged.torn_bytes), (2, 6));
    }

    #[test]
    fn a_newer_version_stays_one() {
        let (lines, _) = merged("{\"harewire\":9}\n", HEADER);
        assert_eq!(lines[0]["harewire"], 9);
    }

    #[test]
    fn a_merge_can_be_cancelled() {
        let progress = Progress::unwatched();
        progress.cancel();
        let source = || Source::open("a", HEADER.as_bytes()).unwrap();
        let error = merge(source(), source(), &mut Vec::new(), &progress).unwrap_err();
        assert!(matches!(error, MergeError::Cancelled(_)));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_everything_in_order(
            mut one in proptest::collection::vec(0i64..50, 0..30),
            mut other in proptest::collection::vec(0i64..50, 0..30),
            sorted in any::<bool>(),
        ) {
            if sorted {
                one.sort_unstable();
                other.sort_unstable();
            }
            let text = |times: &[i64]| {
                let lines = times.iter().map(|&time_us| event(time_us, 0, "\"event\":\"x\""));
                HEADER.to_owned() + &lines.collect::<String>()
            };
            let (lines, merged) = merged(&text(&one), &text(&other));
            let lines = &lines[1..];
            prop_assert_eq!(merged.events, [one.len() as u64, other.len() as u64]);
            prop_assert_eq!(lines.len(), one.len() + other.len());
            let times = |from: Option<u64>| -> Vec<i64> {
                let chosen = lines.iter().filter(|line| from.is_none_or(|from| line["from"] == from));
                chosen.map(|line| time::parse(line["time"].as_str().unwrap()).unwrap()).collect()
            };
            // Within a file the order of the file holds, whatever the clock did.
            prop_assert_eq!(times(Some(1)), one);
            prop_assert_eq!(times(Some(2)), other);
            if sorted {
                prop_assert!(times(None).is_sorted());
            }
            for (line, seq) in lines.iter().zip(1u64..) {
                prop_assert_eq!(&line["seq"], seq);
            }
        }
    }
}
