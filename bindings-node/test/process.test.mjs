// What the package does to a process: its event loop, its threads, its end.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import * as esm from "connectly-conversions";
import { assertReported, Sandbox } from "connectly-conversions/testing";
import { BUSINESS_ID, clientOf, purchase, RECEIVED, rawServer, start, using } from "./support.mjs";

const run = (...args) => start(...args).ended;

/** A server in this process that answers when it is told to. */
async function holding(t) {
  const waiting = [];
  const arrivals = [];
  const server = using(
    t,
    await rawServer((_, socket) => {
      const wanted = arrivals.shift();
      if (wanted) {
        wanted(socket);
      } else {
        waiting.push(socket);
      }
    }),
  );
  const next = () => waiting.shift() ?? new Promise((resolve) => arrivals.push(resolve));
  return { url: server.url, next };
}

describe("the event loop", () => {
  it("is not held by an idle client, nor by a sandbox", async () => {
    const { code, stdout, stderr } = await run(`
      const sandbox = await Sandbox.start();
      const client = sandbox.client();
      await client.send(purchase());
      await client.sendMany([purchase(), purchase()]);
      console.log("sent");
    `);
    assert.deepEqual([stdout, stderr, code], ["sent\n", "", 0]);
  });

  it("leaves a sandbox running that nobody holds", async () => {
    const { code, stdout, stderr } = await run(
      `
      const client = (await Sandbox.start()).client();
      for (let n = 0; n < 3; n++) {
        gc();
        await new Promise((resolve) => setImmediate(resolve));
      }
      console.log((await client.send(purchase())).eventsReceived);
    `,
      undefined,
      "--expose-gc",
    );
    assert.deepEqual([stdout, stderr, code], ["1\n", "", 0]);
  });

  it("is held by a pending send until it is answered", async (t) => {
    const { url, next } = await holding(t);
    const done = run(`
      clientOf(${JSON.stringify(url)}).send(purchase()).then(() => console.log("received"));
      process.on("beforeExit", () => console.log("idle"));
    `);
    (await next()).write(RECEIVED);
    const { stdout, code } = await done;
    assert.deepEqual([stdout, code], ["received\nidle\n", 0]);
  });

  it("is let go by an abort and by close", async (t) => {
    const { url, next } = await holding(t);
    const { child, ended } = start(`
      const client = clientOf(${JSON.stringify(url)});
      const controller = new AbortController();
      client.send(purchase(), { signal: controller.signal }).catch((error) => console.log(error.name));
      client.send(purchase()).catch((error) => console.log(error.code));
      process.stdin.resume();
      process.stdin.on("end", async () => { controller.abort(); await client.close({ timeout: 0 }); });
    `);
    await Promise.all([next(), next()]);
    child.stdin.end();
    const { stdout, code } = await ended;
    assert.deepEqual([stdout, code], ["AbortError\nclient_closed\n", 0]);
  });

  it("goes on while thousands of events are sent", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const events = Array.from({ length: 3000 }, (_, n) => purchase({ orderId: `ORD-${n}` }));
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    await sandbox.client().sendMany(events, { concurrency: 16 });
    clearInterval(turning);
    // Never of its speed: only that the loop turned while they were sent.
    assert(turns > 3, `${turns} turns`);
  });
});

