// A customer's way through the shop, and what Connectly hears of it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Outbox } from "connectly-conversions";
import { assertReported, Sandbox } from "connectly-conversions/testing";
import { shop } from "../dist/shop.js";

const AD = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=120215559412340678&utm_source=whatsapp";
const BOTH = "sku=data-pass-30d&sku=phone-case-blk";

describe("the shop", () => {
  let sandbox;
  let client;
  let folder;
  let outbox;
  let server;
  let url;

  beforeEach(async () => {
    sandbox = await Sandbox.start();
    client = sandbox.client();
    folder = mkdtempSync(join(tmpdir(), "shop-"));
    const { businessId } = sandbox.clientOptions;
    // A busy machine is no reason to fail.
    outbox = Outbox.open(`sqlite://${folder}/connectly.db`, { businessId, enqueueTimeout: 60_000 });
    server = shop(outbox).listen(0, "127.0.0.1");
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

  /** Lands by this link; gives the cookie that the browser keeps. */
  async function land(path) {
    const response = await fetch(url + path);
    assert.equal(response.status, 200);
    return response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
  }

  /** Buys; gives where the order's page is. */
  async function checkOut(cookie) {
    const headers = { cookie, "content-type": "application/x-www-form-urlencoded" };
    const response = await fetch(`${url}/checkout`, { method: "POST", headers, body: BOTH, redirect: "manual" });
    assert.equal(response.status, 303);
    return url + response.headers.get("location");
  }

  const look = async (page) => await (await fetch(page)).json();

  /** Buys; gives the order once what is in the outbox was tried. */
  async function buy(cookie) {
    const page = await checkOut(cookie);
    await outbox.deliver(client);
    return await look(page);
  }

  it("reports an order of a visitor whom an ad brought", async () => {
    const order = await buy(await land(AD));
    assert.equal(order.report, "accepted");
    const { body } = assertReported(sandbox, { order_id: order.id, currency: "USD", value: "99.97" });
    assert.equal(body.cnct_tracking_id, "t1");
    assert.deepEqual(body.attribution, { meta_ctwa: { ctwa_clid: "c1", ad_id: "120215559412340678" } });
    assert.deepEqual(body.payload.contents, [
      { id: "data-pass-30d", quantity: 1, item_price: 49.99 },
      { id: "phone-case-blk", quantity: 1, item_price: 49.98 },
    ]);
  });

  it("reports nothing of anybody else", async () => {
    const order = await buy(await land("/?utm_source=newsletter&ad_id=5"));
    assert.equal(order.report, "not from Connectly");
    assert.equal(sandbox.requests.length, 0);
  });

  it("keeps what the link told while the visitor looks around", async () => {
    const cookie = await land(AD);
    assert.equal(await land("/?page=2"), "");
    assert.equal((await buy(cookie)).report, "accepted");
  });

  it("sells although the link was cut off or the cookie forged", async () => {
    assert.equal(await land("/?cnct_tracking_id=t1"), "");
    assert.equal((await buy("cnct_tracking=v1.forged")).report, "invalid_tracking");
    assert.equal(sandbox.requests.length, 0);
  });

  it("sells while the API is down, and reports once it is back", async () => {
    sandbox.failNext({ kind: "status", status: 503 });
    const page = await checkOut(await land(AD));
    await outbox.deliver(client);
    const order = await look(page);
    assert.deepEqual([order.total, order.report], ["99.97", "pending"]);
    outbox.worker(client);
    await sandbox.waitFor(1);
    assertReported(sandbox, { order_id: order.id });
  });

  it("reports once although the first answer was lost", async () => {
    sandbox.failNext({ kind: "reset_after_recording" });
    const page = await checkOut(await land(AD));
    outbox.worker(client);
    const received = await sandbox.waitFor(2);
    const { id } = await look(page);
    assert.deepEqual(
      received.map(({ order_id, duplicate }) => [order_id, duplicate]),
      [
        [id, false],
        [id, true],
      ],
    );
  });
});

it("starts with one command against the sandbox, and stops on SIGTERM", async (t) => {
  const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), "shop-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const outbox = `sqlite://${folder}/connectly.db`;
  const env = { ...process.env, CONNECTLY_API_KEY: "", CONNECTLY_OUTBOX_URL: outbox, NODE_TEST_CONTEXT: "" };
  const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "inherit"] });
  const found = [];
  for await (const line of createInterface(child.stdout)) {
    found.push(line.match(/http:\S+/)[0]);
    if (found.length === 3) {
      break;
    }
  }
  const [home, ad, sandbox] = found;
  const cookie = (await fetch(ad)).headers.getSetCookie()[0].split(";")[0];
  const headers = { cookie, "content-type": "application/x-www-form-urlencoded" };
  const response = await fetch(`${home}checkout`, { method: "POST", headers, body: BOTH });
  const order = await response.json();
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  assert.match(order.id, /^ORD-/);
  assert.match(sandbox, /^http:\/\/127\.0\.0\.1:\d+\/$/);
});
