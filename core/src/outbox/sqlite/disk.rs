//! The file itself: where it may lie, who may read it, and whether it is still the same.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::error::ErrorCode;
use crate::outbox::failure::Failure;

/// The disk's own name of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity(u64, u64);

impl Identity {
    /// Of the file that is there now.
    pub(super) fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|found| identity(&found))
    }

    /// Of an open file.
    pub(super) fn of_file(file: &fs::File) -> io::Result<Self> {
        file.metadata().map(|found| identity(&found))
    }
}

/// Makes the file where there is none, for its owner alone: what SQLite lays beside it, its log
/// and the log's index, inherits that.
pub(super) fn prepare(path: &Path) -> Result<(), Failure> {
    /// To close a file lets go of every lock that this process has on it. So nobody may open the
    /// database while the descriptor is open that makes it.
    static MAKING: Mutex<()> = Mutex::new(());
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    match fs::metadata(path) {
        Ok(found) if found.is_file() => refuse_network(path),
        Ok(_) => Err(Failure::new(
            ErrorCode::OutboxUnavailable,
            format!("{}: it is not a file", path.display()),
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(path);
            if !folder.is_dir() {
                let message = format!("{}: there is no such folder", folder.display());
                return Err(Failure::new(ErrorCode::OutboxUnavailable, message));
            }
            refuse_network(folder)?;
            match private().create_new(true).open(path) {
                // Another process was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                Err(error) => Err(Failure::of_file(path, error)),
                Ok(_) => Ok(()),
            }
        }
        Err(error) => Err(Failure::of_file(path, error)),
    }
}

fn refuse_network(path: &Path) -> Result<(), Failure> {
    match network(path) {
        Some(kind) => Err(Failure::new(
            ErrorCode::OutboxNetworkDisk,
            format!("{}: it lies on {kind}, where locks do not hold", path.display()),
        )),
        None => Ok(()),
    }
}

/// Opens files for writing that only their owner may read.
pub(super) fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn identity(found: &fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    Identity(found.dev(), found.ino())
}

#[cfg(windows)]
fn identity(found: &fs::Metadata) -> Identity {
    use std::os::windows::fs::MetadataExt as _;
    Identity(found.creation_time(), 0)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn network(path: &Path) -> Option<&'static str> {
    network_of(magic(path)?)
}

/// The number of the file system; what cannot be asked is left to SQLite.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn magic(path: &Path) -> Option<u32> {
    let found = rustix::fs::statfs(path).ok()?;
    // The field's type differs between processors; the number has 32 bits.
    #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "a magic number")]
    let magic = found.f_type as u32;
    Some(magic)
}

/// Why the file may be gone tomorrow though it can be used today; `None` where nothing says so.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn warning(path: &Path) -> Option<String> {
    let (kind, goes) = ephemeral_of(magic(path)?)?;
    Some(format!(
        "{}: it lies on {kind} and is gone {goes}; put the outbox on a disk or a volume that stays",
        path.display()
    ))
}

/// Elsewhere nothing tells.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn warning(_: &Path) -> Option<String> {
    None
}

#[cfg(target_vendor = "apple")]
fn network(path: &Path) -> Option<&'static str> {
    /// `MNT_LOCAL`: the file system is stored on this machine.
    const LOCAL: u32 = 0x1000;
    let found = rustix::fs::statfs(path).ok()?;
    (found.f_flags & LOCAL == 0).then_some("a network file system")
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn network(path: &Path) -> Option<&'static str> {
    path.to_string_lossy().starts_with(r"\\").then_some("a network share")
}

/// The file systems of other machines, by the numbers of Linux (`statfs(2)`).
#[cfg_attr(not(any(target_os = "linux", target_os = "android", test)), expect(dead_code))]
pub(super) fn network_of(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x0000_6969 => "NFS",
        0x0000_517b => "SMB",
        0xff53_4d42 => "CIFS",
        0xfe53_4d42 => "SMB 2",
        0x0102_1997 => "9P",
        0x6573_5546 => "FUSE",
        0x00c3_6400 => "Ceph",
        0x5346_414f | 0x6b41_4653 => "AFS",
        0x7375_7245 => "Coda",
        0x0000_564c => "NCP",
        0x0bd0_0bd0 => "Lustre",
        0x0116_1970 => "GFS2",
        0x7461_636f => "OCFS2",
        0x4750_4653 => "GPFS",
        0x786f_4256 => "a shared folder of VirtualBox",
        0xbacb_acbc => "a shared folder of VMware",
        _ => return None,
    })
}

/// The file systems that go with what made them, by the numbers of Linux (`statfs(2)`), and when.
#[cfg_attr(not(any(target_os = "linux", target_os = "android", test)), expect(dead_code))]
fn ephemeral_of(magic: u32) -> Option<(&'static str, &'static str)> {
    Some(match magic {
        0x794c_7630 => ("overlayfs, the disk of a container,", "with it"),
        0x0102_1994 => ("tmpfs, in memory,", "when the machine, container or function stops"),
        0x8584_58f6 => ("ramfs, in memory,", "when the machine, container or function stops"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disks_of_other_machines_are_known_by_their_numbers() {
        // From statfs(2), and linux/magic.h.
        for (magic, name) in [
            (0x6969, "NFS"),
            (0x517b, "SMB"),
            (0xff53_4d42, "CIFS"),
            (0xfe53_4d42, "SMB 2"),
            (0x0102_1997, "9P"),
            (0x6573_5546, "FUSE"),
            (0x00c3_6400, "Ceph"),
            (0x5346_414f, "AFS"),
        ] {
            assert_eq!(network_of(magic), Some(name));
        }
    }

    #[test]
    fn the_disks_of_this_machine_are_taken() {
        // ext4, xfs, btrfs, tmpfs, overlay, zfs, f2fs, ramfs.
        let last = [0x794c_7630, 0x2fc1_2fc1, 0xf2f5_2010, 0x8584_58f6];
        for magic in [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994].into_iter().chain(last) {
            assert_eq!(network_of(magic), None, "{magic:x}");
        }
    }

    #[test]
    fn a_disk_that_goes_with_its_container_is_named() {
        // `OVERLAYFS_SUPER_MAGIC`, `TMPFS_MAGIC` and `RAMFS_MAGIC` of <linux/magic.h>.
        for (magic, name) in
            [(0x794c_7630, "overlayfs"), (0x0102_1994, "tmpfs"), (0x8584_58f6, "ramfs")]
        {
            assert!(ephemeral_of(magic).is_some_and(|(kind, _)| kind.contains(name)), "{name}");
        }
    }

    #[test]
    fn a_disk_that_stays_is_not() {
        // `EXT4_SUPER_MAGIC`, `XFS_SUPER_MAGIC`, `BTRFS_SUPER_MAGIC`.
        for magic in [0xef53, 0x5846_5342, 0x9123_683e] {
            assert_eq!(ephemeral_of(magic), None);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_memory_that_linux_shares_is_one_that_goes() {
        let warning = warning(Path::new("/dev/shm"));
        assert!(warning.is_some_and(|text| text.starts_with("/dev/shm: it lies on tmpfs")));
    }
}
