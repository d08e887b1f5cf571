// What a send does, and how it ends.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import {
  AuthenticationError,
  Client,
  ConfigurationError,
  ConnectlyError,
  NetworkError,
  NotFoundError,
  RateLimitedError,
  RejectedError,
  RequestTimeoutError,
  ResponseError,
  ServerError,
} from "connectly-conversions";
import { Sandbox } from "connectly-conversions/testing";
import { API_KEY, BUSINESS_ID, clientOf, errorOf, purchase, RECEIVED, rawServer, using } from "./support.mjs";

/** A server that answers the n-th request as told, the last entry for all that follow. */
function scripted(...answers) {
  let count = 0;
  return rawServer((request, socket) => {
    const next = answers[Math.min(count++, answers.length - 1)];
    return typeof next === "function" ? next(request, socket) : next;
  });
}

const silence = () => undefined;

describe("send", () => {
  it("gives a receipt, and sends exactly the event's bytes with the key", async (t) => {
    const server = using(t, await scripted(RECEIVED));
    const event = purchase();
    const receipt = await clientOf(server.url, { userAgent: "shop/1" }).send(event);
    assert.deepEqual(receipt, {
      eventsReceived: 1,
      attempts: 1,
      status: 200,
      rawBody: '{"events_received":1}',
    });
    const [{ head, body }] = server.requests;
    assert.equal(body, event.toWire().toString());
    assert.match(
      head,
      new RegExp(`^POST /external/v1/businesses/${BUSINESS_ID}/conversion_events HTTP/1.1\r\n`),
    );
    assert.match(head, new RegExp(`^x-api-key: ${API_KEY}\r?$`, "im"));
    assert.match(head, /^content-type: application\/json\r?$/im);
    assert.match(head, /^user-agent: connectly-conversions\/[^ ]+ shop\/1\r?$/im);
  });

  for (const [status, type, code] of [
    [400, RejectedError, "rejected"],
    [401, AuthenticationError, "unauthenticated"],
    [403, AuthenticationError, "forbidden"],
    [404, NotFoundError, "not_found"],
    [302, ConfigurationError, "redirected"],
    [429, RateLimitedError, "rate_limited"],
    [500, ServerError, "server_error"],
    [408, RequestTimeoutError, "request_timeout"],
  ]) {
    it(`rejects with ${type.name} for ${status}`, async (t) => {
      await using_(t, { kind: "status", status, body: '{"message":"no"}' }, async (sandbox) => {
        const error = await errorOf(() => sandbox.client({ retry: { retries: 0 } }).send(purchase()));
        assert(error instanceof type);
        assert(error instanceof ConnectlyError);
        assert(error instanceof Error);
        assert.equal(error.name, type.name);
        assert.equal(error.code, code);
        assert.equal(error.status, status);
        assert.equal(error.attempts, 1);
        // Of a redirect it is the library's: the address is wrong, whatever the body says.
        if (status !== 302) {
          assert.equal(error.message, "no");
        }
      });
    });
  }

  it("rejects with ResponseError where the API received nothing", async (t) => {
    await using_(t, { kind: "not_received" }, async (sandbox) => {
      const error = await errorOf(() => sandbox.client().send(purchase()));
      assert(error instanceof ResponseError);
      assert.equal(error.code, "not_received");
    });
  });

  it("rejects with NetworkError and its causes where nobody listens", async () => {
    const server = await scripted(RECEIVED);
    await server[Symbol.asyncDispose]();
    const error = await errorOf(() => clientOf(server.url, { retry: { retries: 0 } }).send(purchase()));
    assert(error instanceof NetworkError);
    assert.equal(error.code, "connect_failed");
    assert.equal(error.retryable, true);
    assert.equal(error.status, undefined);
    let cause = error;
    while (cause.cause !== undefined) {
      cause = cause.cause;
      assert(cause instanceof Error);
    }
    assert.match(cause.message, /refused/i);
  });

  it("has the stack of its caller", async (t) => {
    const server = using(t, await scripted(answered401));
    const client = clientOf(server.url);
    async function checkoutOfTheShop() {
      return await client.send(purchase());
    }
    const error = await errorOf(checkoutOfTheShop);
    assert.match(error.stack, /checkoutOfTheShop/);
    assert.match(error.stack, /^AuthenticationError: /);
    const [outcome] = await client.sendMany([purchase()]);
    assert.match(outcome.error.stack, /client\.test\.mjs/);
  });

  it("tries again and counts its attempts", async (t) => {
    await using_(t, { kind: "status", status: 503, times: 2 }, async (sandbox) => {
      const receipt = await sandbox.client({ retry: { base: 1, cap: 1 } }).send(purchase());
      assert.equal(receipt.attempts, 3);
      assert.equal(sandbox.received.length, 1);
    });
  });

  it("tells Retry-After in milliseconds, at once where it outlasts the call", async (t) => {
    await using_(t, { kind: "status", status: 429, retry_after: 3600 }, async (sandbox) => {
      const error = await errorOf(() => sandbox.client().send(purchase()));
      assert.equal(error.retryAfter, 3_600_000);
      assert.equal(error.retryable, true);
      assert.equal(error.attempts, 1);
    });
  });

  it("takes a time-out of its own", async (t) => {
    const server = using(t, await scripted(silence));
    const error = await errorOf(() => clientOf(server.url).send(purchase(), { timeout: 30 }));
    assert(error instanceof RequestTimeoutError);
    assert.equal(error.code, "deadline_exceeded");
  });

  it("says unknown_outcome where a resend could count an order twice", async (t) => {
    const server = using(t, await scripted((_, socket) => void socket.destroy()));
    const error = await errorOf(() => clientOf(server.url).send(purchase({ orderId: null })));
    assert.equal(error.code, "unknown_outcome");
    assert.equal(error.retryable, false);
    assert.equal(error.attempts, 1);
  });
});

