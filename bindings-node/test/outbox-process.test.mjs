// What an outbox does to a process: its event loop, its threads, its children, its end.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker as Thread } from "node:worker_threads";
import { Sandbox } from "connectly-conversions/testing";
import {
  BUSINESS_ID,
  clientOf,
  ending,
  newOutbox,
  outboxOf,
  outboxUrl,
  purchase,
  RECEIVED,
  rawServer,
  start,
  using,
} from "./support.mjs";

/** A module in a process of its own, with an outbox at `url` and a client of `baseUrl`. */
function shop(url, source, baseUrl = "http://127.0.0.1:1", ...flags) {
  const prelude = `
    import { Outbox } from "connectly-conversions";
    import { BUSINESS_ID, clientOf, purchase } from "./support.mjs";
    const outbox = Outbox.open(${JSON.stringify(url)}, { businessId: BUSINESS_ID, enqueueTimeout: 60_000 });
    const client = clientOf(${JSON.stringify(baseUrl)});
  `;
  return start(source, prelude, ...flags);
}

describe("the event loop", () => {
  it("is not held by an idle outbox, nor by a worker", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const { ended } = shop(
      outboxUrl(t),
      `
      outbox.worker(client);
      await outbox.enqueue(purchase());
      while ((await outbox.status("ORD-7821")).state !== "accepted") {}
      console.log("accepted");
    `,
      sandbox.url,
    );
    const { stdout, stderr, code } = await ended;
    assert.deepEqual([stdout, stderr, code], ["accepted\n", "", 0]);
  });

  it("leaves a worker running that nobody holds", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const { ended } = shop(
      outboxUrl(t),
      `
      (() => { outbox.worker(client); })();
      for (let n = 0; n < 3; n++) {
        gc();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await outbox.enqueue(purchase());
      while ((await outbox.status("ORD-7821")).state !== "accepted") {}
      console.log("accepted");
    `,
      sandbox.url,
      "--expose-gc",
    );
    const { stdout, code } = await ended;
    assert.deepEqual([stdout, code], ["accepted\n", 0]);
  });

  it("is held by a worker that is told to, until it is stopped", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const outbox = newOutbox(t);
    const { child, ended } = shop(
      outbox.url,
      `
      const worker = outbox.worker(client).ref();
      process.once("SIGTERM", async () => {
        console.log((await worker.stop()).accepted);
      });
      console.log("ready");
    `,
      sandbox.url,
    );
    await once(child.stdout, "data");
    // There is nothing else that would hold it.
    await outbox.enqueue(purchase());
    await sandbox.waitFor(1);
    child.kill("SIGTERM");
    const { stderr, code, signal } = await ended;
    assert.deepEqual([stderr, code, signal], ["", 0, null]);
    assert.equal((await outbox.status("ORD-7821")).state, "accepted");
  });

  it("is let go by a worker that is not held any more", async (t) => {
    const { ended } = shop(outboxUrl(t), `outbox.worker(client).ref().unref();`);
    const { stderr, code } = await ended;
    assert.deepEqual([stderr, code], ["", 0]);
  });

  it("is held by a pending enqueue until the event is on the disk", async (t) => {
    const outbox = newOutbox(t);
    const { ended } = shop(outbox.url, `outbox.enqueue(purchase());`);
    const { stderr, code } = await ended;
    assert.deepEqual([stderr, code], ["", 0]);
    assert.equal((await outbox.status("ORD-7821")).state, "pending");
  });

  it("turns while events are stored", async (t) => {
    const outbox = newOutbox(t);
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    for (let n = 0; n < 300; n++) {
      await outbox.enqueue(purchase({ orderId: n }));
    }
    clearInterval(turning);
    // Never of its speed: only that the loop turned while they were stored.
    assert(turns > 3, `${turns} turns`);
  });
});

