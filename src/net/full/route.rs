//! The way to a host: the one function by which every connection of Harewire begins, sockets and REST alike.

use crate::net::failure::Failure;
use crate::net::full::{Deadline, Report, Wire, dial, tls, tunnel};
use crate::net::reach::Reach;

/// Where to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Destination<'a> {
    /// Host name or address, IPv6 without brackets.
    pub(crate) host: &'a str,
    /// Its port.
    pub(crate) port: u16,
    /// Speak TLS.
    pub(crate) tls: bool,
}

/// Goes to a host: look-up, TCP, the proxy's tunnel if there is one, TLS if it is wanted. Each step that is done is
/// reported.
pub(crate) async fn go(
    reach: &Reach,
    to: Destination<'_>,
    deadline: Deadline,
    report: &Report,
) -> Result<Box<dyn Wire>, Failure> {
    let wire: Box<dyn Wire> = match &reach.proxy {
        None => {
            let target = dial::Target { host: to.host, port: to.port, family: reach.family, via: "" };
            Box::new(dial::connect(target, deadline, report).await?)
        }
        Some(proxy) => {
            let via = proxy.shown();
            let target =
                dial::Target { host: &proxy.host, port: proxy.port, family: reach.family, via: &via };
            let tcp = dial::connect(target, deadline, report).await?;
            tunnel::open(tcp, proxy, to, (deadline, report)).await?
        }
    };
    if to.tls {
        Ok(Box::new(tls::secure(wire, &reach.trust, to.host, (deadline, report)).await?))
    } else {
        Ok(wire)
    }
}
