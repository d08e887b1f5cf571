// The cases of vectors/outbox.json (see tests/README.md): this package's outbox, client and sandbox.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { ConversionEvent } from "connectly-conversions";
import { Sandbox } from "connectly-conversions/testing";
import { BUSINESS_ID, knows, newOutbox, outboxOf, using, vectors } from "./support.mjs";

const EVENT = readFileSync(new URL("../../tests/event.json", import.meta.url), "utf8");
const HOUR = 3_600_000;

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
/** The event with these members in place of its own. */
function eventOf({ order_id, event_name, cnct_tracking_id, currency, value, placed, ...more }) {
  knows(more);
  const event = JSON.parse(EVENT);
  const set = (object, members) =>
    Object.assign(
      object,
      Object.fromEntries(Object.entries(members).filter(([, given]) => given !== undefined)),
    );
  set(event, { event_name, cnct_tracking_id });
  set(event.payload, { order_id: order_id ?? undefined, currency, value });
  if (order_id === null) {
    delete event.payload.order_id;
  }
  if (placed !== undefined) {
    assert.equal(placed, "now");
    event.payload.event_time = Math.floor(Date.now() / 1000);
  }
  return ConversionEvent.fromJSON(event);
}

/** A moment of `hold` and `until`. */
function momentOf(word) {
  const moments = { past: new Date(Date.now() - HOUR), future: new Date(Date.now() + 24 * HOUR) };
  return word === undefined || word === "release" ? word : (moments[word] ?? assert.fail(word));
}

/** What the case leaves out is false, 0 or nothing. */
function same(found, expect, ...but) {
  const { ...rest } = found;
  for (const name of but) {
    delete rest[name];
  }
  const expected = Object.fromEntries(
    Object.entries(expect).map(([name, value]) => [camel(name), value ?? undefined]),
  );
  const nothing = Object.keys(rest).map((name) => [name, { boolean: false, number: 0 }[typeof rest[name]]]);
  assert.deepEqual(rest, { ...Object.fromEntries(nothing), ...expected });
}

/** A case that is played. */
class Play {
  #ids = new Map();
  #named = new Map();

  constructor(outbox, sandbox, client) {
    Object.assign(this, { outbox, sandbox, client });
  }

  #target({ order_id, id, event_name }) {
    if (id !== undefined) {
      return { id: this.#named.get(id) ?? assert.fail(`no such label: ${id}`) };
    }
    return event_name === undefined ? order_id : { orderId: order_id, eventName: event_name };
  }

