//! Many short-lived processes: PHP's way of running a shop.

use super::{Role, enqueue};
use crate::event;

pub(super) async fn visit(role: &Role, name: &str, times: u64) {
    for number in 1..=times {
        let outbox = role.outbox();
        enqueue(&outbox, event::name(name, number)).await;
        outbox.close().await;
    }
}
