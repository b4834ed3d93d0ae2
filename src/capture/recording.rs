//! Opening a capture that was written before, or that another program is writing: lines to records, in the order
//! they stand.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::event::Event;
use super::index::{Index, Join};
use super::line::Header;
use super::oddities::Oddities;
use super::positioned::read_at;
use super::preview::{END, Preview};
use super::reader::Reader;
use super::scan::{Batch, Scan};

/// Why a capture could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system refused.
    #[error("{} can't be opened: {source}. Check the path and that you may read the file.", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is a folder.
    #[error("{} is a folder. Choose a capture in it.", .0.display())]
    Folder(PathBuf),
    /// It is a pipe, a socket or a device: there is no going back in it.
    #[error("{} is not a file but a pipe or a device. Save what comes from it to a file and open that.", .0.display())]
    NoFile(PathBuf),
    /// It is compressed.
    #[error("{} is compressed ({format}). Unpack it first, for example with {tool}.", path.display())]
    Compressed {
        /// The file.
        path: PathBuf,
        /// Such as `gzip`.
        format: &'static str,
        /// The program that unpacks it.
        tool: &'static str,
    },
    /// It is text in another encoding.
    #[error("{} is UTF-16 text. Save it as UTF-8, for example with iconv -f UTF-16 -t UTF-8.", .0.display())]
    Utf16(PathBuf),
    /// It is a HAR, which is one JSON document and no capture.
    #[error("{} is a HAR file, not a capture: it has to be imported.", .0.display())]
    Har(PathBuf),
}

/// How other formats begin, their names, and what unpacks them.
const COMPRESSED: [(&[u8], &str, &str); 5] = [
    (b"\x1f\x8b", "gzip", "gunzip"),
    (b"\x28\xb5\x2f\xfd", "zstd", "unzstd"),
    (b"\xfd7zXZ\x00", "xz", "unxz"),
    (b"BZh", "bzip2", "bunzip2"),
    (b"PK\x03\x04", "zip", "unzip"),
];

/// The keys a HAR's `log` may begin with: a foreign line `{"log":{…}}` is not yet a HAR.
const HAR_KEYS: [&str; 6] = ["version\"", "creator\"", "browser\"", "pages\"", "entries\"", "comment\""];

/// How the file on the disk stands to what was read of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// As before.
    None,
    /// There is more to read.
    More,
    /// It is shorter, or another file has its name: what was read of it is not in it any more.
    Replaced,
    /// No file has its name. What was read can still be read.
    Gone,
}

/// What a recording is made of so far: header, oddities, index.
#[derive(Default)]
pub struct Book {
    header: Option<Header>,
    oddities: Oddities,
    index: Index,
    read: u64,
}

impl Book {
    /// Takes what a scan found and calls `fold` with each event; what it returns is joined in the index.
    pub fn take(&mut self, batch: Batch, mut fold: impl FnMut(u64, &Event) -> Join) {
        self.header = self.header.take().or(batch.header);
        self.oddities.absorb(&batch.oddities);
        self.read = batch.read;
        for (record, event) in batch.events {
            let seq = self.index.stored() + 1;
            self.index.push(record);
            self.index.join(seq, fold(seq, &event));
        }
        self.index.publish();
    }

    /// The header, once the first line was read.
    #[must_use]
    pub const fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// What was odd so far.
    #[must_use]
    pub const fn oddities(&self) -> &Oddities {
        &self.oddities
    }

    /// Bytes understood so far.
    #[must_use]
    pub const fn read_bytes(&self) -> u64 {
        self.read
    }
}

/// A capture being read from its beginning.
pub struct Recording {
    file: Arc<File>,
    path: PathBuf,
    scan: Scan,
    book: Book,
}