const answered401 = "HTTP/1.1 401 x\r\ncontent-length: 2\r\n\r\nno";

async function using_(t, fault, run) {
  const sandbox = using(t, await Sandbox.start());
  sandbox.failNext(fault);
  await run(sandbox);
}

describe("an AbortSignal", () => {
  it("stops the request, and the promise rejects with its reason", async (t) => {
    const arrived = Promise.withResolvers?.() ?? withResolvers();
    const closed = Promise.withResolvers?.() ?? withResolvers();
    const server = using(
      t,
      await scripted((_, socket) => {
        socket.on("close", () => closed.resolve());
        arrived.resolve();
      }),
    );
    const controller = new AbortController();
    const sent = clientOf(server.url).send(purchase(), { signal: controller.signal });
    await arrived.promise;
    const reason = new Error("the customer has left");
    controller.abort(reason);
    assert.equal(await errorOf(() => sent), reason);
    await closed.promise;
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  });

  it("that was aborted before sends nothing", async (t) => {
    const server = using(t, await scripted(RECEIVED));
    const reason = new Error("too late");
    const client = clientOf(server.url);
    const signal = AbortSignal.abort(reason);
    assert.equal(await errorOf(() => client.send(purchase(), { signal })), reason);
    assert.equal(await errorOf(() => client.sendMany([purchase()], { signal })), reason);
    assert.equal(server.requests.length, 0);
  });

  it("leaves no listener behind", async (t) => {
    const server = using(t, await scripted(RECEIVED));
    const { signal } = new AbortController();
    const client = clientOf(server.url);
    await client.send(purchase(), { signal });
    await client.sendMany([purchase(), purchase()], { signal });
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  it("of AbortSignal.timeout rejects with its TimeoutError", async (t) => {
    const server = using(t, await scripted(silence));
    const error = await errorOf(() =>
      clientOf(server.url).send(purchase(), { signal: AbortSignal.timeout(20) }),
    );
    assert.equal(error.name, "TimeoutError");
  });

  it("stops a sendMany, even one whose source never gives its next event", async (t) => {
    const server = using(t, await scripted(RECEIVED));
    const controller = new AbortController();
    async function* endless() {
      yield purchase();
      controller.abort(new Error("enough"));
      await new Promise(() => {});
    }
    const error = await errorOf(() =>
      clientOf(server.url).sendMany(endless(), { signal: controller.signal }),
    );
    assert.equal(error.message, "enough");
  });
});

function withResolvers() {
  const record = {};
  record.promise = new Promise((resolve, reject) => Object.assign(record, { resolve, reject }));
  return record;
}

describe("sendMany", () => {
  const events = (count) => Array.from({ length: count }, (_, n) => purchase({ orderId: `ORD-${n}` }));

  it("tells of each event in order, and one failure stops no other", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    sandbox.failNext({ kind: "status", status: 400, body: "Meta says no", order_id: "ORD-3" });
    const sent = events(2000);
    const outcomes = await sandbox.client().sendMany(sent, { concurrency: 16 });
    assert.deepEqual(
      outcomes.map(({ event }) => event),
      sent,
    );
    const [{ error }, ...more] = outcomes.filter(({ error }) => error !== undefined);
    assert.equal(more.length, 0);
    assert(error instanceof RejectedError);
    assert.equal(error.message, "Meta says no");
    assert.equal(outcomes[3].error, error);
    assert.equal(outcomes[4].receipt.eventsReceived, 1);
    assert.equal(sandbox.received.length, 1999);
  });

  it("takes iterables and async iterables, and reads them no faster than it sends", async (t) => {
    const server = using(t, await scripted(RECEIVED));
    let read = 0;
    function* lazily(count) {
      for (let n = 0; n < count; n++) {
        assert(read - server.requests.length <= 1100, "it is read ahead without bound");
        read++;
        yield purchase({ orderId: `ORD-${n}` });
      }
    }
    assert.equal((await clientOf(server.url).sendMany(lazily(3000), { concurrency: 8 })).length, 3000);
    const sandbox = using(t, await Sandbox.start());
    const client = sandbox.client();
    async function* slowly() {
      for (let n = 0; n < 5; n++) {
        yield purchase({ orderId: `A-${n}` });
        // What was given is under way although the source has more.
        await sandbox.waitFor(n + 1);
      }
    }
    const outcomes = await client.sendMany(slowly());
    assert.deepEqual(
      outcomes.map(({ event, receipt }) => [event.orderId, receipt.eventsReceived]),
      [0, 1, 2, 3, 4].map((n) => [`A-${n}`, 1]),
    );
    assert.deepEqual(await client.sendMany([]), []);
    assert.deepEqual(await client.sendMany(new Set()), []);
  });

  it("sends no more once the key is refused", async (t) => {
    const sandbox = using(t, await Sandbox.start({ apiKey: "another" }));
    const outcomes = await sandbox.client({ apiKey: "wrong" }).sendMany(events(50), { concurrency: 1 });
    assert.equal(outcomes.length, 50);
    assert(outcomes.every(({ error }) => error instanceof AuthenticationError));
    assert.equal(sandbox.requests.length, 1);
    assert.deepEqual(
      outcomes.map(({ error }) => error.attempts),
      [1, ...Array(49).fill(0)],
    );
  });

  it("gives the source's own error once what was under way has ended", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const broken = new Error("the database is gone");
    async function* source() {
      yield* events(3);
      throw broken;
    }
    assert.equal(await errorOf(() => sandbox.client().sendMany(source())), broken);
    assert.equal(sandbox.received.length, 3);
  });

  it("has never more under way than its concurrency", async (t) => {
    let most = 0;
    let open = 0;
    const server = using(
      t,
      await rawServer((_, socket) => {
        most = Math.max(most, ++open);
        setImmediate(() => {
          open--;
          socket.write(RECEIVED);
        });
      }),
    );
    await clientOf(server.url).sendMany(events(200), { concurrency: 3 });
    assert.equal(most, 3);
  });
});