  #script(faults = []) {
    this.sandbox.clearFaults();
    this.sandbox.failNext(...faults);
  }

  async enqueue({ event, hold, as, expect }) {
    const built = eventOf(event);
    const enqueued = await this.outbox.enqueue(built, { holdUntil: momentOf(hold) });
    if (as !== undefined) {
      this.#named.set(as, enqueued.id);
    }
    if (built.orderId !== undefined) {
      const key = `${built.eventName} ${built.orderId}`;
      assert.equal(enqueued.id, this.#ids.get(key) ?? enqueued.id);
      this.#ids.set(key, enqueued.id);
    }
    same(enqueued, expect, "id");
  }

  async release({ expect, ...target }) {
    same(await this.outbox.release(this.#target(target)), expect);
  }

  async cancel({ reason, expect, ...target }) {
    same(await this.outbox.cancel(this.#target(target), reason), expect);
  }

  async skip({ order_id, event_name, reason, expect }) {
    same(await this.outbox.skip(order_id, reason, { eventName: event_name }), expect);
  }

  async replay({ code, all, force, plan, expect, ...target }) {
    const which = all ? { all } : code === undefined ? this.#target(target) : { code };
    const { events, replayed, money } = await this.outbox.replay(which, { force, plan });
    const verdicts = events.map(({ verdict }) => verdict);
    const sums = (texts) =>
      Object.fromEntries(Object.entries(texts).map(([name, sum]) => [name, Number(sum)]));
    assert.deepEqual({ replayed, verdicts, money: sums(money) }, { ...expect, money: sums(expect.money) });
  }

  async forget({ cnct_tracking_id, expect, ...target }) {
    const which = cnct_tracking_id === undefined ? this.#target(target) : { trackingId: cnct_tracking_id };
    same(await this.outbox.forget(which), expect);
  }

  async status({ expect, ...target }) {
    const record = await this.outbox.status(this.#target(target));
    assert.equal(record === null, expect === null);
    for (const [name, value] of Object.entries(expect ?? {})) {
      assert(camel(name) in record, name);
      const found = record[camel(name)];
      const isNone = found === undefined || (name === "issues" && found.length === 0);
      assert.deepEqual(found instanceof Date ? true : isNone ? null : found, value, name);
    }
  }

  async counts({ expect }) {
    same(await this.outbox.counts(), expect);
  }

  async dead_letters({ expect }) {
    const orders = [];
    for await (const { orderId } of this.outbox.deadLetters()) {
      orders.push(orderId ?? null);
    }
    assert.deepEqual(orders, expect);
  }

  async deliver({ faults, expect }) {
    this.#script(faults);
    const before = this.sandbox.requests.length;
    const delivered = await this.outbox.deliver(this.client);
    same({ ...delivered, requests: this.sandbox.requests.length - before }, expect);
  }

  async work({ faults, expect }) {
    this.#script(faults);
    const worker = this.outbox.worker(this.client);
    const isThere = async () => {
      const counts = await this.outbox.counts();
      return Object.entries(counts).every(([state, count]) => count === (expect[state] ?? 0));
    };
    // A worker that has not come to an end within a minute never will.
    for (const begun = Date.now(); !(await isThere()) && Date.now() < begun + 60_000; ) {
      await wait(10);
    }
    await worker.stop();
    same(await this.outbox.counts(), expect);
  }

  async pause({ until }) {
    await this.outbox.pause(momentOf(until));
  }

  async resume() {
    await this.outbox.resume();
  }
}

/** What a step may have beside what it does. */
const MEMBERS = {
  enqueue: ["event", "hold", "as"],
  release: ["order_id", "id"],
  cancel: ["order_id", "id", "reason"],
  skip: ["order_id", "event_name", "reason"],
  replay: ["order_id", "id", "code", "all", "force", "plan"],
  forget: ["order_id", "id", "cnct_tracking_id"],
  status: ["order_id", "id", "event_name"],
  counts: [],
  dead_letters: [],
  deliver: ["faults"],
  work: ["faults"],
  pause: ["until"],
  resume: [],
};

/** Each order with how often it came; each event without an order id for itself. */
function receivedBy(sandbox) {
  const orders = new Map();
  const held = [];
  for (const { order_id } of sandbox.received) {
    if (order_id === null) {
      held.push({ order_id, times: 1 });
    } else {
      orders.set(order_id, (orders.get(order_id) ?? 0) + 1);
    }
  }
  return [...held, ...[...orders].map(([order_id, times]) => ({ order_id, times }))];
}

const sorted = (held) => held.map(({ order_id, times }) => `${JSON.stringify(order_id)} ${times}`).sort();

/** Plays every case, each with an outbox of its own. */
function everyCase(outboxFor) {
  for (const { name, why: _, steps, received, ...more } of vectors("outbox")) {
    it(name, async (t) => {
      knows(more);
      const sandbox = using(t, await Sandbox.start());
      const outbox = outboxFor(t, name);
      const play = new Play(outbox, sandbox, sandbox.client({ businessId: BUSINESS_ID }));
      for (const [index, step] of steps.entries()) {
        const { do: what, ...given } = step;
        assert(what in MEMBERS, what);
        knows(given, "expect", ...MEMBERS[what]);
        await play[what](given).catch((error) => {
          error.message = `step ${index + 1}, ${JSON.stringify(step)}: ${error.message}`;
          throw error;
        });
      }
      await outbox.close();
      if (received !== undefined) {
        assert.deepEqual(sorted(receivedBy(sandbox)), sorted(received));
      }
    });
  }
}

// Each waits for its disk and its connections, so a few are played at once.
describe("vectors/outbox.json, in a file", { concurrency: 4 }, () => everyCase((t) => newOutbox(t)));

describe("vectors/outbox.json, in a database", { concurrency: 4 }, () => {
  const root = new URL("../../", import.meta.url);
  const started = ["run", "--quiet", "--offline", "--package", "connectly-test-postgres"];
  let server;
  let url;

  before(async () => {
    server = spawn("cargo", started, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
    [url] = await once(createInterface(server.stdout), "line");
  });
  after(async () => {
    server.stdin.end();
    await once(server, "exit");
  });

  everyCase((t, name) => {
    const schema = createHash("sha256").update(name).digest("hex").slice(0, 16);
    return outboxOf(t, `${url}?schema=case_${schema}`);
  });
});
