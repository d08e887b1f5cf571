// What an outbox takes, keeps and tells, and what it delivers.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { ConfigurationError, Outbox, OutboxError, Worker } from "connectly-conversions";
import { assertNotReported, assertReported, Sandbox } from "connectly-conversions/testing";
import { BUSINESS_ID, errorOf, newOutbox, outboxOf, outboxUrl, purchase, using } from "./support.mjs";

const order = (orderId, changes) => purchase({ orderId, ...changes });

/** A sandbox, a client of it, and an outbox of the same business. */
async function shop(t, options) {
  const sandbox = using(t, await Sandbox.start());
  const outbox = newOutbox(t, { businessId: sandbox.clientOptions.businessId, ...options });
  return { sandbox, outbox, client: sandbox.client() };
}

async function all(iterable) {
  const items = [];
  for await (const item of iterable) {
    items.push(item);
  }
  return items;
}

describe("enqueue", () => {
  it("stores an event, which is there for whoever opens the file", async (t) => {
    const outbox = newOutbox(t);
    const enqueued = await outbox.enqueue(purchase());
    const { id, ...told } = enqueued;
    assert.deepEqual(told, { state: "pending", duplicate: false, replaced: false, conflict: false });
    assert(Number.isSafeInteger(id));
    const record = await outboxOf(t, outbox.url).status("ORD-7821");
    assert.equal(record.id, id);
    assert.equal(record.eventName, "Purchase");
    assert.equal(record.orderId, "ORD-7821");
    assert.equal(record.state, "pending");
    assert.equal(record.currency, "USD");
    assert.equal(record.value, "99.97");
    assert.equal(record.eventTime, purchase().eventTime);
    assert.equal(record.attempts, 0);
    assert.equal(record.hasPayload, true);
    assert(record.enqueuedAt instanceof Date);
    assert(record.dueAt instanceof Date);
    assert.equal(record.finishedAt, undefined);
    assert.equal(record.reason, undefined);
    assert.deepEqual(record.issues, []);
  });

  it("takes an order once, and says where its content differs", async (t) => {
    const outbox = newOutbox(t);
    const first = await outbox.enqueue(order("A"));
    const again = await outbox.enqueue(order("A"));
    assert.deepEqual(again, { ...first, duplicate: true });
    const other = await outbox.enqueue(order("A", { value: "1", items: undefined }));
    assert.deepEqual(other, { ...first, duplicate: true, conflict: true });
    assert.equal((await outbox.status("A")).value, "99.97");
  });

  it("takes each event without an order id for itself", async (t) => {
    const outbox = newOutbox(t);
    const event = purchase({ orderId: null });
    const [first, second] = [await outbox.enqueue(event), await outbox.enqueue(event)];
    assert.notEqual(first.id, second.id);
    assert.equal((await outbox.status(second)).orderId, undefined);
  });

  it("holds until a time, at which the event goes by itself", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    const later = new Date(Date.now() + 3_600_000);
    for (const [orderId, holdUntil] of [
      ["date", later],
      ["seconds", Math.ceil(later.getTime() / 1000)],
      ["text", later.toISOString()],
    ]) {
      assert.equal((await outbox.enqueue(order(orderId), { holdUntil })).state, "held");
    }
    assert.deepEqual((await outbox.status("date")).dueAt, later);
    await outbox.enqueue(order("past"), { holdUntil: new Date(Date.now() - 1000) });
    assert.equal((await outbox.deliver(client)).accepted, 1);
    assertReported(sandbox, { order_id: "past" });
    assert.equal((await outbox.counts()).held, 3);
  });

  it("is refused by a full outbox, and what waits stays", async (t) => {
    const outbox = newOutbox(t, { maxEvents: 1 });
    await outbox.enqueue(order("A"));
    const error = await errorOf(() => outbox.enqueue(order("B")));
    assert(error instanceof OutboxError);
    assert.equal(error.code, "outbox_full");
    assert.equal(error.retryable, true);
    assert.equal((await outbox.counts()).pending, 1);
  });

  it("rejects with the stack of its caller where there is no such folder", async (t) => {
    const outbox = outboxOf(t, `${outboxUrl(t)}/no/such.db`);
    async function checkoutOfTheShop() {
      return await outbox.enqueue(purchase());
    }
    const error = await errorOf(checkoutOfTheShop);
    assert(error instanceof OutboxError);
    assert.equal(error.kind, "outbox");
    assert.equal(error.code, "outbox_unavailable");
    assert.match(error.stack, /checkoutOfTheShop/);
  });

  it("answers each of many calls at once with its own", async (t) => {
    const outbox = newOutbox(t);
    const numbers = Array.from({ length: 200 }, (_, n) => n);
    const enqueued = await Promise.all(numbers.map((n) => outbox.enqueue(order(n))));
    assert.equal(new Set(enqueued.map(({ id }) => id)).size, 200);
    for (const n of numbers) {
      assert.equal((await outbox.status(enqueued[n])).orderId, String(n));
    }
  });
});

