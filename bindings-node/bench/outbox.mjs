// What it costs to have an order on the disk, beside better-sqlite3 on the same disk in the same run:
// WAL, synchronous FULL, one insert a transaction. A disk's mood changes by the second, so the
// contenders take turns, a few orders each, and each ratio is the median of the rounds' ratios. The
// disk's own rate, the write of a log's frames and fdatasync, is one of them.
//
// Told apart: the latency until the order is durable; for how long the call keeps the event loop; and
// the CPU time of the main thread. DISK is the folder, else that for temporary files.

import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { ConversionEvent, Outbox, TrackingParams } from "connectly-conversions";
import { median, ofMainThread, quantile, rounded } from "./measure.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 60);
const ORDERS = Number(process.env.ORDERS ?? 50);
const THEIRS = "better-sqlite3";

const folder = mkdtempSync(join(process.env.DISK ?? tmpdir(), "connectly-bench-"));

let number = 0;
const tracking = TrackingParams.of({
  cnctTrackingId: "t1",
  sendoutId: "s1",
  ctwaClid: "c1",
  adId: "2385123",
});
const order = () =>
  ConversionEvent.purchase({
    tracking,
    orderId: `ORD-${number++}`,
    currency: "USD",
    value: "99.97",
    items: [
      { id: "data-pass-30d", quantity: 1, itemPrice: "49.99" },
      { id: "phone-case-blk", quantity: 1, itemPrice: "49.98" },
    ],
    eventTime: 1_746_480_000,
  });

const outbox = Outbox.open(`sqlite://${join(folder, "outbox.db")}`, {
  businessId: "0192d3a4-7b7c-7def-8123-456789abcdef",
  enqueueTimeout: 60_000,
});

// What a shop would build by hand: the payload, once for each order, and an index of what is due.
const database = new Database(join(folder, "theirs.db"));
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec(`
  CREATE TABLE queue (
    id INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, due_at INTEGER NOT NULL,
    wire BLOB NOT NULL
  ) STRICT;
  CREATE INDEX due ON queue (due_at) WHERE state = 'pending';
`);
const insert = database.prepare(
  "INSERT INTO queue (order_id, state, due_at, wire) VALUES (?, 'pending', ?, ?) RETURNING id",
);

const log = openSync(join(folder, "log"), "w");
/** Four frames of a log: a page, and what stands before it. */
const frames = Buffer.alloc(4 * (4096 + 24), 1);

const contenders = {
  "connectly enqueue": (event) => outbox.enqueue(event),
  [THEIRS]: (event) => insert.get(event.orderId, Date.now(), event.toWire()),
  "write and fdatasync": () => {
    writeSync(log, frames);
    fdatasyncSync(log);
  },
};

/** Stores some orders, so many at a time: each one's latency, and what the thread had to do. */
async function stored(store, concurrency) {
  const events = Array.from({ length: ORDERS }, order);
  const [latencies, calls] = [[], []];
  const before = { main: ofMainThread(), at: performance.now() };
  const worker = async () => {
    for (let event = events.pop(); event !== undefined; event = events.pop()) {
      const begun = performance.now();
      const done = store(event);
      calls.push(performance.now() - begun);
      await done;
      latencies.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return {
    latencies,
    latency: median(latencies),
    call: median(calls),
    main: (ofMainThread() - before.main) / ORDERS,
    rate: (ORDERS / (performance.now() - before.at)) * 1e3,
  };
}

for (const concurrency of [1, 16]) {
  for (const store of Object.values(contenders)) {
    await stored(store, concurrency);
  }
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const of = {};
    for (const [name, store] of Object.entries(contenders)) {
      of[name] = await stored(store, concurrency);
    }
    rounds.push(of);
  }
  const rows = Object.keys(contenders).map((name) => {
    const of = (what) => median(rounds.map((round) => round[name][what]));
    const to = (what) => median(rounds.map((round) => round[name][what] / round[THEIRS][what]));
    const all = rounds.flatMap((round) => round[name].latencies);
    return {
      name,
      "p50 µs": rounded(of("latency") * 1e3, 0),
      "p99 µs": rounded(quantile(all, 0.99) * 1e3, 0),
      "call µs": rounded(of("call") * 1e3, 0),
      "main µs": rounded(of("main"), 0),
      "a second": rounded(of("rate"), 0),
      [`p50 to ${THEIRS}`]: rounded(to("latency"), 2),
      "main to": rounded(to("main"), 2),
      "rate to": rounded(to("rate"), 2),
    };
  });
  console.log(`${concurrency} at a time`);
  console.table(rows);
}

await outbox.close();
database.close();
closeSync(log);
rmSync(folder, { recursive: true });
