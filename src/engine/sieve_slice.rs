//! One slice of a capture, put through a filter: first the records, then the lines that must be read, in long reads.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::capture::filter::{Matcher, Needle, Verdict};
use crate::capture::{IndexView, Reader, Record};

/// Bytes read at once. A longer line is read by itself.
const SPAN: u64 = 1 << 20;
/// Lines this near are read together with what lies between them: a read costs more than so many bytes.
const GAP: u64 = 32 << 10;
/// Lines between two looks at whether to stop.
const PATIENCE: u64 = 256;

/// What a thread needs to look at slices.
pub(super) struct Worker {
    pub(super) matcher: Matcher,
    reader: Reader,
    stop: Arc<AtomicBool>,
    bytes: Vec<u8>,
    span: Vec<(u64, Record)>,
}

impl Worker {
    pub(super) fn new(matcher: Matcher, reader: Reader, stop: Arc<AtomicBool>) -> Self {
        Self { matcher, reader, stop, bytes: Vec::new(), span: Vec::new() }
    }

    /// The events among `seqs` that fit, in order, and the first trouble with the file. What can't be read doesn't fit.
    pub(super) fn look(&mut self, view: &IndexView, seqs: RangeInclusive<u64>) -> (Vec<u32>, Option<String>) {
        let mut found = Vec::new();
        let mut trouble = None;
        let needle = self.matcher.required().cloned();
        if let (Some(needle), true) = (&needle, self.matcher.reads_everything()) {
            self.search_all(view, seqs, needle, (&mut found, &mut trouble));
            return (found, trouble);
        }
        let mut read_any = false;
        view.visit(seqs, |seq, record| match self.matcher.record(seq, record, view) {
            Verdict::No => {}
            Verdict::Yes => found.extend(u32::try_from(seq)),
            Verdict::Read => {
                read_any = true;
                if !self.is_near(record) {
                    self.flush(view, needle.as_ref(), &mut found, &mut trouble);
                }
                self.span.push((seq, *record));
            }
        });
        if read_any {
            self.flush(view, needle.as_ref(), &mut found, &mut trouble);
            // Those that were read come behind those that needn't be; both are in order already.
            found.sort();
        }
        (found, trouble)
    }

    /// Searches a slice of which every line may hold the text: no record is looked at but those of hits.
    fn search_all(
        &mut self,
        view: &IndexView,
        seqs: RangeInclusive<u64>,
        needle: &Needle,
        (found, trouble): (&mut Vec<u32>, &mut Option<String>),
    ) {
        let (mut from, last) = (*seqs.start(), *seqs.end());
        while let Some(first) = view.get(from)
            && from <= last
            && !self.stop.load(Ordering::Relaxed)
        {
            let fits = |record: &Record| end(record).saturating_sub(first.offset) <= SPAN;
            let to = if fits(&first) { last_with(view, from..=last, fits) } else { from };
            let Some(until) = view.get(to) else { return };
            match self.read(&first, &until) {
                Err(error) => *trouble = trouble.take().or(Some(error)),
                Ok(bytes) => {
                    self.search_stretch(view, (from..=to, &bytes), needle, found);
                    self.keep(bytes);
                }
            }
            from = to + 1;
        }
    }

    fn search_stretch(
        &mut self,
        view: &IndexView,
        (seqs, bytes): (RangeInclusive<u64>, &[u8]),
        needle: &Needle,
        found: &mut Vec<u32>,
    ) {
        let (mut next, last) = (*seqs.start(), *seqs.end());
        let Some(first) = view.get(next) else { return };
        let mut at = 0;
        while let Some(hit) = needle.find_raw(bytes, at) {
            let offset = first.offset + hit as u64;
            let holds = |seq| view.get(seq).is_some_and(|record| end(&record) > offset);
            // Where hits are many, the next line is the likely one.
            if !holds(next) {
                next = last_with(view, next..=last, |record| record.offset <= offset);
            }
            let Some(record) = view.get(next) else { return };
            if record.offset <= offset && self.matcher.line(next, &record, view, line(&first, bytes, &record))
            {
                found.extend(u32::try_from(next));
            }
            // Between lines lie at most empty ones.
            at =
                usize::try_from(end(&record).saturating_sub(first.offset)).unwrap_or(usize::MAX).max(hit + 1);
            next += 1;
            if next > last || (next.is_multiple_of(PATIENCE) && self.stop.load(Ordering::Relaxed)) {
                return;
            }
        }
    }

    fn keep(&mut self, bytes: Vec<u8>) {
        self.bytes = bytes;
        // One huge line must not hold its memory for the rest of the day.
        self.bytes.shrink_to(usize::try_from(SPAN).unwrap_or(usize::MAX));
    }

    /// Whether a line can be read together with those that wait.
    fn is_near(&self, record: &Record) -> bool {
        let (Some((_, first)), Some((_, last))) = (self.span.first(), self.span.last()) else { return true };
        // Lines in another order than the file's, or of a length that no record can hold, go by themselves.
        record.line_length != u32::MAX
            && last.line_length != u32::MAX
            && record.offset >= end(last)
            && record.offset - end(last) <= GAP
            && end(record).saturating_sub(first.offset) <= SPAN
    }

