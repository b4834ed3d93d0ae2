//! Name look-up and TCP.

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{sleep, timeout_at};

use crate::net::clock::since_us;
use crate::net::failure::DialFailure;
use crate::net::full::{Deadline, Report};
use crate::net::reach::Family;
use crate::net::socket::SocketEvent;

/// How long an address may keep silent before the next is tried beside it (RFC 8305, 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// Where TCP goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) family: Family,
    /// The proxy that this host is, as it is shown; empty for the server itself.
    pub(super) via: &'a str,
}

/// Connects to the address of the host that answers first.
pub(super) async fn connect(
    target: Target<'_>,
    deadline: Deadline,
    report: &Report,
) -> Result<TcpStream, DialFailure> {
    let addresses = resolve(target, deadline, report).await?;
    let begun = Instant::now();
    let mut failed = Vec::new();
    match timeout_at(deadline.at, race(&addresses, &mut failed)).await {
        Ok(Some((stream, address))) => {
            // Small frames must leave at once; a system that can't do it still works.
            let _ = stream.set_nodelay(true);
            let connected = SocketEvent::Connected {
                address: address.to_string(),
                via: target.via.to_owned(),
                took_us: since_us(begun),
            };
            let _ = report.send(connected);
            Ok(stream)
        }
        Ok(None) => Err(verdict(&failed, begun)),
        // What an address refused says more than another's silence.
        Err(_) if failed.is_empty() => {
            Err(DialFailure::Timeout { addresses: list(&addresses, &[]), after_ms: deadline.limit_ms() })
        }
        Err(_) => Err(worst(&failed, list(&addresses, &failed))),
    }
}

/// An address that failed, and why.
type Failed = (SocketAddr, io::Error);

/// Starts with the first address, and with the next whenever one has failed or kept silent for a moment.
async fn race(addresses: &[SocketAddr], failed: &mut Vec<Failed>) -> Option<(TcpStream, SocketAddr)> {
    let mut waiting = addresses.iter().copied();
    let mut running = FuturesUnordered::new();
    loop {
        match waiting.next() {
            Some(address) => running.push(async move { (address, TcpStream::connect(address).await) }),
            None if running.is_empty() => return None,
            None => {}
        }
        let more = waiting.len() > 0;
        tokio::select! {
            Some((address, ended)) = running.next() => match ended {
                Ok(stream) => return Some((stream, address)),
                Err(error) => failed.push((address, error)),
            },
            () = sleep(HEAD_START), if more => {}
        }
    }
}

/// Every address failed.
fn verdict(failed: &[Failed], begun: Instant) -> DialFailure {
    let addresses: Vec<SocketAddr> = failed.iter().map(|(address, _)| *address).collect();
    match worst(failed, list(&addresses, failed)) {
        // The system's own timeout came before ours, so it is the time that passed.
        DialFailure::Timeout { addresses, after_ms: 0 } => {
            DialFailure::Timeout { addresses, after_ms: begun.elapsed().as_millis() }
        }
        failure => failure,
    }
}

/// The failure that says most: a refusal comes from the machine itself.
fn worst(failed: &[Failed], addresses: String) -> DialFailure {
    let said = |error: &io::Error| match error.kind() {
        io::ErrorKind::ConnectionRefused => 0,
        io::ErrorKind::TimedOut => 3,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => 2,
        _ => 1,
    };
    match failed.iter().min_by_key(|(_, error)| said(error)) {
        Some((_, error)) => DialFailure::from_connect(addresses, error),
        None => DialFailure::Other { addresses, detail: "no address was tried".to_owned() },
    }
}

/// The addresses as a phrase; where there are several, each with what it said.
fn list(addresses: &[SocketAddr], failed: &[Failed]) -> String {
    let mut words = String::new();
    for address in addresses {
        let comma = if words.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(words, "{comma}{address}");
        let error = failed.iter().find(|(other, _)| other == address).map(|(_, error)| error.kind());
        if addresses.len() > 1 && !failed.is_empty() {
            let said = error.map_or_else(|| "no answer".to_owned(), |kind| kind.to_string());
            let _ = write!(words, " ({said})");
        }
    }
    words
}

async fn resolve(
    target: Target<'_>,
    deadline: Deadline,
    report: &Report,
) -> Result<Vec<SocketAddr>, DialFailure> {
    let Target { host, port, family, .. } = target;
    let begun = Instant::now();
    let found: Vec<SocketAddr> = match timeout_at(deadline.at, lookup_host((host, port))).await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return Err(DialFailure::from_lookup(host, &error)),
        Err(_) => {
            return Err(DialFailure::ResolveTimeout { host: host.to_owned(), after_ms: deadline.limit_ms() });
        }
    };
    if found.is_empty() {
        return Err(DialFailure::UnknownHost { host: host.to_owned() });
    }
    let chosen = in_turn(&found, family);
    if chosen.is_empty() {
        return Err(DialFailure::NoAddress {
            host: host.to_owned(),
            family: family.name(),
            others: found.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", "),
        });
    }
    let addresses = chosen.iter().map(|address| address.ip().to_string()).collect();
    let _ = report.send(SocketEvent::Resolved { host: host.to_owned(), addresses, took_us: since_us(begun) });
    Ok(chosen)
}

