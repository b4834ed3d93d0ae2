//! Exchange with other programs: exports, imports of HARs, and merges of two captures. All of it runs on other threads.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::app::App;
use super::copy::note_lines;
use super::notice::Notice;
use super::tab::Tab;
use super::tasks::Brought;
use crate::capture::export::{ExportError, Rows, Written};
use crate::capture::har::{HarError, HarFile, Imported};
use crate::capture::merge::{MergeError, Source, merge};
use crate::capture::time::Zone;
use crate::capture::{NoteChange, Progress, Reader, Store, WholeFile, time};
use crate::engine::Export;
use crate::ui::export_view::{ExportRequest, Scope, Scopes};
use crate::ui::figures::counted;
use crate::ui::jobs_view::Unit;

impl App {
    /// Opens the export dialog with a good name to begin with.
    pub(super) fn ask_export(&mut self) {
        let Some(tab) = &self.tab else {
            self.say(Notice::info("There is no capture to export yet."));
            return;
        };
        let file = tab.capture.file();
        let stem = file.path.as_ref().and_then(|path| path.file_stem());
        let stem = stem.map_or_else(|| "session".into(), |stem| stem.to_string_lossy());
        let home = directories::UserDirs::new().map(|folders| folders.home_dir().to_owned());
        // Any ending of a format: the dialog puts in the one chosen.
        let path = home.unwrap_or_default().join(format!("{stem}.ndjson"));
        self.shell.ask_export(path.display().to_string());
    }

    /// Writes a part of the capture.
    pub(super) fn export(&mut self, request: ExportRequest) {
        let Some(tab) = &self.tab else { return };
        let file = tab.capture.file();
        let snapshot = tab.capture.snapshot();
        let preferences = self.memory.settings().preferences;
        let export = Export {
            format: request.format,
            rows: rows(tab, request.scope),
            server: if file.server.is_empty() { snapshot.url.to_string() } else { file.server.clone() },
            notes: tab.capture.loose_notes(),
            started_us: tab.capture.view().get(1).map_or_else(time::now_us, |record| record.time_us),
            snapshot,
            zone: if preferences.utc { Zone::utc() } else { Zone::local() },
        };
        let mut reader = tab.capture.reader();
        let name = format!("Export to {}", file_name(&request.path));
        self.files.tasks.start(name, Unit::Events, &self.wake, move |progress| {
            write_export(&export, &mut reader, request, progress)
        });
    }

    /// Makes a capture of a HAR.
    pub(super) fn import_har(&mut self, path: PathBuf) {
        let store = match self.files.store() {
            Ok(store) => store.clone(),
            Err(sentence) => return self.say(Notice::error(sentence)),
        };
        let name = format!("Import {}", file_name(&path));
        self.files.tasks.start(name, Unit::Messages, &self.wake, move |progress| {
            match imported(&store, &path, progress) {
                Ok((capture, imported)) => Brought::Capture(capture, Notice::done(told(&imported, &path))),
                Err(HarError::Cancelled(_)) => Brought::Stopped,
                Err(error) => Brought::Said(Notice::error(error.to_string())),
            }
        });
    }

    /// Makes one capture of the present one and another.
    pub(super) fn merge_capture(&mut self, other: PathBuf) {
        let Some(tab) = &self.tab else {
            self.say(Notice::info("There is no capture to merge with yet. Open one first."));
            return;
        };
        if is_har(&other) {
            self.say(Notice::info("This is a HAR. Import it first, then merge the capture that it becomes."));
            return;
        }
        let store = match self.files.store() {
            Ok(store) => store.clone(),
            Err(sentence) => return self.say(Notice::error(sentence)),
        };
        let file = tab.capture.file();
        let present = Present {
            name: file.path.as_deref().map_or_else(|| "this session".to_owned(), file_name),
            path: file.path.clone(),
            bytes: file.opening.unwrap_or(file.bytes),
            reader: tab.capture.reader(),
            notes: tab.capture.loose_notes(),
        };
        let name = format!("Merge with {}", file_name(&other));
        self.files.tasks.start(name, Unit::Bytes, &self.wake, move |progress| {
            match merged(&store, present, &other, progress) {
                Ok((capture, notice)) => Brought::Capture(capture, notice),
                Err(MergeError::Cancelled(_)) => Brought::Stopped,
                Err(error) => Brought::Said(Notice::error(error.to_string())),
            }
        });
    }