    fn flush(
        &mut self,
        view: &IndexView,
        needle: Option<&Needle>,
        found: &mut Vec<u32>,
        trouble: &mut Option<String>,
    ) {
        let span = std::mem::take(&mut self.span);
        if !span.is_empty() && !self.stop.load(Ordering::Relaxed) {
            let bytes = match (span.first(), span.last()) {
                (Some((_, first)), Some((_, last))) => self.read(first, last),
                _ => Ok(Vec::new()),
            };
            match bytes {
                Err(error) => *trouble = trouble.take().or(Some(error)),
                Ok(bytes) => {
                    match needle {
                        Some(needle) => self.search(view, (&span, &bytes), needle, found),
                        None => self.look_at_each(view, (&span, &bytes), found),
                    }
                    self.keep(bytes);
                }
            }
        }
        self.span = span;
        self.span.clear();
    }

    /// The stretch of the file from one line to another.
    fn read(&mut self, first: &Record, last: &Record) -> Result<Vec<u8>, String> {
        if last.line_length == u32::MAX {
            return self.reader.line(*last).map_err(|error| error.to_string());
        }
        let mut bytes = std::mem::take(&mut self.bytes);
        let length = usize::try_from(end(last).saturating_sub(first.offset)).unwrap_or(usize::MAX);
        // Only what was never read before needs zeros.
        bytes.resize(length, 0);
        let failed = |error| {
            format!("The capture file can't be read: {error}. Was it moved or cut short by another program?")
        };
        let count = self.reader.raw(&mut bytes, first.offset).map_err(failed)?;
        if count < length {
            return Err(format!(
                "The capture file ends {} bytes early: another program cut it short. What was there is not found.",
                length - count
            ));
        }
        Ok(bytes)
    }

    fn look_at_each(&mut self, view: &IndexView, lines: (&[(u64, Record)], &[u8]), found: &mut Vec<u32>) {
        let (span, bytes) = lines;
        let Some((_, first)) = span.first() else { return };
        for (seq, record) in span {
            if seq.is_multiple_of(PATIENCE) && self.stop.load(Ordering::Relaxed) {
                return;
            }
            if self.matcher.line(*seq, record, view, line(first, bytes, record)) {
                found.extend(u32::try_from(*seq));
            }
        }
    }

    /// Goes from hit to hit of a text that every line must hold.
    fn search(
        &mut self,
        view: &IndexView,
        lines: (&[(u64, Record)], &[u8]),
        needle: &Needle,
        found: &mut Vec<u32>,
    ) {
        let (span, bytes) = lines;
        let Some((_, first)) = span.first() else { return };
        let (mut at, mut next) = (0, 0);
        while let Some(hit) = needle.find_raw(bytes, at) {
            let offset = first.offset + hit as u64;
            let rest = span.get(next..).unwrap_or_default();
            // The next line is the likely one where hits are many; where they are few, the search is short anyway.
            let skipped = match rest.first() {
                Some((_, record)) if end(record) > offset => 0,
                _ => rest.partition_point(|(_, record)| end(record) <= offset),
            };
            next += skipped;
            let Some((seq, record)) = span.get(next) else { return };
            if record.offset > offset {
                // The hit lies in a line between, which the record ruled out.
                at = usize::try_from(record.offset.saturating_sub(first.offset)).unwrap_or(usize::MAX);
                continue;
            }
            if seq.is_multiple_of(PATIENCE) && self.stop.load(Ordering::Relaxed) {
                return;
            }
            if self.matcher.line(*seq, record, view, line(first, bytes, record)) {
                found.extend(u32::try_from(*seq));
            }
            at = usize::try_from(end(record).saturating_sub(first.offset)).unwrap_or(usize::MAX);
            next += 1;
        }
    }
}

/// Where a line ends in the file.
fn end(record: &Record) -> u64 {
    record.offset.saturating_add(u64::from(record.line_length))
}

/// The last of some events for whose record this is so, given that it is so for the first, and for none behind one
/// for which it isn't.
fn last_with(view: &IndexView, seqs: RangeInclusive<u64>, is_so: impl Fn(&Record) -> bool) -> u64 {
    let (mut low, mut high) = (*seqs.start(), *seqs.end());
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if view.get(middle).is_some_and(|record| is_so(&record)) { low = middle } else { high = middle - 1 }
    }
    low
}

/// The line of a record, out of the stretch that begins with the first one.
fn line<'b>(first: &Record, bytes: &'b [u8], record: &Record) -> &'b [u8] {
    if record.line_length == u32::MAX {
        return bytes;
    }
    let begin = first.offset;
    let from = usize::try_from(record.offset.saturating_sub(begin)).unwrap_or(usize::MAX);
    let to = usize::try_from(end(record).saturating_sub(begin)).unwrap_or(usize::MAX);
    bytes.get(from..to).unwrap_or_default()
}