describe("a process", () => {
  // An hour behind the sandbox; the answer may take part of a second.
  const anHourBehind = /^this machine's clock is 3\d{3} s behind the API's: set it\./;

  it("is told once that its clock is wrong, by a send", async () => {
    const { stdout, stderr, code } = await run(`
      process.on("warning", ({ message }) => console.log(message));
      const sandbox = await Sandbox.start();
      const client = sandbox.client();
      await client.send(purchase());
      sandbox.setNow(new Date(Date.now() + 3_600_000));
      await client.send(purchase());
      await client.send(purchase());
    `);
    assert.deepEqual([stdout.trim().split("\n").length, code], [1, 0], stderr);
    assert.match(stdout, anHourBehind);
  });

  it("is told once that its clock is wrong, by a worker that nobody listens to", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "clock-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const { stdout, stderr, code } = await run(`
      import { Outbox } from "connectly-conversions";
      process.on("warning", ({ message }) => console.log(message));
      const sandbox = await Sandbox.start();
      sandbox.setNow(new Date(Date.now() + 3_600_000));
      const { businessId } = sandbox.clientOptions;
      const outbox = Outbox.open(${JSON.stringify(`sqlite://${folder}/connectly.db`)}, { businessId, enqueueTimeout: 60_000 });
      await outbox.enqueue(purchase({ orderId: "ORD-1" }));
      await outbox.enqueue(purchase({ orderId: "ORD-2" }));
      await outbox.deliver(sandbox.client());
      await outbox.close();
    `);
    assert.deepEqual([stdout.trim().split("\n").length, code], [1, 0], stderr);
    assert.match(stdout, anHourBehind);
  });

  it("may exit while a request is under way", async (t) => {
    const { url, next } = await holding(t);
    const { child, ended } = start(`
      const client = clientOf(${JSON.stringify(url)});
      client.send(purchase());
      client.sendMany([purchase(), purchase()]);
      process.stdin.resume();
      process.stdin.on("end", () => process.exit(3));
    `);
    await Promise.all([next(), next(), next()]);
    child.stdin.end();
    const { stderr, code } = await ended;
    assert.deepEqual([stderr, code], ["", 3]);
  });

  it("dies of a signal as it would without the package", async (t) => {
    const { url, next } = await holding(t);
    const { child, ended } = start(`clientOf(${JSON.stringify(url)}).send(purchase());`);
    await next();
    child.kill("SIGTERM");
    const { signal, stderr } = await ended;
    assert.deepEqual([stderr, signal], ["", "SIGTERM"]);
  });

  it("that ends itself on SIGTERM as the README does tells every order that was cut off", async (t) => {
    const { url, next } = await holding(t);
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const [recipe] = /^process\.once\("SIGTERM", async.*?^\}\);$/ms.exec(readme);
    const { child, ended } = start(`
      const client = clientOf(${JSON.stringify(url)});
      ${recipe.replace("5_000", "1")}
      async function report(event) {
        await client.send(event);
      }
      for (const orderId of ["A", "B", "C"]) {
        report(purchase({ orderId })).catch((error) => console.log("not reported", orderId, error.code));
      }
    `);
    await Promise.all([next(), next(), next()]);
    child.kill("SIGTERM");
    const { stdout, code } = await ended;
    assert.equal(code, 0);
    assert.deepEqual(
      stdout.trim().split("\n").sort(),
      ["A", "B", "C"].map((order) => `not reported ${order} client_closed`),
    );
  });

  it("has no signal handlers of the package", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    await sandbox.client().send(purchase());
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGPIPE"]) {
      assert.equal(process.listenerCount(signal), 0);
    }
  });

  it("may start children while requests are under way", async (t) => {
    const { url, next } = await holding(t);
    const sent = clientOf(url).send(purchase());
    const socket = await next();
    const child = spawn(process.execPath, ["--eval", "0"]);
    const [code] = await once(child, "close");
    assert.equal(code, 0);
    socket.write(RECEIVED);
    assert.equal((await sent).eventsReceived, 1);
  });

  it("has one instance behind ESM and CommonJS", async (t) => {
    const require = createRequire(import.meta.url);
    const cjs = require("connectly-conversions");
    const names = Object.keys(esm).filter(
      (name) => !["default", "module.exports", "__esModule"].includes(name),
    );
    assert.deepEqual(names.sort(), Object.keys(cjs).sort());
    for (const [name, value] of Object.entries(esm)) {
      // Newer versions of Node name the whole twice.
      const isWhole = name === "default" || name === "module.exports";
      assert.equal(value, isWhole ? cjs : cjs[name], name);
    }
    const sandbox = using(t, await Sandbox.start());
    await new cjs.Client(sandbox.clientOptions).send(purchase());
    assertReported(sandbox, { order_id: "ORD-7821", value: "99.97", currency: "USD" });
  });
});

const WORKER = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { Client, ConversionEvent, TrackingParams } = require("connectly-conversions");
  const client = new Client(workerData);
  const tracking = TrackingParams.of({ cnctTrackingId: "t", sendoutId: "s", ctwaClid: "c", adId: "1" });
  const event = (n) => ConversionEvent.purchase({ tracking, orderId: n, currency: "USD", value: 1 });
  (async () => {
    await client.send(event(0));
    parentPort.postMessage("ready");
    for (let n = 1; ; n++) {
      await Promise.all([client.send(event(n)), client.sendMany([event(n), event(n)])]);
    }
  })();
`;

describe("worker threads", () => {
  it("send each for itself, and may be terminated at will", async (t) => {
    const server = using(t, await rawServer(() => RECEIVED));
    const workerData = { apiKey: "k", businessId: BUSINESS_ID, baseUrl: server.url };
    const workers = Array.from(
      { length: 12 },
      () => new Worker(WORKER, { eval: true, workerData, execArgv: [] }),
    );
    await Promise.all(workers.map((worker) => once(worker, "message")));
    await Promise.all(workers.map((worker) => worker.terminate()));
    const receipt = await clientOf(server.url).send(purchase());
    assert.equal(receipt.eventsReceived, 1);
  });

  it("may be the only ones that load the package", async () => {
    const { stdout, stderr, code } = await run(
      `
      import { once } from "node:events";
      import { createServer } from "node:http";
      import { Worker } from "node:worker_threads";
      const server = createServer((request, response) => {
        request.resume();
        request.on("end", () => response.end('{"events_received":1}'));
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const workerData = {
        apiKey: "k",
        businessId: "${BUSINESS_ID}",
        baseUrl: "http://127.0.0.1:" + server.address().port,
      };
      for (let n = 0; n < 10; n++) {
        const worker = new Worker(${JSON.stringify(WORKER)}, { eval: true, workerData, execArgv: [] });
        await once(worker, "message");
        await worker.terminate();
      }
      console.log("ended");
      server.closeAllConnections();
      server.close();
    `,
      "",
    );
    assert.deepEqual([stdout, stderr, code], ["ended\n", "", 0]);
  });
});
