// What Connectly is told of an order. Nothing here decides over the order itself.

import type { Outbox, Report } from "connectly-conversions";
import { chosen, dollars, total } from "./catalogue.js";
import type { Order } from "./orders.js";

/** Reports an order: it is on the disk when this resolves. Twice is no harm, and it never rejects. */
export async function report(outbox: Outbox, order: Order): Promise<Report> {
  const lines = chosen(order.skus);
  return await outbox.reportPurchase({
    orderId: order.id,
    currency: "USD",
    value: total(lines),
    items: lines.map(({ sku, cents }) => ({ id: sku, itemPrice: dollars(cents) })),
    tracking: order.tracking,
    paid: order.isPaid,
    paidAt: order.placedAt,
    holdUntil: order.isPaid ? null : "release",
  });
}

/** It came back: what is held is never sent. */
export async function cancel(outbox: Outbox, order: Order): Promise<void> {
  await outbox.cancel(order.id, "returned at the door");
}

/** What the ledger knows of an order. */
export async function look(outbox: Outbox, order: Order) {
  const record = await outbox.status(order.id);
  return { order: order.id, report: record && { state: record.state, reason: record.reason } };
}
