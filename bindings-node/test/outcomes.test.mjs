// Many events as a stream: what it reads, what it tells, and what it leaves behind.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { AuthenticationError, ConfigurationError, RejectedError } from "connectly-conversions";
import { Sandbox } from "connectly-conversions/testing";
import { clientOf, errorOf, purchase, RECEIVED, rawServer, using } from "./support.mjs";

const order = (n) => purchase({ orderId: `ORD-${n}` });

/** A source that counts what is read of it, and whether it was closed. */
function counted(next) {
  const source = {
    read: 0,
    closed: 0,
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const value = await next(source.read);
        source.read++;
        return { done: false, value };
      },
      return: async () => {
        source.closed++;
        return { done: true };
      },
    }),
  };
  return source;
}

const hanging = () => rawServer(() => undefined);
const stuck = () => new Promise(() => {});

/** A promise that settles once a server has seen so many requests. */
async function arrived(server, count) {
  while (server.requests.length < count) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("outcomes", () => {
  it("tell of each event in order, as it ends", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    sandbox.failNext({ kind: "status", status: 400, body: "no such ad", order_id: "ORD-1" });
    const told = [];
    async function* source() {
      for (let n = 0; n < 3; n++) {
        yield order(n);
        // It is told before the source has given its next.
        while (told.length <= n) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    }
    for await (const { event, receipt, error } of sandbox.client().outcomes(source())) {
      told.push([event.orderId, receipt?.eventsReceived, error?.constructor]);
    }
    assert.deepEqual(told, [
      ["ORD-0", 1, undefined],
      ["ORD-1", undefined, RejectedError],
      ["ORD-2", 1, undefined],
    ]);
  });

  it("read nothing before they are asked for, and no further than twice the concurrency", async (t) => {
    const server = using(t, await rawServer(() => RECEIVED));
    const source = counted((n) => order(n));
    const outcomes = clientOf(server.url).outcomes(source, { concurrency: 3 });
    assert.equal(source.read, 0);
    for (let asked = 1; asked <= 50; asked++) {
      const { value } = await outcomes.next();
      assert.equal(value.event.orderId, `ORD-${asked - 1}`);
      assert(source.read <= asked + 6, `${source.read} were read when ${asked} were asked for`);
    }
    await outcomes.return();
    assert.equal(source.closed, 1);
  });

  it("hold neither the process nor close when nobody asks any more", async (t) => {
    const server = using(t, await rawServer(() => RECEIVED));
    const client = clientOf(server.url);
    const source = counted((n) => order(n));
    const outcomes = client.outcomes(source, { concurrency: 2 });
    await outcomes.next();
    await client.close();
    const { length } = server.requests;
    assert.equal(source.closed, 1);
    const rest = [];
    for await (const { error } of outcomes) {
      rest.push(error);
    }
    assert(rest.every((error) => error === undefined || error.code === "client_closed"));
    assert.equal(server.requests.length, length);
  });

  it("give the unsent the error that condemns all", async (t) => {
    const sandbox = using(t, await Sandbox.start({ apiKey: "another" }));
    const attempts = [];
    const client = sandbox.client({ apiKey: "wrong" });
    for await (const { error } of client.outcomes([0, 1, 2, 3, 4].map(order), { concurrency: 1 })) {
      assert(error instanceof AuthenticationError);
      attempts.push(error.attempts);
    }
    assert.deepEqual(attempts, [1, 0, 0, 0, 0]);
  });

  it("reject wrong arguments when they are asked for", async () => {
    const client = clientOf("http://127.0.0.1:9");
    for (const call of [
      () => client.outcomes().next(),
      () => client.outcomes([{}]).next(),
      () => client.outcomes([], { concurrency: 0 }).next(),
      () => client.outcomes([], { parallel: 4 }).next(),
    ]) {
      assert((await errorOf(call)) instanceof ConfigurationError);
    }
  });

  it("close a source that gives something else, and throw once the events before have ended", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const source = counted((n) => (n < 2 ? order(n) : { orderId: "ORD-2" }));
    const error = await errorOf(() => sandbox.client().sendMany(source));
    assert.equal(error.code, "invalid_option");
    assert.equal(source.closed, 1);
    assert.deepEqual(
      error.outcomes.map(({ event, receipt }) => [event.orderId, receipt.eventsReceived]),
      [
        ["ORD-0", 1],
        ["ORD-1", 1],
      ],
    );
  });

  it("are attached to what the source throws", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const broken = new Error("the database is gone");
    async function* source() {
      yield order(0);
      yield order(1);
      throw broken;
    }
    assert.equal(await errorOf(() => sandbox.client().sendMany(source())), broken);
    assert.deepEqual(
      broken.outcomes.map(({ event }) => event.orderId),
      ["ORD-0", "ORD-1"],
    );
    const frozen = Object.freeze(new Error("frozen"));
    // biome-ignore lint/correctness/useYield: it throws at once.
    async function* another() {
      throw frozen;
    }
    assert.equal(await errorOf(() => sandbox.client().sendMany(another())), frozen);
  });
});