describe("arguments that are wrong", () => {
  const client = clientOf("http://127.0.0.1:9");
  const event = purchase();
  for (const [what, call, code] of [
    ["no event", () => client.send(), "invalid_option"],
    ["an object that is no event", () => client.send({ ...event }), "invalid_option"],
    ["an unknown option", () => client.send(event, { timeOut: 5 }), "invalid_option"],
    ["options that are no object", () => client.send(event, 5), "invalid_option"],
    ["a time-out of text", () => client.send(event, { timeout: "5s" }), "invalid_option"],
    ["a time-out of zero", () => client.send(event, { timeout: 0 }), "invalid_timeout"],
    ["a time-out of NaN", () => client.send(event, { timeout: Number.NaN }), "invalid_timeout"],
    ["a signal that is none", () => client.send(event, { signal: {} }), "invalid_option"],
    ["no events", () => client.sendMany(), "invalid_option"],
    ["text for events", () => client.sendMany("event"), "invalid_option"],
    ["an array with something else in it", () => client.sendMany([event, {}]), "invalid_option"],
    ["a concurrency of zero", () => client.sendMany([event], { concurrency: 0 }), "invalid_concurrency"],
    ["half a concurrency", () => client.sendMany([event], { concurrency: 1.5 }), "invalid_concurrency"],
    ["a concurrency of text", () => client.sendMany([event], { concurrency: "4" }), "invalid_option"],
    ["an unknown option of close", () => client.close({ timeoutMs: 5 }), "invalid_option"],
  ]) {
    it(`reject: ${what}`, async () => {
      const promise = call();
      assert(promise instanceof Promise);
      const error = await errorOf(() => promise);
      assert(error instanceof ConfigurationError, inspect(error));
      assert.equal(error.code, code);
      assert.equal(error.attempts, 0);
    });
  }
});

