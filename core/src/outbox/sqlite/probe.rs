//! What a file is, before SQLite opens it: a database of something else stays as it is.
//!
//! To close a file lets go of every lock that this process has on it, whoever took them: another
//! outbox on the same file, or the program whose database was named by mistake. So a file that was
//! looked into stays open as long as an outbox has it open, and one of somebody else for ever.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::disk::Identity;
use super::schema;
use crate::outbox::failure::Failure;

static LOOKED_INTO: Mutex<BTreeMap<Identity, Seen>> = Mutex::new(BTreeMap::new());

#[derive(Debug)]
struct Seen {
    file: File,
    users: usize,
}

/// A file that was looked into.
#[derive(Debug)]
pub(super) struct Probe(Identity);

impl Probe {
    /// Looks into the file; one of something else is refused.
    pub(super) fn of(path: &Path) -> Result<Self, Failure> {
        let mut seen = seen();
        let probe = Self::open(&mut seen, path).map_err(|error| Failure::of_file(path, error))?;
        let is_foreign = match seen.get(&probe.0) {
            Some(seen) => is_foreign(&seen.file),
            None => Ok(false),
        };
        drop(seen);
        match is_foreign {
            Ok(false) => Ok(probe),
            Ok(true) => {
                std::mem::forget(probe);
                Err(schema::foreign())
            }
            Err(error) => Err(Failure::of_file(path, error)),
        }
    }

    fn open(seen: &mut BTreeMap<Identity, Seen>, path: &Path) -> io::Result<Self> {
        let gone = || io::Error::new(io::ErrorKind::NotFound, "the file is gone");
        let identity = Identity::of(path).ok_or_else(gone)?;
        if let Some(seen) = seen.get_mut(&identity) {
            seen.users += 1;
            return Ok(Self(identity));
        }
        let file = File::open(path)?;
        let opened = Identity::of_file(&file)?;
        if seen.contains_key(&opened) {
            std::mem::forget(file);
            return Err(gone());
        }
        seen.insert(opened, Seen { file, users: 1 });
        Ok(Self(opened))
    }

    /// Whether the path still leads to this file.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        Identity::of(path) == Some(self.0)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        let mut seen = seen();
        if let Some(file) = seen.get_mut(&self.0) {
            file.users -= 1;
            if file.users == 0 {
                seen.remove(&self.0);
            }
        }
    }
}

fn seen() -> MutexGuard<'static, BTreeMap<Identity, Seen>> {
    LOOKED_INTO.lock().unwrap_or_else(PoisonError::into_inner)
}

/// By the header of SQLite's format. A new outbox has one page at most until its tables are in the
/// file, and its application id comes with them.
fn is_foreign(file: &File) -> io::Result<bool> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    // Before the header: another process may write it in between, and it is written first.
    let length = file.metadata()?.len();
    let mut header = [0; 100];
    if !read_at_start(file, &mut header)? || !header.starts_with(MAGIC) {
        // Empty, or no database: SQLite will say so.
        return Ok(false);
    }
    let number =
        |at: usize| header[at..].iter().take(4).fold(0, |n, byte| n << 8 | u32::from(*byte));
    let page = match u64::from(number(16) >> 16) {
        1 => 65_536,
        size => size,
    };
    Ok(match number(68) {
        id if id == schema::APPLICATION_ID.cast_unsigned() => false,
        0 => length > page,
        _ => true,
    })
}

/// Whether there is as much as that.
fn read_at_start(file: &File, buffer: &mut [u8]) -> io::Result<bool> {
    #[cfg(unix)]
    let read = std::os::unix::fs::FileExt::read_at(file, buffer, 0)?;
    #[cfg(windows)]
    let read = std::os::windows::fs::FileExt::seek_read(file, buffer, 0)?;
    Ok(read == buffer.len())
}