describe("an aborted batch", () => {
  for (const [what, give, answer] of [
    ["while as many wait as may", (n) => order(n), undefined],
    ["while its source is stuck", (n) => (n < 2 ? order(n) : stuck()), RECEIVED],
    ["while its source is stuck at the first", stuck, RECEIVED],
  ]) {
    it(`closes its source ${what}`, async (t) => {
      const server = using(t, await rawServer(() => answer));
      const source = counted(give);
      const controller = new AbortController();
      const sent = clientOf(server.url).sendMany(source, { signal: controller.signal });
      await new Promise((resolve) => setImmediate(resolve));
      controller.abort(new Error("enough"));
      assert.equal((await errorOf(() => sent)).message, "enough");
      assert.equal(source.closed, 1);
      assert.equal(getEventListeners(controller.signal, "abort").length, 0);
    });
  }

  it("closes its source even where nobody asks for its outcomes", async (t) => {
    const server = using(t, await rawServer(() => RECEIVED));
    const source = counted((n) => order(n));
    const controller = new AbortController();
    const outcomes = clientOf(server.url).outcomes(source, { signal: controller.signal });
    await outcomes.next();
    controller.abort();
    assert.equal(source.closed, 1);
    await outcomes.return();
    assert.equal(source.closed, 1);
  });

  it("runs the finally of a generator", async (t) => {
    const server = using(t, await hanging());
    const controller = new AbortController();
    let isClosed = false;
    function* source() {
      try {
        for (let n = 0; ; n++) {
          yield order(n);
        }
      } finally {
        isClosed = true;
      }
    }
    const sent = clientOf(server.url).sendMany(source(), { signal: controller.signal });
    await arrived(server, 4);
    controller.abort();
    await errorOf(() => sent);
    assert(isClosed);
    assert(server.requests.length <= 4);
  });
});

describe("one signal", () => {
  it("serves any number of sends without a warning", async (t) => {
    const warnings = [];
    const onWarning = (warning) => warnings.push(warning);
    process.on("warning", onWarning);
    t.after(() => process.off("warning", onWarning));
    const server = using(t, await hanging());
    const client = clientOf(server.url);
    const controller = new AbortController();
    const { signal } = controller;
    const sends = Array.from({ length: 30 }, (_, n) => client.send(order(n), { signal }));
    sends.push(client.sendMany([order(30)], { signal }));
    await arrived(server, 31);
    controller.abort(new Error("enough"));
    for (const sent of sends) {
      assert.equal((await errorOf(() => sent)).message, "enough");
    }
    // Warnings are told in a turn of their own.
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(warnings, []);
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });
});

describe("close", () => {
  it("resolves after whoever awaits a send has been told", async (t) => {
    const server = using(t, await hanging());
    const client = clientOf(server.url);
    const log = [];
    async function report(event) {
      await client.send(event);
    }
    async function checkout(event) {
      await report(event).catch((error) => {
        throw new Error(`${event.orderId}: ${error.code}`, { cause: error });
      });
    }
    for (let n = 0; n < 3; n++) {
      checkout(order(n)).catch((error) => log.push(error.message));
    }
    client.sendMany([order(3)]).then(([{ error }]) => log.push(`ORD-3: ${error.code}`));
    await arrived(server, 4);
    await client.close({ timeout: 1 });
    assert.deepEqual(
      log.sort(),
      [0, 1, 2, 3].map((n) => `ORD-${n}: client_closed`),
    );
  });

  it("reads a batch's source no further, and tells sent from unsent events", async (t) => {
    const server = using(t, await hanging());
    const client = clientOf(server.url);
    const source = counted((n) => (n === 5 ? purchase({ orderId: null }) : order(n)));
    const sent = client.sendMany(source, { concurrency: 2 });
    await arrived(server, 2);
    await client.close({ timeout: 1 });
    const { read } = source;
    assert.equal(source.closed, 1);
    const outcomes = await sent;
    assert.equal(source.read, read);
    assert.equal(server.requests.length, 2);
    assert.equal(outcomes.length, read);
    assert(outcomes.every(({ error }) => error.code === "client_closed" && error.retryable));
    const messages = outcomes.map(({ error }) => error.message);
    assert(messages.slice(0, 2).every((message) => /may have arrived/.test(message)));
    assert(messages.slice(2).every((message) => /was not sent/.test(message)));
    assert(messages.length > 2);
  });

  it("ends a batch whose source is stuck, with the outcomes that it has", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const client = sandbox.client();
    const sent = client.sendMany(counted((n) => (n < 3 ? order(n) : stuck())));
    await sandbox.waitFor(3);
    await client.close({ timeout: 1000 });
    assert.deepEqual(
      (await sent).map(({ receipt }) => receipt?.eventsReceived),
      [1, 1, 1],
    );
  });

  it("waits for every event of an array, and cuts them off in time", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const patient = sandbox.client();
    const sent = patient.sendMany(Array.from({ length: 40 }, (_, n) => order(n)));
    await patient.close();
    assert((await sent).every(({ receipt }) => receipt?.eventsReceived === 1));
    const server = using(t, await hanging());
    const client = clientOf(server.url);
    const cut = client.sendMany(Array.from({ length: 40 }, (_, n) => order(n)));
    await arrived(server, 4);
    await client.close({ timeout: 1 });
    const outcomes = await cut;
    assert.equal(outcomes.filter(({ error }) => /may have arrived/.test(error.message)).length, 4);
    assert.equal(outcomes.filter(({ error }) => /was not sent/.test(error.message)).length, 36);
    assert.equal(server.requests.length, 4);
  });
});
