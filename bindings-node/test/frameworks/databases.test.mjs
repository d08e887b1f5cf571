// The README's transactions, by each driver and on a real server: what is rolled back is never sent,
// what is committed is.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Outbox } from "connectly-conversions";
import { assertNotReported, assertReported, Sandbox } from "connectly-conversions/testing";
import { startPostgres } from "../postgres.mjs";
import { BUSINESS_ID, clientOf, outboxOf, purchase } from "../support.mjs";

const folder = new URL("databases/", import.meta.url);
const require = createRequire(new URL("package.json", folder));
const textOf = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

/** A card that is refused when everything is done takes everything back. */
const SHOP = `
  CREATE TABLE orders (id text PRIMARY KEY, paid boolean NOT NULL DEFAULT false);
  CREATE FUNCTION charge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.id LIKE '%-refused' THEN RAISE 'the card was refused'; END IF;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER charge AFTER UPDATE ON orders DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION charge();
`;

const readme = textOf("../../README.md");
const [, chapter] = /^## In your own transaction$(.*?)^## /ms.exec(readme);
const snippets = [...chapter.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);

/** The function of a snippet, which has the outbox at hand. */
async function snippet(index, outbox) {
  const code = snippets[index].replace("export async function", "export default (outbox) => async function");
  const { default: made } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return made(outbox);
}

const { Client } = require("pg");
let server;
let shop;
let sandbox;

/** The outbox in the shop's database. */
const shopsOutbox = (t) => outboxOf(t, server.url);

async function connect() {
  const client = new Client(server.connection);
  await client.connect();
  return client;
}

before(async () => {
  server = await startPostgres();
  shop = await connect();
  await shop.query(SHOP);
  // Its first use makes its tables.
  const outbox = Outbox.open(server.url, { businessId: BUSINESS_ID });
  await outbox.counts();
  await outbox.close();
  sandbox = await Sandbox.start();
});

after(async () => {
  await sandbox.stop();
  await shop.end();
  await server[Symbol.asyncDispose]();
});

/** What stays in the database. */
async function stored(orderId) {
  const found = await shop.query("SELECT paid FROM orders WHERE id = $1", [orderId]);
  const select = "SELECT id::int, state, wire, business_id FROM connectly_outbox WHERE order_id = $1";
  const { rows } = await shop.query(select, [orderId]);
  return { paid: found.rows[0]?.paid, events: rows };
}

const DRIVERS = {
  pg: {
    index: 0,
    async open() {
      const client = await connect();
      return { handle: client, close: () => client.end() };
    },
  },
  Prisma: {
    index: 1,
    async open() {
      // Its command would download an engine that nothing here asks for.
      const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true", CHECKPOINT_DISABLE: "1" };
      const command = require.resolve("prisma/build/index.js");
      await promisify(execFile)(process.execPath, [command, "generate"], { cwd: fileURLToPath(folder), env });
      const { PrismaClient } = require("./node_modules/shop-client");
      const { PrismaPg } = require("@prisma/adapter-pg");
      const prisma = new PrismaClient({ adapter: new PrismaPg(server.connection) });
      return { handle: prisma, close: () => prisma.$disconnect() };
    },
  },
  Knex: {
    index: 2,
    async open() {
      const knex = require("knex")({ client: "pg", connection: server.connection });
      return { handle: knex, close: () => knex.destroy() };
    },
  },
};

