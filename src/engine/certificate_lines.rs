//! A certificate chain as lines of the facts list.

use crate::capture::event::Certificate;
use crate::capture::row::FactLine;
use crate::directus::shown;
use crate::session::causes::validity;

/// What each certificate says, the server's own first; `time_us` is when it was presented.
pub(super) fn certificate_lines(chain: &[Certificate], time_us: i64) -> Vec<FactLine> {
    let mut lines = Vec::new();
    for (place, certificate) in chain.iter().enumerate() {
        let mut add = |name: &str, value: &str| lines.push(FactLine::new(name, shown(value)));
        let who = certificate.subject.as_deref().unwrap_or("no name recorded");
        add(if place == 0 { "certificate" } else { "signed by" }, who);
        if let Some(issuer) = certificate.issuer.as_deref() {
            add("issuer", if issuer == who { "itself" } else { issuer });
        }
        if let (Some(begin), Some(end)) = (&certificate.not_before, &certificate.not_after) {
            let day = |date: &str| date.get(..10).unwrap_or(date).to_owned();
            let when = validity(certificate, time_us).words();
            add("valid", &format!("{} to {} · {when}", day(begin), day(end)));
        }
        if !certificate.names.is_empty() {
            add("names", &certificate.names.join(", "));
        }
        add("SHA-256", &format!("{} · {} bytes", certificate.sha256, certificate.size));
    }
    lines
}
