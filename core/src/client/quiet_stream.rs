//! A connection whose writes raise no SIGPIPE.
//!
//! A write of one buffer is a `send` that asks for no signal; one of several buffers is a `writev`,
//! which cannot ask, and ends a process that left the signal at its default once the other side
//! has closed the connection. So there is never more than one.

use std::io::Result;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub(super) struct QuietStream(TokioIo<TcpStream>);

impl QuietStream {
    pub(super) fn new(stream: TokioIo<TcpStream>) -> Self {
        Self(stream)
    }
}

impl Read for QuietStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

/// Without a `poll_write_vectored` of its own: the trait's writes the first buffer alone.
impl Write for QuietStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl Connection for QuietStream {
    fn connected(&self) -> Connected {
        self.0.connected()
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::io::{ErrorKind, IoSlice};

    use nix::sys::signal::{SigSet, Signal};
    use tokio::net::TcpListener;

    use super::*;

    /// Writes two buffers at a time until the connection, whose other side is gone, breaks; tells
    /// whether that raised the signal. Held back, it stays pending.
    async fn raises_a_signal<T: Write + Unpin>(
        stream: impl FnOnce(TokioIo<TcpStream>) -> T,
    ) -> bool {
        let mut held = SigSet::empty();
        held.add(Signal::SIGPIPE);
        held.thread_block().unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stream_of_ours, accepted) =
            tokio::join!(TcpStream::connect(address), listener.accept());
        let mut stream = stream(TokioIo::new(stream_of_ours.unwrap()));
        drop(accepted.unwrap());
        let buffers = [IoSlice::new(b"POST"), IoSlice::new(b"{}")];
        let error = loop {
            let write = |context: &mut Context<'_>| {
                Pin::new(&mut stream).poll_write_vectored(context, &buffers)
            };
            if let Err(error) = poll_fn(write).await {
                break error;
            }
        };
        let is_broken = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
        assert!(is_broken.contains(&error.kind()), "{error}");
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let pending = status.lines().find_map(|line| line.strip_prefix("SigPnd:")).unwrap();
        let pending = u64::from_str_radix(pending.trim(), 16).unwrap();
        pending & (1 << (Signal::SIGPIPE as u32 - 1)) != 0
    }

    #[tokio::test]
    async fn a_write_to_a_broken_connection_raises_no_signal() {
        assert!(!raises_a_signal(QuietStream::new).await);
    }

    /// Else the test above would prove nothing.
    #[tokio::test]
    async fn a_write_of_many_buffers_would() {
        assert!(raises_a_signal(|stream| stream).await);
    }
}
