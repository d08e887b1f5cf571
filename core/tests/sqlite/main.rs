//! The outbox in a file: what is on the disk, and what happens where the disk or another process
//! does not do as it should.

#![cfg(feature = "outbox-sqlite")]

mod file;
mod support;
