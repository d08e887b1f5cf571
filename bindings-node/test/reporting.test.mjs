// What becomes of a shop's orders: the cases of vectors/reporting.json, and that no checkout fails of it.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ConfigurationError,
  Outbox,
  OutboxError,
  TrackingParams,
  ValidationError,
} from "connectly-conversions";
import { REPORT_RESULTS } from "../dist/codes.js";
import { BUSINESS_ID, knows, newOutbox, sameIssues, tracking, vectors } from "./support.mjs";

const ORDER = { orderId: "ORD-7821", currency: "USD", value: "99.97", tracking };

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const inCamel = (members) =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [camel(name), value]));

/** The warnings of the process while this is done; they are told in the next turn. */
async function warningsOf(work) {
  const warnings = [];
  const warned = ({ message }) => warnings.push(message);
  process.on("warning", warned);
  try {
    await work();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("warning", warned);
  }
  return warnings;
}

describe("vectors/reporting.json", () => {
  for (const one of vectors("reporting")) {
    it(one.name, async (t) => {
      knows(one, "name", "why", "settings", "reports", "ledger");
      const outbox = newOutbox(t);
      for (const report of one.reports) {
        knows(report, "order", "tracking", "hold", "expect");
        const { excluded, ...order } = report.order;
        knows(report.expect, "result", "reason", "conflict", "issues");
        const { issues = [], ...found } = await outbox.reportPurchase(
          {
            ...inCamel(order),
            tracking: report.tracking === false ? null : tracking,
            holdUntil: report.hold,
          },
          { ...inCamel(one.settings ?? {}), skipIf: () => excluded, strict: true },
        );
        delete found.id;
        const { issues: problems = [], ...expected } = report.expect;
        assert.deepEqual(found, expected);
        sameIssues(issues, problems);
      }
      const record = await outbox.status("ORD-7821");
      if (one.ledger === null) {
        assert.equal(record, null);
        return;
      }
      knows(one.ledger, "state", "value", "reason", "code");
      const { state, value, reason, code } = record;
      assert.deepEqual(
        { state, value, reason, code },
        { value: undefined, reason: undefined, code: undefined, ...one.ledger },
      );
    });
  }

  it("knows every result", () => {
    const results = vectors("reporting").flatMap(({ reports }) => reports.map(({ expect }) => expect.result));
    assert.deepEqual([...new Set([...results, "failed"])].sort(), [...REPORT_RESULTS].sort());
  });
});

