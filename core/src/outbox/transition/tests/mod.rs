//! Each arrow of the machine, as `OUTBOX.md` lists them.

mod arrows;
mod dead;
mod lease;
mod model;
mod page;
mod people;
pub(in crate::outbox) mod support;