describe("enqueueMany", () => {
  it("takes any iterable", async (t) => {
    const outbox = newOutbox(t);
    async function* orders() {
      yield order("C");
      yield order("A");
    }
    assert.equal((await outbox.enqueueMany([order("A"), order("B")])).length, 2);
    const [c, a] = await outbox.enqueueMany(orders());
    assert.deepEqual([c.duplicate, a.duplicate], [false, true]);
    assert.deepEqual(await outbox.enqueueMany(new Set()), []);
    assert.equal((await outbox.counts()).pending, 3);
  });

  it("takes all or none", async (t) => {
    const outbox = newOutbox(t, { maxEvents: 2 });
    assert.equal((await errorOf(() => outbox.enqueueMany([order("A"), "B"]))).code, "invalid_option");
    const error = await errorOf(() => outbox.enqueueMany([order("A"), order("B"), order("C")]));
    assert.equal(error.code, "outbox_full");
    assert.equal((await outbox.counts()).pending, 0);
  });
});

describe("the ledger", () => {
  it("lets a held event go, once", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    const { id } = await outbox.enqueue(order("A"), { holdUntil: "release" });
    assert.equal((await outbox.status({ id })).dueAt, undefined);
    assert.equal((await outbox.deliver(client)).accepted, 0);
    assertNotReported(sandbox, "A");
    assert.deepEqual(await outbox.release("A"), { changed: true, state: "pending" });
    assert.deepEqual(await outbox.release({ orderId: "A", eventName: "Purchase" }), {
      changed: false,
      state: "pending",
    });
    assert.deepEqual(await outbox.release({ orderId: "A", eventName: "ViewContent" }), {
      changed: false,
      state: undefined,
    });
    assert.equal((await outbox.deliver(client)).accepted, 1);
    assertReported(sandbox, { order_id: "A" });
  });

  it("takes an order back before it is sent, and says why", async (t) => {
    const { outbox, client } = await shop(t);
    await outbox.enqueue(order("A"), { holdUntil: "release" });
    assert.deepEqual(await outbox.cancel("A", "not paid"), { changed: true, state: "cancelled" });
    const { reason, finishedAt } = await outbox.status("A");
    assert.equal(reason, "not paid");
    assert(finishedAt instanceof Date);
    const enqueued = await outbox.enqueue(order("B"));
    await outbox.deliver(client);
    assert.deepEqual(await outbox.cancel(enqueued), { changed: false, state: "accepted" });
    assert.deepEqual(await outbox.cancel("nobody"), { changed: false, state: undefined });
  });

  it("writes down what is deliberately not reported", async (t) => {
    const outbox = newOutbox(t);
    assert.deepEqual(await outbox.skip("A", "a test order"), { changed: true, state: "skipped" });
    assert.deepEqual(await outbox.skip("A", "a test order"), { changed: false, state: "skipped" });
    assert.equal((await outbox.status("A")).reason, "a test order");
    assert.deepEqual(await outbox.skip(7, "a view", { eventName: "ViewContent" }), {
      changed: true,
      state: "skipped",
    });
    assert.equal(await outbox.status({ orderId: 7 }), null);
    assert.equal((await outbox.status({ orderId: 7, eventName: "ViewContent" })).state, "skipped");
    const { state, replaced } = await outbox.enqueue(order("A"));
    assert.deepEqual([state, replaced], ["pending", true]);
  });

  it("lists what was refused, plans to send it again, and does", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    sandbox.failNext({ kind: "status", status: 400, body: "no such ad", times: 2 });
    await outbox.enqueueMany([order("A"), order("B", { currency: "EUR" }), order("C")]);
    const delivered = await outbox.deliver(client, { concurrency: 1 });
    assert.deepEqual(delivered, { accepted: 1, rejected: 2, dead: 0, retried: 0 });
    const letters = await all(outbox.deadLetters());
    assert.deepEqual(
      letters.map(({ orderId, state, code, status, message }) => [orderId, state, code, status, message]),
      [
        ["A", "rejected", "rejected", 400, "no such ad"],
        ["B", "rejected", "rejected", 400, "no such ad"],
      ],
    );
    assert.deepEqual(
      (await all(outbox.deadLetters({ after: letters[0].id }))).map(({ orderId }) => orderId),
      ["B"],
    );

    const plan = await outbox.replay({ all: true }, { plan: true });
    assert.equal(plan.replayed, 2);
    assert.deepEqual(plan.money, { EUR: "99.97", USD: "99.97" });
    assert.deepEqual(
      plan.events.map(({ record, verdict, counts }) => [record.orderId, verdict, counts]),
      [
        ["A", "replayed", true],
        ["B", "replayed", true],
      ],
    );
    assert.equal((await outbox.counts()).rejected, 2);

    assert.equal((await outbox.replay("B")).replayed, 1);
    assert.equal((await outbox.replay({ code: "server_error" })).replayed, 0);
    assert.equal((await outbox.replay({ code: "rejected" })).replayed, 1);
    assert.equal((await outbox.replay({ all: true })).replayed, 0);
    assert.equal((await outbox.replay("C")).events[0].verdict, "unchanged");
    assert.equal((await outbox.deliver(client)).accepted, 2);
    assertReported(sandbox, { order_id: "B", currency: "EUR" });
  });

  it("lists more dead letters than it reads at a time", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    sandbox.failNext({ kind: "status", status: 400, times: 0 });
    await outbox.enqueueMany(Array.from({ length: 205 }, (_, n) => order(n)));
    assert.equal((await outbox.deliver(client, { concurrency: 16 })).rejected, 205);
    const ids = (await all(outbox.deadLetters())).map(({ id }) => id);
    assert.equal(new Set(ids).size, 205);
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
  });

  it("forgets an order, and a customer", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    const enqueued = await outbox.enqueueMany([order("A"), order("B"), order("C")]);
    await outbox.deliver(client);
    assert.deepEqual(await outbox.forget("A"), { forgotten: 1, later: 0 });
    const { orderId, value, hasPayload, state, forgottenAt } = await outbox.status(enqueued[0]);
    assert.deepEqual([orderId, value, hasPayload, state], [undefined, undefined, false, "accepted"]);
    assert(forgottenAt instanceof Date);
    // What is forgotten is still not counted twice.
    assert.equal((await outbox.enqueue(order("A"))).duplicate, true);
    assert.deepEqual(await outbox.forget({ trackingId: "t1" }), { forgotten: 2, later: 0 });
    assert.deepEqual(await outbox.forget({ trackingId: "nobody" }), { forgotten: 0, later: 0 });
    assert.equal(sandbox.received.length, 3);
  });

  it("knows nothing of other orders, nor of other businesses", async (t) => {
    const outbox = newOutbox(t);
    const enqueued = await outbox.enqueue(order("A"));
    assert.equal(await outbox.status("B"), null);
    assert.equal(await outbox.status({ id: enqueued.id + 1 }), null);
    const other = outboxOf(t, outbox.url, { businessId: "00000000-0000-4000-8000-000000000001" });
    assert.equal(await other.status("A"), null);
    assert.equal((await other.enqueue(order("A"))).duplicate, false);
  });

  it("counts, and tells how it goes", async (t) => {
    const { outbox, client } = await shop(t);
    const empty = {
      held: 0,
      pending: 0,
      leased: 0,
      accepted: 0,
      rejected: 0,
      dead: 0,
      cancelled: 0,
      skipped: 0,
    };
    assert.deepEqual(await outbox.counts(), empty);
    await outbox.enqueue(order("A"));
    await outbox.deliver(client);
    await outbox.enqueue(order("B"), { holdUntil: "release" });
    assert.deepEqual(await outbox.metrics(), {
      counts: { ...empty, held: 1, accepted: 1 },
      oldestDue: 0,
      overdueHolds: 0,
      delivered: { accepted: 1, rejected: 0, dead: 0, retried: 0 },
      leasesLost: 0,
      pausedUntil: undefined,
      refusedCode: undefined,
      openUntil: undefined,
    });
  });
});

