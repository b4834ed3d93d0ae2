//! Values of fields: numbers with units, moments, spans.

use jiff::civil::{Date, DateTime, Time};

use super::ast::{Comparison, Edge, Moment, Spans, TimeSpan};

/// How the whole numbers of a field are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Without a unit.
    Count,
    /// Bytes; without a unit too.
    Bytes,
    /// Microseconds; the unit must be said.
    Time,
}

/// Why a value can't be read: a problem and a hint.
pub(super) type Refusal = (String, String);

const MICROSECONDS: [(&str, f64); 8] = [
    ("us", 1.0),
    ("µs", 1.0),
    ("ms", 1e3),
    ("s", 1e6),
    ("min", 60e6),
    ("m", 60e6),
    ("h", 3600e6),
    ("d", 86_400e6),
];
const BYTES: [(&str, f64); 8] = [
    ("", 1.0),
    ("b", 1.0),
    ("kb", 1e3),
    ("mb", 1e6),
    ("gb", 1e9),
    ("kib", 1024.0),
    ("mib", 1_048_576.0),
    ("gib", 1_073_741_824.0),
];
/// A number above which none is meant.
const MOST: f64 = 9e15;

impl Unit {
    fn refusal(self, typed: &str) -> Refusal {
        let hint = match self {
            Self::Count => "Write a whole number, such as 100.",
            Self::Bytes => "Write a number of bytes, such as 500, 1kb or 2.5mb.",
            Self::Time => "Write a number with a unit, such as 200ms, 1.5s or 5m.",
        };
        let what = match self {
            Self::Count => "a whole number",
            Self::Bytes => "a size",
            Self::Time => "a span of time",
        };
        (format!("`{typed}` is not {what}."), hint.to_owned())
    }

    /// Reads a number.
    pub(super) fn read(self, typed: &str) -> Result<i64, Refusal> {
        let refused = || self.refusal(typed);
        let end = typed.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(typed.len());
        let (digits, unit) = typed.split_at(end);
        let units: &[(&str, f64)] = match self {
            Self::Count => &[("", 1.0)],
            Self::Bytes => &BYTES,
            Self::Time => &MICROSECONDS,
        };
        let unit = unit.to_lowercase();
        let (_, factor) = units.iter().find(|(name, _)| *name == unit).ok_or_else(refused)?;
        if *factor <= 1.0
            && let Ok(whole) = digits.parse::<i64>()
        {
            return Ok(whole);
        }
        let number: f64 = digits.parse().map_err(|_| refused())?;
        rounded(number * factor).filter(|_| self != Self::Count).ok_or_else(refused)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "what does not fit is refused before")]
fn rounded(number: f64) -> Option<i64> {
    (0.0..=MOST).contains(&number).then(|| number.round() as i64)
}

/// Splits `a..b`; either end may be open.
pub(super) fn range(typed: &str) -> Option<(&str, &str)> {
    typed.split_once("..").filter(|(from, to)| !(from.is_empty() && to.is_empty()))
}

/// The numbers that a value means.
pub(super) fn numbers(unit: Unit, comparison: Option<Comparison>, typed: &str) -> Result<Spans, Refusal> {
    if let (None, Some((from, to))) = (comparison, range(typed)) {
        let from = if from.is_empty() { 0 } else { unit.read(from)? };
        let to = if to.is_empty() { i64::MAX } else { unit.read(to)? };
        return Ok(Spans(vec![(from, to)]));
    }
    let number = unit.read(typed)?;
    Ok(Spans(match comparison.unwrap_or(Comparison::Equal) {
        Comparison::Equal => vec![(number, number)],
        Comparison::Unequal => vec![(0, number - 1), (number + 1, i64::MAX)],
        Comparison::Greater => vec![(number + 1, i64::MAX)],
        Comparison::AtLeast => vec![(number, i64::MAX)],
        Comparison::Less => vec![(0, number - 1)],
        Comparison::AtMost => vec![(0, number)],
    }))
}

/// The spans of time that a value means.
pub(super) fn times(comparison: Option<Comparison>, typed: &str) -> Result<Vec<TimeSpan>, Refusal> {
    if let (None, Some((from, to))) = (comparison, range(typed)) {
        let from = if from.is_empty() { None } else { Some(Edge::Begin(moment(from)?)) };
        let to = if to.is_empty() { None } else { Some(Edge::Over(moment(to)?)) };
        return Ok(vec![TimeSpan { from, to }]);
    }
    let at = moment(typed)?;
    let (begin, over) = (Some(Edge::Begin(at)), Some(Edge::Over(at)));
    if matches!(at, Moment::BeforeLast { .. })
        && matches!(comparison, None | Some(Comparison::Equal | Comparison::Unequal))
    {
        let hint = format!("Write time:>{typed} for what came since, or time:<{typed} for what came before.");
        return Err((format!("`{typed}` is a single moment."), hint));
    }
    let span = |from, to| TimeSpan { from, to };
    Ok(match comparison.unwrap_or(Comparison::Equal) {
        Comparison::Equal => vec![span(begin, over)],
        Comparison::Unequal => vec![span(None, begin), span(over, None)],
        Comparison::Greater => vec![span(over, None)],
        Comparison::AtLeast => vec![span(begin, None)],
        Comparison::Less => vec![span(None, begin)],
        Comparison::AtMost => vec![span(None, over)],
    })
}

