// npm run worker: delivers what the web process reports. It needs the key, and no port.

import { Client } from "connectly-conversions";
import { endOnSignals, open, work } from "./processes.js";

const folder = process.env.SHOP_DATA;
if (folder === undefined) {
  throw new Error("SHOP_DATA names no folder");
}
const outbox = open(folder);
work(outbox, new Client());
endOnSignals(outbox);
