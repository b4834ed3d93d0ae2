//! A TLS handshake that failed, by the chain the server presented.

use super::case::Case;
use super::certificates::{Validity, names_host, validity};
use super::closing;
use super::kind::CauseKind as Kind;
use super::words::span;
use super::{Cause, Rule};

pub(super) const RULES: &[Rule] = &[expired, not_yet, wrong_name, self_signed, clock_off, as_reported_too];

fn chain<'a>(case: &Case<'a>) -> &'a [crate::capture::event::Certificate] {
    case.shown.handshake.tls.as_ref().map(|tls| tls.certificates.as_slice()).unwrap_or_default()
}

fn seq(case: &Case<'_>) -> Option<u64> {
    case.trail.presented.map(|spot| spot.seq)
}

fn out_of_time(case: &Case<'_>) -> Option<(usize, Validity)> {
    let now_us = case.at.stamp.time_us;
    chain(case)
        .iter()
        .map(|certificate| validity(certificate, now_us))
        .enumerate()
        .find(|(_, validity)| matches!(validity, Validity::Over(_) | Validity::NotYet(_)))
}

fn whose(place: usize) -> &'static str {
    if place == 0 { "The server's certificate" } else { "A certificate in the server's chain" }
}

fn subject(case: &Case<'_>, place: usize) -> String {
    chain(case).get(place).and_then(|it| it.subject.clone()).unwrap_or_default()
}

fn expired(case: &Case<'_>) -> Option<Cause> {
    let (place, Validity::Over(days)) = out_of_time(case)? else { return None };
    let until = chain(case).get(place)?.not_after.clone().unwrap_or_default();
    Some(
        Cause::certain(
            Kind::CertificateExpired,
            format!("{} has expired: it was not renewed in time.", whose(place)),
        )
        .seen(
            seq(case),
            format!("{} was valid until {until}: it {}.", subject(case, place), Validity::Over(days).words()),
        )
        .next("Renew the certificate on the server or proxy, then reload it.")
        .code("certbot renew && nginx -s reload"),
    )
}

fn not_yet(case: &Case<'_>) -> Option<Cause> {
    let (place, validity @ Validity::NotYet(_)) = out_of_time(case)? else { return None };
    let from = chain(case).get(place)?.not_before.clone().unwrap_or_default();
    Some(
        Cause::certain(
            Kind::CertificateNotYetValid,
            format!(
                "{} is not valid yet: the clock of this machine is behind, or it was made for later.",
                whose(place)
            ),
        )
        .seen(seq(case), format!("{} is valid from {from}: it {}.", subject(case, place), validity.words()))
        .next("Set the clock of this machine, then connect again."),
    )
}

fn wrong_name(case: &Case<'_>) -> Option<Cause> {
    let own = chain(case).first()?;
    let host = case.host();
    if names_host(own, host)? {
        return None;
    }
    Some(
        Cause::certain(
            Kind::CertificateWrongName,
            format!(
                "The certificate is not for {host}: the URL uses another name, or another server answered."
            ),
        )
        .seen(seq(case), format!("It is for {}.", own.names.join(", ")))
        .next("Use one of these names in the URL, or add this name to the certificate."),
    )
}

fn self_signed(case: &Case<'_>) -> Option<Cause> {
    let own = chain(case).first().filter(|_| out_of_time(case).is_none())?;
    if names_host(own, case.host()) == Some(false) {
        return None;
    }
    let issuer = own.issuer.clone()?;
    let last = chain(case).last()?;
    let cause = if own.subject.as_ref() == Some(&issuer) {
        Cause::likely(
            Kind::SelfSigned,
            "The certificate is self-signed: nobody this machine trusts vouches for it.",
        )
    } else if chain(case).len() == 1 {
        Cause::likely(
            Kind::ChainIncomplete,
            "The server sends its own certificate only and leaves its issuer's out; or the issuer is a private authority.",
        )
    } else {
        Cause::likely(
            Kind::PrivateAuthority,
            "The chain leads to an authority this machine does not trust: a private one, or a proxy that opens TLS connections.",
        )
    };
    let root = last.issuer.clone().unwrap_or_default();
    Some(
        cause
            .seen(seq(case), format!("{} was issued by {issuer}.", own.subject.clone().unwrap_or_default()))
            .seen(seq(case), format!("The chain of {} ends at {root}.", chain(case).len()))
            .next("Make the server send its whole chain (fullchain.pem), or install the authority's certificate as trusted on this machine.")
            .code("ssl_certificate fullchain.pem;"),
    )
}

fn clock_off(case: &Case<'_>) -> Option<Cause> {
    out_of_time(case)?;
    let (spot, drift_us) = case.trail.clock?;
    Some(
        Cause::possible(Kind::ClockWrong, "The clock of this machine is wrong.")
            .seen(spot.seq, format!("It moved by {} before.", span(drift_us.unsigned_abs())))
            .next("Set the clock, then connect again."),
    )
}

/// The verifier's own sentences, where the chain alone does not decide.
fn as_reported_too(case: &Case<'_>) -> Option<Cause> {
    let decided = out_of_time(case).is_some()
        || chain(case).first().is_some_and(|own| names_host(own, case.host()) == Some(false));
    if decided || self_signed(case).is_some() { None } else { closing::as_reported(case) }
}