impl Recording {
    /// Opens a file; no line is read yet.
    ///
    /// # Errors
    /// [`OpenError`] if it can't be opened, or can be seen to be no capture.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Io { path: path.to_owned(), source };
        // Before it is opened: opening a pipe would wait for its writer.
        let meta = fs::metadata(path).map_err(failed)?;
        if meta.is_dir() {
            return Err(OpenError::Folder(path.to_owned()));
        }
        if !meta.is_file() {
            return Err(OpenError::NoFile(path.to_owned()));
        }
        let file = Arc::new(File::open(path).map_err(failed)?);
        let length = file.metadata().map_err(failed)?.len();
        let mut beginning = [0; 64];
        let count = read_at(&file, &mut beginning, 0).map_err(failed)?;
        refuse_other_formats(path, &beginning[..count])?;
        let scan = Scan::new(Arc::clone(&file), path.to_owned(), length);
        Ok(Self { file, path: path.to_owned(), scan, book: Book::default() })
    }

    /// Reads the next block and calls `fold` with each event found; what it returns is joined in the index.
    /// Returns whether there is more.
    ///
    /// # Errors
    /// [`OpenError::Io`] from the system; what was read so far stays.
    pub fn step(&mut self, fold: impl FnMut(u64, &Event) -> Join) -> Result<bool, OpenError> {
        let batch = self.scan.next_batch()?;
        let more = batch.more;
        self.book.take(batch, fold);
        Ok(more)
    }

    /// The two halves of [`Recording::step`], for two threads: one reads lines, one folds what was read.
    pub const fn halves(&mut self) -> (&mut Scan, &mut Book) {
        (&mut self.scan, &mut self.book)
    }

    /// Reads the end of the file before all that stands between, and lets readers see it. Nothing happens where the
    /// end can't be placed: in a foreign file, or where numbers jump.
    pub fn preview_end(&self) {
        let sound = self.book.header.is_some() && self.book.oddities.jumps == 0;
        let between = self.scan.length().saturating_sub(self.book.read);
        if !sound || between < 2 * END {
            return;
        }
        if let Some(preview) = Preview::read(&self.file, self.scan.length())
            && preview.first_seq() > self.book.index.stored()
        {
            self.book.index.handle().set_preview(Some(Arc::new(preview)));
        }
    }

    /// Takes the preview away again.
    pub fn drop_preview(&self) {
        self.book.index.handle().set_preview(None);
    }

    /// Looks at the file on the disk: whether it has grown since, or is another one.
    ///
    /// # Errors
    /// [`OpenError::Io`] from the system.
    pub fn look(&mut self) -> Result<Growth, OpenError> {
        let failed = |source| OpenError::Io { path: self.path.clone(), source };
        let open = self.file.metadata().map_err(failed)?;
        match fs::metadata(&self.path) {
            Ok(named) if is_another(&open, &named) => return Ok(Growth::Replaced),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Growth::Gone),
            Err(error) => return Err(failed(error)),
        }
        let before = self.scan.length();
        if open.len() < before {
            return Ok(Growth::Replaced);
        }
        self.scan.set_length(open.len());
        Ok(if open.len() > before { Growth::More } else { Growth::None })
    }

    /// The header, once the first line was read.
    #[must_use]
    pub const fn header(&self) -> Option<&Header> {
        self.book.header()
    }

    /// What was odd so far.
    #[must_use]
    pub const fn oddities(&self) -> &Oddities {
        self.book.oddities()
    }

    /// Bytes understood so far and bytes in all.
    #[must_use]
    pub const fn progress(&self) -> (u64, u64) {
        (self.book.read_bytes(), self.scan.length())
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A reader of what is indexed so far and later.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.file), self.book.index.handle())
    }
}

/// Whether a name now belongs to another file than the open one.
#[cfg(unix)]
fn is_another(open: &Metadata, named: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (open.dev(), open.ino()) != (named.dev(), named.ino())
}

/// Whether a name now belongs to another file than the open one: here only a shorter one can be told.
#[cfg(not(unix))]
fn is_another(open: &Metadata, named: &Metadata) -> bool {
    named.len() < open.len()
}

