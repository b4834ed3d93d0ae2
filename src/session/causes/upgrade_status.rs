//! An upgrade refused with an HTTP status: the rows of reference 1.3, and what proxies say instead.

use super::case::Case;
use super::kind::CauseKind as Kind;
use super::words::span;
use super::{Cause, Rule, Situation, Weight, closing, middle};

pub(super) fn situation(case: &Case<'_>, status: u16, words: &str) -> Situation {
    let (title, rules): (_, &[Rule]) = match status {
        200..=299 => ("A web page answered", &[page]),
        300..=399 => ("Redirected", &[redirect]),
        400 | 426 => ("Not taken for a WebSocket", &[plain_to_tls, headers_changed]),
        401 => ("Not authorized (401)", UNAUTHORIZED),
        403 => ("Forbidden (403)", FORBIDDEN),
        404 => ("No WebSocket there (404)", &[switched_off, no_upgrade, other_site]),
        407 => ("The proxy wants a login (407)", &[proxy_login]),
        429 => ("Too many requests (429)", &[too_many]),
        500 => ("The server failed (500)", &[server_error]),
        502..=504 | 520..=530 => ("Nothing behind the proxy", &[under_pressure, gateway]),
        _ => ("Refused", &[]),
    };
    Situation::new(title, Weight::Failure, words).ask(case, rules).or_ask(case, &[closing::as_reported])
}

fn answer(case: &Case<'_>) -> Option<u64> {
    case.trail.response.map(|spot| spot.seq)
}

fn request(case: &Case<'_>) -> Option<u64> {
    case.trail.request.map(|spot| spot.seq)
}

/// What the answer looks like, as evidence of who gave it.
fn look(case: &Case<'_>, cause: Cause) -> Cause {
    if middle::is_bare(case) {
        return cause.seen(
            answer(case),
            "The answer is a bare status line, which is how Directus refuses a WebSocket.",
        );
    }
    match middle::named(case) {
        Some((seq, name)) => cause.seen(seq, format!("The answer came through {name}.")),
        None => cause,
    }
}

const UNAUTHORIZED: &[Rule] =
    &[basic_auth, token_twice, query_token, header_only, session_cookie, strict_without_token, log_endpoint];

fn basic_auth(case: &Case<'_>) -> Option<Cause> {
    let wanted = case.header("www-authenticate")?;
    let scheme: String = wanted.split_whitespace().next().unwrap_or_default().chars().take(20).collect();
    let cause = Cause::certain(
        Kind::ProxyAuth,
        "A proxy before Directus wants a login of its own: Directus never asks in this way.",
    )
    .seen(answer(case), format!("The answer has WWW-Authenticate: {scheme}."));
    Some(look(case, cause).next("Add the Authorization header the proxy wants to the profile, or let the proxy pass the WebSocket path.").code("auth_basic off;"))
}

fn token_twice(case: &Case<'_>) -> Option<Cause> {
    let tokens = case.query_tokens();
    (tokens.len() > 1).then(|| {
        Cause::certain(
            Kind::TokenTwice,
            "The URL has more than one access_token, which Directus refuses whatever they are.",
        )
        .seen(request(case), format!("access_token stands {} times in the request.", tokens.len()))
        .next("Keep one of them.")
    })
}

/// Case 8.
fn query_token(case: &Case<'_>) -> Option<Cause> {
    let tokens = case.query_tokens();
    let [token] = tokens.as_slice() else { return None };
    if token.is_empty() {
        return None;
    }
    let cause = Cause::likely(
        Kind::WrongToken,
        "The token in the URL is wrong, has run out, was replaced, or its user is suspended: it is checked before the upgrade in every mode, and Directus does not say which.",
    )
    .seen(request(case), "The request carries an access_token in its query.");
    let cause = match case.opened_before() {
        Some((_, open)) => cause.seen(
            open.seq,
            format!(
                "The same URL opened {} earlier, so a token that ran out is the most likely.",
                span(case.since(open))
            ),
        ),
        None => cause,
    };
    Some(
        look(case, cause)
            .next("Make a new token on the user's page in Directus; over HTTP the server says more about this one.")
            .code("curl \"$DIRECTUS_URL/users/me?access_token=$DIRECTUS_TOKEN\""),
    )
}

