//! What people type and paste where a URL is wanted.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::directus::endpoint_note::{EndpointError, EndpointNote};

/// Without what sticks to a pasted URL: space and quotes around it, line ends and invisible characters in it.
pub(in crate::directus) fn tidy(input: &str) -> String {
    let quote = |character: char| {
        character.is_whitespace()
            || matches!(character, '"' | '\'' | '`' | '<' | '>' | '“' | '”' | '„' | '‘' | '’')
    };
    let kept = |character: &char| {
        !character.is_control() && !matches!(character, '\u{200b}'..='\u{200f}' | '\u{feff}')
    };
    let visible: String = input.chars().filter(kept).collect();
    visible.trim_matches(quote).to_owned()
}

/// The scheme in lower case, if there is one, and the rest behind `//`.
pub(in crate::directus) fn split_scheme(text: &str) -> Result<(Option<&'static str>, &str), EndpointError> {
    if let Some((scheme, rest)) = text.split_once("://")
        && scheme.chars().all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
    {
        let known =
            ["http", "https", "ws", "wss"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known));
        return match known {
            Some(known) => Ok((Some(known), rest.trim_start_matches('/'))),
            None if scheme.is_empty() => Ok((None, rest.trim_start_matches('/'))),
            // A long one is no scheme but something pasted; it may be secret.
            None => Err(if scheme.len() <= 12 {
                EndpointError::Scheme(scheme.to_ascii_lowercase())
            } else {
                EndpointError::Malformed
            }),
        };
    }
    // `https:host` and `https:/host`, but not the host `ws` with a port.
    for known in ["https", "http", "wss", "ws"] {
        if let Some((scheme, rest)) = text.split_once(':')
            && scheme.eq_ignore_ascii_case(known)
            && !rest.starts_with(|character: char| character.is_ascii_digit())
        {
            return Ok((Some(known), rest.trim_start_matches('/')));
        }
    }
    Ok((None, text.trim_start_matches('/')))
}

/// A bare IPv6 address in front gets its brackets.
pub(in crate::directus) fn bracketed(rest: &str, notes: &mut Vec<EndpointNote>) -> String {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    if authority.parse::<Ipv6Addr>().is_ok() {
        notes.push(EndpointNote::BracketsAdded);
        return format!("[{authority}]{tail}");
    }
    rest.to_owned()
}

/// Loopback, a private network, or a name that only a private network knows: hardly ever with a certificate.
pub(in crate::directus) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_local_v4(address),
        Some(Host::Ipv6(address)) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.to_ipv4_mapped().is_some_and(is_local_v4)
        }
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.contains('.')
                || [".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test"]
                    .iter()
                    .any(|suffix| name.ends_with(suffix))
        }
        None => false,
    }
}

fn is_local_v4(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_private() || address.is_link_local() || address.is_unspecified()
}
