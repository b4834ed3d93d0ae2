//! Servers that misbehave, over both transports: the table in `net::transport` decides what each is
//! expected to report. Nothing here sleeps; whatever waits, waits for something.

mod pressure;
mod server;
mod witness;

use std::net::TcpListener;
use std::time::Duration;

use harewire::capture::event::{ClosedBy, Direction, Event, Fact, Payload, Stage, What};
use harewire::directus::{AuthMode, Credentials, Endpoint, Secret};
use harewire::net::{Command, ConnectSpec, Outgoing, TransportKind};

use server::{Server, close_frame, frame, tls_handshake};
use witness::{BOTH, Witness, fact, raw, text};

#[test]
fn deliberate_closes_are_told_with_code_and_reason() {
    for kind in BOTH {
        for (bytes, code, reason) in [
            (close_frame(1000, "bye"), 1000, "bye"),
            (close_frame(1011, ""), 1011, ""),
            (close_frame(4403, "no, said the bouncer"), 4403, "no, said the bouncer"),
            (frame(8, &[]), 1005, ""),
        ] {
            let server = Server::start(move |mut peer| {
                peer.accept();
                peer.write(&bytes);
                peer.until_close()
            });
            let mut witness = Witness::connect(raw(&server.url(), kind));
            let told = witness.can.close_code.then_some(code);
            let reason = if witness.can.close_code { reason } else { "" };
            assert_eq!(witness.close(), (told, reason.to_owned(), ClosedBy::Server), "{kind:?}");
            assert_eq!(witness.errors(), 0);
            assert!(server.outcome().is_some(), "{kind:?}: a Close frame is answered with one");
        }
    }
}

#[test]
fn a_drop_is_told_from_a_close() {
    for kind in BOTH {
        let server = Server::start(|mut peer| {
            peer.accept();
            peer.text("last words");
        });
        let mut witness = Witness::connect(raw(&server.url(), kind));
        assert!(witness.can.tells_drop);
        assert_eq!(witness.close(), (Some(1006), String::new(), ClosedBy::Network), "{kind:?}");
        assert_eq!(text(&witness.heard(0)), "last words");
        assert_eq!(witness.errors(), 0, "an end without a frame is a fact, not a fault");
    }
}

#[test]
fn a_reset_is_explained() {
    for kind in BOTH {
        let server = Server::start(|mut peer| {
            peer.accept();
            // Closed with bytes unread, a socket sends a reset.
            assert_eq!(peer.0.peek(&mut [0]).unwrap(), 1);
        });
        let mut witness = Witness::connect(raw(&server.url(), kind));
        witness.until_open();
        witness.send("never read");
        let (stage, told) = witness.error();
        assert_eq!(stage, Stage::Socket, "{kind:?}: {told}");
        assert!(told.contains("reset"), "{kind:?}: {told}");
        assert_eq!(witness.close().2, ClosedBy::Network);
    }
}

#[test]
fn a_server_that_never_answers_runs_into_the_limit_with_a_hint_at_the_path() {
    for kind in BOTH {
        let server = Server::start(|mut peer| {
            peer.request();
            peer.until_gone();
        });
        let mut spec = raw(&server.url(), kind);
        spec.connect_timeout = Duration::from_millis(200);
        let mut witness = Witness::connect(spec);
        let (stage, told) = witness.error();
        assert_eq!(stage, Stage::Upgrade);
        assert!(told.contains("200 ms") && told.contains("path"), "{kind:?}: {told}");
        assert_eq!(witness.close(), (Some(1006), String::new(), ClosedBy::Network));
    }
}