/// Case 14, in strict mode.
fn header_only(case: &Case<'_>) -> Option<Cause> {
    if !case.query_tokens().is_empty() || case.request_header("authorization").is_none() {
        return None;
    }
    Some(
        Cause::likely(
            Kind::HeaderIgnored,
            "The token is only in the Authorization header, which Directus ignores on a WebSocket.",
        )
        .seen(request(case), "The request has an Authorization header and no access_token.")
        .next("Put the token into the query.")
        .code(format!("{}?access_token=TOKEN", case.path())),
    )
}

fn session_cookie(case: &Case<'_>) -> Option<Cause> {
    if !case.query_tokens().is_empty() || case.request_header("cookie").is_none() {
        return None;
    }
    Some(
        Cause::likely(Kind::CookieDead, "The session cookie has run out, belongs to another server, or its session was ended: it is checked before the upgrade in every mode.")
            .seen(request(case), "The request carries a cookie, and no token in its query.")
            .next("Log in again over HTTP for a new session, or remove the cookie and use a token.")
            .code("SESSION_COOKIE_TTL=1d"),
    )
}

fn strict_without_token(case: &Case<'_>) -> Option<Cause> {
    if case.query_tokens().iter().any(|token| !token.is_empty()) || case.request_header("cookie").is_some() {
        return None;
    }
    let empty = !case.query_tokens().is_empty();
    let cause = Cause::likely(
        Kind::StrictMode,
        "The endpoint is in strict mode: without a token in the URL or a session cookie it lets nobody in.",
    )
    .seen(
        request(case),
        if empty {
            "The access_token in the query is empty."
        } else {
            "The request carries no token and no cookie."
        },
    );
    Some(look(case, cause).next("Enter a token and choose the strict mode in the profile; or let the server take the login as a message.").code("WEBSOCKETS_REST_AUTH=handshake"))
}

/// Case 54.
fn log_endpoint(case: &Case<'_>) -> Option<Cause> {
    case.path().ends_with("/logs").then(|| {
        Cause::likely(Kind::LogsForAdmins, "The log stream is for admins only, always in strict mode.")
            .seen(request(case), format!("The path asked for is {}.", case.path()))
            .next("Use the token of an admin.")
    })
}

const FORBIDDEN: &[Rule] = &[firewall, origin, connection_limit, licence];

/// A 403 that is not bare is not the socket's.
fn firewall(case: &Case<'_>) -> Option<Cause> {
    if middle::is_bare(case) || case.trail.response.is_none() {
        return None;
    }
    let cause = match (middle::named(case), middle::directus_code(case)) {
        (_, Some(code)) => Cause::likely(
            Kind::HttpForbidden,
            "Directus answered as HTTP, not as a WebSocket: the request was not taken for one.",
        )
        .seen(answer(case), format!("The body has the Directus error {code}.")),
        (Some((seq, name)), None) => Cause::likely(
            Kind::Firewall,
            format!("A proxy or firewall ({name}) refused: Directus answers without headers and body."),
        )
        .seen(seq, format!("The answer came through {name}.")),
        (None, None) => Cause::likely(
            Kind::Firewall,
            "A proxy or firewall refused: Directus answers without headers and body.",
        )
        .seen(answer(case), "The answer has headers or a body."),
    };
    Some(cause.next("Look at the rules of the proxy or firewall: many refuse WebSockets, or clients that are no browsers."))
}

/// Case 12, reference 1.4.
fn origin(case: &Case<'_>) -> Option<Cause> {
    let origin = case.request_header("origin")?;
    let own = origin.split_once("://").map_or("", |(_, host)| host);
    if own.eq_ignore_ascii_case(case.request_header("host").unwrap_or_default()) {
        return None;
    }
    let sentence = "The server does not allow this Origin (checked since 12.1): it must be that of the request, of PUBLIC_URL, or be allowed by CORS.";
    let cause = Cause::likely(Kind::OriginRefused, sentence)
        .seen(request(case), format!("The request says Origin: {origin}, which is not its host."));
    let cause =
        match case.past().find_map(|past| past.open.filter(|_| past.origin.as_deref() != Some(origin))) {
            Some(open) => cause.seen(open.seq, "With another Origin, or none, the same URL did open."),
            None => cause,
        };
    Some(look(case, cause).next("Remove the Origin in the profile, or allow it on the server (CORS_ORIGIN=* is not enough, `true` is).").code(format!("CORS_ENABLED=true\nCORS_ORIGIN={origin}")))
}

