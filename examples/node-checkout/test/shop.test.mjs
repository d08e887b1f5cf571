// What a browser cannot see of the shop; its journeys are in tests/browser.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Outbox } from "connectly-conversions";
import { assertReported, Sandbox } from "connectly-conversions/testing";
import { Orders } from "../dist/orders.js";
import { shop } from "../dist/shop.js";

const AD = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=120215559412340678&utm_source=whatsapp";
const BOTH = "sku=data-pass-30d&sku=phone-case-blk&sku=of-another-shop";

describe("the shop", () => {
  let sandbox;
  let folder;
  let outbox;
  let server;
  let url;

  beforeEach(async () => {
    sandbox = await Sandbox.start();
    folder = mkdtempSync(join(tmpdir(), "shop-"));
    const { businessId } = sandbox.clientOptions;
    // A busy machine is no reason to fail.
    outbox = Outbox.open(`sqlite://${folder}/connectly.db`, { businessId, enqueueTimeout: 60_000 });
    const orders = new Orders(join(folder, "orders.jsonl"));
    server = shop({ orders, outbox, secret: "secret" }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${server.address().port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await outbox.close();
    rmSync(folder, { recursive: true });
    await sandbox.stop();
  });

  const post = (path, body, type = "application/x-www-form-urlencoded") => {
    const headers = { "content-type": type, "x-webhook-secret": "secret" };
    return fetch(url + path, { method: "POST", headers, body, redirect: "manual" });
  };
  const pays = (order) =>
    post("/webhook/payment", JSON.stringify({ order, status: "paid" }), "application/json");

  /** From the landing to the order's id; without cookies. */
  async function orders(page, method) {
    const response = await fetch(url + page);
    const token = /name="cart" value="([^"]+)"/.exec(await response.text())?.[1];
    const filled = await post("/cart", token ? `${BOTH}&cart=${token}` : BOTH);
    const cart = filled.headers.get("location").split("/").at(-1);
    const twice = await Promise.all([1, 2].map(() => post("/checkout", `cart=${cart}&method=${method}`)));
    const [first, second] = twice.map((answer) => answer.headers.get("location"));
    assert.equal(first, second);
    return first.split("/").at(-1);
  }

  it("reports a paid order whole and once", async () => {
    const order = await orders(AD, "card");
    for (const _ of [1, 2]) {
      assert.equal((await pays(order)).status, 200);
    }
    await outbox.deliver(sandbox.client());
    const { body } = assertReported(sandbox, { order_id: order, currency: "USD", value: "99.97", times: 1 });
    assert.equal(body.cnct_tracking_id, "t1");
    assert.deepEqual(body.payload.contents, [
      { id: "data-pass-30d", quantity: 1, item_price: 49.99 },
      { id: "phone-case-blk", quantity: 1, item_price: 49.98 },
    ]);
  });

  it("has a word in the ledger for an order of nobody's ad", async () => {
    const order = await orders("/?utm_source=newsletter", "card");
    await pays(order);
    const { state, reason } = await outbox.status(order);
    assert.deepEqual([state, reason], ["skipped", "not_attributed"]);
  });

  it("reports nothing because somebody looks at a page", async () => {
    const order = await orders(AD, "card");
    assert.equal((await fetch(`${url}/thanks/${order}`)).status, 200);
    assert.equal(await outbox.status(order), null);
  });

  it("sells although the outbox cannot be opened, and hears from the bank again", async () => {
    mkdirSync(join(folder, "connectly.db"));
    const order = await orders(AD, "cod");
    assert.equal((await pays(order)).status, 500);
    rmdirSync(join(folder, "connectly.db"));
    assert.equal((await pays(order)).status, 200);
    assert.equal((await outbox.status(order)).state, "pending");
  });

  it("knows its orders after a restart", async () => {
    const order = await orders(AD, "card");
    const again = new Orders(join(folder, "orders.jsonl"));
    assert.equal(again.order(order).tracking.cnct_tracking_id, "t1");
    assert.equal(again.pay("ORD-none"), undefined);
  });

  it("finds nothing where nothing is", async () => {
    for (const path of ["/cart/none", "/bank/ORD-none", "/thanks/ORD-none"]) {
      assert.equal((await fetch(url + path)).status, 404, path);
    }
    const calls = [
      ["/cart", "cart=none&sku=data-pass-30d"],
      ["/checkout", "cart=none&method=card"],
      ["/bank/ORD-none", ""],
      ["/orders/ORD-none/delivered", ""],
      ["/orders/ORD-none/returned", ""],
    ];
    for (const [path, body] of calls) {
      assert.equal((await post(path, body)).status, 404, path);
    }
    assert.equal((await pays("ORD-none")).status, 404);
  });
});

it("starts with one command against the sandbox, and stops on SIGTERM", async (t) => {
  const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), "shop-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const env = { ...process.env, CONNECTLY_API_KEY: "", SHOP_DATA: folder, NODE_TEST_CONTEXT: "" };
  const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "inherit"] });
  const found = [];
  for await (const line of createInterface(child.stdout)) {
    found.push(...(line.match(/http:\S+/) ?? []));
    if (found.length === 2) {
      break;
    }
  }
  const [home, sandbox] = found;
  assert.equal((await fetch(`${home}?cnct_tracking_id=t1`)).status, 200);
  assert.equal((await fetch(sandbox)).status, 200);
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
});
