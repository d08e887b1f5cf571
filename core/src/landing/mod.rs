//! What a visit means for a shop: the params, the cookies to set, and what to count.

mod automated;
mod cookies;
mod options;
mod rules;
mod visit;
mod visit_request;

pub use cookies::SCRIPT_COOKIE_NAME;
pub use options::{Landing, Touch, landing};
pub use visit::{SkipReason, Visit, VisitCount};
pub use visit_request::VisitRequest;
