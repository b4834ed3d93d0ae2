//! `Preferences`: how the user likes it.

use serde::{Deserialize, Serialize};

/// Dark or light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Always dark.
    Dark,
    /// Always light.
    Light,
}

/// What the time column of the log shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeColumn {
    /// The time of day.
    #[default]
    Clock,
    /// Since the capture began.
    SinceStart,
    /// Since the marked row, negative before it.
    SinceMark,
}

impl TimeColumn {
    /// The one that comes after this when one goes through them.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Clock => Self::SinceStart,
            Self::SinceStart => Self::SinceMark,
            Self::SinceMark => Self::Clock,
        }
    }
}

/// How the user likes it. A setting shown is the setting in effect, also after a restart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Dark or light.
    pub theme: Theme,
    /// Times in UTC; else local.
    pub utc: bool,
    /// Write captures to the data folder; else to an unnamed temporary file.
    pub record: bool,
    /// Limit for all captures together, in bytes; the oldest go first.
    pub capture_limit_bytes: u64,
    /// Heartbeats take one row instead of one each.
    pub fold_heartbeats: bool,
    /// The log follows new rows.
    pub follow: bool,
    /// What the time column of the log shows.
    pub time: TimeColumn,
    /// Size of everything on screen, 1 is the system's.
    pub zoom: f32,
}

/// Smallest and largest zoom.
const ZOOM: (f32, f32) = (0.5, 3.0);
/// Smallest limit for captures: less than this is gone within a minute of traffic.
const LEAST_CAPTURE_BYTES: u64 = 50_000_000;

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            utc: false,
            record: true,
            capture_limit_bytes: 10_000_000_000,
            fold_heartbeats: true,
            follow: true,
            time: TimeColumn::Clock,
            zoom: 1.0,
        }
    }
}

impl Preferences {
    /// Brings values into their range; returns a sentence for each that was out of it.
    pub(super) fn repair(&mut self) -> Vec<String> {
        let mut notes = Vec::new();
        if !(ZOOM.0..=ZOOM.1).contains(&self.zoom) {
            notes.push("The stored zoom was out of range and is 100 % now.".to_owned());
            self.zoom = 1.0;
        }
        if self.capture_limit_bytes < LEAST_CAPTURE_BYTES {
            notes.push("The stored limit for captures was below 50 MB and is 50 MB now.".to_owned());
            self.capture_limit_bytes = LEAST_CAPTURE_BYTES;
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zoom_that_would_hide_the_window_is_not_taken() {
        for zoom in [0.0, -1.0, 99.0, f32::NAN, f32::INFINITY] {
            let mut preferences = Preferences { zoom, ..Preferences::default() };
            assert_eq!(preferences.repair().len(), 1);
            assert_eq!(preferences, Preferences::default());
        }
        assert!(Preferences::default().repair().is_empty());
    }
}
