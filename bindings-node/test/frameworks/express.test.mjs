// The README's shop in a real Express: it compiles strictly, takes orders while the API is down, ends
// when it is told to, and the next process sends what the first could not.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { assertReported, Sandbox } from "connectly-conversions/testing";
import { BUSINESS_ID, outboxOf } from "../support.mjs";

const call = promisify(execFile);
const shop = fileURLToPath(new URL("express", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

const [snippet] = /^import .*?^\}\);$(?=\n```)/ms.exec(
  readme.slice(readme.indexOf("\n## In a shop\n"), readme.indexOf("\n## In your own transaction\n")),
);

/** What the shop has of its own. */
const SHOP = `
import type { TrackingParams } from "connectly-conversions";
interface Order { id: string; currency: string; total: string; paidAt: Date; tracking: string; lines: { sku: string; count: number; price: string }[] }
const orders = new Map<string, Order>();
function placeOrder({ id }: { id: string }, tracking: TrackingParams | null): Order {
  const order = { id, currency: "EUR", total: "20.50", paidAt: new Date(), tracking: JSON.stringify(tracking), lines: [{ sku: "a", count: 2, price: "10.25" }] };
  orders.set(id, order);
  return order;
}
const markAsPaid = ({ id }: { id: string }): Order => orders.get(id) as Order;
`;
const ADDRESS = `
server.once("listening", () => console.log(\`http://127.0.0.1:\${(server.address() as { port: number }).port}\`));
`;

describe("an Express shop", () => {
  let folder;
  let sandbox;
  let url;
  let server;

  /** Starts the shop, and gives its address. */
  async function start() {
    const child = spawn(process.execPath, [join(folder, "built", "shop.mjs")], {
      env: {
        ...process.env,
        NODE_TEST_CONTEXT: "",
        CONNECTLY_API_KEY: "key",
        CONNECTLY_BUSINESS_ID: BUSINESS_ID,
        CONNECTLY_BASE_URL: sandbox.url,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface(child.stdout);
    const [address] = await once(lines, "line");
    return { child, address };
  }

  /** Ends the shop as a deployment does. */
  async function stop({ child }) {
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  }

  /** A customer, who came by this link, buys. */
  async function buy({ address }, id, link = "/?cnct_tracking_id=t&sendout_id=s&ctwa_clid=c&ad_id=1") {
    const landed = await fetch(address + link);
    const cookie = landed.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    const bought = await fetch(`${address}/checkout`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: cookie.join("; ") },
      body: JSON.stringify({ id }),
      redirect: "manual",
    });
    assert.deepEqual([bought.status, bought.headers.get("location")], [303, `/orders/${id}`]);
    const paid = await fetch(`${address}/payment-webhook`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id }),
    });
    assert.equal(paid.status, 204);
  }

  before(async () => {
    sandbox = await Sandbox.start();
    folder = mkdtempSync(join(tmpdir(), "connectly-"));
    mkdirSync(join(folder, "node_modules"));
    const linked = { "connectly-conversions": root };
    for (const name of ["@types", "express"]) {
      linked[name] = join(shop, "node_modules", name);
    }
    for (const [name, path] of Object.entries(linked)) {
      symlinkSync(path, join(folder, "node_modules", name), "junction");
    }
    url = `sqlite://${folder}/outbox.db`;
    // A busy machine is no reason to fail.
    const text = snippet
      .replace('"sqlite:///var/lib/shop/connectly.db"', `"${url}", { enqueueTimeout: 60_000 }`)
      .replace("listen(3000)", "listen(0, '127.0.0.1')");
    writeFileSync(join(folder, "shop.mts"), text + SHOP + ADDRESS);
    const compilerOptions = {
      strict: true,
      module: "nodenext",
      target: "es2022",
      types: ["node"],
      typeRoots: [join(root, "node_modules", "@types")],
      rootDir: ".",
      outDir: "built",
      skipLibCheck: true,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mts"] }));
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    await call(process.execPath, [tsc, "-p", folder]).catch((error) => assert.fail(error.stdout));
    server = await start();
  });
  after(async () => {
    server?.child.kill("SIGKILL");
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("reports an order, from a worker of its own process", async () => {
    await buy(server, "SHOP-1");
    await sandbox.waitFor(1);
    assertReported(sandbox, { order_id: "SHOP-1", value: "20.50", currency: "EUR" });
  });

  it("reports nothing of a customer who did not come from Connectly", async (t) => {
    await buy(server, "SHOP-2", "/");
    const { state, reason } = await outboxOf(t, url).status("SHOP-2");
    assert.deepEqual([state, reason], ["skipped", "not_attributed"]);
  });

  it("takes orders while the API is down, and the next process sends them", async (t) => {
    sandbox.failNext({ kind: "status", status: 503, retry_after: 3600, times: 0 });
    await buy(server, "SHOP-3");
    await stop(server);
    const outbox = outboxOf(t, url);
    const { state, attempts } = await outbox.status("SHOP-3");
    assert.equal(state, "pending");
    sandbox.clearFaults();
    server = await start();
    if (attempts > 0) {
      // The API asked for an hour, which this test does not wait for.
      await outbox.cancel("SHOP-3");
      await outbox.replay("SHOP-3");
      await outbox.resume();
    }
    await sandbox.waitFor(2);
    assertReported(sandbox, { order_id: "SHOP-3" });
  });

  it("ends when it is told to, and loses nothing when it is killed", async (t) => {
    await buy(server, "SHOP-4");
    server.child.kill("SIGKILL");
    await once(server.child, "exit");
    assert.equal((await outboxOf(t, url).status("SHOP-4")).value, "20.5");
    server = await start();
    await stop(server);
  });
});