/// Case 13.
fn connection_limit(case: &Case<'_>) -> Option<Cause> {
    let foreign = case.request_header("origin").is_some();
    let sentence = "The server's limit of connections is reached: it counts all clients that are logged in.";
    let opened = case.opened_before();
    let mut cause = if foreign && opened.is_none() || !middle::is_bare(case) {
        Cause::possible(Kind::ConnectionLimit, sentence)
    } else {
        Cause::likely(Kind::ConnectionLimit, sentence)
    };
    if let Some((_, open)) = opened {
        cause = cause.seen(open.seq, format!("The same URL did open {} earlier.", span(case.since(open))));
    }
    if !foreign {
        cause = cause.seen(request(case), "The request names no Origin, so that can't be why.");
    }
    Some(look(case, cause).next("Close other connections, wait for dead ones to be dropped (two heartbeat periods), or raise the limit.").code("WEBSOCKETS_REST_CONN_LIMIT=100"))
}

fn licence(case: &Case<'_>) -> Option<Cause> {
    if !middle::is_bare(case) {
        return None;
    }
    Some(
        Cause::possible(
            Kind::LicenceLocked,
            "The licence of the server is locked (12.x): it refuses all WebSockets then.",
        )
        .seen(answer(case), "It looks the same as the other refusals with 403.")
        .next("Look at the licence in the Directus settings, and at GET /server/info."),
    )
}

/// Case 11.
fn switched_off(case: &Case<'_>) -> Option<Cause> {
    let code = middle::directus_code(case).filter(|code| code == "ROUTE_NOT_FOUND")?;
    Some(
        Cause::likely(
            Kind::SwitchedOff,
            "WebSockets are switched off on this server: they are by default, and then the path is none.",
        )
        .seen(answer(case), format!("Directus itself answered, as HTTP, with {code}."))
        .next("Switch them on and restart the server.")
        .code("WEBSOCKETS_ENABLED=true"),
    )
}

fn no_upgrade(case: &Case<'_>) -> Option<Cause> {
    let sentence = "A proxy does not pass the Upgrade header on, so the server got an ordinary request.";
    let directus = middle::directus_code(case).is_some();
    let cause = match middle::named(case).filter(|_| directus) {
        Some((seq, name)) => {
            Cause::likely(Kind::ProxyStrips, sentence).seen(seq, format!("The answer came through {name}."))
        }
        None => Cause::possible(Kind::ProxyStrips, sentence),
    };
    Some(cause.next("Let the proxy pass it on; GET /server/info tells whether the server has WebSockets switched on.").code(
        "proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection \"upgrade\";",
    ))
}

fn other_site(case: &Case<'_>) -> Option<Cause> {
    if middle::directus_code(case).is_some() {
        return None;
    }
    let what =
        if middle::is_page(case) { "The answer is a web page." } else { "The answer is no Directus error." };
    let cause = Cause::likely(
        Kind::NotDirectus,
        "Another web server answered: Directus lies at another host, port or path.",
    )
    .seen(answer(case), what);
    Some(
        look(case, cause)
            .next("Check the URL: host, port, and the path under which the proxy publishes Directus."),
    )
}

fn page(case: &Case<'_>) -> Option<Cause> {
    let what = if middle::is_page(case) {
        "The answer is a web page."
    } else {
        "The answer is an ordinary HTTP answer."
    };
    let cause = Cause::likely(Kind::NotDirectus, "A web site or an API answered, not a WebSocket endpoint: the path is another one, or a proxy does not pass the Upgrade header on.")
        .seen(answer(case), what);
    Some(look(case, cause).next("Check the path in the URL.").code("WEBSOCKETS_REST_PATH=/websocket"))
}

