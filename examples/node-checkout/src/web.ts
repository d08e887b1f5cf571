// npm run web: the pages and the webhook.

import { Outbox } from "connectly-conversions";
import { endOnSignals, outboxIn, serve } from "./processes.js";

const folder = process.env.SHOP_DATA;
if (folder === undefined) {
  throw new Error("SHOP_DATA names no folder");
}
const outbox = Outbox.open(outboxIn(folder));
endOnSignals(outbox, await serve(folder, outbox));
