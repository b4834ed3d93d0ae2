//! Spans and plurals as words.

/// A span in words: `12 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`.
pub(super) fn span(us: u64) -> String {
    let ms = us / 1000;
    match ms {
        0 => "under 1 ms".to_owned(),
        1..1000 => format!("{ms} ms"),
        1000..100_000 if ms % 1000 < 100 => format!("{} s", ms / 1000),
        1000..100_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        100_000..3_600_000 => with_rest(ms / 60_000, "min", ms % 60_000 / 1000, "s"),
        3_600_000..172_800_000 => with_rest(ms / 3_600_000, "h", ms % 3_600_000 / 60_000, "min"),
        _ => format!("{} days", ms / 86_400_000),
    }
}

fn with_rest(whole: u64, unit: &str, rest: u64, rest_unit: &str) -> String {
    if rest == 0 { format!("{whole} {unit}") } else { format!("{whole} {unit} {rest} {rest_unit}") }
}

/// `1 message`, `2 messages`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Whole seconds, at least 1, for a setting.
pub(super) fn seconds(us: u64) -> u64 {
    (us.saturating_add(500_000) / 1_000_000).max(1)
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_are_short_and_true() {
        let spans = [
            (900, "under 1 ms"),
            (12_345, "12 ms"),
            (4_249_000, "4.2 s"),
            (60_010_000, "60 s"),
            (99_999_000, "99.9 s"),
            (200_000_000, "3 min 20 s"),
            (3_600_000_000, "1 h"),
            (7_500_000_000, "2 h 5 min"),
            (400_000_000_000, "4 days"),
        ];
        for (us, words) in spans {
            assert_eq!(span(us), words);
        }
    }
}