describe("delivery", () => {
  it("stands still while it is paused", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    await outbox.enqueue(order("A"));
    const until = new Date(Date.now() + 3_600_000);
    await outbox.pause(until);
    assert.deepEqual((await outbox.metrics()).pausedUntil, until);
    await outbox.pause();
    assert.equal((await outbox.metrics()).pausedUntil, "resume");
    assert.equal((await outbox.deliver(client)).accepted, 0);
    assertNotReported(sandbox, "A");
    await outbox.resume();
    assert.equal((await outbox.metrics()).pausedUntil, undefined);
    assert.equal((await outbox.deliver(client)).accepted, 1);
  });

  it("burns nothing where the key is refused, and says so", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    sandbox.failNext({ kind: "status", status: 401 });
    await outbox.enqueue(order("A"));
    await outbox.deliver(client);
    assert.equal((await outbox.metrics()).refusedCode, "unauthenticated");
    const { state, attempts } = await outbox.status("A");
    assert.deepEqual([state, attempts], ["pending", 0]);
    await outbox.resume();
    assert.equal((await outbox.deliver(client)).accepted, 1);
  });

  it("ends at its deadline, and what it could not send waits", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    sandbox.failNext({ kind: "hang" });
    await outbox.enqueue(order("A"));
    const delivered = await outbox.deliver(client, { deadline: 300, untilEmpty: false });
    assert.deepEqual(delivered, { accepted: 0, rejected: 0, dead: 0, retried: 1 });
    assert.equal((await outbox.status("A")).state, "pending");
  });

  it("rejects with the signal's reason, and what was under way is written down", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    const controller = new AbortController();
    const attempted = new Promise((resolve) => {
      const options = { untilEmpty: false, signal: controller.signal, onAttempt: resolve };
      const ended = outbox.deliver(client, options);
      t.after(() => assert.rejects(ended, { message: "enough" }));
      ended.catch(() => {});
    });
    await outbox.enqueue(order("A"));
    await attempted;
    controller.abort(new Error("enough"));
    assert.equal((await outbox.status("A")).state, "accepted");
    assert.equal(sandbox.received.length, 1);
    await assert.rejects(outbox.deliver(client, { signal: AbortSignal.abort(new Error("before")) }), {
      message: "before",
    });
  });
});

