//! `Oddities`: what was found odd while a capture was read, as sentences for whoever opened it.

use super::line::VERSION;

/// What was found odd while a capture was read. Each is a sentence for the person who opened it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oddities {
    /// The file holds nothing at all.
    pub empty: bool,
    /// The file does not begin with a capture header.
    pub foreign: bool,
    /// Version of the format, if it is newer than this program knows.
    pub newer: Option<u32>,
    /// The last line has no end yet: its bytes, which are not shown as an event.
    pub torn_bytes: u64,
    /// Those bytes are all zero.
    pub torn_zeros: bool,
    /// Lines that are not events of this format; they are shown as they stand.
    pub unknown_lines: u64,
    /// Zero bytes before lines, which are left out.
    pub zero_bytes: u64,
    /// Places where the numbers of the lines are not one after the other.
    pub jumps: u64,
}

impl Oddities {
    /// Adds what was odd in the part that was read next.
    pub(super) fn absorb(&mut self, next: &Self) {
        self.empty = next.empty;
        self.foreign |= next.foreign;
        self.newer = self.newer.or(next.newer);
        self.torn_bytes = next.torn_bytes;
        self.torn_zeros = next.torn_zeros;
        self.unknown_lines += next.unknown_lines;
        self.zero_bytes += next.zero_bytes;
        self.jumps += next.jumps;
    }

    /// The same without the torn line: while another program writes, its last line is merely not finished.
    #[must_use]
    pub fn without_torn(&self) -> Self {
        Self { torn_bytes: 0, torn_zeros: false, ..self.clone() }
    }

    /// One sentence for each oddity; none for a sound capture.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.empty {
            sentences.push("This file is empty: nothing was recorded, or nothing yet.".to_owned());
        }
        if self.foreign {
            sentences.push(
                "This file has no Harewire header: its lines are shown as far as they are understood."
                    .to_owned(),
            );
        }
        if let Some(version) = self.newer {
            sentences.push(format!(
                "This capture has format version {version}, this program knows {VERSION}: update Harewire to see all of it."
            ));
        }
        if self.torn_bytes > 0 && self.torn_zeros {
            sentences.push(format!(
                "The file ends with {} bytes of zeros, as after a power cut; all before them is here.",
                self.torn_bytes
            ));
        } else if self.torn_bytes > 0 {
            sentences.push(format!(
                "The last line is cut off ({} bytes), as after a crash or a full disk; all before it is here.",
                self.torn_bytes
            ));
        }
        if self.zero_bytes > 0 {
            sentences.push(format!(
                "{} bytes of zeros between the lines were left out, as a power cut leaves them.",
                self.zero_bytes
            ));
        }
        if self.unknown_lines > 0 {
            sentences.push(format!(
                "{} lines are not events of this format; they are shown as they stand.",
                self.unknown_lines
            ));
        }
        if self.jumps > 0 && !self.foreign {
            sentences.push(format!(
                "The numbers written in this file jump at {} places: it is a part of a capture, or lines were taken out; rows are counted anew.",
                self.jumps
            ));
        }
        sentences
    }
}
