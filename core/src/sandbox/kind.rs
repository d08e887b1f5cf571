//! Kinds of faults. Generated from `schema/surface.json` by `make generate`.

use crate::named::named;

named! {
    /// What can go wrong between a client and the API.
    FaultKind {
        /// Answers with this status, 200 to 599. Nothing is recorded.
        Status = "status",
        /// Answers as usual after this time. The event is recorded.
        Delay = "delay",
        /// Never answers. Nothing is recorded.
        Hang = "hang",
        /// Resets the connection. Nothing is recorded.
        Reset = "reset",
        /// Resets the connection: a success that nobody is told of. The event is recorded.
        ResetAfterRecording = "reset_after_recording",
        /// Closes the connection in the middle of the answer. The event is recorded.
        HalfAnswer = "half_answer",
        /// Answers with bytes that are not HTTP. Nothing is recorded.
        Garbage = "garbage",
        /// Answers 200 with a body of 80 KiB; a client reads 64. The event is recorded.
        OversizedBody = "oversized_body",
        /// Answers 200, one byte every 50 ms, without end. The event is recorded.
        SlowDrip = "slow_drip",
        /// Answers as usual, then closes the connection, which the answer promised to keep. The
        /// event is recorded.
        CloseIdle = "close_idle",
        /// Answers 200 with a header of 1 MiB. The event is recorded.
        HugeHeader = "huge_header",
        /// Answers 200 with 48 KiB of gzip that become 48 MiB. The event is recorded.
        GzipBomb = "gzip_bomb",
        /// Answers 307 to this URL. Nothing is recorded.
        Redirect = "redirect",
        /// Answers 200 with `events_received` 0. Nothing is recorded.
        NotReceived = "not_received",
        /// Answers one request twice; the connection goes on. The event is recorded.
        DuplicateAnswer = "duplicate_answer",
    }
}

impl FaultKind {
    /// Whether the API has recorded the event when this goes wrong.
    #[must_use]
    pub const fn records(self) -> bool {
        !matches!(
            self,
            Self::Status
                | Self::Hang
                | Self::Reset
                | Self::Garbage
                | Self::Redirect
                | Self::NotReceived
        )
    }
}