describe("a Client", () => {
  const settings = { apiKey: API_KEY, businessId: BUSINESS_ID };
  for (const [what, changes, code] of [
    ["a business id that is no UUID", { businessId: "7" }, "invalid_business_id"],
    ["a key of two lines", { apiKey: "a\nb" }, "invalid_api_key"],
    ["plain http to the network", { baseUrl: "http://shop.example" }, "insecure_base_url"],
    ["no URL", { baseUrl: "::" }, "invalid_base_url"],
    ["an unknown setting", { apikey: "x" }, "invalid_option"],
    ["an unknown setting of retry", { retry: { attempts: 3 } }, "invalid_option"],
    ["a key that is a number", { apiKey: 5 }, "invalid_option"],
    ["a time-out of NaN", { timeout: Number.NaN }, "invalid_option"],
    ["a negative time-out", { timeout: -1 }, "invalid_timeout"],
    ["half a retry", { retry: { retries: 0.5 } }, "invalid_option"],
    ["a negative wait", { retry: { base: -1 } }, "invalid_retry_policy"],
    ["an unknown rounding", { rounding: "up" }, "invalid_option"],
    ["a missing CA bundle", { caBundle: "/nowhere.pem" }, "invalid_ca_bundle"],
    ["a bigint", { timeout: 5n }, "invalid_option"],
  ]) {
    it(`refuses ${what}`, async () => {
      const error = await errorOf(() => new Client({ ...settings, ...changes }));
      assert(error instanceof ConfigurationError, inspect(error));
      assert.equal(error.code, code);
    });
  }

  it("reads what is missing from the environment, where empty is unset", async () => {
    const names = ["CONNECTLY_API_KEY", "CONNECTLY_BUSINESS_ID", "CONNECTLY_BASE_URL"];
    const before = names.map((name) => process.env[name]);
    try {
      process.env.CONNECTLY_API_KEY = "";
      process.env.CONNECTLY_BUSINESS_ID = BUSINESS_ID;
      process.env.CONNECTLY_BASE_URL = "http://127.0.0.1:9";
      assert.equal((await errorOf(() => new Client())).code, "missing_api_key");
      process.env.CONNECTLY_API_KEY = API_KEY;
      assert(new Client() instanceof Client);
      assert(new Client({ apiKey: null, retry: undefined }) instanceof Client);
    } finally {
      for (const [index, name] of names.entries()) {
        if (before[index] === undefined) {
          delete process.env[name];
        } else {
          process.env[name] = before[index];
        }
      }
    }
  });

  it("shows its key nowhere", async (t) => {
    const server = using(t, await scripted(answered401));
    const client = clientOf(server.url);
    const error = await errorOf(() => client.send(purchase()));
    for (const text of [inspect(client, { depth: 9 }), JSON.stringify(client), inspect(error), error.stack]) {
      assert(!text.includes(API_KEY));
    }
  });

  it("rounds by default as its events are told to", () => {
    const client = clientOf("http://127.0.0.1:9", { rounding: "currency" });
    assert.equal(purchase({ ...client.eventOptions, value: 0.1 + 0.2 }).value, "0.3");
    assert.deepEqual(clientOf("http://127.0.0.1:9").eventOptions, {});
  });

  it("refuses to send once it was closed", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const client = sandbox.client();
    await client.send(purchase());
    await client.close();
    await client.close();
    assert.equal((await errorOf(() => client.send(purchase()))).code, "client_closed");
    assert.equal((await errorOf(() => client.sendMany([purchase()]))).code, "client_closed");
  });

  it("waits in close for what is under way", async (t) => {
    const arrived = withResolvers();
    const server = using(t, await scripted((_, socket) => arrived.resolve(socket)));
    const client = clientOf(server.url);
    const sent = client.send(purchase());
    const socket = await arrived.promise;
    const closed = client.close();
    socket.write(RECEIVED);
    await closed;
    assert.equal((await sent).eventsReceived, 1);
  });

  it("cuts off in close what takes too long", async (t) => {
    const server = using(t, await scripted(silence));
    const client = clientOf(server.url);
    const sent = errorOf(() => client.send(purchase()));
    const many = client.sendMany([purchase(), purchase({ orderId: null })]);
    while (server.requests.length < 3) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.close({ timeout: 0 });
    const error = await sent;
    assert.equal(error.code, "client_closed");
    assert.equal(error.retryable, true);
    assert.deepEqual(
      (await many).map(({ error }) => [error.code, error.retryable]),
      [
        ["client_closed", true],
        ["unknown_outcome", false],
      ],
    );
  });
});
