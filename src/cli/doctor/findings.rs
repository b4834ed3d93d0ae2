//! What deserves attention although nothing failed, as sentences with the next step.

use std::collections::BTreeSet;

use crate::session::{Mode, Offer, Snapshot, WarningKind};

/// Web tokens are judged by the server's clock; its dates are exact to a second.
const CLOCK_MS: u64 = 5_000;

/// The warnings, the gravest first, none twice.
pub(super) fn warnings(snapshot: &Snapshot) -> Vec<String> {
    let server = &*snapshot.server;
    let mut found = Vec::new();
    found.extend(offer(snapshot));
    found.extend(problems(snapshot));
    if snapshot.unverified {
        found.push(
            "The server's certificate was not verified (--insecure): anybody on the way could be the server. Trust its authority with --ca instead.".to_owned(),
        );
    }
    if let Some(told) = &server.clock_offset_ms
        && told.value.unsigned_abs() > CLOCK_MS
    {
        let way = if told.value > 0 { "ahead of" } else { "behind" };
        let seconds = told.value.unsigned_abs() / 1000;
        found.push(format!(
            "The server's clock is {seconds} s {way} this computer's: expiries of tokens are judged by it. Set the clock that is wrong."
        ));
    }
    found.extend(server.faults().map(|fault| fault.sentence.to_owned()));
    let own = snapshot.warnings.iter().filter(|warning| warning.kind != WarningKind::FellToPublic);
    found.extend(own.map(|warning| warning.text.to_string()));
    let mut seen = BTreeSet::new();
    found.retain(|sentence| seen.insert(sentence.clone()));
    found
}

/// What went wrong with asking. One way that is broken breaks every question alike, and the socket too, whose card says so.
fn problems(snapshot: &Snapshot) -> Vec<String> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for problem in &snapshot.server.problems {
        let (path, words) = problem.value.split_once(": ").unwrap_or(("", &problem.value));
        let told = snapshot.card.as_deref().is_some_and(|card| words.starts_with(&card.what_happened));
        if !told && !found.iter().any(|(_, other)| *other == words) {
            found.push((path, words));
        }
    }
    found.iter().map(|(path, words)| format!("{path}: {words}")).collect()
}

/// Where the server says other things of its socket than this connection assumed.
fn offer(snapshot: &Snapshot) -> Vec<String> {
    let mut found = Vec::new();
    match snapshot.server.rest.as_ref().map(|rest| &rest.value) {
        None => {}
        Some(Offer::Off) => found.push(
            "The server says that its sockets are off. Set WEBSOCKETS_ENABLED=true and WEBSOCKETS_REST_ENABLED=true."
                .to_owned(),
        ),
        Some(Offer::On { mode, path }) => {
            if let Some(mode) = mode
                && Mode::from_word(mode.name()) != snapshot.mode
                && snapshot.connection > 0
            {
                let (told, used) = (mode.name(), snapshot.mode.word());
                found.push(format!("The server's mode is {told}, and this connection used {used}. Use --mode {told}."));
            }
            let asked = snapshot.handshake.target.split('?').next().unwrap_or_default();
            if !asked.is_empty() && !asked.ends_with(path.as_str()) {
                found.push(format!(
                    "The server's socket is at {path}, and this connection asked for {asked}. Use that path in the URL."
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::warnings;
    use crate::directus::AuthMode;
    use crate::session::{Handshake, Mode, Offer, Server, Snapshot, Source, Told};

    fn told<T>(value: T) -> Option<Told<T>> {
        Some(Told { value, source: Source::Info, seq: 1 })
    }

    fn snapshot(server: Server) -> Snapshot {
        let handshake =
            Arc::new(Handshake { target: "/wrong?access_token=x".into(), ..Handshake::default() });
        Snapshot {
            server: Arc::new(server),
            mode: Mode::Public,
            connection: 1,
            handshake,
            ..Snapshot::default()
        }
    }

    #[test]
    fn what_the_server_says_is_held_against_what_was_done() {
        let rest = told(Offer::On { mode: Some(AuthMode::Strict), path: "/websocket".into() });
        let found = warnings(&snapshot(Server { rest, ..Server::default() }));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("--mode strict") && found[1].contains("at /websocket"), "{found:?}");
        let found = warnings(&snapshot(Server { rest: told(Offer::Off), ..Server::default() }));
        assert!(found[0].contains("WEBSOCKETS_ENABLED"), "{found:?}");
        assert_eq!(warnings(&snapshot(Server::default())), Vec::<String>::new());
    }

    #[test]
    fn a_way_that_is_broken_is_told_once() {
        let problem = |path: &str, words: &str| Told {
            value: format!("{path}: {words}").into(),
            source: Source::Ping,
            seq: 1,
        };
        let problems =
            vec![problem("/server/ping", "No."), problem("/server/info", "No."), problem("/x", "Yes.")];
        let found = warnings(&snapshot(Server { problems, ..Server::default() }));
        assert_eq!(found, ["/server/ping: No.", "/x: Yes."]);
    }

    #[test]
    fn a_clock_that_is_off_is_told_from_one_that_is_not_exact() {
        let at = |ms| warnings(&snapshot(Server { clock_offset_ms: told(ms), ..Server::default() }));
        assert!(at(1_900).is_empty() && at(-4_000).is_empty());
        assert!(at(-90_000)[0].contains("90 s behind"), "{:?}", at(-90_000));
    }
}
