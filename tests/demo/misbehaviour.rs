//! The switch on the handle.

use std::time::Duration;

use harewire::demo::{Misbehaviour, Options};

use super::client::{Client, End};
use super::{USER, start};

#[tokio::test]
async fn a_drop_has_no_close_frame_and_does_not_last() {
    let (server, address) = start(Options::default());
    let mut client = Client::login(address, USER).await;
    server.misbehave(Misbehaviour::DropNow);
    assert_eq!(client.end().await, End::Cut);
    Client::login(address, USER).await.is_quiet().await;
}

#[tokio::test]
async fn silence_keeps_the_socket_and_loses_what_is_said_into_it() {
    let (server, address) = start(Options::default());
    let mut client = Client::login(address, USER).await;
    server.misbehave(Misbehaviour::GoSilent);
    client.send(r#"{"type":"ping","uid":"into the void"}"#).await;
    server.broadcast(r#"{"type":"unheard"}"#);
    // The ping must have been read before the server speaks again.
    let waited = tokio::time::timeout(Duration::from_millis(200), client.frame()).await;
    assert!(waited.is_err(), "{waited:?}");
    server.misbehave(Misbehaviour::None);
    client.is_quiet().await;
}

#[tokio::test]
async fn logins_end_at_once_and_can_be_renewed() {
    let options = Options { auth_timeout: Duration::from_millis(200), ..Options::default() };
    let (server, address) = start(options);
    let mut renewing = Client::login(address, USER).await;
    let mut sleeping = Client::login(address, USER).await;
    server.misbehave(Misbehaviour::ExpireTokens);
    for client in [&mut renewing, &mut sleeping] {
        assert_eq!(client.json().await["error"]["code"], "TOKEN_EXPIRED");
    }
    renewing.ask(&format!(r#"{{"type":"auth","access_token":"{USER}"}}"#)).await;
    assert_eq!(sleeping.json().await["error"]["code"], "AUTH_TIMEOUT");
    assert_eq!(sleeping.end().await, End::Close(None));
    renewing.is_quiet().await;
}

/// 59: whatever an extension sends.
#[tokio::test]
async fn a_broadcast_arrives_as_it_is() {
    let (server, address) = start(Options::default());
    let mut client = Client::login(address, USER).await;
    server.broadcast(r#"{"type":"notification", "text":"as is"}"#);
    client.expect(r#"{"type":"notification", "text":"as is"}"#).await;
}
