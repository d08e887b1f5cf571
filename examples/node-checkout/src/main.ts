// npm start: the shop against the sandbox, or against Connectly where CONNECTLY_API_KEY is set.

import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Outbox } from "connectly-conversions";
import { Sandbox } from "connectly-conversions/testing";
import { shop } from "./shop.js";

const sandbox = process.env.CONNECTLY_API_KEY ? undefined : await Sandbox.start();
const client = sandbox?.client() ?? new Client();
// A real shop's is in a place that stays: CONNECTLY_OUTBOX_URL=sqlite:///var/lib/shop/connectly.db
const url = process.env.CONNECTLY_OUTBOX_URL ?? `sqlite://${join(await mkdtemp(join(tmpdir(), "shop-")), "connectly.db")}`;
const outbox = Outbox.open(url, { businessId: sandbox?.clientOptions.businessId });
outbox.worker(client);
const server = shop(outbox).listen(Number(process.env.PORT ?? 0), "127.0.0.1");
await once(server, "listening");

const home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
console.log(`The shop:              ${home}/`);
console.log(
  `A visit from an ad:    ${home}/?cnct_tracking_id=trk-7f9c&sendout_id=so-4815&ctwa_clid=ARAkLkA8&ad_id=120215559412340678`,
);
if (sandbox !== undefined) {
  console.log(`What Connectly got:    ${sandbox.url}/`);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    server.close();
    server.closeIdleConnections();
    // What is not sent by then is sent by the next process.
    await outbox.close({ timeout: 5_000 });
    process.exit(0);
  });
}