describe("a worker", () => {
  it("sends what is enqueued while it runs, tells of each attempt, and of all when it is stopped", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    const attempts = [];
    let isThere;
    const told = new Promise((resolve) => {
      isThere = resolve;
    });
    const worker = outbox
      .worker(client, {
        concurrency: 2,
        onAttempt: (attempted) => {
          attempts.push(attempted);
          if (attempts.length === 2) {
            isThere();
          }
        },
      })
      .ref();
    assert(worker instanceof Worker);
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { id } = await outbox.enqueue(order("A"), { traceparent });
    sandbox.failNext({ kind: "status", status: 400, order_id: "B" });
    await outbox.enqueue(order("B"));
    await told;
    assert.deepEqual(await worker.stop(), { accepted: 1, rejected: 1, dead: 0, retried: 0 });
    const { took, ...a } = attempts.find(({ orderId }) => orderId === "A");
    assert(took >= 0);
    assert.deepEqual(a, {
      id,
      eventName: "Purchase",
      orderId: "A",
      state: "accepted",
      attempts: 1,
      code: undefined,
      status: 200,
      traceparent,
    });
    const b = attempts.find(({ orderId }) => orderId === "B");
    assert.deepEqual([b.state, b.code, b.status], ["rejected", "rejected", 400]);
    // Once it is stopped nothing is sent any more; to stop it again is no error.
    await worker.stop();
    await outbox.enqueue(order("C"));
    assert.equal((await outbox.deliver(client)).accepted, 1);
  });

  it("is cut off where it takes longer to stop: its event waits for the end of its lease", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    sandbox.failNext({ kind: "hang" });
    await outbox.enqueue(order("A"));
    const worker = outbox.worker(client);
    while ((await outbox.status("A")).state !== "leased") {}
    await worker.stop({ timeout: 0 });
    const { state, attempts } = await outbox.status("A");
    assert.deepEqual([state, attempts], ["leased", 1]);
    assert.equal(sandbox.received.length, 0);
  });

  it("goes on where the one who is told throws, which is a warning", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    const warned = once(process, "warning");
    const worker = outbox
      .worker(client, {
        onAttempt: () => {
          throw new TypeError("a bug in the shop's metrics");
        },
      })
      .ref();
    await outbox.enqueue(order("A"));
    const [warning] = await warned;
    assert.equal(warning.message, "a bug in the shop's metrics");
    await outbox.enqueue(order("B"));
    await sandbox.waitFor(2);
    assert.equal((await worker.stop()).accepted, 2);
  });

  it("warns where its outbox cannot be opened, and goes on once it can", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const { businessId } = sandbox.clientOptions;
    const url = outboxUrl(t).replace("outbox.db", "later/outbox.db");
    const warned = once(process, "warning");
    const worker = outboxOf(t, url, { businessId }).worker(sandbox.client()).ref();
    const [warning] = await warned;
    assert(warning instanceof OutboxError);
    assert.equal(warning.code, "outbox_unavailable");
    mkdirSync(dirname(fileURLToPath(url.replace("sqlite:", "file:"))));
    await outboxOf(t, url, { businessId }).enqueue(order("A"));
    await sandbox.waitFor(1);
    assert.equal((await worker.stop()).accepted, 1);
  });

  it("is stopped with its outbox, and by `await using`", async (t) => {
    const { sandbox, outbox, client } = await shop(t);
    outbox.worker(client);
    await outbox.enqueue(order("A"));
    await sandbox.waitFor(1);
    await outbox.close();
    // A later call opens the file again.
    assert.equal((await outbox.status("A")).state, "accepted");
    const worker = outbox.worker(client);
    await outbox.enqueue(order("B"));
    await sandbox.waitFor(2);
    await worker[Symbol.asyncDispose]();
    assert.equal((await outbox.status("B")).state, "accepted");
    await outbox[Symbol.asyncDispose]();
  });

  it("is refused where the client is of another business", async (t) => {
    const { sandbox, outbox } = await shop(t);
    const other = sandbox.client({ businessId: "00000000-0000-4000-8000-000000000001" });
    assert.throws(() => outbox.worker(other), { code: "wrong_business" });
    await assert.rejects(outbox.deliver(other), { code: "wrong_business" });
  });
});

