//! What the dates and names of certificates say.

use crate::capture::event::Certificate;
use crate::capture::time;

const DAY_US: i64 = 86_400_000_000;

/// Where a time lies against the validity of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// The dates were not recorded.
    Unknown,
    /// It begins in so many days.
    NotYet(i64),
    /// It ends in so many days; 0: within a day.
    Valid(i64),
    /// It ended so many days ago; 0: within a day.
    Over(i64),
}

impl Validity {
    /// As a phrase.
    #[must_use]
    pub fn words(self) -> String {
        let days = |number: i64| match number {
            0 => "less than a day".to_owned(),
            1 => "1 day".to_owned(),
            number => format!("{number} days"),
        };
        match self {
            Self::Unknown => "dates not recorded".to_owned(),
            Self::NotYet(number) => format!("begins in {}", days(number)),
            Self::Valid(number) => format!("expires in {}", days(number)),
            Self::Over(number) => format!("expired {} ago", days(number)),
        }
    }

    /// Whether it needs attention: out of its time, or near its end.
    #[must_use]
    pub const fn is_worrying(self) -> bool {
        matches!(self, Self::NotYet(_) | Self::Over(_) | Self::Valid(0..14))
    }
}

/// Where this time (microseconds since 1970-01-01 UTC) lies against the validity of a certificate.
#[must_use]
pub fn validity(certificate: &Certificate, time_us: i64) -> Validity {
    let date = |text: &Option<String>| text.as_deref().and_then(time::parse);
    let (Some(begin), Some(end)) = (date(&certificate.not_before), date(&certificate.not_after)) else {
        return Validity::Unknown;
    };
    if time_us < begin {
        Validity::NotYet((begin - time_us) / DAY_US)
    } else if time_us > end {
        Validity::Over((time_us - end) / DAY_US)
    } else {
        Validity::Valid((end - time_us) / DAY_US)
    }
}

/// Whether one of the names of the certificate is this host; `None` where the names were not recorded.
pub(super) fn names_host(certificate: &Certificate, host: &str) -> Option<bool> {
    if certificate.names.is_empty() {
        return None;
    }
    let host = host.to_ascii_lowercase();
    Some(certificate.names.iter().any(|name| {
        let name = name.to_ascii_lowercase();
        match name.strip_prefix("*.") {
            Some(domain) => host.split_once('.').is_some_and(|(_, rest)| rest == domain),
            None => name == host,
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> Certificate {
        Certificate {
            not_before: Some("2026-01-01T00:00:00Z".into()),
            not_after: Some("2026-04-01T00:00:00Z".into()),
            names: vec!["cms.example.com".into(), "*.example.org".into()],
            ..Certificate::default()
        }
    }

    #[test]
    fn dates_are_counted_in_days() {
        let at = |text| validity(&certificate(), time::parse(text).unwrap()).words();
        assert_eq!(at("2026-03-18T12:00:00Z"), "expires in 13 days");
        assert_eq!(at("2026-03-31T12:00:00Z"), "expires in less than a day");
        assert_eq!(at("2026-04-02T12:00:00Z"), "expired 1 day ago");
        assert_eq!(at("2025-12-30T00:00:00Z"), "begins in 2 days");
        assert_eq!(validity(&Certificate::default(), 0), Validity::Unknown);
    }

    #[test]
    fn a_star_stands_for_one_label() {
        let is_for = |host| names_host(&certificate(), host);
        assert_eq!(is_for("CMS.example.com"), Some(true));
        assert_eq!(is_for("a.example.org"), Some(true));
        assert_eq!(is_for("a.b.example.org"), Some(false));
        assert_eq!(is_for("example.org"), Some(false));
        assert_eq!(names_host(&Certificate::default(), "x"), None);
    }
}
