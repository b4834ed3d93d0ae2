//! Reading an HTTP answer, whatever it turns out to be.

use crate::capture::event::Header;
use crate::net::failure::UpgradeFailure;

/// Longest head that is read, bytes.
pub(super) const HEAD_LIMIT: usize = 64 << 10;
/// Longest body of a refusal that is kept, bytes.
pub(super) const BODY_LIMIT: usize = 64 << 10;
/// Most headers that are read.
const HEADERS: usize = 128;

/// The head of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) headers: Vec<Header>,
    /// Bytes of it.
    pub(super) length: usize,
}

impl Head {
    /// Reads the head at the beginning of `bytes`; `None` while it is incomplete.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Self>, UpgradeFailure> {
        let mut slots = [httparse::EMPTY_HEADER; HEADERS];
        let mut response = httparse::Response::new(&mut slots);
        match response.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => Ok(Some(Self {
                status: response.code.unwrap_or_default(),
                reason: response.reason.unwrap_or_default().to_owned(),
                headers: response
                    .headers
                    .iter()
                    .map(|header| {
                        (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned())
                    })
                    .collect(),
                length,
            })),
            Ok(httparse::Status::Partial) if bytes.len() >= HEAD_LIMIT => {
                Err(UpgradeFailure::HeadTooLong { limit: HEAD_LIMIT })
            }
            Ok(httparse::Status::Partial) => Ok(None),
            Err(httparse::Error::TooManyHeaders) => Err(UpgradeFailure::HeadTooLong { limit: HEAD_LIMIT }),
            Err(_) => Err(not_http(bytes)),
        }
    }

    /// The first header of that name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// How the end of the body is found (RFC 9112, 6.3).
    pub(super) fn body(&self) -> BodyEnd {
        let chunked = self
            .header("transfer-encoding")
            .is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
        if matches!(self.status, 100..=199 | 204 | 304) {
            BodyEnd::At(0)
        } else if chunked {
            BodyEnd::Chunks
        } else {
            match self.header("content-length").and_then(|value| value.trim().parse().ok()) {
                Some(length) => BodyEnd::At(length),
                None => BodyEnd::Closed,
            }
        }
    }
}

/// Where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyEnd {
    /// After so many bytes.
    At(usize),
    /// After the last chunk.
    Chunks,
    /// With the connection.
    Closed,
}

impl BodyEnd {
    /// Whether nothing more needs to be read.
    pub(super) fn reached(self, body: &[u8]) -> bool {
        body.len() >= BODY_LIMIT
            || match self {
                Self::At(length) => body.len() >= length,
                Self::Chunks => unchunk(body).1,
                Self::Closed => false,
            }
    }

    /// The text of the body from what came, bytes that aren't UTF-8 replaced.
    pub(super) fn text(self, body: &[u8]) -> String {
        let plain = match self {
            Self::At(length) => body.get(..length.min(body.len())).unwrap_or_default().to_vec(),
            Self::Chunks => unchunk(body).0,
            Self::Closed => body.to_vec(),
        };
        String::from_utf8_lossy(plain.get(..BODY_LIMIT.min(plain.len())).unwrap_or_default()).into_owned()
    }
}

/// The content of chunks as far as they came, and whether the last one did. Damaged chunks end it.
fn unchunk(mut body: &[u8]) -> (Vec<u8>, bool) {
    let mut plain = Vec::new();
    loop {
        let Ok(httparse::Status::Complete((start, size))) = httparse::parse_chunk_size(body) else {
            return (plain, false);
        };
        let Ok(size) = usize::try_from(size) else { return (plain, true) };
        if size == 0 {
            return (plain, true);
        }
        let rest = body.get(start..).unwrap_or_default();
        plain.extend_from_slice(rest.get(..size.min(rest.len())).unwrap_or_default());
        // Each chunk ends with a line break.
        let Some(next) = rest.get(size.saturating_add(2)..) else { return (plain, false) };
        body = next;
    }
}

/// Names what came instead of HTTP by its first bytes.
fn not_http(bytes: &[u8]) -> UpgradeFailure {
    // A TLS record: alert or handshake, version 3.x.
    let tls = matches!(bytes, [0x15 | 0x16, 0x03, ..]);
    let beginning = bytes.get(..bytes.len().min(40)).unwrap_or_default();
    let text = String::from_utf8_lossy(beginning);
    let line = text.lines().next().unwrap_or_default();
    UpgradeFailure::NotHttp { excerpt: format!("{line:?}"), tls }
}

