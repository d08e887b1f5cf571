//! Room that is kept for a full disk.
//!
//! A database that is full cannot even be told that an event was delivered: that, too, is written.
//! So some room lies beside it. When the disk is full, no event is taken any more, and this room is
//! given up to write down what becomes of those that are there.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::disk::private;
use crate::outbox::failure::Failure;

/// The log's usual length.
const ROOM: u64 = 4 << 20;

#[derive(Debug)]
pub(super) struct Reserve {
    path: PathBuf,
}

impl Reserve {
    pub(super) fn beside(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-reserve");
        Self { path: path.into() }
    }

    /// Sees to it that there is room; a failure says that there is none.
    pub(super) fn keep(&self) -> Result<(), Failure> {
        match fs::metadata(&self.path) {
            Ok(found) if found.len() >= ROOM => Ok(()),
            _ => self.make().map_err(|error| {
                // A part of it would only be in the way.
                self.give_up();
                Failure::of_file(&self.path, error)
            }),
        }
    }

    fn make(&self) -> io::Result<()> {
        let zeros = vec![0; 64 << 10];
        let mut file = private().create(true).truncate(true).open(&self.path)?;
        for _ in 0..ROOM / zeros.len() as u64 {
            file.write_all(&zeros)?;
        }
        // Only now is it known that the disk has the room.
        file.sync_all()
    }

    /// Gives the room back to the disk.
    pub(super) fn give_up(&self) {
        // Another process may have been faster.
        let _ = fs::remove_file(&self.path);
    }
}
