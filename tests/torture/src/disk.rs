//! Where the files of a run lie.

use tempfile::TempDir;

/// A folder beside this program: on the disk that it was built on, since a temporary folder may
/// lie in memory.
#[must_use]
pub fn folder() -> TempDir {
    let program = std::env::current_exe().unwrap();
    tempfile::tempdir_in(program.parent().unwrap()).unwrap()
}
