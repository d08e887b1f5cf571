//! What a checker must notice: each variant breaks one promise.

/// What is wrong with a simulated outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// Nothing.
    Nothing,
    /// A table without fencing numbers: whoever holds a lease, any worker ends it.
    NoFencing,
    /// A store that tells before it has committed: what it told is lost in a crash.
    EarlyAnswer,
    /// A table that takes every event for one that Meta can tell from another: what may have been
    /// recorded goes out again without an order id.
    ForgetsOrderIds,
    /// A queue that never probes, once its sender was refused.
    NeverResumes,
    /// A lease that is shorter than an attempt.
    ShortLease,
    /// A table that forgets when an outcome was first unknown: the window never closes.
    NoWindow,
    /// A store whose leases go by the clocks of the hosts, which differ.
    HostClocks,
    /// A store that asks again by itself when the answer to a COMMIT was lost.
    AsksAgain,
}
