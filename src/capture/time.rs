//! Times as text: RFC 3339 in UTC with microseconds for the file, clock and spans for the screen.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Formats many stamps of nearly the same second cheaply: the calendar is asked once a second.
#[derive(Default)]
pub struct StampFormat {
    second: Option<i64>,
    prefix: String,
}

impl StampFormat {
    /// Appends `2026-11-24T03:54:33.123456Z` to `line`. A time outside the calendar becomes its nearest end.
    pub fn append(&mut self, time_us: i64, line: &mut Vec<u8>) {
        let second = time_us.div_euclid(1_000_000);
        if self.second != Some(second) {
            let time = Timestamp::from_second(second).unwrap_or(if second < 0 {
                Timestamp::MIN
            } else {
                Timestamp::MAX
            });
            self.prefix = time.strftime("%Y-%m-%dT%H:%M:%S.").to_string();
            self.second = Some(second);
        }
        line.extend_from_slice(self.prefix.as_bytes());
        let mut rest = time_us.rem_euclid(1_000_000);
        let mut digits = [b'0'; 7];
        digits[6] = b'Z';
        for digit in digits[..6].iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        line.extend_from_slice(&digits);
    }
}

/// Reads an RFC 3339 time; microseconds since 1970 UTC.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    own(text.as_bytes()).or_else(|| text.parse::<Timestamp>().ok().map(Timestamp::as_microsecond))
}

/// A time as we write it, `2026-11-24T03:54:33.123456Z`, read without a calendar: each line of a capture has one, and
/// opening a long one is mostly reading lines. `None` for any other form, and for a date that isn't one.
fn own(text: &[u8]) -> Option<i64> {
    const FORM: &[u8; 27] = b"0000-00-00T00:00:00.000000Z";
    let text: &[u8; 27] = text.try_into().ok()?;
    let fits = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    if !text.iter().zip(FORM).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| {
        text[from..to].iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
    };
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Years that begin with March have their leap day at the end; every 400 of them are 146,097 days.
    let year = year - i64::from(month < 3);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000 + number(20, 26))
}

/// Reads the `Date` of an HTTP answer (RFC 9110, 5.6.7), which is exact to the second; microseconds since 1970 UTC.
#[must_use]
pub fn http_date(text: &str) -> Option<i64> {
    let date = DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text.trim()).ok()?;
    TimeZone::UTC.to_timestamp(date).ok().map(Timestamp::as_microsecond)
}

/// Now, microseconds since 1970 UTC. The only clock of this floor; `net` and `engine` stamp with it.
#[must_use]
pub fn now_us() -> i64 {
    Timestamp::now().as_microsecond()
}

/// The full time as the capture writes it.
#[must_use]
pub fn rfc3339(time_us: i64) -> String {
    let mut line = Vec::with_capacity(27);
    StampFormat::default().append(time_us, &mut line);
    String::from_utf8(line).unwrap_or_default()
}

/// Which clock the user reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The system's time zone, UTC where it can't be found out.
    #[must_use]
    pub fn local() -> Self {
        Self(TimeZone::try_system().unwrap_or(TimeZone::UTC))
    }

    /// `03:54:33.123`: milliseconds are shown, microseconds kept in the file.
    #[must_use]
    pub fn clock(&self, time_us: i64) -> String {
        self.format(time_us, "%H:%M:%S%.3f")
    }

    /// `2026-11-24 03:54:33.123456`, for the detail of one event.
    #[must_use]
    pub fn full(&self, time_us: i64) -> String {
        self.format(time_us, "%Y-%m-%d %H:%M:%S%.6f")
    }

    /// `2026-11-24_035433`, for file names.
    #[must_use]
    pub fn file_name(&self, time_us: i64) -> String {
        self.format(time_us, "%Y-%m-%d_%H%M%S")
    }

    /// When the clocks of this zone show `at`, microseconds since 1970 UTC; the earlier moment where they do twice.
    /// `None` outside the calendar.
    #[must_use]
    pub fn moment_us(&self, at: DateTime) -> Option<i64> {
        self.0.to_timestamp(at).ok().map(Timestamp::as_microsecond)
    }

    /// The day it is in this zone.
    #[must_use]
    pub fn date(&self, time_us: i64) -> Date {
        let time = Timestamp::from_microsecond(time_us).unwrap_or(Timestamp::UNIX_EPOCH);
        self.0.to_datetime(time).date()
    }

    fn format(&self, time_us: i64, format: &str) -> String {
        let time = Timestamp::from_microsecond(time_us).unwrap_or(Timestamp::UNIX_EPOCH);
        time.to_zoned_datetime(self.0.clone()).strftime(format).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn microseconds_are_kept_with_all_zeros() {
        assert_eq!(rfc3339(1_764_000_000_000_042), "2025-11-24T16:00:00.000042Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        assert_eq!(http_date("Tue, 24 Nov 2026 15:56:51 GMT"), parse("2026-11-24T15:56:51Z"));
        for text in
            ["", "Tue, 24 Nov 2026 15:56:51 CET", "2026-11-24T15:56:51Z", "Mon, 24 Nov 2026 15:56:51 GMT"]
        {
            assert_eq!(http_date(text), None, "{text}");
        }
    }

    #[test]
    fn clocks_show_milliseconds() {
        assert_eq!(Zone::utc().clock(1_764_000_000_123_999), "16:00:00.123");
        assert_eq!(Zone::utc().file_name(1_764_000_000_000_000), "2025-11-24_160000");
    }

    #[test]
    fn what_is_no_time_of_ours_is_left_to_the_calendar() {
        for text in
            ["2026-02-29T00:00:00.000000Z", "2026-13-01T00:00:00.000000Z", "2026-01-01T24:00:00.000000Z"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("2024-02-29T00:00:00.000000Z"), parse("2024-02-29T00:00:00Z"));
        assert_eq!(parse("2016-12-31T23:59:60.000000Z"), parse("2016-12-31T23:59:60Z"), "a leap second");
        assert_eq!(parse("0000-01-01T00:00:00.000000Z"), parse("0000-01-01T00:00:00Z"));
    }

    proptest! {
        #[test]
        fn the_short_way_agrees_with_the_calendar(time_us in -62_000_000_000_000_000i64..=250_000_000_000_000_000) {
            let text = rfc3339(time_us);
            prop_assert_eq!(own(text.as_bytes()), text.parse::<Timestamp>().ok().map(Timestamp::as_microsecond));
        }

        #[test]
        fn what_is_written_is_read_back(time_us in -1_000_000_000_000_000i64..=10_000_000_000_000_000) {
            prop_assert_eq!(parse(&rfc3339(time_us)), Some(time_us));
        }
    }
}
