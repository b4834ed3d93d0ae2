//! `Version`: a version of Directus.

use std::fmt;

/// Major, minor and patch; what follows a dash (`-rc.1`) counts as that version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Changes that break something.
    pub major: u32,
    /// Features.
    pub minor: u32,
    /// Corrections.
    pub patch: u32,
}

impl Version {
    /// Names a version.
    #[must_use]
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// Reads `12.4.0`, `v12.4.0` or `12.4.0-rc.1`; `None` for anything else, such as a hash.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text);
        let numbers = text.split(['-', '+']).next()?;
        let mut parts = numbers.split('.').map(|part| part.parse::<u32>().ok());
        let version = Self::new(parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_read_and_ordered_by_number() {
        for (text, expected) in [
            ("12.4.0", Some(Version::new(12, 4, 0))),
            ("v11.17.4", Some(Version::new(11, 17, 4))),
            ("10.0.0-rc.1+7", Some(Version::new(10, 0, 0))),
            ("365e9b5bbe711e7434fe", None),
            ("12.4", None),
            ("12.4.0.1", None),
            ("", None),
        ] {
            assert_eq!(Version::parse(text), expected, "{text}");
        }
        assert!(Version::new(11, 17, 4) < Version::new(12, 0, 0));
        assert!(Version::new(11, 9, 0) < Version::new(11, 10, 0));
    }
}