describe("arguments", () => {
  it("of open are checked at once, and nothing is opened", async (t) => {
    for (const [url, options, code] of [
      ["connectly.db", {}, "invalid_outbox_url"],
      ["sqlite://connectly.db", {}, "invalid_outbox_url"],
      ["mysql://user:secret@host/shop", {}, "invalid_outbox_url"],
      [outboxUrl(t), { businessId: "shop" }, "invalid_business_id"],
      [outboxUrl(t), { enqueueTimeout: 0 }, "invalid_timeout"],
      [outboxUrl(t), { maxEvents: 1.5 }, "invalid_option"],
      [outboxUrl(t), { maxEvent: 5 }, "invalid_option"],
      [outboxUrl(t), "options", "invalid_option"],
      [undefined, {}, "invalid_option"],
    ]) {
      const given = typeof options === "object" ? { businessId: BUSINESS_ID, ...options } : options;
      const error = await errorOf(() => Outbox.open(url, given));
      assert(error instanceof ConfigurationError, inspect([url, options]));
      assert.equal(error.code, code, inspect([url, options]));
      assert.doesNotMatch(error.message, /secret/);
    }
    assert.equal(typeof Outbox.open(outboxUrl(t), { businessId: BUSINESS_ID }), "object");
  });

  it("of calls reject, and nothing happens", async (t) => {
    const { outbox, client } = await shop(t);
    const id = 1;
    for (const call of [
      () => outbox.enqueue({}),
      () => outbox.enqueue(purchase(), { holdUntil: "soon" }),
      () => outbox.enqueue(purchase(), { holdUntil: new Date("never") }),
      () => outbox.enqueue(purchase(), { holdUntil: Date.now() }),
      () => outbox.enqueue(purchase(), { hold: "release" }),
      () => outbox.enqueue(purchase(), { traceparent: 5 }),
      () => outbox.enqueueMany(purchase()),
      () => outbox.enqueueMany([undefined]),
      // An order's id, or the outbox's?
      () => outbox.cancel(5),
      () => outbox.cancel(undefined),
      () => outbox.cancel({}),
      () => outbox.cancel({ id: "5" }),
      () => outbox.cancel({ id: 1.5 }),
      () => outbox.cancel({ orderId: null }),
      () => outbox.cancel({ orderId: "A", eventName: "Lead" }),
      () => outbox.cancel({ trackingId: "t1" }),
      () => outbox.cancel("A", 5),
      () => outbox.skip("A"),
      () => outbox.skip("A", "why", { eventName: "Lead" }),
      () => outbox.skip("A", "why", { event: "Purchase" }),
      () => outbox.forget({ trackingId: 5 }),
      () => outbox.status(Symbol("A")),
      () => outbox.deadLetters({ after: "1" }).next(),
      () => outbox.deadLetters({ limit: 5 }).next(),
      () => outbox.replay(),
      () => outbox.replay({}),
      () => outbox.replay({ all: false }),
      () => outbox.replay({ code: 400 }),
      () => outbox.replay("A", { forced: true }),
      () => outbox.pause("tomorrow"),
      () => outbox.pause({ until: new Date() }),
      () => outbox.deliver(),
      () => outbox.deliver(client, { deadline: -1 }),
      () => outbox.deliver(client, { deadline: "5" }),
      () => outbox.deliver(client, { untilEmpty: "no" }),
      () => outbox.deliver(client, { signal: {} }),
      () => outbox.close({ timeout: "5", id }),
    ]) {
      // A promise from the first: what throws at once would break a checkout that only has `catch`.
      const promise = call();
      assert(promise instanceof Promise, call.toString());
      const error = await errorOf(() => promise);
      assert(error instanceof ConfigurationError, `${call}: ${error}`);
    }
    assert.equal((await outbox.counts()).pending, 0);
  });

  it("of a worker are checked at once", async (t) => {
    const { outbox, client } = await shop(t);
    for (const options of [
      { concurrency: 0 },
      { concurrency: "4" },
      { rate: 0 },
      { rate: -1 },
      { onAttempt: "log" },
      { timeout: 5 },
    ]) {
      assert.throws(() => outbox.worker(client, options), ConfigurationError, inspect(options));
    }
    assert.throws(() => outbox.worker({}), ConfigurationError);
    const worker = outbox.worker(client, { rate: 0.5, concurrency: null, onAttempt: undefined });
    await assert.rejects(worker.stop({ timeout: -1 }), ConfigurationError);
    await assert.rejects(worker.stop({ timeout: "5" }), ConfigurationError);
    await worker.stop();
  });
});

it("is the same for CommonJS", async (t) => {
  const cjs = createRequire(import.meta.url)("connectly-conversions");
  assert.equal(cjs.Outbox, Outbox);
  const outbox = cjs.Outbox.open(outboxUrl(t), { businessId: BUSINESS_ID });
  t.after(() => outbox.close());
  assert.equal((await outbox.enqueue(purchase())).state, "pending");
});