fn moment(typed: &str) -> Result<Moment, Refusal> {
    let refused = || {
        (
            format!("`{typed}` is not a time."),
            "Write 14:03:05, 2026-11-24, 2026-11-24T14:03 (with Z for UTC), or -5m for five minutes before the last event."
                .to_owned(),
        )
    };
    if let Some(span) = typed.strip_prefix('-') {
        return Unit::Time.read(span).map(|us| Moment::BeforeLast { us });
    }
    let (local, utc) = match typed.strip_suffix(['Z', 'z']) {
        Some(local) => (local, true),
        None => (typed, false),
    };
    let Some((date, clock)) = local.split_once(['T', 't']) else {
        if !utc && let Some((time, lasts_us)) = clock_time(local) {
            return Ok(Moment::Clock { at_us: since_midnight(time), lasts_us });
        }
        let at = local.parse::<Date>().map_err(|_| refused())?.to_datetime(Time::midnight());
        return Ok(Moment::Calendar { at, utc, lasts_us: 86_400_000_000 });
    };
    let date: Date = date.parse().map_err(|_| refused())?;
    let (time, lasts_us) = clock_time(clock).ok_or_else(refused)?;
    Ok(Moment::Calendar { at: DateTime::from_parts(date, time), utc, lasts_us })
}

/// `14:03`, `14:03:05` or `14:03:05.123`, and how long that lasts.
fn clock_time(typed: &str) -> Option<(Time, i64)> {
    let mut parts = typed.split(':');
    let two = |part: &str| (part.len() <= 2).then(|| part.parse::<i8>().ok()).flatten();
    let (hour, minute) = (two(parts.next()?)?, two(parts.next()?)?);
    let Some(seconds) = parts.next() else {
        return Time::new(hour, minute, 0, 0).ok().map(|time| (time, 60_000_000));
    };
    if parts.next().is_some() {
        return None;
    }
    let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    if fraction.len() > 6 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: i32 = format!("{fraction:0<6}").parse().ok()?;
    let lasts_us = 10_i64.pow(6 - u32::try_from(fraction.len()).ok()?);
    let time = Time::new(hour, minute, two(second)?, micros * 1000).ok()?;
    Some((time, lasts_us))
}

fn since_midnight(time: Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    seconds * 1_000_000 + i64::from(time.subsec_nanosecond() / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read() {
        for (unit, typed, value) in [
            (Unit::Time, "200ms", 200_000),
            (Unit::Time, "1.5s", 1_500_000),
            (Unit::Time, "7us", 7),
            (Unit::Time, "2m", 120_000_000),
            (Unit::Bytes, "1kb", 1000),
            (Unit::Bytes, "1KiB", 1024),
            (Unit::Bytes, "12", 12),
            (Unit::Count, "9007199254740993", 9_007_199_254_740_993),
        ] {
            assert_eq!(unit.read(typed), Ok(value), "{typed}");
        }
        for (unit, typed) in [
            (Unit::Time, "200"),
            (Unit::Count, "1.5"),
            (Unit::Bytes, "kb"),
            (Unit::Bytes, "1e9mb"),
            (Unit::Bytes, "999999999999gb"),
            (Unit::Count, ""),
        ] {
            assert!(unit.read(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn comparisons_become_spans() {
        let spans = |comparison, typed| numbers(Unit::Count, comparison, typed).unwrap().0;
        assert_eq!(spans(None, "1..5"), [(1, 5)]);
        assert_eq!(spans(None, "..5"), [(0, 5)]);
        assert_eq!(spans(None, "5.."), [(5, i64::MAX)]);
        assert_eq!(spans(Some(Comparison::Unequal), "5"), [(0, 4), (6, i64::MAX)]);
        assert!(numbers(Unit::Count, None, "..").is_err());
    }

    #[test]
    fn a_moment_lasts_as_long_as_it_is_written_short() {
        let lasts = |typed: &str| moment(typed).unwrap().lasts_us();
        assert_eq!(lasts("2026-11-24"), 86_400_000_000);
        assert_eq!(lasts("14:03"), 60_000_000);
        assert_eq!(lasts("2026-11-24T14:03:05"), 1_000_000);
        assert_eq!(lasts("14:03:05.25"), 10_000);
        assert_eq!(moment("00:00:01.5"), Ok(Moment::Clock { at_us: 1_500_000, lasts_us: 100_000 }));
        for typed in ["25:00", "14", "14:03:05.1234567", "2026-13-01", "", "-", "-5", "1:2:3:4", "14:03Z"] {
            assert!(moment(typed).is_err(), "{typed}");
        }
        assert!(times(None, "-5m").unwrap_err().1.contains("time:>-5m"));
    }
}