describe("a process", () => {
  it("may exit while events are stored", async (t) => {
    const outbox = newOutbox(t);
    const { ended } = shop(
      outbox.url,
      `
      await outbox.enqueue(purchase({ orderId: "acknowledged" }));
      for (let n = 0; n < 100; n++) {
        outbox.enqueue(purchase({ orderId: n }));
      }
      process.exit(3);
    `,
    );
    const { stderr, code } = await ended;
    assert.deepEqual([stderr, code], ["", 3]);
    assert.equal((await outbox.status("acknowledged")).state, "pending");
  });

  it("dies of a signal as it would without the package", async (t) => {
    const { child, ended } = shop(
      outboxUrl(t),
      `
      outbox.worker(client).ref();
      await outbox.enqueue(purchase({ orderId: "A" }), { holdUntil: "release" });
      console.log("ready");
    `,
    );
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    const { signal, stderr } = await ended;
    assert.deepEqual([stderr, signal], ["", "SIGTERM"]);
  });

  it("has no signal handlers of the package", async (t) => {
    const outbox = newOutbox(t);
    outbox.worker(clientOf("http://127.0.0.1:1"));
    await outbox.enqueue(purchase(), { holdUntil: "release" });
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGPIPE"]) {
      assert.equal(process.listenerCount(signal), 0);
    }
  });

  it("starts hundreds of children while events are stored", async (t) => {
    const outbox = newOutbox(t);
    let count = 0;
    let isStoring = true;
    const stored = (async () => {
      while (isStoring) {
        await outbox.enqueue(purchase({ orderId: count++ }));
      }
    })();
    for (let n = 0; n < 300; n += 10) {
      const before = count;
      const children = Array.from({ length: 10 }, () => spawn("true"));
      const codes = await Promise.all(children.map((child) => once(child, "close")));
      assert.deepEqual(
        codes.map(([code]) => code),
        Array(10).fill(0),
      );
      while (count === before) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    isStoring = false;
    await stored;
    assert.equal((await outbox.counts()).pending, count);
  });

  it("gets no handler for its forks: libuv would run it for every child", {
    skip: process.platform !== "linux",
  }, () => {
    const addon = readFileSync(fileURLToPath(new URL("../connectly.node", import.meta.url)));
    assert(addon.includes("connectly"));
    assert(!addon.includes("register_atfork") && !addon.includes("pthread_atfork"));
  });
});

const THREAD = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { Client, ConversionEvent, Outbox, TrackingParams } = require("connectly-conversions");
  const { url, businessId, baseUrl, name } = workerData;
  const tracking = TrackingParams.of({ cnctTrackingId: "t", sendoutId: "s", ctwaClid: "c", adId: "1" });
  const event = (orderId) => ConversionEvent.purchase({ tracking, orderId, currency: "USD", value: 1 });
  const outbox = Outbox.open(url, { businessId, enqueueTimeout: 60_000 });
  const client = new Client({ apiKey: "k", businessId, baseUrl });
