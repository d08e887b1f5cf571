//! Where the files lie: on a disk, or nothing durable would be measured.

use std::path::{Path, PathBuf};

use connectly_conversions::{Outbox, OutboxBuilder};

pub(crate) const BUSINESS: &str = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a";

/// A folder that goes when it is dropped.
pub(crate) struct Place(PathBuf);

impl Place {
    /// Beside this program: a temporary folder may lie in memory.
    pub(crate) fn new() -> Self {
        let program = std::env::current_exe().unwrap();
        let folder = program.with_file_name(format!("bench-outbox-{}", std::process::id()));
        // Left by a run that was killed.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn outbox(&self, name: &str) -> OutboxBuilder {
        builder(&self.file(name))
    }

    /// The kind of its file system.
    pub(crate) fn kind(&self) -> String {
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        let of = |line: &str| {
            let mut words = line.split(' ').skip(1);
            let (at, kind) = (words.next()?.to_owned(), words.next()?.to_owned());
            self.0.starts_with(&at).then_some((at.len(), kind))
        };
        let found = mounts.lines().filter_map(of).max();
        found.map_or_else(|| "an unknown file system".to_owned(), |(_, kind)| kind)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn builder(path: &Path) -> OutboxBuilder {
    let wait = std::time::Duration::from_secs(60);
    let outbox = Outbox::builder(&format!("sqlite://{}", path.display()));
    outbox.business_id(BUSINESS).enqueue_timeout(wait).max_events(u64::MAX).max_bytes(1 << 40)
}
