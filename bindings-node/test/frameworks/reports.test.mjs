// An order and its report in one transaction of the shop's own, by each driver and on a real server.
// What fails of the report takes nothing of the order with it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startPostgres } from "../postgres.mjs";
import { outboxOf, tracking } from "../support.mjs";

const folder = new URL("databases/", import.meta.url);
const require = createRequire(new URL("package.json", folder));
const schema = readFileSync(new URL("../../../core/schema/outbox.postgres.sql", import.meta.url), "utf8");

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

/** The README's checkout, which has the outbox at hand. */
async function checkoutOf(outbox) {
  const [code] = /^export async function checkout.*?^}$/ms.exec(readme);
  const given = code.replace("export async function", "export default (outbox) => async function");
  const { default: made } = await import(`data:text/javascript,${encodeURIComponent(given)}`);
  return made(outbox);
}

let server;
let shop;

before(async () => {
  server = await startPostgres();
  const { Client } = require("pg");
  shop = new Client(server.connection);
  await shop.connect();
  await shop.query(schema);
  await shop.query("CREATE TABLE orders (id text PRIMARY KEY, paid boolean NOT NULL DEFAULT false)");
});
after(async () => {
  await shop.end();
  await server[Symbol.asyncDispose]();
});

/** What stays in the database. */
async function stored(orderId) {
  const { rowCount } = await shop.query("SELECT FROM orders WHERE id = $1", [orderId]);
  const select = "SELECT state, reason FROM connectly_outbox WHERE order_id = $1";
  const { rows } = await shop.query(select, [orderId]);
  return { orders: rowCount, events: rows };
}

/** Places an order in one transaction with `report`, which gets the options of its driver. */
const DRIVERS = {
  async pg() {
    const { Client } = require("pg");
    const client = new Client(server.connection);
    await client.connect();
    const place = async (orderId, report) => {
      await client.query("BEGIN");
      try {
        await client.query("INSERT INTO orders VALUES ($1) ON CONFLICT DO NOTHING", [orderId]);
        const told = await report({ within: ({ sql, parameters }) => client.query(sql, parameters) });
        await client.query("COMMIT");
        return told;
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      }
    };
    return { place, close: () => client.end() };
  },
  async Knex() {
    const knex = require("knex")({ client: "pg", connection: server.connection });
    const place = (orderId, report) =>
      knex.transaction(async (transaction) => {
        await transaction("orders").insert({ id: orderId }).onConflict().ignore();
        return await report({
          style: "named",
          within: ({ sql, parameters }) => transaction.raw(sql, parameters),
        });
      });
    return { place, close: () => knex.destroy() };
  },
  async Prisma() {
    // Its command would download an engine that nothing here asks for.
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true", CHECKPOINT_DISABLE: "1" };
    const command = require.resolve("prisma/build/index.js");
    await promisify(execFile)(process.execPath, [command, "generate"], { cwd: fileURLToPath(folder), env });
    const { PrismaClient } = require("./node_modules/shop-client");
    const { PrismaPg } = require("@prisma/adapter-pg");
    const prisma = new PrismaClient({ adapter: new PrismaPg(server.connection) });
    const place = (orderId, report) =>
      prisma.$transaction(async (transaction) => {
        await transaction.order.upsert({ where: { id: orderId }, create: { id: orderId }, update: {} });
        return await report({
          within: ({ sql, parameters }) => transaction.$queryRawUnsafe(sql, ...parameters),
        });
      });
    return { place, close: () => prisma.$disconnect() };
  },
};