fn redirect(case: &Case<'_>) -> Option<Cause> {
    let target = case.header("location")?;
    let wanted = target.replacen("http", "ws", 1);
    let secured = !case.is_tls() && target.starts_with("https://");
    let sentence = if secured {
        "The server wants TLS: it sends http and ws to https, and a WebSocket does not follow.".to_owned()
    } else {
        "A proxy or a login page sends this address elsewhere, and a WebSocket does not follow.".to_owned()
    };
    let cause = Cause::certain(Kind::Redirected, sentence).seen(answer(case), format!("Location: {target}"));
    Some(look(case, cause).next("Put the address it points to into the URL.").code(wanted))
}

fn plain_to_tls(case: &Case<'_>) -> Option<Cause> {
    let body = case.shown.handshake.body.to_ascii_lowercase();
    (!case.is_tls()
        && (body.contains("plain http request was sent to https")
            || body.contains("http request to an https server")))
    .then(|| {
        Cause::certain(Kind::WantsTls, "The port expects TLS, and the request came without it.")
            .seen(answer(case), "The body says so.")
            .next("Use wss:// in the URL.")
            .code(format!("wss://{}{}", case.authority(), case.path()))
    })
}

fn headers_changed(case: &Case<'_>) -> Option<Cause> {
    let body: String = case.shown.handshake.body.trim().chars().take(120).collect();
    let mut cause = Cause::likely(
        Kind::ProxyStrips,
        "The WebSocket headers did not arrive as they were sent: a proxy removed or changed them, or it speaks HTTP/1.0 to the server.",
    );
    if !body.is_empty() && !middle::is_page(case) {
        cause = cause.seen(answer(case), format!("The server says: {body}"));
    }
    Some(look(case, cause).next("Let the proxy pass Upgrade, Connection and the Sec-WebSocket headers on.").code(
        "proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection \"upgrade\";",
    ))
}

fn proxy_login(case: &Case<'_>) -> Option<Cause> {
    Some(
        look(case, Cause::certain(Kind::ProxyAuth, "A proxy on the way out wants a user and a password."))
            .next("Enter them with the proxy in the profile."),
    )
}

fn too_many(case: &Case<'_>) -> Option<Cause> {
    let code = middle::directus_code(case);
    let mut cause = Cause::likely(
        Kind::RateLimited,
        "Too many requests in a short time: the rate limit of the server, or of a proxy before it.",
    );
    if let Some(code) = code {
        cause = cause.seen(answer(case), format!("Directus itself answered, with {code}."));
    }
    if let Some(after) = case.header("retry-after") {
        cause = cause.seen(answer(case), format!("Retry-After: {after}"));
    }
    Some(
        look(case, cause)
            .next("Wait before the next attempt, or raise the limit.")
            .code("RATE_LIMITER_POINTS=100"),
    )
}

fn server_error(case: &Case<'_>) -> Option<Cause> {
    let cause = Cause::likely(Kind::ServerFailed, "The server failed on its own while it answered.");
    Some(look(case, cause).next("Look at the server's log at this time."))
}

/// Directus sheds load by itself.
fn under_pressure(case: &Case<'_>) -> Option<Cause> {
    let code = middle::directus_code(case)?;
    Some(
        Cause::likely(
            Kind::UnderPressure,
            "Directus itself refuses, since it is under load or one of its services is down.",
        )
        .seen(answer(case), format!("The body has the Directus error {code}."))
        .next("Look at the load of the server, and at GET /server/health.")
        .code("PRESSURE_LIMITER_ENABLED=false"),
    )
}

fn gateway(case: &Case<'_>) -> Option<Cause> {
    if middle::directus_code(case).is_some() {
        return None;
    }
    let status = case.shown.handshake.status.unwrap_or_default();
    let sentence = match status {
        504 | 524 | 522 => {
            "The proxy stands, but Directus behind it does not answer in time: it hangs, or a firewall lies between them."
        }
        525 | 526 => "The proxy does not accept the certificate of the server behind it.",
        _ => {
            "The proxy stands, but Directus behind it does not: it is stopped, is starting, or the proxy points elsewhere."
        }
    };
    let cause = look(case, Cause::likely(Kind::GatewayFailed, sentence));
    let cause = match case.opened_before() {
        Some((_, open)) => {
            cause.seen(open.seq, "The same URL did open before, so the proxy points to the right place.")
        }
        None => cause,
    };
    Some(
        cause
            .next("Start Directus, and compare the proxy's target with its address and port.")
            .code("proxy_pass http://127.0.0.1:8055;"),
    )
}
