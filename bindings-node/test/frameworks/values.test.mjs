// Times and amounts of other libraries, as shops have them.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { purchase } from "../support.mjs";

const library = createRequire(new URL("values/package.json", import.meta.url));
const dayjs = library("dayjs");
const moment = library("moment");
const { DateTime } = library("luxon");
const Decimal = library("decimal.js");
const { Decimal128, Long } = library("bson");
const dinero = await import(library.resolve("dinero.js"));

/** The problems of a purchase with these changes. */
function issuesOf(changes) {
  try {
    purchase(changes);
  } catch (error) {
    return error.issues;
  }
  assert.fail("it was taken");
}

const now = 1_746_490_000;
const at = "2025-05-06T00:00:00Z"; // 1746489600

describe("a time", () => {
  for (const [name, make] of [
    ["dayjs", (text) => dayjs(text)],
    ["Moment.js", (text) => moment(text, moment.ISO_8601)],
    ["Luxon", (text) => DateTime.fromISO(text)],
    ["Date", (text) => new Date(text)],
  ]) {
    it(`of ${name} is taken, and one that is none is refused`, () => {
      assert.equal(purchase({ eventTime: make(at), now }).eventTime, 1_746_489_600);
      const [issue, ...more] = issuesOf({ eventTime: make("tomorrow at nine"), now });
      assert.deepEqual([issue.code, issue.path, more], ["wrong_type", "payload.event_time", []]);
    });
  }

  it("passes as nothing else", () => {
    const date = new Date(at);
    const wrong = {
      value: date,
      orderId: date,
      numItems: date,
      contentIds: [date],
      currency: date,
      contentType: date,
    };
    for (const [name, path] of Object.entries({
      value: "value",
      orderId: "order_id",
      numItems: "num_items",
      contentIds: "content_ids[0]",
      currency: "currency",
      contentType: "content_type",
    })) {
      const [issue, ...more] = issuesOf({ [name]: wrong[name] });
      assert.deepEqual([issue.code, issue.path, more], ["wrong_type", `payload.${path}`, []]);
      assert.match(issue.message, /Date/);
    }
    const items = [{ id: date, quantity: date, itemPrice: date }];
    assert.deepEqual(
      issuesOf({ items }).map(({ code, path }) => `${code} ${path}`),
      ["id", "quantity", "item_price"].map((name) => `wrong_type payload.contents[0].${name}`),
    );
  });
});

describe("an amount", () => {
  it("of a decimal is taken, digit for digit", () => {
    assert.equal(purchase({ value: new Decimal("99.90") }).value, "99.9");
  });

  it("of a library that has no text for it is refused with what to do", () => {
    for (const [value, advice] of [
      [Decimal128.fromString("99.97"), /Decimal128 \(toString\)/],
      [
        dinero.dinero({ amount: 9997, currency: dinero.USD ?? { code: "USD", base: 10, exponent: 2 } }),
        /major unit/,
      ],
    ]) {
      const [issue, ...more] = issuesOf({ value });
      assert.deepEqual([issue.code, issue.path, more], ["wrong_type", "payload.value", []]);
      assert.match(issue.message, advice);
    }
    assert.equal(issuesOf({ value: Long.fromNumber(5) })[0].code, "wrong_type");
  });
});