    /// Picks up the tasks that are done.
    pub(super) fn poll_tasks(&mut self) {
        for brought in self.files.tasks.poll() {
            match brought {
                Err(cancelled) => self.say(Notice::error(cancelled.to_string())),
                Ok(Brought::Stopped) => self.say(Notice::info("Stopped. Nothing was written.")),
                Ok(Brought::Said(notice)) => self.say(notice),
                Ok(Brought::Taken(request)) => self.shell.ask_to_replace(&request),
                Ok(Brought::Capture(path, notice)) => {
                    self.files.captures.look();
                    self.say(notice);
                    if self.tab.as_ref().is_some_and(Tab::counts_seconds) {
                        // A connection must not end because a file is ready.
                        let name = file_name(&path);
                        self.say(Notice::info(format!(
                            "It is kept as {name}: open it when this connection may close."
                        )));
                    } else {
                        self.open_capture(&path);
                    }
                }
            }
        }
    }
}

/// How many events each scope of an export holds now.
pub fn scopes(tab: &Tab) -> Scopes {
    Scopes {
        all: tab.capture.view().len(),
        shown: tab.order.len().saturating_sub(tab.hidden()),
        selected: selected_places(tab).iter().map(|range| range.end - range.start).sum(),
    }
}

/// The events of a scope as they are now, for a job on another thread.
fn rows(tab: &Tab, scope: Scope) -> Rows {
    match scope {
        Scope::All => Rows::All(tab.capture.view().len()),
        Scope::Selected => selected_rows(tab),
        Scope::Shown => {
            let (order, first) = (tab.order.clone(), tab.hidden());
            let len = order.len().saturating_sub(first);
            Rows::Placed { len, seq: Arc::new(move |place| order.seq(first + place)) }
        }
    }
}

/// Where the selected events that are shown stand: as many ranges as were selected, however many events they hold.
fn selected_places(tab: &Tab) -> Vec<Range<u64>> {
    let shown = tab.order.len();
    let places = |range: &Range<u64>| tab.order.place(range.start)..tab.order.place(range.end).min(shown);
    tab.selection.ranges().iter().map(places).filter(|range| !range.is_empty()).collect()
}

fn selected_rows(tab: &Tab) -> Rows {
    let order = tab.order.clone();
    let mut len = 0;
    // Each range with the number of events in those before it.
    let mut ranges = Vec::new();
    for range in selected_places(tab) {
        ranges.push((len, range.start));
        len += range.end - range.start;
    }
    let seq = move |place: u64| {
        let at = ranges.partition_point(|(before, _)| *before <= place).saturating_sub(1);
        let (before, start) = ranges.get(at).copied().unwrap_or_default();
        order.seq(start + (place - before))
    };
    Rows::Placed { len, seq: Arc::new(seq) }
}

/// Whether a file is a HAR, by its ending.
pub fn is_har(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("har"))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Writes beside the target and takes its name at the end, so that a target is whole or as it was before.
fn write_export(
    export: &Export,
    reader: &mut Reader,
    request: ExportRequest,
    progress: &Progress,
) -> Brought {
    let path = &request.path;
    if !request.replace && path.exists() {
        return Brought::Taken(request);
    }
    let failed = |error: &dyn std::fmt::Display| {
        Brought::Said(Notice::error(format!(
            "{} was not written. {error} Choose another folder, and try again.",
            path.display()
        )))
    };
    let mut target = match WholeFile::create(path) {
        Ok(target) => target,
        Err(error) => return failed(&format!("No file can be made there: {error}.")),
    };
    let written = match export.run(reader, &mut target, progress) {
        Ok(written) => written,
        Err(ExportError::Cancelled(_)) => return Brought::Stopped,
        Err(error) => return failed(&error),
    };
    match target.finish(request.replace) {
        Ok(()) => Brought::Said(Notice::done(said(&written, path))),
        // Made by another program meanwhile.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Brought::Taken(request),
        Err(error) => failed(&format!("It can't take its name: {error}.")),
    }
}

