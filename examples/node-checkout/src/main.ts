// npm start: shop and worker in one process, against a sandbox, or against Connectly where CONNECTLY_API_KEY is set.

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "connectly-conversions";
import { Sandbox } from "connectly-conversions/testing";
import { endOnSignals, open, serve, work } from "./processes.js";

const sandbox = process.env.CONNECTLY_API_KEY ? undefined : await Sandbox.start();
const folder = process.env.SHOP_DATA ?? (await mkdtemp(join(tmpdir(), "shop-")));
const outbox = open(folder, sandbox?.clientOptions.businessId);
endOnSignals(outbox, await serve(folder, outbox));
work(outbox, sandbox?.client() ?? new Client());
if (sandbox !== undefined) {
  console.log(`What Connectly gets: ${sandbox.url}/`);
}
console.log("Land with ?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851, and buy.");
