//! What becomes of a shop's order: whether it is reported, with which value, or why not. Pure.

mod codes;
mod order;
mod policy;
mod reading;

pub use codes::{Omission, ReportResult};
pub use order::{Held, Order};
pub use policy::{Decided, Reporting, ValueOf};