#[cfg(test)]
mod tests {
    use super::{BodyEnd, HEAD_LIMIT, Head};
    use crate::net::failure::UpgradeFailure;

    #[test]
    fn a_bare_status_line_is_a_head() {
        let head = Head::parse(b"HTTP/1.1 401 Unauthorized\r\n\r\n").unwrap().unwrap();
        assert_eq!((head.status, head.reason.as_str(), head.headers.len()), (401, "Unauthorized", 0));
        assert_eq!(head.body(), BodyEnd::Closed);
        assert_eq!(Head::parse(b"HTTP/1.1 401 Unauth").unwrap(), None);
    }

    #[test]
    fn bodies_end_where_their_head_says() {
        let of = |rest: &str| {
            Head::parse(format!("HTTP/1.1 404 No\r\n{rest}\r\n").as_bytes()).unwrap().unwrap().body()
        };
        assert_eq!(of("Content-Length: 5\r\n"), BodyEnd::At(5));
        assert_eq!(of("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), BodyEnd::Chunks);
        assert_eq!(of(""), BodyEnd::Closed);
        assert!(!BodyEnd::At(5).reached(b"1234") && BodyEnd::At(5).reached(b"12345"));
        assert_eq!(BodyEnd::At(5).text(b"1234567"), "12345");
        let chunks = b"4\r\nWiki\r\n6;x=y\r\npedia \r\n0\r\n\r\n";
        assert!(BodyEnd::Chunks.reached(chunks));
        assert_eq!(BodyEnd::Chunks.text(chunks), "Wikipedia ");
        for cut in 0..chunks.len() - 4 {
            let part = chunks.get(..cut).unwrap();
            assert!(!BodyEnd::Chunks.reached(part), "{cut}");
            assert!("Wikipedia ".starts_with(&BodyEnd::Chunks.text(part)), "{cut}");
        }
        assert!(!BodyEnd::Chunks.reached(b"ffffffffffffffff\r\nx"));
    }

    #[test]
    fn garbage_is_named_by_its_beginning() {
        let named = |bytes: &[u8]| Head::parse(bytes).unwrap_err().sentences().message;
        assert!(named(b"220 mail.example ESMTP\r\n").contains("220 mail.example"));
        assert!(named(b"\x15\x03\x03\x00\x02\x02\x28").contains("TLS"));
        let long = format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(HEAD_LIMIT));
        assert_eq!(Head::parse(long.as_bytes()), Err(UpgradeFailure::HeadTooLong { limit: HEAD_LIMIT }));
    }

    /// Pieces of answers, so that some go a long way before they go wrong.
    fn pieces() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
        use proptest::prelude::*;
        let piece = prop_oneof![
            proptest::sample::select(vec![
                &b"HTTP/1.1 "[..],
                b"101 ",
                b"404 No\r\n",
                b"999999 x",
                b"\r\n",
                b"\r\n\r\n",
                b"Content-Length: ",
                b"18446744073709551615\r\n",
                b"-1\r\n",
                b"Transfer-Encoding: chunked\r\n",
                b"ffffffffffffffff\r\n",
                b"7fffffffffffffff\r\n",
                b"4\r\n",
                b"0\r\n\r\n",
                b"Location: \xff\xfe\r\n",
                b": \r\n",
                b"\0",
            ])
            .prop_map(<[u8]>::to_vec),
            proptest::collection::vec(any::<u8>(), 0..12),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest::proptest! {
        #[test]
        fn no_answer_makes_it_fail(bytes in pieces(), body in pieces()) {
            if let Ok(Some(head)) = Head::parse(&bytes) {
                proptest::prop_assert!(head.length <= bytes.len());
                let end = head.body();
                let _reached = end.reached(&body);
                proptest::prop_assert!(end.text(&body).len() <= 3 * body.len());
            }
            for end in [BodyEnd::At(usize::MAX), BodyEnd::Chunks, BodyEnd::Closed] {
                let _reached = end.reached(&body);
                let _text = end.text(&body);
            }
        }
    }
}
