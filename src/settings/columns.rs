//! `Columns`: what the log shows beside number, direction and summary, and how wide.

use serde::{Deserialize, Serialize};

/// Columns of JSON paths there may be.
pub const MOST_PATHS: usize = 8;
/// Narrowest and widest column, points.
const WIDTH: (f32, f32) = (24.0, 800.0);
/// Width of a new column of a JSON path.
const PATH_WIDTH: f32 = 110.0;

/// A column that can be hidden and resized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// When it happened.
    Time,
    /// Since the row above.
    Delta,
    /// The word for what happened.
    Kind,
    /// The uid of the message.
    Uid,
    /// Bytes on the wire.
    Size,
    /// The round trip.
    Reply,
}

impl Column {
    /// All, from left to right.
    pub const ALL: [Self; 6] = [Self::Time, Self::Delta, Self::Kind, Self::Uid, Self::Size, Self::Reply];

    /// Its name above the rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Delta => "Δ",
            Self::Kind => "kind",
            Self::Uid => "uid",
            Self::Size => "size",
            Self::Reply => "reply",
        }
    }

    /// What it shows, for a list of columns.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Time => "Time",
            Self::Delta => "Time since the row above",
            Self::Kind => "Kind",
            Self::Uid => "Uid",
            Self::Size => "Size",
            Self::Reply => "Round trip",
        }
    }
}

/// How a column is shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnLook {
    /// It is shown where the window is wide enough.
    pub shown: bool,
    /// Its width, points.
    pub width: f32,
}

impl ColumnLook {
    const fn shown(width: f32) -> Self {
        Self { shown: true, width }
    }
}

/// A column that shows what a JSON path finds in each message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathColumn {
    /// The path as the user wrote it, without `$`.
    pub path: String,
    /// Its width, points.
    pub width: f32,
}

/// All columns that can be changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Columns {
    /// When it happened.
    pub time: ColumnLook,
    /// Since the row above.
    pub delta: ColumnLook,
    /// The word for what happened.
    pub kind: ColumnLook,
    /// The uid of the message.
    pub uid: ColumnLook,
    /// Bytes on the wire.
    pub size: ColumnLook,
    /// The round trip.
    pub reply: ColumnLook,
    /// Columns of JSON paths, from left to right.
    pub paths: Vec<PathColumn>,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            time: ColumnLook::shown(86.0),
            delta: ColumnLook::shown(46.0),
            kind: ColumnLook::shown(68.0),
            uid: ColumnLook::shown(90.0),
            size: ColumnLook::shown(46.0),
            reply: ColumnLook::shown(46.0),
            paths: Vec::new(),
        }
    }
}

impl Columns {
    /// How `column` is shown.
    #[must_use]
    pub const fn look(&self, column: Column) -> ColumnLook {
        match column {
            Column::Time => self.time,
            Column::Delta => self.delta,
            Column::Kind => self.kind,
            Column::Uid => self.uid,
            Column::Size => self.size,
            Column::Reply => self.reply,
        }
    }

    /// How `column` is shown, to change it.
    pub const fn look_mut(&mut self, column: Column) -> &mut ColumnLook {
        match column {
            Column::Time => &mut self.time,
            Column::Delta => &mut self.delta,
            Column::Kind => &mut self.kind,
            Column::Uid => &mut self.uid,
            Column::Size => &mut self.size,
            Column::Reply => &mut self.reply,
        }
    }

    /// Adds a column for a path that isn't there yet. Whether there was room for it.
    pub fn add_path(&mut self, path: &str) -> bool {
        if self.paths.iter().any(|known| known.path == path) {
            return true;
        }
        if self.paths.len() >= MOST_PATHS {
            return false;
        }
        self.paths.push(PathColumn { path: path.to_owned(), width: PATH_WIDTH });
        true
    }

    /// A width in which a column can be seen and grabbed.
    #[must_use]
    pub fn fitting(width: f32) -> f32 {
        if width.is_finite() { width.clamp(WIDTH.0, WIDTH.1) } else { PATH_WIDTH }
    }

    /// Brings widths into their range and the columns of paths to their number.
    pub(super) fn repair(&mut self) {
        for column in Column::ALL {
            let look = self.look_mut(column);
            look.width = Self::fitting(look.width);
        }
        self.paths.truncate(MOST_PATHS);
        for path in &mut self.paths {
            path.width = Self::fitting(path.width);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_nonsense_is_brought_into_range() {
        let mut columns = Columns::default();
        columns.time.width = f32::NAN;
        columns.uid.width = -5.0;
        for number in 0..20 {
            columns.paths.push(PathColumn { path: format!("p{number}"), width: 1e9 });
        }
        columns.repair();
        assert_eq!((columns.time.width, columns.uid.width), (PATH_WIDTH, WIDTH.0));
        assert_eq!((columns.paths.len(), columns.paths[0].width), (MOST_PATHS, WIDTH.1));
    }

    #[test]
    fn a_path_is_added_once_and_only_while_there_is_room() {
        let mut columns = Columns::default();
        assert!(columns.add_path("uid") && columns.add_path("uid"));
        assert_eq!(columns.paths.len(), 1);
        for number in 1..MOST_PATHS {
            assert!(columns.add_path(&number.to_string()));
        }
        assert!(!columns.add_path("one too many"));
    }
}
