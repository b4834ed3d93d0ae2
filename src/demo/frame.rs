//! WebSocket frames as Directus' library treats them.
//!
//! Written here because no published library can be told to leave a protocol ping unanswered, which is what
//! Directus does (`autoPong: false`, reference 1.5) and what an inspector must cope with.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Largest message in bytes; one more closes with 1009 (reference 1.5).
const MAX_MESSAGE: u64 = 100 * 1024 * 1024;

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// What came from a client.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Incoming {
    /// A whole message, text or binary alike.
    Message(String),
    /// A Close frame with its payload.
    Close(Vec<u8>),
    /// A frame no server accepts; close with this code.
    Violation(u16),
}

/// Reads messages from the client's half of a socket.
pub(super) struct FrameReader<R> {
    stream: R,
    partial: Option<(u8, Vec<u8>)>,
}

struct Header {
    is_final: bool,
    opcode: u8,
    length: u64,
    mask: [u8; 4],
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Reads from there.
    pub(super) fn new(stream: R) -> Self {
        Self { stream, partial: None }
    }

    /// The next message. Pings and pongs are passed over: neither is answered nor counts as a sign of life.
    ///
    /// # Errors
    /// When the stream ends or breaks.
    pub(super) async fn next(&mut self) -> io::Result<Incoming> {
        loop {
            let header = match self.header().await? {
                Ok(header) => header,
                Err(code) => return Ok(Incoming::Violation(code)),
            };
            let before = self.partial.as_ref().map_or(0, |(_, bytes)| bytes.len());
            let total = u64::try_from(before).unwrap_or(u64::MAX).saturating_add(header.length);
            if header.opcode < CLOSE && total > MAX_MESSAGE {
                return Ok(Incoming::Violation(1009));
            }
            let payload = self.payload(&header).await?;
            match header.opcode {
                PING | PONG => {}
                CLOSE if payload.len() == 1 => return Ok(Incoming::Violation(1002)),
                CLOSE => return Ok(Incoming::Close(payload)),
                opcode => {
                    let (kind, mut message) = match self.partial.take() {
                        Some(partial) => partial,
                        None => (opcode, Vec::new()),
                    };
                    message.extend_from_slice(&payload);
                    if !header.is_final {
                        self.partial = Some((kind, message));
                    } else {
                        return Ok(whole(kind, message));
                    }
                }
            }
        }
    }

    /// Reads on until the stream ends, so that a close reaches the client before the socket goes.
    pub(super) async fn drain(&mut self) -> io::Result<()> {
        tokio::io::copy(&mut self.stream, &mut tokio::io::sink()).await.map(|_| ())
    }

    async fn header(&mut self) -> io::Result<Result<Header, u16>> {
        let mut start = [0_u8; 2];
        self.stream.read_exact(&mut start).await?;
        let [first, second] = start;
        let (is_final, opcode) = (first & 0x80 != 0, first & 0x0F);
        let continues = opcode == CONTINUATION;
        let known = matches!(opcode, CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG);
        let is_control = opcode >= CLOSE;
        let in_order = is_control || continues == self.partial.is_some();
        let is_masked = second & 0x80 != 0;
        let short = second & 0x7F;
        if first & 0x70 != 0
            || !known
            || !in_order
            || !is_masked
            || (is_control && (!is_final || short > 125))
        {
            return Ok(Err(1002));
        }
        let length = match short {
            126 => u64::from(self.stream.read_u16().await?),
            127 => self.stream.read_u64().await?,
            short => u64::from(short),
        };
        let mut mask = [0_u8; 4];
        self.stream.read_exact(&mut mask).await?;
        Ok(Ok(Header { is_final, opcode, length, mask }))
    }

    async fn payload(&mut self, header: &Header) -> io::Result<Vec<u8>> {
        // Grown as bytes come, so a header that promises 100 MiB costs nothing yet.
        let mut payload = Vec::new();
        (&mut self.stream).take(header.length).read_to_end(&mut payload).await?;
        if u64::try_from(payload.len()).unwrap_or(u64::MAX) < header.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (byte, mask) in payload.iter_mut().zip(header.mask.iter().cycle()) {
            *byte ^= mask;
        }
        Ok(payload)
    }
}

fn whole(kind: u8, message: Vec<u8>) -> Incoming {
    match String::from_utf8(message) {
        Ok(text) => Incoming::Message(text),
        Err(_) if kind == TEXT => Incoming::Violation(1007),
        Err(error) => Incoming::Message(String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

/// A text frame to the client.
pub(super) fn text(text: &str) -> Vec<u8> {
    encode(TEXT, text.as_bytes())
}

/// A Close frame to the client.
pub(super) fn close(payload: &[u8]) -> Vec<u8> {
    encode(CLOSE, payload)
}

fn encode(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(payload.len() + 10);
    frame.push(0x80 | opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length), _) if length < 126 => frame.push(length),
        (_, Ok(length)) => {
            frame.push(126);
            frame.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            frame.push(127);
            frame.extend_from_slice(&u64::try_from(payload.len()).unwrap_or(u64::MAX).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client's frame with the mask 0, so that its payload can be read in the test.
    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).unwrap();
        [&[first, 0x80 | length, 0, 0, 0, 0], payload].concat()
    }

    fn read(bytes: &[u8]) -> io::Result<Incoming> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(FrameReader::new(bytes).next())
    }

    #[test]
    fn messages_are_put_together_and_pings_passed_over() {
        let bytes = [masked(0x01, b"{\"a\""), masked(0x89, b"ping"), masked(0x80, b":1}")].concat();
        assert_eq!(read(&bytes).unwrap(), Incoming::Message("{\"a\":1}".into()));
        assert_eq!(read(&masked(0x82, b"\xff")).unwrap(), Incoming::Message("\u{fffd}".into()));
        assert_eq!(read(&masked(0x88, b"\x03\xe8bye")).unwrap(), Incoming::Close(b"\x03\xe8bye".to_vec()));
    }

    #[test]
    fn violations_have_their_codes() {
        for (bytes, code) in [
            (vec![0x81, 1, b'x'], 1002),
            (masked(0xC1, b"x"), 1002),
            (masked(0x80, b"x"), 1002),
            (masked(0x83, b"x"), 1002),
            (masked(0x09, b"x"), 1002),
            (masked(0x81, b"\xff"), 1007),
            ([&[0x81, 0xFF][..], &(MAX_MESSAGE + 1).to_be_bytes(), &[0; 4]].concat(), 1009),
        ] {
            assert_eq!(read(&bytes).unwrap(), Incoming::Violation(code), "{bytes:?}");
        }
        assert_eq!(read(b"\x81").unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_fail(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64), opcode in 0_u8..16) {
            let _message = read(&bytes);
            let _message = read(&[&[0x80 | opcode, 0x80 | 0x7f][..], &bytes].concat());
        }
    }
}
