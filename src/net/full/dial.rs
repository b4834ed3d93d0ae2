//! Name look-up and TCP.

use std::net::SocketAddr;
use std::time::Instant;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout_at;

use crate::net::clock::since_us;
use crate::net::failure::DialFailure;
use crate::net::full::{Deadline, Report};
use crate::net::socket::SocketEvent;

/// Connects to the first address of the host that answers.
pub(super) async fn connect(
    host: &str,
    port: u16,
    deadline: Deadline,
    report: &Report,
) -> Result<TcpStream, DialFailure> {
    let addresses = resolve(host, port, deadline, report).await?;
    let begun = Instant::now();
    let mut last = None;
    for (place, address) in addresses.iter().enumerate() {
        // Every address gets its share of the time left, so that a dead IPv6 route can't eat all of it.
        let left = deadline.at.saturating_duration_since(tokio::time::Instant::now());
        let share = left / u32::try_from(addresses.len() - place).unwrap_or(1);
        match tokio::time::timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Small frames must leave at once; a system that can't do it still works.
                let _ = stream.set_nodelay(true);
                let _ = report
                    .send(SocketEvent::Connected { address: address.to_string(), took_us: since_us(begun) });
                return Ok(stream);
            }
            Ok(Err(error)) => last = Some(DialFailure::from_connect(list(&addresses), &error)),
            // What an address refused says more than another's silence.
            Err(_) => {
                last.get_or_insert_with(|| DialFailure::Timeout {
                    addresses: list(&addresses),
                    after_ms: deadline.limit_ms(),
                });
            }
        }
    }
    Err(match last {
        // The system's own timeout came before ours, so it is the time that passed.
        Some(DialFailure::Timeout { addresses, after_ms: 0 }) => {
            DialFailure::Timeout { addresses, after_ms: begun.elapsed().as_millis() }
        }
        Some(failure) => failure,
        None => DialFailure::UnknownHost { host: host.to_owned() },
    })
}

async fn resolve(
    host: &str,
    port: u16,
    deadline: Deadline,
    report: &Report,
) -> Result<Vec<SocketAddr>, DialFailure> {
    let begun = Instant::now();
    let found: Vec<SocketAddr> = match timeout_at(deadline.at, lookup_host((host, port))).await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return Err(DialFailure::from_lookup(host, &error)),
        Err(_) => {
            return Err(DialFailure::ResolveTimeout { host: host.to_owned(), after_ms: deadline.limit_ms() });
        }
    };
    let addresses = found.iter().map(|address| address.ip().to_string()).collect();
    let _ = report.send(SocketEvent::Resolved { host: host.to_owned(), addresses, took_us: since_us(begun) });
    Ok(found)
}

fn list(addresses: &[SocketAddr]) -> String {
    let words: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    words.join(", ")
}