for (const [name, { index, open }] of Object.entries(DRIVERS)) {
  describe(`a transaction of ${name}`, () => {
    let driver;
    before(async () => {
      driver = await open();
    });
    after(() => driver.close());

    /** Pays an order as the README does. */
    async function pay(t, event, options) {
      const outbox = shopsOutbox(t);
      const asked = {
        insertStatement: (event, style) => outbox.insertStatement(event, { ...style, ...options }),
      };
      await shop.query("INSERT INTO orders VALUES ($1) ON CONFLICT DO NOTHING", [event.orderId ?? "none"]);
      return (await snippet(index, asked))(driver.handle, event.orderId ?? "none", event);
    }

    it("commits the event with the order", async (t) => {
      const event = purchase({ orderId: `${name}-paid` });
      const { id, ...told } = await pay(t, event);
      assert.deepEqual(told, { state: "pending", duplicate: false, replaced: false, conflict: false });
      const stays = { id, state: "pending", wire: event.toWire(), business_id: BUSINESS_ID };
      assert.deepEqual(await stored(event.orderId), { paid: true, events: [stays] });
      await shopsOutbox(t).deliver(clientOf(sandbox.url));
      assertReported(sandbox, { order_id: event.orderId, value: "99.97", times: 1 });
      assert.equal((await stored(event.orderId)).events[0].state, "accepted");
    });

    it("takes the event back with the order", async (t) => {
      const event = purchase({ orderId: `${name}-refused` });
      await assert.rejects(pay(t, event), /the card was refused/);
      assert.deepEqual(await stored(event.orderId), { paid: false, events: [] });
      await shopsOutbox(t).deliver(clientOf(sandbox.url));
      assertNotReported(sandbox, event.orderId);
    });

    it("takes an order once, and tells of another content", async (t) => {
      const event = purchase({ orderId: `${name}-twice` });
      const held = await pay(t, event, { holdUntil: "release" });
      assert.deepEqual([held.state, held.duplicate], ["held", false]);
      const released = await pay(t, event, { holdUntil: new Date("2026-01-01T00:00:00Z") });
      assert.deepEqual([released.state, released.replaced, released.id], ["pending", true, held.id]);
      const again = await pay(t, event);
      assert.deepEqual([again.duplicate, again.conflict, again.id], [true, false, held.id]);
      const dearer = await pay(t, purchase({ orderId: `${name}-twice`, value: "120", items: undefined }));
      assert.deepEqual([dearer.duplicate, dearer.conflict, dearer.state], [true, true, "pending"]);
      assert.equal((await stored(event.orderId)).events.length, 1);
    });

    it("takes what has no order id", async (t) => {
      const event = purchase({ orderId: null });
      const { id } = await pay(t, event);
      const { rows } = await shop.query("SELECT * FROM connectly_outbox WHERE id = $1", [id]);
      assert.equal(rows[0].conversion_key, null);
      assert.deepEqual(rows[0].wire, event.toWire());
    });
  });
}

describe("a double click", () => {
  it("does not wait where the shop would rather not", async (t) => {
    const event = purchase({ orderId: "clicked" });
    const report = await snippet(3, shopsOutbox(t));
    const [one, other] = [await connect(), await connect()];
    try {
      await one.query("BEGIN");
      assert.equal(await report(one, event), true);
      await other.query("BEGIN");
      await other.query("INSERT INTO orders VALUES ('clicked', true)");
      assert.equal(await report(other, event), false);
      await other.query("COMMIT");
      await one.query("COMMIT");
      const { paid, events } = await stored("clicked");
      assert.deepEqual([paid, events.length], [true, 1]);
    } finally {
      await Promise.all([one.end(), other.end()]);
    }
  });
});

describe("a statement", () => {
  it("names what cannot be used", (t) => {
    const outbox = shopsOutbox(t);
    assert.throws(() => outbox.insertStatement(purchase(), { style: "qmark" }), /style/);
    assert.throws(() => outbox.insertStatement(purchase(), { styl: "named" }), /styl/);
    const statement = outbox.insertStatement(purchase());
    assert.throws(() => statement.enqueued(undefined), /row/);
    assert.throws(() => statement.enqueued({ id: 1, state: "pending", effect: "paid" }), /row/);
  });

  it("has its parameters by number or by name", (t) => {
    const outbox = shopsOutbox(t);
    const event = purchase();
    const { parameters } = outbox.insertStatement(event);
    const named = outbox.insertStatement(event, { style: "named" });
    assert.deepEqual(Object.values(named.parameters), parameters);
    assert.deepEqual(named.parameters.wire, event.toWire());
    assert.equal(named.parameters.order_id, "ORD-7821");
    assert.match(named.sql, /CAST\(:order_id AS text\)/);
  });
});
