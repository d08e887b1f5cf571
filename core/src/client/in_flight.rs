//! The calls of a client: how many requests they may make at once, and how they end when it is
//! closed.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::error::{Error, ErrorCode, ErrorKind, Result};

/// How long calls that were cut off are given to tell their callers.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A time-out of centuries would overflow the clock: a day is as good as none.
pub(super) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Phase {
    Open,
    /// No call begins any more.
    Closed,
    /// Those that have begun end at once.
    CutOff,
}

/// What the calls of a client share.
pub(super) struct InFlight {
    phase: watch::Sender<Phase>,
    /// Each call holds a receiver, so that they can be counted and waited for.
    calls: watch::Sender<()>,
    connections: Semaphore,
    max_connections: usize,
}

impl InFlight {
    pub(super) fn new(max_connections: usize) -> Self {
        let max_connections = max_connections.min(Semaphore::MAX_PERMITS);
        Self {
            phase: watch::Sender::new(Phase::Open),
            calls: watch::Sender::new(()),
            connections: Semaphore::new(max_connections),
            max_connections,
        }
    }

    /// Begins a call.
    pub(super) fn begin(&self) -> Result<Call<'_>> {
        // Counted before it looks, so that closing either waits for it or stops it.
        let call = Call { in_flight: self, _counted: self.calls.subscribe() };
        if *self.phase.borrow() == Phase::Open { Ok(call) } else { Err(Error::client_closed()) }
    }

    /// Whether no call begins any more.
    pub(super) fn is_closed(&self) -> bool {
        *self.phase.borrow() != Phase::Open
    }

    /// No call begins any more.
    pub(super) fn close(&self) {
        self.enter(Phase::Closed);
    }

    /// Waits for the calls under way, and cuts off those that are left; tells how many.
    pub(super) async fn close_within(&self, patience: Duration) -> usize {
        self.close();
        if timeout(patience.min(LONGEST), self.calls.closed()).await.is_ok() {
            return 0;
        }
        let cut_off = self.calls.receiver_count();
        self.enter(Phase::CutOff);
        // A call that nobody polls any more would be waited for without end.
        let _ = timeout(LAST_WORDS, self.calls.closed()).await;
        cut_off
    }

    fn enter(&self, phase: Phase) {
        self.phase.send_if_modified(|now| {
            let is_later = *now < phase;
            if is_later {
                *now = phase;
            }
            is_later
        });
    }
}

/// A call under way.
pub(super) struct Call<'a> {
    in_flight: &'a InFlight,
    _counted: watch::Receiver<()>,
}

impl Call<'_> {
    /// Waits until a connection may be used, which is free again once the permit is dropped.
    pub(super) async fn connection(&self, until: Instant) -> Result<SemaphorePermit<'_>> {
        let InFlight { connections, max_connections, .. } = self.in_flight;
        tokio::select! {
            // First, since calls that are cut off free their connections.
            biased;
            () = self.cut_off() => {
                let message = "the client was closed before the event was sent";
                Err(Error::configuration(ErrorCode::ClientClosed, message))
            }
            // The semaphore is never closed.
            Ok(permit) = connections.acquire() => Ok(permit),
            () = sleep_until(until) => {
                let message = format!("all {max_connections} connections of the client were in use");
                Err(Error::new(ErrorKind::Timeout, ErrorCode::DeadlineExceeded, message))
            }
        }
    }

    /// Ends when the client's patience does.
    pub(super) async fn cut_off(&self) {
        let mut phase = self.in_flight.phase.subscribe();
        // The sender outlives the call.
        let _ = phase.wait_for(|phase| *phase == Phase::CutOff).await;
    }
}
