//! What holds for every input, not only for those that somebody thought of.
#![allow(clippy::unwrap_used, reason = "tests")]

mod document;
mod landing;
mod money;
mod retry;
mod support;
mod tracking;
