//! The embedded server against a raw client. What it says word for word is compared with recordings in `replay`;
//! here are the rules that need a clock, a second client, HTTP or a broken frame. Numbers in comments are the cases
//! of the protocol reference's section 12.

mod client;
mod misbehaviour;
mod replay;
mod rest;
mod sockets;
mod subscriptions;

use std::net::SocketAddr;

use harewire::demo::{Options, Server};

const ADMIN: &str = "admin-static-token-0001";
const EDITOR: &str = "editor-static-token-0001";
const USER: &str = "user-static-token-0001";

/// A fresh server. It lives as long as the first value.
fn start(options: Options) -> (Server, SocketAddr) {
    let server = Server::start(options).unwrap();
    let address = server.address();
    (server, address)
}

#[test]
fn a_taken_port_is_an_error_that_names_it() {
    let (_server, address) = start(Options::default());
    let error = Server::start(Options { port: address.port(), ..Options::default() }).unwrap_err();
    let words = error.to_string();
    assert!(words.contains(&address.port().to_string()) && words.contains("choose another"), "{words}");
}
