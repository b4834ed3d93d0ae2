/// The name of a close code, as the protocols call it; empty for a code that has none.
#[must_use]
pub const fn name(code: u16) -> &'static str {
    match code {
        1000 => "normal closure",
        1001 => "going away",
        1002 => "protocol error",
        1003 => "unsupported data",
        1004 => "reserved",
        1005 => "no code",
        1006 => "no Close frame",
        1007 => "invalid text",
        1008 => "policy violation",
        1009 => "message too big",
        1010 => "extension missing",
        1011 => "internal error",
        1012 => "service restart",
        1013 => "try again later",
        1014 => "bad gateway",
        1015 => "TLS failure",
        4400 => "invalid message",
        4401 => "unauthorized",
        4403 => "forbidden",
        4406 => "subprotocol not acceptable",
        4408 => "initialisation timeout",
        4409 => "subscriber exists already",
        4429 => "too many initialisation requests",
        4500 => "internal server error",
        _ => "",
    }
}

/// What a close code means when Directus, or what stands before it, closes: a sentence for a person
/// (reference 6.4, 7.2).
#[must_use]
pub const fn meaning(code: u16) -> &'static str {
    match code {
        1000 => "Both sides were done.",
        1001 => "The other side goes away: a server shuts down, or a page was left.",
        1002 => "A frame broke the rules of WebSocket.",
        1003 => "The other side got a kind of data it does not take.",
        1005 => {
            "Closed without a code, as Directus does on purpose: a refused login, a login timeout or an unanswered \
             heartbeat. The last messages tell which."
        }
        1006 => {
            "The connection ended without a Close frame: Directus was stopped or killed, or a proxy or the network cut it."
        }
        1007 => "A text message was not valid UTF-8.",
        1008 => "The other side forbids what was sent; proxies use this, Directus does not.",
        1009 => "A message was too big; Directus takes at most 100 MiB.",
        1010 => "An extension the client insists on is missing.",
        1011 => "Something broke on the other side; its own log says more.",
        1012 => "The service restarts; connect again soon.",
        1013 => "The service is overloaded; connect again later.",
        1014 => "A proxy got no good answer from the server behind it.",
        1015 => "The TLS handshake failed.",
        4400 => "The GraphQL server does not know this type of message.",
        4401 => "The GraphQL server got a subscription before the connection was initialised.",
        4403 => "The GraphQL server wants a connection_init with a valid access_token first.",
        4406 => "The GraphQL server needs the subprotocol graphql-transport-ws.",
        4408 => "The GraphQL connection was not initialised within 3 seconds, or its token was refused.",
        4409 => "A GraphQL subscription with this id exists already.",
        4429 => "The GraphQL connection was initialised twice.",
        4500 => "Something broke inside the GraphQL server; its own log says more.",
        3000..=4999 => "A code of the application's own; its reason text says more.",
        _ => "A code without a common meaning.",
    }
}

#[cfg(test)]
mod tests {
    use crate::directus::close;

    #[test]
    fn every_named_code_has_a_sentence_of_its_own() {
        for code in
            (1000..=1015).chain([4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500]).filter(|code| *code != 1004)
        {
            assert!(!close::name(code).is_empty(), "{code}");
            assert_ne!(close::meaning(code), close::meaning(0), "{code}");
            assert_ne!(close::meaning(code), close::meaning(4999), "{code}");
        }
        assert_eq!(close::name(4321), "");
    }
}
