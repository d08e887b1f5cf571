//! The checkout goes on, whatever hangs: `enqueue` is durable, or fails within its limit.
// Helpers of tests say what they expect by failing.
#![allow(clippy::unwrap_used)]

mod hanging;
mod shop;

use std::path::Path;

use connectly_conversions::{Fault, Sandbox, State};
use connectly_torture::process::Process;
use connectly_torture::role::{Role, Task};
use connectly_torture::{disk, event, rest};
use nix::sys::signal::Signal;

use shop::{Shop, client};

#[tokio::test]
async fn a_lock_that_is_held_costs_a_checkout_its_limit() {
    let shop = Shop::in_business().await;
    let holder = shop.lock_holder();
    shop.goes_on("meanwhile").await;
    let _ = holder.finish();

    // Whether or not the first try came to be stored.
    shop.takes("meanwhile").await;
    assert_eq!(shop.outbox.counts().await.unwrap().pending, 20);
    shop.outbox.close().await;
    assert_eq!(rest::integrity(&shop.path), "ok");
}

#[tokio::test]
async fn a_lock_holder_that_stands_still_and_is_killed_leaves_no_lock() {
    let shop = Shop::in_business().await;
    let holder = shop.lock_holder();
    holder.signal(Signal::SIGSTOP);
    shop.goes_on("meanwhile").await;
    let _ = holder.kill();
    shop.takes("after").await;
}

#[tokio::test]
async fn a_disk_that_hangs_costs_a_checkout_its_limit() {
    let shop = Shop::in_business().await;
    shop.disk.hang();
    shop.goes_on("meanwhile").await;
    shop.disk.work();
    shop.takes("after").await;
    let order = shop.outbox.status(event::name("before", 1).as_str()).await.unwrap();
    assert_eq!(order.map(|order| order.state), Some(State::Pending));
}

#[tokio::test]
async fn an_api_that_hangs_costs_a_checkout_nothing() {
    let (shop, sandbox) = (Shop::in_business().await, Sandbox::start().unwrap());
    sandbox.fail_next(Fault::hang().times(0));
    let worker = shop.outbox.worker(client(&sandbox)).build().unwrap();
    let checkouts = async {
        // The worker has its hands full.
        while shop.outbox.counts().await.unwrap().leased == 0 {}
        shop.takes("meanwhile").await;
    };
    tokio::select! {
        _ = worker.run() => unreachable!("nobody stops it"),
        () = checkouts => {}
    }
    let counts = shop.outbox.counts().await.unwrap();
    assert_eq!((counts.pending + counts.leased, counts.accepted), (20, 0));
}

#[tokio::test]
async fn disk_and_api_hang_together() {
    let (shop, sandbox) = (Shop::in_business().await, Sandbox::start().unwrap());
    sandbox.fail_next(Fault::hang().times(0));
    let worker = shop.outbox.worker(client(&sandbox)).build().unwrap();
    let checkouts = async {
        while shop.outbox.counts().await.unwrap().leased == 0 {}
        shop.disk.hang();
        shop.goes_on("meanwhile").await;
        shop.disk.work();
        shop.takes("after").await;
    };
    tokio::select! {
        _ = worker.run() => unreachable!("nobody stops it"),
        () = checkouts => {}
    }
}

#[test]
fn on_a_full_disk_nothing_accepted_is_lost_and_delivery_goes_on() {
    let folder = disk::folder();
    let program = Path::new(env!("CARGO_BIN_EXE_torture"));
    let path = folder.path().join("small").join("outbox.db");
    let role = Role { place: path.as_path().into(), ahead: 0, flaw: None, task: Task::FillDisk };
    let told = Process::start(program, &role).finish();
    assert!(told.len() > 100, "{} lines only", told.len());
}
