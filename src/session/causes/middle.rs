//! Who answered the upgrade: Directus itself, or something before it.

use super::case::Case;

/// The name of a proxy that left its mark in the answer, and the number of that event.
pub(super) fn named(case: &Case<'_>) -> Option<(u64, String)> {
    let seq = case.trail.response?.seq;
    let body = case.shown.handshake.body.get(..2048.min(case.shown.handshake.body.len())).unwrap_or_default();
    let body = body.to_ascii_lowercase();
    if case.header("cf-ray").is_some() {
        return Some((seq, "Cloudflare".to_owned()));
    }
    if case.header("x-amz-cf-id").is_some() {
        return Some((seq, "Amazon CloudFront".to_owned()));
    }
    if case.header("x-azure-ref").is_some() {
        return Some((seq, "Azure Front Door".to_owned()));
    }
    if let Some(server) =
        case.header("server").filter(|server| !server.is_empty() && !server.eq_ignore_ascii_case("directus"))
    {
        return Some((seq, first_words(server)));
    }
    if let Some(via) = case.header("via") {
        return Some((seq, format!("a proxy ({})", first_words(via))));
    }
    ["nginx", "apache", "cloudflare", "haproxy", "envoy", "traefik", "caddy"]
        .into_iter()
        .find(|name| body.contains(name))
        .map(|name| (seq, name.to_owned()))
}

fn first_words(text: &str) -> String {
    text.chars().take(60).collect()
}

/// The refusals of Directus' own socket are bare: no headers, no body (reference 1.3).
pub(super) fn is_bare(case: &Case<'_>) -> bool {
    case.trail.response.is_some()
        && case.shown.handshake.response_headers.is_empty()
        && case.shown.handshake.body.is_empty()
}

/// The `code` of a Directus error in the body (reference 9), if it is one.
pub(super) fn directus_code(case: &Case<'_>) -> Option<String> {
    let body: serde_json::Value = serde_json::from_str(&case.shown.handshake.body).ok()?;
    let code = body.get("errors")?.get(0)?.get("extensions")?.get("code")?.as_str()?;
    Some(code.chars().take(60).collect())
}

/// The body is a web page.
pub(super) fn is_page(case: &Case<'_>) -> bool {
    let body = case.shown.handshake.body.trim_start();
    let begins = |with: &str| body.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    begins("<!doctype")
        || begins("<html")
        || begins("<head")
        || case.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
}
