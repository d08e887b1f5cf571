//! What is wrong with a process on purpose. The checker must find each.

use serde::{Deserialize, Serialize};

/// A broken variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// The producer does not wait for `enqueue` before it says that the event is safe.
    AcknowledgesEarly,
    /// The store says that a row was inserted, now and then, and inserts none.
    LosesRows,
    /// The worker takes what another one has.
    IgnoresLeases,
    /// The worker takes a lease for its own though it has passed on.
    IgnoresFencing,
    /// The worker resends what may have been recorded, though nothing can recognise it.
    ResendsWithoutOrder,
    /// The store's leases go by the clock of the host that it is used on.
    GoesByItsHostsClock,
}
