//! What Connectly is told of an order. Nothing here decides over the order itself.

use connectly_conversions::{
    ConversionEvent, EnqueueOptions, EventName, Hold, Outbox, Record, Result, Target,
};

use crate::catalogue::{chosen, total};
use crate::orders::Order;

/// Reports an order: it is on the disk when this returns. Twice is no harm.
pub(crate) async fn report(outbox: &Outbox, order: &Order) -> Result<()> {
    let Some(tracking) = order.tracking.clone() else {
        // Written down, so that orders and reports can be compared.
        outbox.skip(&order.id, EventName::Purchase, "not_attributed").await?;
        return Ok(());
    };
    let lines = chosen(&order.skus);
    let event = ConversionEvent::purchase(tracking, &order.id, "USD", total(&lines))
        .items(lines.iter().map(|product| product.item()))
        .event_time(order.placed_at)
        .build()?;
    let hold = if order.is_paid { Hold::Until(0) } else { Hold::UntilReleased };
    outbox.enqueue_with(&event, EnqueueOptions::held(hold)).await?;
    Ok(())
}

/// It came back: what is held is never sent.
pub(crate) async fn cancel(outbox: &Outbox, order: &Order) -> Result<()> {
    outbox.cancel(target(&order.id), Some("returned at the door")).await?;
    Ok(())
}

/// What the ledger knows of an order.
pub(crate) async fn look(outbox: &Outbox, order: &Order) -> Result<Option<Record>> {
    outbox.status(target(&order.id)).await
}

fn target(order_id: &str) -> Target {
    Target::order(order_id, EventName::Purchase)
}
