// The web process and the worker, as one process or as two.

import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Client, Outbox } from "connectly-conversions";
import { Orders } from "./orders.js";
import { shop } from "./shop.js";

/**
 * The outbox of a shop's folder. `SHOP_ENQUEUE_TIMEOUT` is how many seconds a checkout waits for the
 * disk at most, where a quarter of one is too short.
 */
export function open(folder: string, businessId?: string): Outbox {
  const patience = process.env.SHOP_ENQUEUE_TIMEOUT;
  return Outbox.open(`sqlite://${join(folder, "connectly.db")}`, {
    businessId,
    enqueueTimeout: patience === undefined ? undefined : Number(patience) * 1000,
  });
}

/** Serves the shop, and tells where. */
export async function serve(folder: string, outbox: Outbox): Promise<Server> {
  const orders = new Orders(join(folder, "orders.jsonl"));
  const secret = process.env.SHOP_WEBHOOK_SECRET ?? "demo";
  const server = shop({ orders, outbox, secret }).listen(Number(process.env.PORT ?? 0), "127.0.0.1");
  await once(server, "listening");
  console.log(`The shop: http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return server;
}

/** Delivers reports until the outbox is closed. */
export function work(outbox: Outbox, client: Client): void {
  outbox.worker(client).ref();
  console.log("The worker delivers.");
}

/** Ends in order: the last checkouts first, then the requests under way. */
export function endOnSignals(outbox: Outbox, server?: Server): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, async () => {
      if (server !== undefined) {
        const closed = once(server, "close");
        server.close();
        server.closeIdleConnections();
        await closed;
      }
      await outbox.close({ timeout: 10_000 });
    });
  }
}
