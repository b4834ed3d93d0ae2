//! From points on the screen to whole numbers. The only place of the views where a float becomes an integer.

/// Rounds down; what doesn't fit becomes the nearest that does, NaN becomes 0.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float to integer `as` saturates, which is what is wanted"
)]
pub fn floored(value: f64) -> i64 {
    value.floor() as i64
}

/// Rounds to the nearest; what doesn't fit becomes the nearest that does, NaN becomes 0.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float to integer `as` saturates, which is what is wanted"
)]
pub fn rounded(value: f64) -> i64 {
    value.round() as i64
}

/// How many whole `part`s fit into `whole`, 0 for nonsense.
#[must_use]
pub fn fitting(whole: f32, part: f32) -> u64 {
    u64::try_from(floored(f64::from(whole) / f64::from(part))).unwrap_or(0)
}

/// A position in the log as a float, for proportions only: exact below 2^53.
#[must_use]
pub fn proportion(number: u64) -> f64 {
    number as f64
}

/// For the painter, which counts in `f32`.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "points on a screen need no more digits")]
pub fn points(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_becomes_zero() {
        assert_eq!(fitting(100.0, 0.0), u64::try_from(i64::MAX).unwrap());
        assert_eq!(fitting(-5.0, 24.0), 0);
        assert_eq!(floored(f64::NAN), 0);
        assert_eq!((floored(-0.5), rounded(2.5)), (-1, 3));
    }
}
