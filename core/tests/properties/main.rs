//! What holds for every input, not only for those that somebody thought of.

mod document;
mod money;
mod retry;
mod support;
mod tracking;
