//! One attempt as a value: what came of it, what that means, and whether the same bytes may be
//! sent again.
//!
//! Knows wire bytes and whether they hold an order id: no event, no client, and no library that
//! speaks HTTP. A client tries a few times within seconds, a queue over days; both do it by this.

mod answer;
mod disposition;
mod failure;
mod receipt;
mod retry;
mod sender;
#[cfg(test)]
mod tests;

pub(crate) use answer::MAX_BODY_BYTES;
pub use answer::{Answer, Damage};
pub use disposition::{Disposition, Resend};
pub use failure::Failure;
pub use receipt::Receipt;
pub use retry::{Decision, RetryPolicy, Situation};
pub use sender::{Attempt, Sender};