`;

/** A thread with an outbox and a client, which runs this. */
function thread(source, workerData) {
  return new Thread(THREAD + source, {
    eval: true,
    workerData: { businessId: BUSINESS_ID, ...workerData },
    execArgv: [],
  });
}

describe("worker threads", () => {
  it("open the same outbox, each for itself, also beside the main thread", async (t) => {
    const outbox = newOutbox(t);
    const threads = ["a", "b", "c", "d"].map((name) =>
      thread(
        `(async () => {
          for (let n = 0; n < 25; n++) {
            await outbox.enqueue(event(name + n));
          }
          await outbox.close();
        })();`,
        { url: outbox.url, name },
      ),
    );
    const ended = Promise.all(threads.map((worker) => once(worker, "exit")));
    for (let n = 0; n < 25; n++) {
      await outbox.enqueue(purchase({ orderId: `main${n}` }));
    }
    assert.deepEqual(await ended, Array(4).fill([0]));
    assert.equal((await outbox.counts()).pending, 125);
  });

  it("may be terminated while they store events: what was acknowledged is there", async (t) => {
    const outbox = newOutbox(t);
    const acknowledged = [];
    const threads = Array.from({ length: 8 }, (_, name) =>
      thread(
        `(async () => {
          for (let n = 0; ; n++) {
            const orders = [0, 1, 2].map((i) => name + "-" + n + "-" + i);
            await Promise.all(orders.map((order) => outbox.enqueue(event(order))));
            parentPort.postMessage(orders);
          }
        })();`,
        { url: outbox.url, name },
      ),
    );
    for (const worker of threads) {
      worker.on("message", (orders) => acknowledged.push(...orders));
    }
    await Promise.all(threads.map((worker) => once(worker, "message")));
    await Promise.all(threads.map((worker) => worker.terminate()));
    for (const order of acknowledged) {
      assert.equal((await outbox.status(order)).state, "pending", order);
    }
  });

  it("may be the only ones that load the package", async (t) => {
    const { ended } = start(
      `
      import { once } from "node:events";
      import { Worker } from "node:worker_threads";
      const workerData = ${JSON.stringify({ url: outboxUrl(t), businessId: BUSINESS_ID, baseUrl: "http://127.0.0.1:1" })};
      const source = ${JSON.stringify(THREAD)} + \`(async () => {
        outbox.worker(client);
        for (let n = 0; ; n++) {
          await outbox.enqueue(event(n), { holdUntil: "release" });
          parentPort.postMessage("stored");
        }
      })();\`;
      for (let n = 0; n < 10; n++) {
        const worker = new Worker(source, { eval: true, workerData, execArgv: [] });
        await once(worker, "message");
        await worker.terminate();
      }
      console.log("ended");
    `,
      "",
    );
    const { stdout, stderr, code } = await ended;
    assert.deepEqual([stdout, stderr, code], ["ended\n", "", 0]);
  });

  it("take their workers with them: what was under way is written down, and nothing more is taken", async (t) => {
    const outbox = newOutbox(t);
    const arrived = [];
    const server = using(t, await rawServer((_, socket) => void arrived.push(socket)));
    await outbox.enqueueMany([purchase({ orderId: "A" }), purchase({ orderId: "B" })]);
    const worker = thread(`outbox.worker(client, { concurrency: 1 }).ref();`, {
      url: outbox.url,
      baseUrl: server.url,
    });
    while ((await outbox.counts()).leased === 0 || arrived.length === 0) {}
    await worker.terminate();
    arrived[0].write(RECEIVED);
    // A worker tells what came of an attempt and takes the next event in one transaction.
    while ((await outbox.status("A")).state === "leased") {}
    assert.equal((await outbox.status("A")).state, "accepted");
    assert.equal((await outbox.status("B")).state, "pending");
  });
});

it("a file is shared with the processes of the command", async (t) => {
  const sandbox = using(t, await Sandbox.start());
  const outbox = newOutbox(t);
  await outbox.enqueue(purchase());
  const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
  const child = spawn(process.execPath, [cli, "outbox", "deliver", "--url", outbox.url], {
    env: {
      ...process.env,
      CONNECTLY_API_KEY: "key",
      CONNECTLY_BUSINESS_ID: BUSINESS_ID,
      CONNECTLY_BASE_URL: sandbox.url,
    },
  });
  const { code, stderr } = await ending(child);
  assert.deepEqual([stderr, code], ["", 0]);
  assert.equal((await outbox.status("ORD-7821")).state, "accepted");
  assert.equal((await outboxOf(t, outbox.url).counts()).accepted, 1);
});

it("a disk that goes with its container is warned of, once a process", {
  skip: process.platform !== "linux",
}, async (t) => {
  // The memory that Linux shares is a tmpfs, as a function's or a container's disk may be.
  const folder = mkdtempSync("/dev/shm/connectly-");
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { ended } = shop(
    `sqlite://${folder}/outbox.db`,
    `
    process.on("warning", ({ message }) => console.log(message));
    await outbox.enqueue(purchase());
    await outbox.close();
    const again = Outbox.open("sqlite://${folder}/outbox.db", { businessId: BUSINESS_ID });
    await again.enqueue(purchase());
    await again.close();
  `,
  );
  const { stdout, code } = await ended;
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^${folder}/outbox\\.db: it lies on tmpfs, [^\\n]+\\n$`));
});
