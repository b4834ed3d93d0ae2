//! `Target`: a place in the log as a person types it: `12345`, `14:03:05`, `-5m`, `50%`.

/// A place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The row with this number.
    Row(u64),
    /// The first row at or after this time of day, microseconds since midnight, as the time column has it.
    TimeOfDay(u64),
    /// So many microseconds before the newest row.
    BeforeEnd(u64),
    /// So many microseconds after the first row.
    AfterStart(u64),
    /// So many thousandths of all rows.
    Share(u64),
}

const HINT: &str = "Type a row such as 12345, a time such as 14:03:05, -5m or +30s, or a share such as 50%";

impl Target {
    /// Reads what was typed.
    ///
    /// # Errors
    /// A sentence that says what can be typed.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let typed: String =
            typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '\u{a0}').collect();
        let text = typed.trim_start_matches('#');
        let target = if let Some(share) = text.strip_suffix('%') {
            share_of(share).map(Self::Share)
        } else if let Some(span) = text.strip_prefix(['-', '−']) {
            span_of(span).map(Self::BeforeEnd)
        } else if let Some(span) = text.strip_prefix('+') {
            span_of(span).map(Self::AfterStart)
        } else if text.contains(':') {
            time_of_day(text).map(Self::TimeOfDay)
        } else {
            text.parse().ok().map(Self::Row)
        };
        target.ok_or_else(|| HINT.to_owned())
    }
}

/// A decimal number in thousandths.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 6 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(part)
}

fn share_of(text: &str) -> Option<u64> {
    thousandths(text).map(|thousandths| thousandths / 100).filter(|share| *share <= 1000)
}

/// `90s`, `5m`, `1.5h`, `2d`, `250ms`; a bare number is seconds.
fn span_of(text: &str) -> Option<u64> {
    let digits = text.find(|letter: char| letter.is_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit_us: u64 = match unit {
        "ms" => 1_000,
        "" | "s" => 1_000_000,
        "m" | "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        _ => return None,
    };
    thousandths(number)?.checked_mul(unit_us / 1000)
}

/// `14:03`, `14:03:05`, `14:03:05.250`.
fn time_of_day(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let hours: u64 = parts.next()?.parse().ok()?;
    let minutes: u64 = parts.next()?.parse().ok()?;
    let milliseconds = parts.next().map_or(Some(0), thousandths)?;
    let fits = parts.next().is_none() && hours < 24 && minutes < 60 && milliseconds < 60_000;
    fits.then_some(((hours * 60 + minutes) * 60_000 + milliseconds) * 1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_type_is_understood() {
        for (typed, target) in [
            ("12345", Target::Row(12_345)),
            ("#8\u{a0}411 198", Target::Row(8_411_198)),
            ("14:03:05", Target::TimeOfDay(50_585_000_000)),
            ("14:03", Target::TimeOfDay(50_580_000_000)),
            ("0:00:00.250", Target::TimeOfDay(250_000)),
            ("-5m", Target::BeforeEnd(300_000_000)),
            ("−1.5h", Target::BeforeEnd(5_400_000_000)),
            ("+250ms", Target::AfterStart(250_000)),
            ("+30", Target::AfterStart(30_000_000)),
            ("50%", Target::Share(500)),
            ("99.9 %", Target::Share(999)),
        ] {
            assert_eq!(Target::parse(typed), Ok(target), "{typed}");
        }
        for typed in ["", "x", "25:00", "1:2:3:4", "101%", "-5y", "+-5m", "12:60", "1..2%", "12.5"] {
            assert!(Target::parse(typed).unwrap_err().contains("14:03:05"), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(typed in ".{0,12}") {
            let _target = Target::parse(&typed);
        }
    }
}
