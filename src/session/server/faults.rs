//! Known faults and peculiarities of versions (reference 8.5, 10).

use crate::directus::Version;

/// What a range of versions is known for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The first version that has it; `None`: as far back as is known.
    pub since: Option<Version>,
    /// The first version without it.
    pub fixed: Version,
    /// What it does, as sentences with the next step.
    pub sentence: &'static str,
}

impl Fault {
    /// Whether a version has it.
    #[must_use]
    pub fn is_in(&self, version: Version) -> bool {
        self.since.is_none_or(|since| since <= version) && version < self.fixed
    }
}

const fn until(fixed: Version, sentence: &'static str) -> Fault {
    Fault { since: None, fixed, sentence }
}

/// The gravest first.
pub const FAULTS: [Fault; 8] = [
    Fault {
        since: Some(Version::new(11, 1, 0)),
        fixed: Version::new(11, 1, 1),
        sentence: "11.1.0 breaks the socket: the login is never confirmed, nothing is answered and nothing is closed (directus#23625). Update the server.",
    },
    until(
        Version::new(12, 1, 0),
        "Before 12.1 an expired token leaves the connection without permissions applied: what arrives until the next login may be more than the user is allowed to see. Update the server, and don't judge permissions by it.",
    ),
    until(
        Version::new(12, 1, 0),
        "Before 12.1 the Origin of a socket is not checked: any web page can open one with its visitor's session cookie. Update the server, or check the Origin in the proxy.",
    ),
    until(
        Version::new(12, 2, 0),
        "Before 12.2 an invalid query is accepted silently on sockets (directus#27844): a filter with a typing error may simply not filter.",
    ),
    until(
        Version::new(12, 4, 0),
        "Before 12.4 errors carry no uid: with several requests under way, which of them failed is a guess.",
    ),
    until(
        Version::new(11, 13, 4),
        "Before 11.13.4 some system collections, such as directus_comments, give an init and then never an event (directus#25457).",
    ),
    until(
        Version::new(10, 13, 1),
        "Before 10.13.1 a token in the URL is honoured in strict mode only; in the other modes log in with an auth message.",
    ),
    until(Version::new(10, 11, 1), "Before 10.11.1 a session cookie does not log a socket in."),
];

#[cfg(test)]
mod tests {
    use super::FAULTS;
    use crate::directus::Version;

    fn count(version: Version) -> usize {
        FAULTS.iter().filter(|fault| fault.is_in(version)).count()
    }

    #[test]
    fn a_version_has_the_faults_of_its_range_only() {
        assert_eq!(count(Version::new(12, 4, 0)), 0);
        assert_eq!(count(Version::new(12, 3, 0)), 1);
        assert_eq!(count(Version::new(11, 17, 4)), 4);
        let broken = &FAULTS[0];
        assert!(broken.is_in(Version::new(11, 1, 0)));
        assert!(!broken.is_in(Version::new(11, 0, 9)) && !broken.is_in(Version::new(11, 1, 1)));
    }

    #[test]
    fn every_fault_is_told_as_a_sentence() {
        for fault in &FAULTS {
            assert!(fault.sentence.ends_with('.'), "{}", fault.sentence);
            assert!(fault.since.is_none_or(|since| since < fault.fixed));
        }
    }
}
