//! Finding the next or previous event that contains a text: the same text in the same places as in a filter.

use std::ops::ControlFlow;

use super::reader::{ReadError, Reader};

pub use super::filter::Needle;

/// Which way to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Towards newer events.
    Next,
    /// Towards older events.
    Previous,
}

/// Looks at the events `seqs`, in their order, for the first that holds the needle. `pause` is called every 256
/// events and may break off; then the answer is `None` as well.
///
/// # Errors
/// Those of reading the file.
pub fn find(
    reader: &mut Reader,
    needle: &Needle,
    seqs: impl Iterator<Item = u64>,
    mut pause: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<Option<u64>, ReadError> {
    let view = reader.view();
    for (count, seq) in seqs.enumerate() {
        let Some(record) = view.get(seq) else { continue };
        if needle.matches(&reader.line(record)?) {
            return Ok(Some(seq));
        }
        if count % 256 == 255 && pause(seq).is_break() {
            return Ok(None);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::event::{Event, Fact, Stamp, What};
    use crate::capture::journal::Journal;
    use crate::capture::line::Header;

    fn journal(texts: &[&str]) -> Journal {
        let mut journal = Journal::unnamed(&Header::new("", 0)).unwrap();
        for text in texts {
            let what = What::Fact(Box::new(Fact::Held { reason: String::new(), data: (*text).to_owned() }));
            journal.append(&Event {
                stamp: Stamp::default(),
                connection: 0,
                automatic: false,
                masked: false,
                what,
            });
        }
        journal.commit().unwrap();
        journal
    }

    fn found(texts: &[&str], needle: &str) -> Option<u64> {
        let needle = Needle::new(needle).unwrap();
        let seqs = 1..=texts.len() as u64;
        find(&mut journal(texts).reader(), &needle, seqs, |_| ControlFlow::Continue(())).unwrap()
    }

    #[test]
    fn events_are_looked_at_in_the_order_given() {
        let needle = Needle::new("a").unwrap();
        let journal = journal(&["ab", "b", "AB", "a"]);
        let find = |seqs: &[u64]| {
            let seqs = seqs.iter().copied();
            find(&mut journal.reader(), &needle, seqs, |_| ControlFlow::Continue(())).unwrap()
        };
        assert_eq!(find(&[2, 3, 1]), Some(3));
        assert_eq!(find(&[4, 3, 2, 1]), Some(4));
        assert_eq!(find(&[2, 99]), None);
    }

    #[test]
    fn case_matters_once_the_needle_has_a_capital() {
        assert_eq!(found(&["ab", "AB"], "AB"), Some(2));
        assert_eq!(found(&["xx", "AB"], "ab"), Some(2));
    }

    #[test]
    fn quotes_and_dots_mean_themselves() {
        assert_eq!(found(&["say hi", r#"say "hi""#], r#""hi""#), Some(2));
        assert_eq!(found(&["aab", "a+b"], "a+b"), Some(2));
        assert!(Needle::new("").is_none());
    }

    #[test]
    fn times_and_key_names_are_not_searched() {
        assert_eq!(found(&["x"], "data"), None);
        assert_eq!(found(&["x"], "held"), Some(1), "what kind of fact it is can be searched");
        let line = br#"{"seq":1,"time":"2026-01-01T00:00:00Z","event":"message","direction":"in","size":9,"data":"x"}"#;
        for text in ["2026", "message", "direction"] {
            assert!(!Needle::new(text).unwrap().matches(line), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_and_no_needle_make_it_fail(text in ".{0,20}", bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)) {
            if let Some(needle) = Needle::new(&text) {
                let _found = needle.matches(&bytes);
                let _found = needle.matches(&[br#"{"seq":1,"event":"#, &bytes[..]].concat());
                let _found = needle.matches(&[br#"{"seq":1,"event":"message","data":"#, &bytes[..]].concat());
            }
        }
    }
}
