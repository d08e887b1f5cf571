//! What a landing URL tells of the ad click, kept until checkout.

mod capture;
mod cookie;
mod params;
mod stored;

pub use capture::Capture;
pub use cookie::COOKIE_NAME;
pub use params::TrackingParams;
pub(crate) use params::check;
