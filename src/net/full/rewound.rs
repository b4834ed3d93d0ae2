//! A wire whose first bytes have been read already.
//!
//! tungstenite has a constructor for that case, but the buffer it makes from those bytes remembers their
//! length as its natural size: every later read asks the system for a few bytes only, which costs four fifths
//! of the throughput (tungstenite 0.30, bytes 1.12). So the bytes are put back before the wire instead.

use std::io::Result;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Gives back the bytes, then what the wire has.
pub(super) struct Rewound<W> {
    first: Bytes,
    wire: W,
}

impl<W> Rewound<W> {
    pub(super) fn new(first: Vec<u8>, wire: W) -> Self {
        Self { first: Bytes::from(first), wire }
    }
}

impl<W: AsyncRead + Unpin> AsyncRead for Rewound<W> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        if self.first.is_empty() {
            return Pin::new(&mut self.wire).poll_read(cx, buffer);
        }
        let length = self.first.len().min(buffer.remaining());
        buffer.put_slice(self.first.get(..length).unwrap_or_default());
        self.first.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Rewound<W> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.wire).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}