#[test]
fn refusals_are_kept_whole_even_if_the_body_comes_later() {
    for kind in BOTH {
        for (status, length) in
            [(200, true), (400, true), (401, false), (403, true), (404, true), (500, true)]
        {
            let server = Server::start(move |mut peer| {
                peer.request();
                let length = if length { "Content-Length: 13\r\n" } else { "" };
                peer.write(
                    format!("HTTP/1.1 {status} Some Reason\r\n{length}X-Test: yes\r\n\r\n").as_bytes(),
                );
                peer.write(b"{\"errors\":[]}");
            });
            let mut witness = Witness::connect(raw(&server.url(), kind));
            let (stage, told) = witness.error();
            assert_eq!(stage, Stage::Upgrade, "{kind:?} {status}: {told}");
            assert!(told.contains(&format!("HTTP {status}")), "{kind:?}: {told}");
            witness.close();
            let answer = witness.seen.iter().find_map(|event| match fact(event) {
                Some(Fact::Response { status, headers, body, .. }) => {
                    Some((*status, headers.clone(), body.clone()))
                }
                _ => None,
            });
            if witness.can.handshake {
                let (answered, headers, body) = answer.expect("the response is recorded");
                assert_eq!((answered, body.as_str()), (status, "{\"errors\":[]}"));
                assert!(headers.contains(&("X-Test".to_owned(), "yes".to_owned())));
            } else {
                assert_eq!(answer, None);
            }
        }
    }
}

#[test]
fn a_redirect_is_followed_or_told_by_the_table() {
    for kind in BOTH {
        let target = Server::start(|mut peer| {
            peer.accept();
            peer.until_close();
        });
        let location = target.url();
        let server = Server::start(move |mut peer| {
            peer.request();
            peer.write(
                format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").as_bytes(),
            );
        });
        let mut witness = Witness::connect(raw(&server.url(), kind));
        if witness.can.follows_redirects {
            witness.until_open();
        } else {
            let (_, told) = witness.error();
            assert!(told.contains(&target.url()), "{told}");
        }
    }
}

#[test]
fn what_is_not_a_websocket_server_is_named() {
    for kind in BOTH {
        let smtp = Server::start(|mut peer| peer.write(b"220 mail.example ESMTP ready\r\n"));
        let mut witness = Witness::connect(raw(&smtp.url(), kind));
        let (stage, told) = witness.error();
        assert_eq!(stage, Stage::Upgrade, "{kind:?}: {told}");
        if witness.can.handshake {
            assert!(told.contains("220 mail.example"), "{told}");
        }
        let hung_up = Server::start(|mut peer| drop(peer.request()));
        let (stage, told) = Witness::connect(raw(&hung_up.url(), kind)).error();
        assert_eq!(stage, Stage::Upgrade, "{kind:?}: {told}");
        let wrong_key = Server::start(|mut peer| {
            peer.request();
            peer.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                  Sec-WebSocket-Accept: AAAA\r\n\r\n",
            );
            peer.until_gone();
        });
        let (stage, told) = Witness::connect(raw(&wrong_key.url(), kind)).error();
        assert_eq!(stage, Stage::Upgrade);
        assert!(told.contains("key"), "{kind:?}: {told}");
    }
}

#[test]
fn no_server_at_all_is_a_sentence() {
    for kind in BOTH {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut witness = Witness::connect(raw(&format!("ws://127.0.0.1:{port}/websocket"), kind));
        let (stage, told) = witness.error();
        assert_eq!(stage, Stage::Tcp, "{kind:?}");
        assert!(told.contains(&format!("127.0.0.1:{port}")), "{told}");
        let mut witness = Witness::connect(raw("ws://no-such-host.invalid/websocket", kind));
        let (stage, told) = witness.error();
        assert!(
            stage == Stage::Resolve && told.contains("no-such-host.invalid"),
            "{kind:?} {stage:?}: {told}"
        );
    }
}