/// Files that would show as a screen of gibberish are refused with what to do about them.
fn refuse_other_formats(path: &Path, beginning: &[u8]) -> Result<(), OpenError> {
    for (magic, format, tool) in COMPRESSED {
        if beginning.starts_with(magic) {
            return Err(OpenError::Compressed { path: path.to_owned(), format, tool });
        }
    }
    let marked = beginning.starts_with(b"\xff\xfe") || beginning.starts_with(b"\xfe\xff");
    let unmarked = matches!(beginning, [b'{', 0, _, 0, ..] | [0, b'{', 0, _, ..]);
    if marked || unmarked {
        return Err(OpenError::Utf16(path.to_owned()));
    }
    let text: Vec<u8> = beginning.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let log = text.strip_prefix(b"{\"log\":{\"").unwrap_or_default();
    if HAR_KEYS.iter().any(|key| log.starts_with(key.as_bytes())) {
        return Err(OpenError::Har(path.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::capture::event::{Direction, Fact, Message, Stamp, What};
    use crate::capture::journal::Journal;
    use crate::capture::scan::BLOCK;

    /// The events as texts to compare, and the recording.
    fn read_all(recording: &mut Recording, texts: &mut Vec<String>) {
        while recording
            .step(|seq, event| {
                texts.push(format!("{event:?}"));
                assert_eq!(seq, texts.len() as u64);
                Join::default()
            })
            .unwrap()
        {}
    }

    fn open(text: &[u8]) -> (Recording, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.ndjson");
        fs::write(&path, text).unwrap();
        let mut recording = Recording::open(&path).unwrap();
        let mut texts = Vec::new();
        read_all(&mut recording, &mut texts);
        (recording, texts)
    }

    const HEADER: &str = "{\"harewire\":1,\"server\":\"ws://x\",\"started\":\"2026-01-01T00:00:00Z\"}\n";
    const PING: &str = r#"{"seq":1,"time":"2026-01-01T00:00:00Z","event":"message","direction":"in","size":15,"data":"{\"type\":\"ping\"}"}"#;

    fn numbered(seq: u64) -> String {
        PING.replace("\"seq\":1", &format!("\"seq\":{seq}"))
    }

    /// Name, bytes, events, words in the sentences.
    type Odd<'a> = (&'a str, Vec<u8>, usize, &'a [&'a str]);

    #[test]
    fn odd_files_open_as_far_as_they_can_and_say_what_was_left_out() {
        let (two, three) = (numbered(2), numbered(3));
        let torn = &two[..40];
        let wide = "x".repeat(3 * BLOCK);
        let files: Vec<Odd<'_>> = vec![
            ("sound", format!("{HEADER}{PING}\n{two}\n").into(), 2, &[]),
            ("torn last line", format!("{HEADER}{PING}\n{torn}").into(), 1, &["cut off (40 bytes)"]),
            ("whole last line without newline", format!("{HEADER}{PING}").into(), 1, &[]),
            (
                "truncated in the middle",
                format!("{HEADER}{PING}\n{torn}{three}\n").into(),
                2,
                &["1 lines are not"],
            ),
            ("lines taken out", format!("{HEADER}{PING}\n{three}\n").into(), 2, &["jump at 1 places"]),
            (
                "foreign",
                b"{\"level\":30}\n\nplain\n\xff\xfe\n".to_vec(),
                3,
                &["no Harewire header", "3 lines are not"],
            ),
            ("newer", format!("{{\"harewire\":9}}\n{PING}\n").into(), 1, &["update Harewire"]),
            (
                "newer event",
                format!("{HEADER}{{\"seq\":1,\"event\":\"teleport\"}}\n").into(),
                1,
                &["1 lines are not"],
            ),
            ("CRLF", format!("{HEADER}{PING}\n{two}\n").replace('\n', "\r\n").into(), 2, &[]),
            ("byte order mark", format!("\u{feff}{HEADER}{PING}\n").into(), 1, &[]),
            (
                "zeros between",
                format!("{HEADER}{PING}\n\0\0\0{two}\n").into(),
                2,
                &["3 bytes of zeros between"],
            ),
            (
                "zeros at the end",
                format!("{HEADER}{PING}\n\0\0\0\0").into(),
                1,
                &["ends with 4 bytes of zeros"],
            ),
            ("empty", Vec::new(), 0, &["is empty"]),
            ("header alone", HEADER.into(), 0, &[]),
            (
                "a line longer than a block",
                format!("{HEADER}{}\n{two}\n", PING.replace("ping", &wide)).into(),
                2,
                &[],
            ),
        ];
        for (name, bytes, count, words) in files {
            let (recording, texts) = open(&bytes);
            let sentences = recording.oddities().sentences();
            assert_eq!(texts.len(), count, "{name}: {texts:?}");
            assert_eq!(sentences.len(), words.len(), "{name}: {sentences:?}");
            for word in words {
                assert!(sentences.iter().any(|sentence| sentence.contains(word)), "{name}: {sentences:?}");
            }
            // What the index says is where the line stands.
            let mut reader = recording.reader();
            for (seq, text) in (1..).zip(&texts) {
                assert_eq!(&format!("{:?}", reader.event(seq).unwrap()), text, "{name}");
            }
            assert!(reader.event(count as u64 + 1).is_err(), "{name}");
        }
    }

    #[test]
    fn what_is_no_capture_says_what_it_is_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let utf16: Vec<u8> = "{\"harewire\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let files: [(&[u8], &str); 6] = [
            (b"\x1f\x8b\x08\0", "gunzip"),
            (b"\x28\xb5\x2f\xfd\0", "unzstd"),
            (b"\xff\xfe{\0", "UTF-16"),
            (&utf16, "UTF-16"),
            (b"\xef\xbb\xbf{\n  \"log\" : {\n  \"version\": \"1.2\"", "HAR"),
            (b"PK\x03\x04", "unzip"),
        ];
        for (bytes, word) in files {
            let path = folder.path().join("odd");
            fs::write(&path, bytes).unwrap();
            let error = Recording::open(&path).err().unwrap().to_string();
            assert!(error.contains(word), "{error}");
        }
        for (path, word) in
            [(folder.path().to_owned(), "is a folder"), (folder.path().join("no"), "Check the path")]
        {
            let error = Recording::open(&path).err().unwrap().to_string();
            assert!(error.contains(word), "{error}");
        }
        let path = folder.path().join("log");
        fs::write(&path, "{\"log\":{\"level\":3}}\n").unwrap();
        assert!(Recording::open(&path).is_ok(), "a foreign line about a log is no HAR");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_is_refused_instead_of_waited_for() {
        let error = Recording::open(Path::new("/dev/null")).err().unwrap().to_string();
        assert!(error.contains("pipe or a device"), "{error}");
    }

    #[test]
    fn growth_is_seen_and_another_file_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.ndjson");
        fs::write(&path, format!("{HEADER}{PING}\n")).unwrap();
        let mut recording = Recording::open(&path).unwrap();
        read_all(&mut recording, &mut Vec::new());
        assert_eq!(recording.look().unwrap(), Growth::None);
        fs::write(&path, format!("{HEADER}{PING}\n{}\n", numbered(2))).unwrap();
        assert_eq!(recording.look().unwrap(), Growth::More);
        recording.step(|_, _| Join::default()).unwrap();
        assert_eq!(recording.reader().view().len(), 2);
        fs::write(&path, HEADER).unwrap();
        assert_eq!(recording.look().unwrap(), Growth::Replaced, "shorter");
        let other = folder.path().join("other");
        fs::write(&other, format!("{HEADER}{PING}\n{PING}\n{PING}\n")).unwrap();
        fs::rename(&other, &path).unwrap();
        assert_eq!(recording.look().unwrap(), Growth::Replaced, "another file of that name");
        fs::remove_file(&path).unwrap();
        assert_eq!(recording.look().unwrap(), Growth::Gone);
    }

    fn message(data: &str) -> Event {
        Event::new(Stamp::default(), Message::text(Direction::In, data))
    }

    #[test]
    fn the_end_is_known_before_its_turn_and_is_what_the_index_says_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.ndjson");
        let mut journal = Journal::create(&path, &Header::new("ws://x", 0)).unwrap();
        let filler = "y".repeat(100_000);
        for number in 0..150 {
            journal.append(&message(&format!("{{\"type\":\"items\",\"uid\":\"{number}{filler}\"}}")));
        }
        journal.commit().unwrap();
        let mut recording = Recording::open(&path).unwrap();
        recording.step(|_, _| Join::default()).unwrap();
        recording.preview_end();
        let reader = recording.reader();
        let preview = reader.preview().expect("a file of 15 MB has an end to show");
        assert_eq!(preview.first_seq() + preview.count(), 151);
        assert!(preview.count() > 30 && reader.view().len() < 20);
        let early = reader.another().event(150).unwrap();
        read_all(&mut recording, &mut (0..reader.view().len()).map(|_| String::new()).collect());
        let view = reader.view();
        for seq in preview.first_seq()..=150 {
            assert_eq!(preview.get(seq), view.get(seq));
            assert_eq!(preview.get(seq).and_then(|record| view.seq_at(record.offset)), Some(seq));
        }
        assert_eq!(preview.get(151), None);
        assert_eq!(format!("{early:?}"), format!("{:?}", reader.another().event(150).unwrap()));
        recording.drop_preview();
        assert!(reader.preview().is_none());
    }

    #[test]
    fn an_end_whose_numbers_jump_is_not_shown_before_its_turn() {
        let filler = "y".repeat(100_000);
        let line = |seq: u64| format!("{}\n", numbered(seq).replace("ping", &filler));
        let lines: String = (1..=149).chain([151]).map(line).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.ndjson");
        for beginning in [HEADER, ""] {
            fs::write(&path, format!("{beginning}{lines}")).unwrap();
            let mut recording = Recording::open(&path).unwrap();
            recording.step(|_, _| Join::default()).unwrap();
            recording.preview_end();
            assert!(recording.reader().preview().is_none());
        }
    }

    fn any_line() -> impl Strategy<Value = Vec<u8>> {
        let held = |data: String| {
            let mut line =
                serde_json::to_vec(&serde_json::json!({"seq": 3, "event": "held", "data": data})).unwrap();
            line.push(b'\n');
            line
        };
        prop_oneof![
            any::<String>().prop_map(held),
            "[a-z \\[\\]0-9\"]{0,30}".prop_map(|text| format!("{text}\n").into_bytes()),
            Just(b"\r\n".to_vec()),
            Just(b"\0\0{\"event\":\"open\"}\n".to_vec()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// A journal cut at any byte: every complete line is there, and nothing else.
        #[test]
        fn a_truncated_journal_keeps_every_complete_line(
            texts in proptest::collection::vec(any::<String>(), 0..30),
            cut in any::<proptest::sample::Index>(),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("c.ndjson");
            let mut journal = Journal::create(&path, &Header::new("ws://x", 0)).unwrap();
            let events: Vec<Event> = texts.iter().map(|text| message(text))
                .chain([Event { what: What::Fact(Box::new(Fact::Held { reason: String::new(), data: "h".into() })), ..message("") }])
                .collect();
            for event in &events {
                journal.append(event);
            }
            journal.commit().unwrap();
            let whole = fs::read(&path).unwrap();
            let cut = cut.index(whole.len() + 1);
            fs::write(&path, &whole[..cut]).unwrap();
            let mut recording = Recording::open(&path).unwrap();
            let mut texts = Vec::new();
            read_all(&mut recording, &mut texts);
            let ends = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
            // The newline itself may be missing: the object before it is whole.
            let complete = ends.filter(|end| *end <= cut).count().saturating_sub(1);
            prop_assert_eq!(texts.len(), complete);
            for (read, written) in texts.iter().zip(&events) {
                prop_assert_eq!(read, &format!("{written:?}"));
            }
        }

        /// A file that grows in any pieces holds in the end what it holds when it is read at once.
        #[test]
        fn growing_in_pieces_is_reading_at_once(
            lines in proptest::collection::vec(any_line(), 0..20),
            own in any::<bool>(),
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12),
        ) {
            let mut whole = if own { HEADER.as_bytes().to_vec() } else { Vec::new() };
            whole.extend(lines.concat());
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(whole.len() + 1)).collect();
            cuts.push(whole.len());
            cuts.sort_unstable();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("c.ndjson");
            fs::write(&path, b"").unwrap();
            let mut growing = Recording::open(&path).unwrap();
            let mut texts = Vec::new();
            for cut in cuts {
                fs::write(&path, &whole[..cut]).unwrap();
                prop_assert!(matches!(growing.look().unwrap(), Growth::None | Growth::More));
                read_all(&mut growing, &mut texts);
            }
            let (at_once, expected) = open(&whole);
            prop_assert_eq!(texts, expected);
            prop_assert_eq!(growing.oddities(), at_once.oddities());
            prop_assert_eq!(growing.header(), at_once.header());
            let (grown, whole) = (growing.reader().view(), at_once.reader().view());
            prop_assert!((1..=whole.len()).all(|seq| grown.get(seq).map(|r| r.offset) == whole.get(seq).map(|r| r.offset)));
        }
    }
}
