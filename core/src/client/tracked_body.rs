//! A request's body that can say whether it was begun.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Whether anybody began to write a body: the line between "never reached the server" and "who
/// knows". Once an attempt has ended without that, its body can no longer be written, even by a
/// connection's task that is about to.
#[derive(Default)]
pub(super) struct Progress(AtomicU8);

impl Progress {
    const BEGUN: u8 = 1;
    const ABANDONED: u8 = 2;

    fn enter(&self, state: u8) -> u8 {
        let swap = self.0.compare_exchange(0, state, Ordering::AcqRel, Ordering::Acquire);
        swap.map_or_else(|earlier| earlier, |_| state)
    }

    /// The body may be written.
    fn begins(&self) -> bool {
        self.enter(Self::BEGUN) == Self::BEGUN
    }

    /// The attempt is over; whether its body began before that.
    pub(super) fn ends(&self) -> bool {
        self.enter(Self::ABANDONED) == Self::BEGUN
    }
}

/// The bytes of one event, which tell when they begin to be written.
pub(super) struct TrackedBody {
    bytes: Option<Bytes>,
    progress: Arc<Progress>,
}

impl TrackedBody {
    pub(super) fn new(bytes: Bytes) -> (Self, Arc<Progress>) {
        let progress = Arc::new(Progress::default());
        (Self { bytes: Some(bytes), progress: Arc::clone(&progress) }, progress)
    }
}

/// The attempt was given up before its body began.
#[derive(Debug)]
pub(super) struct Abandoned;

impl fmt::Display for Abandoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the attempt was given up")
    }
}

impl Error for Abandoned {}

impl Body for TrackedBody {
    type Data = Bytes;
    type Error = Abandoned;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Abandoned>>> {
        if !self.progress.begins() {
            return Poll::Ready(Some(Err(Abandoned)));
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