#[test]
fn an_untrusted_certificate_is_explained() {
    for kind in BOTH {
        let server = Server::start(tls_handshake);
        let mut witness = Witness::connect(raw(&server.url().replace("ws://", "wss://"), kind));
        let (stage, told) = witness.error();
        assert_eq!(stage, Stage::Tls, "{kind:?}: {told}");
        if witness.can.tls_cause {
            // A machine without any trusted certificate says that first.
            assert!(told.contains("self-signed") || told.contains("ca-certificates"), "{told}");
        }
    }
}

#[test]
fn tls_and_plain_mixed_up_are_told_apart() {
    let plain = Server::start(|mut peer| {
        peer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        peer.until_gone();
    });
    let mut witness = Witness::connect(raw(&plain.url().replace("ws://", "wss://"), TransportKind::Full));
    let (stage, told) = witness.error();
    assert_eq!(stage, Stage::Tls);
    assert!(told.contains("ws://") || told.contains("ca-certificates"), "{told}");
    let tls = Server::start(|mut peer| {
        peer.request();
        peer.write(b"\x15\x03\x01\x00\x02\x02\x46");
    });
    let (stage, told) = Witness::connect(raw(&tls.url(), TransportKind::Full)).error();
    assert_eq!(stage, Stage::Upgrade);
    assert!(told.contains("wss://"), "{told}");
}

#[test]
fn a_giant_is_refused_by_name() {
    for kind in BOTH {
        let server = Server::start(|mut peer| {
            peer.accept();
            let mut head = vec![0x81, 127];
            head.extend_from_slice(&(300_u64 << 20).to_be_bytes());
            peer.write(&head);
            peer.until_close()
        });
        let mut witness = Witness::connect(raw(&server.url(), kind));
        let (stage, told) = witness.error();
        assert_eq!(stage, Stage::Socket);
        assert!(told.contains("300 MiB (314572800 bytes)"), "{kind:?}: {told}");
        let (code, _, by) = witness.close();
        assert_eq!((code, by), (witness.can.sends_close_code.then_some(1009), ClosedBy::Client));
        let seen = server.outcome();
        if witness.can.sends_close_code {
            assert_eq!(seen, Some((Some(1009), String::new())));
        }
    }
}

#[test]
fn a_hundred_mebibytes_arrive_intact_or_are_refused_by_name() {
    for kind in BOTH {
        let length = 100 << 20;
        let server = Server::start(move |mut peer| {
            peer.accept();
            let mut message = frame(1, "x".repeat(length).as_bytes());
            let last = message.len() - 1;
            message[last] = b'y';
            // A client that refuses hangs up before the end.
            let _ = std::io::Write::write_all(&mut peer.0, &message);
            peer.until_gone();
        });
        let mut witness = Witness::connect(raw(&server.url(), kind));
        if witness.can.message_limit < length {
            let (_, told) = witness.error();
            assert!(told.contains("100 MiB"), "{told}");
        } else {
            let payload = witness.heard(0);
            let text = text(&payload);
            assert_eq!(text.len(), length);
            assert!(text.ends_with('y') && text.bytes().rev().skip(1).all(|byte| byte == b'x'));
        }
    }
}

#[test]
fn text_that_is_not_utf_8_ends_the_connection_with_its_code() {
    for kind in BOTH {
        let server = Server::start(|mut peer| {
            peer.accept();
            peer.text("before");
            peer.write(&frame(1, &[0xff, 0xfe]));
            peer.until_close()
        });
        let mut witness = Witness::connect(raw(&server.url(), kind));
        let (stage, told) = witness.error();
        assert_eq!(stage, Stage::Socket);
        assert!(told.contains("UTF-8") && told.contains("not available"), "{kind:?}: {told}");
        let (code, _, by) = witness.close();
        assert_eq!((code, by), (witness.can.sends_close_code.then_some(1007), ClosedBy::Client));
        assert_eq!(text(&witness.heard(0)), "before");
        if witness.can.sends_close_code {
            assert_eq!(server.outcome(), Some((Some(1007), String::new())));
        }
    }
}

