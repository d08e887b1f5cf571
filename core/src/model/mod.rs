//! What an event is, before and after it is checked. Knows no rule, no source and no HTTP.

mod draft;
mod item;
mod money;
mod name;
mod time;
mod valid_event;

pub(crate) use draft::{Count, Draft, DraftLine, ExtraMember, Field};
pub use item::Item;
pub use money::{Amount, Rounding};
pub(crate) use money::{Reading, decimal, is_finer_than, round_to};
pub use name::EventName;
pub use time::EventTime;
pub(crate) use time::{EARLIEST, MILLISECONDS, display, in_seconds, now, unix_seconds};
pub(crate) use valid_event::{ValidEvent, ValidLine, unique_ids};
