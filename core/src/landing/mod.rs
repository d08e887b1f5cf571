//! What a visit means for a shop: the params, the cookies to set, and what to count.

mod automated;
mod codes;
mod cookies;
mod options;
mod rules;
mod snippet;
mod visit;
mod visit_request;

pub use codes::{SkipReason, VisitCount};
pub use cookies::SCRIPT_COOKIE_NAME;
pub use options::{Landing, Touch, landing};
pub use snippet::SNIPPET;
pub use visit::Visit;
pub use visit_request::VisitRequest;
