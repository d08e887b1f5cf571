//! A shop's checkout.

use std::cell::Cell;

use connectly_conversions::Outbox;
use futures_util::future::join_all;

use super::{Role, enqueue};
use crate::event;
use crate::flaw::Flaw;
use crate::line::Line;

/// So many customers at once.
const TASKS: usize = 4;

/// One event in so many is everybody's.
const SHARED: u64 = 5;

pub(super) async fn produce(role: &Role, name: &str, shared: &str) {
    let (outbox, number) = (role.outbox(), Cell::new(0));
    let next = || {
        number.set(number.get() + 1);
        let common = event::name(shared, number.get());
        if number.get().is_multiple_of(SHARED) && event::has_order(&common) {
            common
        } else {
            event::name(name, number.get())
        }
    };
    let customer = || async {
        loop {
            if role.flaw == Some(Flaw::AcknowledgesEarly) {
                acknowledge_early(&outbox, next()).await;
            } else {
                enqueue(&outbox, next()).await;
            }
        }
    };
    join_all((0..TASKS).map(|_| customer())).await;
}

async fn acknowledge_early(outbox: &Outbox, event: String) {
    Line::Acknowledged { event: event.clone(), id: 0 }.tell();
    let outbox = outbox.clone();
    tokio::spawn(async move { outbox.enqueue(&event::event(&event)).await });
    tokio::task::yield_now().await;
}
