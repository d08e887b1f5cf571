// npm start: the shop against the sandbox, or against Connectly where CONNECTLY_API_KEY is set.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Client } from "connectly-conversions";
import { Sandbox } from "connectly-conversions/testing";
import { shop } from "./shop.js";

const sandbox = process.env.CONNECTLY_API_KEY ? undefined : await Sandbox.start();
const client = sandbox?.client() ?? new Client();
const server = shop(client).listen(Number(process.env.PORT ?? 0), "127.0.0.1");
await once(server, "listening");

const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
console.log(`The shop:              ${url}/`);
console.log(
  `A visit from an ad:    ${url}/?cnct_tracking_id=trk-7f9c&sendout_id=so-4815&ctwa_clid=ARAkLkA8&ad_id=120215559412340678`,
);
if (sandbox !== undefined) {
  console.log(`What Connectly got:    ${sandbox.url}/`);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    server.close();
    server.closeIdleConnections();
    await client.close({ timeout: 5_000 });
    process.exit(0);
  });
}
