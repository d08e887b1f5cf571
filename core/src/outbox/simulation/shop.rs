//! One order of a shop, from its checkout to what becomes of it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::json;
use tokio::time::sleep;

use super::disk::Process;
use super::history::{Life, Order};
use super::world::{DAY, HOUR, MINUTE, World, span};
use crate::event::ConversionEvent;
use crate::outbox::api::{EnqueueOptions, Outbox};
use crate::outbox::command::Hold;
use crate::outbox::state::{Millis, State};
use crate::outbox::target::Target;

pub(super) fn time(millis: Millis) -> SystemTime {
    SystemTime::UNIX_EPOCH + span(millis)
}

pub(super) async fn order(world: Arc<World>, until: Millis) {
    sleep(span(fastrand::i64(0..until))).await;
    let number = fastrand::u64(..);
    let order_id = (fastrand::u32(0..5) > 0).then(|| format!("ORD-{number}"));
    let [event, other] = ["99.97", "49.99"].map(|value| event(number, order_id.as_deref(), value));
    let hold = match fastrand::u32(0..20) {
        0..=2 => Some(Hold::UntilReleased),
        3..=4 => Some(Hold::Until(world.history.clock.wall() + fastrand::i64(-HOUR..3 * DAY))),
        _ => None,
    };
    let life = Life {
        has_order_id: order_id.is_some(),
        is_held: hold == Some(Hold::UntilReleased),
        held_until: match hold {
            Some(Hold::Until(until)) => Some(until),
            _ => None,
        },
        is_poison: fastrand::u32(0..50) == 0,
        ..Life::default()
    };
    let order = world.history.expect(life, [event.wire(), other.wire()]);
    if fastrand::u32(0..100) == 0 {
        world.make_lonely(order);
    }
    let process = Process::new(&world);
    let outbox = World::outbox(&process);
    let Some(id) = checkout(&world, &outbox, order, &event, hold, order_id.is_some()).await else {
        return;
    };
    if fastrand::u32(0..10) == 0 {
        return; // The web server's process is killed.
    }
    if order_id.is_some() && fastrand::u32(0..8) == 0 {
        sleep(span(fastrand::i64(0..DAY))).await;
        let again = if fastrand::bool() { &event } else { &other };
        let _ = outbox.enqueue(again).await;
    }
    sleep(span(fastrand::i64(0..4 * DAY))).await;
    later(&world, &outbox, order, id, hold).await;
}

/// Until the shop has been told that it is on the disk.
pub(super) async fn checkout(
    world: &World,
    outbox: &Outbox,
    order: Order,
    event: &ConversionEvent,
    hold: Option<Hold>,
    has_order_id: bool,
) -> Option<i64> {
    loop {
        let options = EnqueueOptions { hold, ..EnqueueOptions::default() };
        if let Ok(enqueued) = outbox.enqueue_with(event, options).await {
            world.history.change(order, |life| life.acknowledged = true);
            return Some(enqueued.id);
        }
        // Without an order id, once more could be one too many.
        if !has_order_id {
            return None;
        }
        sleep(span(MINUTE)).await;
    }
}

/// It is paid and released, or refused at the door and cancelled, or its customer asks to be
/// forgotten.
async fn later(world: &World, outbox: &Outbox, order: Order, id: i64, hold: Option<Hold>) {
    let change = |change: fn(&mut Life)| world.history.change(order, change);
    match fastrand::u32(0..100) {
        0..=49 if hold.is_some() => {
            change(|life| (life.is_held, life.held_until) = (false, None));
            until_told(|| outbox.release(Target::id(id))).await;
        }
        0..=79 if hold.is_some() => cancel(world, outbox, order, id).await,
        80..=82 => cancel(world, outbox, order, id).await,
        83..=84 => {
            change(|life| life.asked = true);
            let forgotten = until_told(|| outbox.forget(Target::id(id))).await;
            if forgotten.forgotten > 0 {
                change(|life| life.withdrawn = true);
            }
        }
        _ => {}
    }
}

pub(super) async fn cancel(world: &World, outbox: &Outbox, order: Order, id: i64) {
    world.history.change(order, |life| life.asked = true);
    let changed = until_told(|| outbox.cancel(Target::id(id), Some("refused"))).await;
    if changed.state == Some(State::Cancelled) {
        world.history.change(order, |life| life.withdrawn = true);
    }
}

/// Asks until the store answers.
async fn until_told<T, F: Future<Output = crate::Result<T>>>(mut ask: impl FnMut() -> F) -> T {
    loop {
        if let Ok(told) = ask().await {
            return told;
        }
        sleep(Duration::from_secs(60)).await;
    }
}

pub(super) fn event(number: u64, order_id: Option<&str>, value: &str) -> ConversionEvent {
    let event = json!({
        "cnct_tracking_id": format!("trk-{number}"),
        "event_name": "Purchase",
        "sendout_id": "so-4815",
        "attribution": {"meta_ctwa": {"ctwa_clid": "ARAkLkA8rmlF", "ad_id": "1202"}},
        "payload": {
            "currency": "USD", "value": value, "order_id": order_id, "event_time": 1_780_000_000
        }
    });
    ConversionEvent::from_json(&event.to_string()).unwrap()
}