/// The addresses of a family; of both, one of each in turn, the system's favourite first (RFC 8305, 4).
fn in_turn(found: &[SocketAddr], family: Family) -> Vec<SocketAddr> {
    let mut seen = Vec::new();
    for address in found {
        if !seen.contains(address) {
            seen.push(*address);
        }
    }
    let (first, other): (Vec<SocketAddr>, Vec<SocketAddr>) = match family {
        Family::V4 => (seen.into_iter().filter(SocketAddr::is_ipv4).collect(), Vec::new()),
        Family::V6 => (seen.into_iter().filter(SocketAddr::is_ipv6).collect(), Vec::new()),
        Family::Any => {
            let leader = seen.first().is_some_and(SocketAddr::is_ipv6);
            seen.into_iter().partition(|address| address.is_ipv6() == leader)
        }
    };
    let mut ordered = Vec::with_capacity(first.len() + other.len());
    let (mut first, mut other) = (first.into_iter(), other.into_iter());
    loop {
        let before = ordered.len();
        ordered.extend(first.next());
        ordered.extend(other.next());
        if ordered.len() == before {
            return ordered;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::SocketAddr;
    use std::time::Duration;

    use tokio::net::TcpListener;
    use tokio::sync::mpsc::unbounded_channel;

    use super::{Failed, Target, connect, in_turn, list, race, worst};
    use crate::net::failure::DialFailure;
    use crate::net::full::Deadline;
    use crate::net::reach::Family;

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    fn addresses(words: &[&str]) -> Vec<SocketAddr> {
        words.iter().map(|word| word.parse().unwrap()).collect()
    }

    #[test]
    fn families_take_turns_and_can_be_left_out() {
        let found =
            addresses(&["[::1]:1", "[::2]:1", "[::2]:1", "127.0.0.1:1", "127.0.0.2:1", "127.0.0.3:1"]);
        let both = addresses(&["[::1]:1", "127.0.0.1:1", "[::2]:1", "127.0.0.2:1", "127.0.0.3:1"]);
        assert_eq!(in_turn(&found, Family::Any), both);
        assert_eq!(in_turn(&found, Family::V6), addresses(&["[::1]:1", "[::2]:1"]));
        assert_eq!(in_turn(&found, Family::V4), addresses(&["127.0.0.1:1", "127.0.0.2:1", "127.0.0.3:1"]));
        assert_eq!(in_turn(&addresses(&["127.0.0.1:1"]), Family::V6), []);
    }

    #[test]
    fn the_next_address_is_tried_where_one_fails() {
        run(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let good = listener.local_addr().unwrap();
            let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let bad = closed.local_addr().unwrap();
            drop(closed);
            let mut failed = Vec::new();
            let (_, address) = race(&[bad, good], &mut failed).await.unwrap();
            assert_eq!(address, good);
            assert_eq!(failed.len(), 1);
            failed.clear();
            assert!(race(&[bad], &mut failed).await.is_none());
            assert!(matches!(worst(&failed, String::new()), DialFailure::Refused { .. }));
        });
    }

    #[test]
    fn a_family_that_a_host_lacks_is_named() {
        let (report, _reports) = unbounded_channel();
        let target = Target { host: "127.0.0.1", port: 9, family: Family::V6, via: "" };
        let failure = run(connect(target, Deadline::after(Duration::from_secs(20)), &report)).unwrap_err();
        let told = failure.sentences().message;
        assert_eq!(told, "The host 127.0.0.1 has no IPv6 address, only 127.0.0.1.");
    }

    #[test]
    fn each_address_says_what_became_of_it() {
        let all = addresses(&["[::1]:1", "127.0.0.1:1", "127.0.0.2:1"]);
        let failed: Vec<Failed> = vec![
            (all[0], io::Error::from(io::ErrorKind::NetworkUnreachable)),
            (all[1], io::Error::from(io::ErrorKind::ConnectionRefused)),
        ];
        let words = list(&all, &failed);
        assert_eq!(
            words,
            "[::1]:1 (network unreachable), 127.0.0.1:1 (connection refused), 127.0.0.2:1 (no answer)"
        );
        assert!(matches!(worst(&failed, words), DialFailure::Refused { .. }));
        assert_eq!(list(&all[..1], &failed), "[::1]:1");
    }
}
