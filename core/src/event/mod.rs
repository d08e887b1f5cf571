//! Valid events: made from a document or a builder, checked once, written once.

mod builder;
mod conversion_event;
mod options;
mod reading;
mod stored;
mod wire;

pub use builder::{EventBuilder, OrderId};
pub use conversion_event::ConversionEvent;
#[cfg(feature = "sandbox")]
pub(crate) use conversion_event::MAX_WIRE_BYTES;
pub use options::EventOptions;
