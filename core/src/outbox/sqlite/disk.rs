//! The file itself: where it may lie, who may read it, and whether it is still the same.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::failure::Failure;
use crate::error::ErrorCode;

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
    // What cannot be asked is left to SQLite.
    let found = rustix::fs::statfs(path).ok()?;
    // The field's type differs between processors; the number has 32 bits.
    #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "a magic number")]
    let magic = found.f_type as u32;
    network_of(magic)
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
