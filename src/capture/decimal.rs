//! Decimal numbers of any length, compared as numbers.

/// Whether two JSON numbers are the same number, however many digits they have.
pub(super) fn same_number(old: &str, new: &str) -> bool {
    let (Some(old), Some(new)) = (Decimal::of(old), Decimal::of(new)) else { return false };
    old == new
}

/// `0.digits × 10^exponent`, without zeros at either end.
#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn of(text: &str) -> Option<Self> {
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let zeros = i64::try_from(all.len() - digits.len()).ok()?;
        let digits = digits.trim_end_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: 0 });
        }
        let exponent = exponent.checked_add(i64::try_from(whole.len()).ok()?)?.checked_sub(zeros)?;
        Some(Self { negative, digits, exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_number_are_one_number() {
        for (one, other, same) in [
            ("1", "1.0", true),
            ("1", "10e-1", true),
            ("0.001", "1E-3", true),
            ("120", "1.2e+2", true),
            ("-0", "0.0", true),
            ("12345678901234567890", "12345678901234567891", false),
            ("1", "-1", false),
            ("1", "10", false),
            ("0.1", "0.01", false),
            ("1e999999999999999999999", "1e1", false),
        ] {
            assert_eq!(same_number(one, other), same, "{one} {other}");
        }
    }
}
