// How an event's arguments reach the core: nothing is lost unseen, whatever JavaScript has them be.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ConfigurationError,
  ConnectlyError,
  ConversionEvent,
  TrackingParams,
  ValidationError,
} from "connectly-conversions";
import { clientOf, errorOf, purchase, tracking } from "./support.mjs";

const VALUES = { cnctTrackingId: "t", sendoutId: "s", ctwaClid: "c", adId: "1" };
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

describe("an event's bytes", () => {
  it("are read back with every digit", () => {
    const event = purchase({ value: "1234567890123456.78" });
    const again = ConversionEvent.fromWire(event.toWire(), { now: event.eventTime });
    assert(again.equals(event));
    assert.equal(again.value, "1234567890123456.78");
  });

  it("are bytes, and those of an event", () => {
    assert.throws(() => ConversionEvent.fromWire("{}"), ConfigurationError);
    assert.throws(() => ConversionEvent.fromWire(Buffer.from("{}")), ValidationError);
  });
});

describe("an event without a time", () => {
  it("goes by JavaScript's clock, which tests may have set", (context) => {
    context.mock.timers.enable({ apis: ["Date"], now: 1_746_480_000_000 });
    assert.equal(ConversionEvent.viewContent({ tracking }).eventTime, 1_746_480_000);
  });
});

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

describe("a hint", () => {
  it("names what the caller can write", () => {
    for (const [changes, path, suggestion] of [
      [{ orderID: 1 }, "payload.orderID", "orderId"],
      [{ order_id: 1 }, "order_id", "orderId"],
      [{ total: 1 }, "payload.total", "value"],
      [{ products: [] }, "payload.products", "items"],
      [{ items: [{ id: "a", price: 1 }] }, "payload.contents[0].price", "itemPrice"],
      [{ items: [{ id: "a", qty: 1 }] }, "payload.contents[0].qty", "quantity"],
    ]) {
      assert.throws(
        () => purchase(changes),
        ({ issues: [issue] }) => issue.path === path && issue.suggestion === suggestion,
      );
    }
    const document = { ...wireOf(purchase()), payload: { orderId: "1", currency: "USD", value: 1 } };
    assert.throws(
      () => ConversionEvent.fromJSON(document),
      ({ issues }) => issues[0].suggestion === "order_id",
    );
  });
});

describe("an event", () => {
  it("tells what was derived", () => {
    const event = purchase();
    assert.equal(event.contentType, "product");
    assert.deepEqual(event.contentIds, ["data-pass-30d", "phone-case-blk"]);
    assert.equal(event.numItems, 2);
    const bare = purchase({ items: null });
    assert.deepEqual([bare.contentType, bare.contentIds, bare.numItems], [undefined, [], undefined]);
  });

  it("is stored by JSON.stringify and read back, warnings included, whatever the time", () => {
    const now = 1_500_000_000;
    for (const event of [
      purchase({ value: "123456789012345.67", eventTime: now - 10 * 86_400, now }),
      purchase({ orderId: null, currency: "QQQ", extraCurrencies: ["QQQ"], now }),
      purchase({
        value: 0.1 + 0.2,
        rounding: "currency",
        extraPayload: { coupon: "MAY", nested: { a: [1] } },
      }),
      ConversionEvent.viewContent({ tracking, items: [{ id: "é😀" }] }),
    ]) {
      const stored = JSON.stringify({ job: "report", event });
      for (const back of [
        ConversionEvent.fromJSON(JSON.parse(stored).event),
        ConversionEvent.fromJSON(JSON.stringify(event)),
        ConversionEvent.fromJSON(structuredClone(event.toJSON())),
      ]) {
        assert(back.equals(event));
        assert.deepEqual(back.warnings, event.warnings);
      }
    }
    assert.equal(purchase().toJSON().payload.value, "99.97");
  });

  it("says that structuredClone keeps nothing of it", () => {
    assert.throws(
      () => ConversionEvent.fromJSON(structuredClone(purchase())),
      (error) => error instanceof ValidationError && /structuredClone.*toJSON/.test(error.message),
    );
  });

  it("has the rounding of the client that makes it", () => {
    const client = clientOf("http://127.0.0.1:9", { rounding: "currency" });
    const input = { tracking, orderId: "ORD-1", currency: "USD", value: 0.1 + 0.2 };
    assert.equal(client.purchase(input).value, "0.3");
    assert.equal(client.purchase({ ...input, rounding: undefined }).value, "0.3");
    assert.equal(client.viewContent({ tracking, currency: "USD", value: 0.1 + 0.2 }).value, "0.3");
    assert.throws(() => client.purchase({ ...input, rounding: "never" }), ValidationError);
    assert.throws(() => clientOf("http://127.0.0.1:9").purchase(input), ValidationError);
    assert.throws(() => client.purchase(), ConfigurationError);
  });
});

describe("now", () => {
  it("is a point in time as eventTime is", () => {
    for (const now of [new Date(1_746_480_000_500), 1_746_480_000.5, "2025-05-05T21:20:00Z"]) {
      assert.equal(purchase({ now }).eventTime, 1_746_480_000);
    }
  });

  it("is refused where it cannot be the present", () => {
    for (const now of [0, -1, 1_746_480_000_000, Number.NaN, new Date(Number.NaN), "soon", true]) {
      for (const call of [
        () => purchase({ now }),
        () => ConversionEvent.fromJSON("{}", { now }),
        () => TrackingParams.fromUrl("/", { now }),
        () => TrackingParams.of({ ...VALUES, capturedAt: now }),
      ]) {
        assert.throws(
          call,
          (error) => error instanceof ConfigurationError && error.code === "invalid_option",
        );
      }
    }
  });
});

describe("an error", () => {
  it("keeps what it is through JSON", async () => {
    const errors = [
      await errorOf(() => purchase({ currency: "dollars", value: -1 })),
      await errorOf(() => clientOf("http://127.0.0.1:9", { retry: { retries: 0 } }).send(purchase())),
    ];
    for (const error of errors) {
      const stored = JSON.parse(JSON.stringify({ error })).error;
      assert.equal(stored.message, error.message);
      const back = ConnectlyError.fromJSON(stored);
      assert.equal(back.constructor, error.constructor);
      for (const name of [
        "name",
        "kind",
        "code",
        "message",
        "status",
        "retryable",
        "retryAfter",
        "attempts",
        "rawBody",
      ]) {
        assert.equal(back[name], error[name], name);
      }
      assert.deepEqual(back.issues, error.issues);
      assert.equal(back.cause?.message, error.cause?.message);
    }
  });
});