describe("a report", () => {
  for (const [form, given] of Object.entries({
    "an object of a JSON column": JSON.parse(JSON.stringify(tracking)),
    "a column's text": JSON.stringify(tracking),
    "text of another language": tracking.toString(),
  })) {
    it(`takes the params as ${form}`, async (t) => {
      const outbox = newOutbox(t);
      assert.equal((await outbox.reportPurchase({ ...ORDER, tracking: given })).result, "queued");
    });
  }

  for (const nothing of [null, undefined, JSON.stringify(null)]) {
    it(`takes ${nothing} for a customer of whom nothing is known`, async (t) => {
      const report = await newOutbox(t).reportPurchase({ ...ORDER, tracking: nothing }, { strict: true });
      assert.deepEqual(report, { result: "not_attributed" });
    });
  }

  it("has an order's lines and time", async (t) => {
    const outbox = newOutbox(t);
    const paidAt = new Date("2026-05-05T18:20:00Z");
    const items = [{ id: "case", quantity: 2, itemPrice: "10.25" }];
    const { result, id } = await outbox.reportPurchase(
      { ...ORDER, items, paidAt, contentType: "product", now: paidAt },
      { strict: true },
    );
    assert.equal(result, "queued");
    assert.equal((await outbox.status({ id })).eventTime, paidAt.getTime() / 1000);
    // Its lines are of its content: the same order again, and another one.
    const again = { ...ORDER, items, paidAt, contentType: "product", now: paidAt };
    assert.deepEqual(await outbox.reportPurchase(again), { result: "duplicate", id, conflict: false });
    assert.equal((await outbox.reportPurchase({ ...again, items: [] })).conflict, true);
  });

  it("asks the shop's rule with the order, which may take its time", async (t) => {
    const outbox = newOutbox(t);
    const skipIf = async ({ orderId }) => orderId.startsWith("TEST-") && "a test";
    const skipped = await outbox.reportPurchase({ ...ORDER, orderId: "TEST-1" }, { skipIf });
    assert.deepEqual(skipped, { result: "skipped", reason: "a test" });
    assert.equal((await outbox.reportPurchase(ORDER, { skipIf })).result, "queued");
  });

  it("has the problems of an order that breaks a rule", async (t) => {
    const outbox = newOutbox(t);
    const order = { ...ORDER, paidAt: new Date("never"), items: [{ id: "case", qty: 1 }] };
    const { result, issues } = await outbox.reportPurchase(order, { strict: true });
    assert.equal(result, "invalid");
    sameIssues(issues, [
      { code: "wrong_type", path: "payload.event_time" },
      { code: "unknown_field", path: "payload.contents[0].qty" },
    ]);
  });

  it("is held until a time", async (t) => {
    const outbox = newOutbox(t);
    const holdUntil = new Date(Date.now() + 3_600_000);
    const { result, id } = await outbox.reportPurchase({ ...ORDER, paid: false, holdUntil });
    assert.equal(result, "held");
    assert.deepEqual((await outbox.status({ id })).dueAt, holdUntil);
  });

  for (const [what, given, options, kind, message] of [
    [
      "a promise of params",
      { tracking: Promise.resolve(tracking) },
      {},
      ConfigurationError,
      /tracking: .*await/,
    ],
    [
      "params that are none",
      { tracking: { cnct_tracking_id: "t" } },
      {},
      ValidationError,
      /value is missing/,
    ],
    ["text that is none", { tracking: "null?" }, {}, ValidationError, /tracking/],
    ["a misspelt member", { curency: "USD" }, {}, ConfigurationError, /is currency meant/],
    [
      "the wire's name in a line",
      { items: [{ id: "a", item_price: "1" }] },
      {},
      ConfigurationError,
      /itemPrice/,
    ],
    ["a policy that is none", {}, { value: "gross" }, ConfigurationError, /value: use/],
    ["a misspelt option", {}, { reportFree: true }, ConfigurationError, /reportFree: /],
    ["a flag that is none", {}, { reportZero: "yes" }, ConfigurationError, /reportZero: /],
    ["a rule that throws", {}, { skipIf: () => assert.fail("of the shop") }, Error, /of the shop/],
  ]) {
    it(`fails of ${what}, and throws only if it is strict`, async (t) => {
      const outbox = newOutbox(t);
      const warnings = await warningsOf(async () => {
        const { result, error } = await outbox.reportPurchase({ ...ORDER, ...given }, options);
        assert.equal(result, "failed");
        assert(error instanceof kind, error);
        assert.match(error.message, message);
      });
      assert.match(warnings.join(), /^order ORD-7821 could not be reported: /);
      await assert.rejects(outbox.reportPurchase({ ...ORDER, ...given }, { ...options, strict: true }), kind);
      assert.equal(await outbox.status("ORD-7821"), null);
    });
  }

  it("fails of a database that fails, and of no order at all", async () => {
    const outbox = Outbox.open("sqlite:///nowhere/at/all/outbox.db", { businessId: BUSINESS_ID });
    const warnings = await warningsOf(async () => {
      assert((await outbox.reportPurchase(ORDER)).error instanceof OutboxError);
      assert((await outbox.reportPurchase(undefined)).error instanceof ConfigurationError);
    });
    assert.equal(warnings.length, 2);
  });

  it("tells nobody's values in a warning", async (t) => {
    const params = TrackingParams.of({ cnctTrackingId: "secret", sendoutId: "s", ctwaClid: "c", adId: "1" });
    const outbox = newOutbox(t);
    const warnings = await warningsOf(() => outbox.reportPurchase({ ...ORDER, tracking: params, total: 1 }));
    assert(!warnings.join().includes("secret"));
  });
});
