//! A disk of a few megabytes, of this process alone.

use std::path::Path;

use connectly_conversions::{Client, DeliverOptions, ErrorCode, Outbox, Sandbox};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getgid, getuid};

use super::Role;
use crate::event::{self, BUSINESS};
use crate::line::Line;

/// The room that the outbox keeps, and as much again.
const SIZE: &str = "size=8m";

/// Before anything else: a process with threads cannot leave its namespace.
pub(super) fn mount_small_disk(file: &Path) {
    let folder = file.parent().unwrap();
    std::fs::create_dir(folder).unwrap();
    let (user, group) = (getuid(), getgid());
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS).unwrap();
    std::fs::write("/proc/self/uid_map", format!("{user} {user} 1")).unwrap();
    std::fs::write("/proc/self/setgroups", "deny").unwrap();
    std::fs::write("/proc/self/gid_map", format!("{group} {group} 1")).unwrap();
    mount(Some("none"), folder, Some("tmpfs"), MsFlags::empty(), Some(SIZE)).unwrap();
}

pub(super) async fn fill(role: &Role) {
    let (outbox, sandbox) = (role.outbox(), Sandbox::start().unwrap());
    let client = Client::builder().api_key("shop").business_id(BUSINESS).base_url(sandbox.url());
    let client = client.build().unwrap();
    let mut accepted = 0;
    // Delivered or not, what was taken leaves its trace: the disk is full in the end.
    for round in 0..3 {
        accepted += until_full(&outbox, &format!("full-{round}")).await;
        let delivered = outbox.deliver(&client, DeliverOptions::default()).await.unwrap();
        assert_eq!(outbox.counts().await.unwrap().pending, 0, "{delivered:?}");
        assert_eq!(sandbox.received().len(), accepted, "delivered once each");
    }
    assert_eq!(outbox.counts().await.unwrap().accepted, accepted as u64);
    outbox.close().await;
}

/// Enqueues until the disk is full; gives how many events were taken.
async fn until_full(outbox: &Outbox, name: &str) -> usize {
    for number in 1.. {
        let event = event::name(name, number);
        match outbox.enqueue(&event::event(&event)).await {
            Ok(enqueued) => Line::Acknowledged { event, id: enqueued.id }.tell(),
            Err(error) => {
                assert_eq!(error.code(), ErrorCode::OutboxDiskFull, "{error}");
                return usize::try_from(number).unwrap() - 1;
            }
        }
    }
    unreachable!("the disk has its end")
}
