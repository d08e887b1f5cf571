//! What `connectly doctor` finds: each check is a function of what was seen. Pure.

mod api;
mod codes;
mod cookie;
mod finding;
mod landing;
mod outbox;
mod settings;

pub(crate) use api::{access, clock, reachable};
pub use codes::Check;
pub(crate) use cookie::cookie_domain;
pub(crate) use finding::Finding;
pub use finding::Level;
pub(crate) use landing::{End, Step, Walk, landing};
pub(crate) use outbox::{Queue, outbox, outbox_failed};
pub(crate) use settings::settings;
