// npm run web: the pages and the webhook.

import { endOnSignals, open, serve } from "./processes.js";

const folder = process.env.SHOP_DATA;
if (folder === undefined) {
  throw new Error("SHOP_DATA names no folder");
}
const outbox = open(folder);
endOnSignals(outbox, await serve(folder, outbox));
