// How an event's arguments reach the core: nothing is lost unseen, whatever JavaScript has them be.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConversionEvent, ValidationError } from "connectly-conversions";
import { purchase } from "./support.mjs";

const wireOf = (event) => JSON.parse(event.toWire().toString());

/** The problems of a purchase with these changes. */
function issuesOf(changes) {
  try {
    purchase(changes);
  } catch (error) {
    assert(error instanceof ValidationError, error);
    return error.issues.map(({ code, path }) => `${code} ${path}`);
  }
  assert.fail("it was taken");
}

describe("an event's arguments", () => {
  it("are each event's own, however many are kept", () => {
    const events = Array.from({ length: 100 }, (_, index) => purchase({ orderId: `ORD-${index}` }));
    events.forEach((event, index) => {
      assert.equal(event.orderId, `ORD-${index}`);
      assert.equal(wireOf(event).payload.order_id, `ORD-${index}`);
    });
  });

  it("keep every character of a text", () => {
    for (const id of ['"', "\\", "é", "数", "😀", `a"b\\c é😀`, "é".repeat(100)]) {
      const { payload } = wireOf(purchase({ orderId: id, items: [{ id }, { id: `${id} twice` }] }));
      assert.equal(payload.order_id, id);
      assert.deepEqual(payload.content_ids, [id, `${id} twice`]);
    }
  });

  it("may be many", () => {
    const items = Array.from({ length: 500 }, (_, index) => ({ id: `产品-${index}`, itemPrice: 1 }));
    assert.deepEqual(
      wireOf(purchase({ items })).payload.content_ids,
      items.map(({ id }) => id),
    );
  });

  it("may build another event while they are read", () => {
    let inner;
    const value = {
      toFixed: () => "5.00",
      toJSON: () => {
        inner = purchase({ orderId: "INNER" });
        return "5.00";
      },
    };
    const outer = purchase({ orderId: "OUTER", value });
    assert.equal(wireOf(outer).payload.value, 5);
    assert.deepEqual([inner.orderId, outer.orderId], ["INNER", "OUTER"]);
  });

  it("leave nothing behind where they are refused", () => {
    assert.throws(() => purchase({ currency: "dollars" }), ValidationError);
    const value = {
      toFixed: () => "",
      toJSON: () => {
        throw new RangeError("no amount");
      },
    };
    assert.throws(() => purchase({ value }), RangeError);
    assert.equal(purchase({ orderId: "NEXT" }).orderId, "NEXT");
  });

  it("have no member that does not exist, whatever its name", () => {
    assert.deepEqual(issuesOf({ toString: 1 }), ["unknown_field payload.toString"]);
    assert.deepEqual(issuesOf({ items: [{ id: "a", constructor: 1 }] }), [
      "unknown_field payload.contents[0].constructor",
    ]);
    assert.deepEqual(issuesOf({ válue: 1, 数: 1 }), [
      "unknown_field payload.válue",
      "unknown_field payload.数",
    ]);
    assert.deepEqual(issuesOf({ items: [{ id: "a", prïce: 1 }] }), [
      "unknown_field payload.contents[0].prïce",
    ]);
    assert.deepEqual(issuesOf({ order_id: "ORD-1" }), ["unknown_field order_id"]);
    const prices = [
      { id: "a", item_price: 1 },
      { id: "b", item_price: 2 },
    ];
    assert.deepEqual(issuesOf({ items: prices }), ["unknown_field payload.item_price"]);
    assert.deepEqual(issuesOf(JSON.parse('{ "__proto__": 1 }')), ["unknown_field payload.__proto__"]);
  });

  it("have no list that is none", () => {
    for (const items of [Number.NaN, 5n, "a", new Date(Number.NaN), { id: "a" }]) {
      assert.deepEqual(issuesOf({ items }), ["wrong_type payload.contents"]);
    }
    for (const contentIds of [Number.NaN, "a", () => []]) {
      assert.deepEqual(issuesOf({ contentIds }), ["wrong_type payload.content_ids"]);
    }
    assert.deepEqual(issuesOf({ items: [Number.NaN, { id: "a" }] }), ["wrong_type payload.contents[0]"]);
  });
});

describe("fromJSON", () => {
  it("takes a document longer than any event, and the next one", () => {
    const document = purchase().toWire().toString();
    assert.throws(() => ConversionEvent.fromJSON(`${document}${" ".repeat(1_000_000)}x`), ValidationError);
    assert.equal(ConversionEvent.fromJSON(`${document}${" ".repeat(1_000_000)}`).orderId, "ORD-7821");
    assert.equal(ConversionEvent.fromJSON(document).orderId, "ORD-7821");
  });
});