fn said(written: &Written, path: &Path) -> String {
    let verb = if written.events == 1 { "was" } else { "were" };
    let events = format!("{} {verb} written", counted(written.events, "event"));
    let path = path.display();
    match written.left_out {
        0 => format!("{events} to {path}."),
        left_out => {
            format!("{events} to {path}. {left_out} that this format has no place for were left out.")
        }
    }
}

fn told(imported: &Imported, path: &Path) -> String {
    let sockets = counted(imported.sockets, "socket");
    let messages = counted(imported.messages, "message");
    let rest = match imported.left_out {
        0 => String::new(),
        left_out => format!(" {left_out} more could not be understood and were left out."),
    };
    format!("{sockets} with {messages} were read from {}.{rest}", file_name(path))
}

/// Reads a HAR into a new capture of the data folder.
fn imported(store: &Store, path: &Path, progress: &Progress) -> Result<(PathBuf, Imported), HarError> {
    let har = HarFile::read(path)?;
    let mut target = BufWriter::new(tempfile::NamedTempFile::new_in(store.folder())?);
    let imported = har.import(&mut target, progress)?;
    let host = imported.server.split("://").last().and_then(|rest| rest.split(['/', '?']).next());
    let capture = keep(store, target, host.unwrap_or("import"), imported.started_us)?;
    Ok((capture, imported))
}

/// Gives a capture that was written beside the others its name among them.
fn keep(
    store: &Store,
    target: BufWriter<tempfile::NamedTempFile>,
    host: &str,
    started_us: i64,
) -> io::Result<PathBuf> {
    let target = target.into_inner().map_err(io::IntoInnerError::into_error)?;
    let lease = store.reserve(host, started_us)?;
    target.persist_noclobber(lease.path()).map_err(|error| error.error)?;
    Ok(lease.path().to_owned())
}

/// The capture on the screen, for a merge on another thread.
struct Present {
    name: String,
    path: Option<PathBuf>,
    bytes: u64,
    reader: Reader,
    /// Those that stand beside the file.
    notes: Vec<NoteChange>,
}