for (const [name, open] of Object.entries(DRIVERS)) {
  describe(`a report within a transaction of ${name}`, () => {
    let driver;
    before(async () => {
      driver = await open();
    });
    after(() => driver?.close());

    const order = (number, changes) => ({
      orderId: `${name}-${number}`,
      currency: "USD",
      value: "99.97",
      tracking,
      ...changes,
    });
    const placed = (outbox, order, policy) =>
      driver.place(order.orderId, (options) =>
        outbox.reportPurchase(order, { strict: true, ...policy, ...options }),
      );

    it("is committed with the order", async (t) => {
      const report = await placed(outboxOf(t, server.url), order(1));
      assert.equal(report.result, "queued");
      assert.deepEqual(await stored(`${name}-1`), {
        orders: 1,
        events: [{ state: "pending", reason: null }],
      });
    });

    it("is taken back with the order", async (t) => {
      const outbox = outboxOf(t, server.url);
      const refused = new Error("the card was refused");
      const failing = driver.place(`${name}-2`, async (options) => {
        assert.equal((await outbox.reportPurchase(order(2), options)).result, "queued");
        throw refused;
      });
      await assert.rejects(failing, refused);
      assert.deepEqual(await stored(`${name}-2`), { orders: 0, events: [] });
    });

    it("tells every outcome", async (t) => {
      const outbox = outboxOf(t, server.url);
      const first = await placed(outbox, order(3));
      assert.deepEqual(await placed(outbox, order(3)), { ...first, result: "duplicate", conflict: false });
      const dearer = await placed(outbox, order(3, { value: "120" }));
      assert.deepEqual(dearer, { ...first, result: "duplicate", conflict: true });
      const held = await placed(outbox, order(4, { paid: false, holdUntil: "release" }));
      assert.equal(held.result, "held");
      assert.deepEqual(await placed(outbox, order(4, { paid: true })), { result: "queued", id: held.id });
      assert.deepEqual(await placed(outbox, order(5, { tracking: null })), { result: "not_attributed" });
      const skipped = await placed(outbox, order(6, { paid: false }));
      assert.deepEqual(skipped, { result: "skipped", reason: "unpaid" });
      const invalid = await placed(outbox, order(7, { currency: "XQZ" }));
      assert.deepEqual(
        invalid.issues.map(({ code }) => code),
        ["unknown_currency"],
      );
      const states = [];
      for (const number of [3, 4, 5, 6, 7]) {
        states.push(await stored(`${name}-${number}`));
      }
      assert.deepEqual(
        states.map(({ events }) => events),
        [
          [{ state: "pending", reason: null }],
          [{ state: "pending", reason: null }],
          [{ state: "skipped", reason: "not_attributed" }],
          [{ state: "skipped", reason: "unpaid" }],
          [{ state: "rejected", reason: null }],
        ],
      );
      assert.deepEqual(
        states.map(({ orders }) => orders),
        [1, 1, 1, 1, 1],
      );
    });

    it("that fails takes nothing of the order with it", async (t) => {
      const outbox = outboxOf(t, server.url);
      await shop.query("ALTER TABLE connectly_outbox RENAME TO elsewhere");
      try {
        const report = await driver.place(`${name}-8`, (options) => outbox.reportPurchase(order(8), options));
        assert.equal(report.result, "failed");
        assert.match(String(report.error), /connectly_outbox/);
      } finally {
        await shop.query("ALTER TABLE elsewhere RENAME TO connectly_outbox");
      }
      assert.deepEqual(await stored(`${name}-8`), { orders: 1, events: [] });
      // Nor of the next one.
      assert.equal((await placed(outbox, order(9))).result, "queued");
    });
  });
}

it("the README's checkout pays and reports", async (t) => {
  const checkout = await checkoutOf(outboxOf(t, server.url));
  await shop.query("INSERT INTO orders VALUES ('README-1')");
  const order = { orderId: "README-1", currency: "USD", value: "99.97", tracking };
  assert.equal((await checkout(shop, order)).result, "queued");
  const { rows } = await shop.query("SELECT paid FROM orders WHERE id = 'README-1'");
  assert.deepEqual(
    [rows, (await stored("README-1")).events],
    [[{ paid: true }], [{ state: "pending", reason: null }]],
  );
});
