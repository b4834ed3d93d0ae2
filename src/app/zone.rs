//! `Zones`: the user's time zone, asked once.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The system's time zone.
#[derive(Clone)]
pub struct Zones(TimeZone);

impl Zones {
    /// The system's zone, UTC where it can't be found out.
    pub fn system() -> Self {
        Self(TimeZone::try_system().unwrap_or(TimeZone::UTC))
    }

    /// The zone's distance from UTC at a moment, in seconds; 0 where UTC is wanted.
    pub fn offset_s(&self, time_us: i64, utc: bool) -> i32 {
        if utc {
            return 0;
        }
        let time = Timestamp::from_microsecond(time_us).unwrap_or(Timestamp::UNIX_EPOCH);
        self.0.to_offset(time).seconds()
    }

    /// `2026-11-24 03:54`, in UTC where that is wanted.
    pub fn day_and_minute(&self, time_us: i64, utc: bool) -> String {
        let time = Timestamp::from_microsecond(time_us).unwrap_or(Timestamp::UNIX_EPOCH);
        let zone = if utc { TimeZone::UTC } else { self.0.clone() };
        time.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M").to_string()
    }
}