/// Reads a capture's bytes from its beginning, also of one that has no name.
struct Bytes {
    reader: Reader,
    at: u64,
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.raw(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

fn merged(
    store: &Store,
    present: Present,
    other: &Path,
    progress: &Progress,
) -> Result<(PathBuf, Notice), MergeError> {
    let same = present.path.as_deref().is_some_and(|path| same_file(path, other));
    if same {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "both are the same file");
        return Err(error.into());
    }
    let other_file = File::open(other)?;
    progress.expect(present.bytes + other_file.metadata()?.len());
    // An empty line, which counts for nothing, parts them from a last line without an end.
    let notes = note_lines(&present.reader, &present.notes, 0);
    let bytes = Bytes { reader: present.reader, at: 0 }.chain(io::Cursor::new(notes));
    let first = Source::open(&present.name, BufReader::with_capacity(1 << 20, bytes))?;
    let second = Source::open(&file_name(other), BufReader::with_capacity(1 << 20, other_file))?;
    let mut target = BufWriter::with_capacity(1 << 20, tempfile::NamedTempFile::new_in(store.folder())?);
    let merged = merge(first, second, &mut target, progress)?;
    target.flush()?;
    let capture = keep(store, target, "merged", merged.started_us)?;
    let [one, two] = merged.events;
    let torn = match merged.torn_bytes {
        0 => String::new(),
        torn => format!(" Ends of lines that were cut off are left out, {torn} bytes."),
    };
    let notice = Notice::done(format!(
        "{} of {} and {} of {} are one capture now. The two files stay as they are.{torn}",
        counted(one, "event"),
        present.name,
        counted(two, "event"),
        file_name(other),
    ));
    Ok((capture, notice))
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::export::Format;
    use crate::capture::{Event, Fact, Header, Journal, Stamp, What};

    fn capture(folder: &Path) -> Journal {
        let mut journal = Journal::create(&folder.join("a.ndjson"), &Header::new("ws://x", 0)).unwrap();
        for number in 0..100_u64 {
            let fact = Fact::Held { reason: String::new(), data: number.to_string() };
            let stamp = Stamp { time_us: 0, elapsed_us: number };
            let what = What::Fact(Box::new(fact));
            journal.append(&Event::new(stamp, what));
        }
        journal.commit().unwrap();
        journal
    }

    fn export(format: Format) -> Export {
        Export {
            format,
            rows: Rows::All(100),
            server: "ws://x".to_owned(),
            started_us: 0,
            snapshot: Arc::default(),
            notes: Vec::new(),
            zone: Zone::utc(),
        }
    }

    fn run(path: &Path, replace: bool, progress: &Progress) -> Vec<Brought> {
        let folder = tempfile::tempdir().unwrap();
        let journal = capture(folder.path());
        let run = |format| {
            let request = ExportRequest { format, scope: Scope::All, path: path.to_owned(), replace };
            write_export(&export(format), &mut journal.reader(), request, progress)
        };
        Format::ALL.map(run).into()
    }

    #[test]
    fn a_cancelled_export_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let progress = Progress::unwatched();
        progress.cancel();
        for brought in run(&folder.path().join("out"), false, &progress) {
            assert!(matches!(brought, Brought::Stopped));
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_export_that_fails_says_why_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for brought in run(&folder.path().join("missing/out"), false, &Progress::unwatched()) {
            let Brought::Said(notice) = brought else { panic!() };
            assert!(
                notice.sentence.contains("was not written. No file can be made there"),
                "{}",
                notice.sentence
            );
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_is_there_is_asked_about_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        std::fs::write(&path, "older").unwrap();
        for brought in run(&path, false, &Progress::unwatched()) {
            assert!(matches!(brought, Brought::Taken(_)));
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "older");
        for brought in run(&path, true, &Progress::unwatched()) {
            assert!(matches!(brought, Brought::Said(_)));
        }
        assert!(std::fs::read_to_string(&path).unwrap().contains("Harewire capture"), "Markdown came last");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_merge_becomes_a_capture_of_the_data_folder() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("captures")).unwrap();
        let journal = capture(folder.path());
        let other = folder.path().join("b.ndjson");
        std::fs::copy(folder.path().join("a.ndjson"), &other).unwrap();
        let present = |path: Option<PathBuf>| Present {
            name: "a.ndjson".to_owned(),
            path,
            bytes: journal.written_bytes(),
            reader: journal.reader(),
            notes: vec![NoteChange { about: 3, pin: Some(true), text: None }],
        };
        let progress = Progress::unwatched();
        let (path, notice) = merged(&store, present(None), &other, &progress).unwrap();
        assert!(
            notice.sentence.starts_with("101 events of a.ndjson and 100 events of b.ndjson"),
            "{}",
            notice.sentence
        );
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(text.lines().count(), 202);
        // Lines with equal times: those of the first file come first, its note behind them.
        assert!(text.lines().nth(101).unwrap().contains(r#""event":"note","about":3,"pin":true"#), "{text}");
        assert_eq!(store.list().unwrap().len(), 1);
        let itself = merged(&store, present(Some(other.clone())), &other, &progress);
        assert!(itself.unwrap_err().to_string().contains("same file"));
        progress.cancel();
        assert!(matches!(merged(&store, present(None), &other, &progress), Err(MergeError::Cancelled(_))));
        let files =
            std::fs::read_dir(store.folder()).unwrap().filter(|file| file.as_ref().unwrap().path().is_file());
        assert_eq!(files.count(), 1, "a cancelled merge leaves nothing");
    }
}