#[test]
fn strange_messages_arrive_as_they_are() {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_object = format!("{}1{}", r#"{"type":"ping","data":"#.repeat(10_000), "}".repeat(10_000));
    let lone = r#"{"type":"subscription","event":"create","data":["\ud800"]}"#.to_owned();
    let texts = [deep, deep_object, lone, "not json".to_owned(), String::new(), "\u{202e}\u{0}".to_owned()];
    for kind in BOTH {
        let script = texts.clone();
        let server = Server::start(move |mut peer| {
            let (first, rest) = script.split_first().unwrap();
            // The first one in the packet of the answer, the last one in three fragments.
            peer.accept_with(&frame(1, first.as_bytes()));
            for text in rest {
                peer.text(text);
            }
            peer.write(&frame(2, &[0, 159, 146, 150]));
            peer.write(&frame(9, b"are you there"));
            assert_eq!(peer.read(), Some((10, b"are you there".to_vec())));
            peer.write(&[0x01, 1, b'a', 0x00, 2, b'b', b'c', 0x80, 1, b'd']);
            peer.until_close();
        });
        let mut witness = Witness::connect(raw(&server.url(), kind));
        for (nth, expected) in texts.iter().enumerate() {
            assert_eq!(text(&witness.heard(nth)), expected, "{kind:?}");
        }
        assert_eq!(witness.heard(texts.len()), Payload::Binary(vec![0, 159, 146, 150].into()));
        assert_eq!(text(&witness.heard(texts.len() + 1)), "abcd");
        let controls: Vec<_> =
            witness.seen.iter().filter(|event| matches!(fact(event), Some(Fact::Control { .. }))).collect();
        assert_eq!(controls.len(), 2, "the ping and our pong");
        assert_eq!(witness.errors(), 0);
    }
}

#[test]
fn ten_thousand_messages_pass_a_tiny_budget_in_order() {
    for kind in BOTH {
        let server = Server::start(|mut peer| {
            peer.accept();
            for number in 0..10_000 {
                peer.text(&format!("message {number}"));
            }
            peer.until_close();
        });
        let mut witness = Witness::with_budget(raw(&server.url(), kind), 1024);
        witness.heard(9_999);
        let numbers: Vec<&str> = witness.seen.iter().filter_map(witness::incoming).map(text).collect();
        assert!(numbers.iter().enumerate().all(|(nth, text)| *text == format!("message {nth}")), "{kind:?}");
        assert!(witness.seen.is_sorted_by_key(|event| event.stamp.elapsed_us));
    }
}

#[test]
fn commands_overtake_a_full_budget() {
    // Of the portable transport, the thread that would send is the one that waits: its table says so.
    for kind in
        BOTH.into_iter().filter(|kind| harewire::net::transport::capabilities(*kind).sends_while_paused)
    {
        let (arrived, arrival) = std::sync::mpsc::channel();
        let server = Server::start(move |mut peer| {
            peer.accept();
            for _ in 0..1000 {
                peer.text("flood");
            }
            assert_eq!(peer.read(), Some((1, b"through".to_vec())));
            arrived.send(()).unwrap();
            peer.until_close()
        });
        let mut witness = Witness::with_budget(raw(&server.url(), kind), 1024);
        // Nothing is received here, so the budget is full before the socket is even open.
        witness.send("through");
        arrival.recv().expect("the message arrives");
        witness.command(Command::Close { code: 4000, reason: "enough".to_owned() });
        assert_eq!(server.outcome(), Some((Some(4000), "enough".to_owned())));
        witness.leave();
        assert!(witness.seen.iter().any(|event| matches!(fact(event), Some(Fact::Close { .. }))));
    }
}

#[test]
fn our_own_close_carries_what_was_asked_for() {
    for kind in BOTH {
        let server = Server::start(|mut peer| {
            peer.accept();
            let close = peer.until_close();
            peer.write(&close_frame(4321, "echo"));
            close
        });
        let mut witness = Witness::connect(raw(&server.url(), kind));
        witness.until_open();
        witness.command(Command::Close { code: 4321, reason: "done here".to_owned() });
        let (code, _, by) = witness.close();
        assert_eq!(by, ClosedBy::Client);
        if witness.can.sends_close_code {
            assert_eq!(code, Some(4321));
            assert_eq!(server.outcome(), Some((Some(4321), "done here".to_owned())));
        } else {
            assert_eq!(code, None);
            assert_eq!(server.outcome(), Some((None, String::new())));
        }
        witness.send("too late");
        let unsent = |event: &Event| {
            matches!(fact(event), Some(Fact::Unsent { data, .. }) if data == "too late").then_some(())
        };
        witness.until(unsent);
    }
}

#[test]
fn whoever_leaves_closes_politely() {
    for kind in BOTH {
        for by_thread in [false, true] {
            let server = Server::start(|mut peer| {
                peer.accept();
                let close = peer.until_close();
                peer.write(&frame(8, &[]));
                close
            });
            let mut witness = Witness::connect(raw(&server.url(), kind));
            witness.until_open();
            if by_thread {
                witness.drop_net();
            }
            witness.leave();
            let close = server.outcome().expect("a Close frame");
            assert_eq!(close.0, witness.can.sends_close_code.then_some(1000), "{kind:?}");
            assert_eq!(witness.close().2, ClosedBy::Client);
        }
    }
}

#[test]
fn a_login_reaches_the_server_whole_and_the_capture_masked() {
    for kind in BOTH {
        let server = Server::start(|mut peer| {
            peer.accept();
            let auth = peer.read();
            peer.text(r#"{"type":"auth","status":"ok"}"#);
            let held = peer.read();
            peer.until_close();
            (auth, held)
        });
        let credentials = Credentials::StaticToken(Secret::new("planted-secret"));
        let mut spec =
            ConnectSpec::new(Endpoint::parse(&server.url()).unwrap(), AuthMode::Handshake, credentials);
        spec.transport = kind;
        spec.switches.measure = false;
        let mut witness = Witness::connect(spec);
        witness.send("typed early");
        witness.until(|event| match &event.what {
            What::Message(message) if message.direction == Direction::Out && !event.automatic => Some(()),
            _ => None,
        });
        witness.leave();
        let (auth, held) = server.outcome();
        assert_eq!(auth, Some((1, br#"{"type":"auth","access_token":"planted-secret"}"#.to_vec())));
        assert_eq!(held, Some((1, b"typed early".to_vec())));
        assert!(!format!("{:?}", witness.seen).contains("planted-secret"), "{kind:?}");
    }
}

#[test]
fn secret_headers_travel_only_where_they_stay() {
    for kind in BOTH {
        let server = Server::start(|mut peer| {
            let request = peer.accept();
            peer.until_close();
            request
        });
        let mut spec = raw(&server.url(), kind);
        spec.headers = vec![("Cookie".to_owned(), "session=planted-secret".to_owned())];
        let mut witness = Witness::connect(spec);
        if witness.can.secret_headers {
            witness.until_open();
            witness.leave();
            assert!(server.outcome().contains("Cookie: session=planted-secret\r\n"));
        } else {
            let (stage, told) = witness.error();
            assert!(stage == Stage::Upgrade && told.contains("Cookie"), "{told}");
        }
        assert!(!format!("{:?}", witness.seen).contains("planted-secret"));
    }
}

#[test]
fn binary_goes_out_as_binary() {
    for kind in BOTH {
        let server = Server::start(|mut peer| {
            peer.accept();
            peer.read()
        });
        let mut witness = Witness::connect(raw(&server.url(), kind));
        witness.until_open();
        witness.command(Command::Send(Outgoing::Binary(vec![0, 255, 1].into())));
        assert_eq!(server.outcome(), Some((2, vec![0, 255, 1])));
    }
}
