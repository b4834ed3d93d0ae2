//! Numbers as the window writes them: grouped digits, sizes, durations, clock times.

/// Digits in groups of three, parted by no-break spaces: `8 411 198`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

/// A number and its noun: `1 event`, `12 rows`.
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// Bytes in decimal units: `246 B`, `4.1 KB`, `2.9 GB`.
#[must_use]
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let mut value = number as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let unit = UNITS.get(unit).copied().unwrap_or_default();
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

/// A short span, at most seven characters: `0.9 ms`, `22 ms`, `1.1 s`, `12 min`, `3 h`.
#[must_use]
pub fn span(microseconds: u64) -> String {
    let milliseconds = microseconds as f64 / 1000.0;
    match microseconds {
        0..10_000 => format!("{milliseconds:.1} ms"),
        10_000..999_500 => format!("{milliseconds:.0} ms"),
        999_500..99_950_000 => format!("{:.1} s", milliseconds / 1000.0),
        99_950_000..5_940_000_000 => format!("{:.0} min", milliseconds / 60_000.0),
        _ => format!("{:.0} h", milliseconds / 3_600_000.0),
    }
}

/// A long span in words: `41 s`, `12 min 41 s`, `3 h 5 min`, `2 d 4 h`.
#[must_use]
pub fn lasting(microseconds: u64) -> String {
    let seconds = microseconds / 1_000_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min {} s", seconds % 60),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

/// How long ago: `just now` below ten seconds, so that an idle window need not count.
#[must_use]
pub fn ago(microseconds: u64) -> String {
    if microseconds < 10_000_000 { "just now".to_owned() } else { format!("{} ago", lasting(microseconds)) }
}

/// Events a second: `0.3`, `42`, `12 345`.
#[must_use]
pub fn rate(per_second: f64) -> String {
    if per_second < 0.05 {
        "0".to_owned()
    } else if per_second < 9.95 {
        format!("{per_second:.1}")
    } else {
        count(u64::try_from(crate::ui::measure::rounded(per_second)).unwrap_or(0))
    }
}

/// Time of day with milliseconds: `00:27:38.004`; `offset_s` is the zone's distance from UTC, seconds.
#[must_use]
pub fn clock(time_us: i64, offset_s: i32) -> String {
    let local_ms = time_us.saturating_add(i64::from(offset_s) * 1_000_000).div_euclid(1000);
    let of_day = local_ms.rem_euclid(86_400_000);
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        of_day / 3_600_000,
        of_day / 60_000 % 60,
        of_day / 1000 % 60,
        of_day % 1000
    )
}

/// A signed span that says hours only where there are some: `+00:12.345`, `−1:02:03.004`.
#[must_use]
pub fn stopwatch(us: i64) -> String {
    let milliseconds = us.unsigned_abs() / 1000;
    let sign = if us < 0 { '−' } else { '+' };
    let (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60);
    let hours = if hours > 0 { format!("{hours}:") } else { String::new() };
    format!("{sign}{hours}{minutes:02}:{:02}.{:03}", milliseconds / 1000 % 60, milliseconds % 1000)
}

/// Time of day with microseconds in a group of their own: `00:27:41.310 482`.
#[must_use]
pub fn exact_clock(time_us: i64, offset_s: i32) -> String {
    format!("{}\u{a0}{:03}", clock(time_us, offset_s), time_us.rem_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1000, "1\u{a0}000"), (8_411_198, "8\u{a0}411\u{a0}198")]
        {
            assert_eq!(count(number), text);
        }
        assert_eq!(counted(1, "event"), "1 event");
        assert_eq!(counted(1200, "event"), "1\u{a0}200 events");
    }

    #[test]
    fn sizes_keep_two_digits() {
        for (number, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (4_096, "4.1 KB"),
            (246_000, "246 KB"),
            (999_960, "1.0 MB"),
            (2_900_000_000, "2.9 GB"),
        ] {
            assert_eq!(bytes(number), text);
        }
    }

    #[test]
    fn spans_fit_their_column() {
        for (us, text) in [
            (0, "0.0 ms"),
            (900, "0.9 ms"),
            (22_000, "22 ms"),
            (1_100_000, "1.1 s"),
            (60_000_000, "60.0 s"),
            (180_000_000, "3 min"),
            (7_200_000_000, "2 h"),
        ] {
            assert_eq!(span(us), text);
        }
        assert_eq!(lasting(761_000_000), "12 min 41 s");
        assert_eq!(ago(9_999_999), "just now");
        assert_eq!(ago(11_000_000), "11 s ago");
    }

    #[test]
    fn a_stopwatch_has_a_sign_and_hours_where_there_are_some() {
        for (us, text) in [
            (0, "+00:00.000"),
            (-1_500_000, "−00:01.500"),
            (3_723_004_900, "+1:02:03.004"),
            (i64::MIN, "−2562047788:00:54.775"),
        ] {
            assert_eq!(stopwatch(us), text);
        }
    }

    #[test]
    fn clock_is_right_before_1970_and_in_any_zone() {
        assert_eq!(clock(0, 0), "00:00:00.000");
        assert_eq!(clock(0, 3600), "01:00:00.000");
        assert_eq!(clock(-1, 0), "23:59:59.999");
        assert_eq!(exact_clock(1_310_482, -3600), "23:00:01.310\u{a0}482");
    }
}
