/**
 * Writes the input document that the core reads. Names are translated here and nothing else:
 * which values are right is the core's to say, so everything reaches it, misspelt names included.
 */

import { invalidArgument } from "./arguments.js";
import type { EventInput, Item } from "./event.js";
import type { TrackingParams } from "./tracking.js";

/** What `JSON.stringify` would lose; the core refuses it at its path. */
function foreign(kind: "number" | "bigint" | "date" | "function" | "symbol", value: unknown): object {
  return { $javascript: kind, text: String(value) };
}

/** A leaf as JSON can carry it. */
function leaf(value: unknown): unknown {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : foreign("number", value);
    case "bigint":
    case "function":
    case "symbol":
      return foreign(typeof value as "bigint", value);
    case "object":
      return value === null ? null : objectLeaf(value);
    default:
      return value;
  }
}

/** Decimals, ids and times of other libraries tell their text by `toJSON`. */
function objectLeaf(value: object): unknown {
  if (value instanceof Date) {
    const milliseconds = value.getTime();
    return Number.isNaN(milliseconds) ? foreign("date", value) : milliseconds / 1000;
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") {
    const text: unknown = toJSON.call(value, "");
    return typeof text === "object" ? text : leaf(text);
  }
  return Array.isArray(value) ? [] : {};
}

/** Where only an object or an array will do, anything else is told by its kind. */
function container(value: unknown): unknown {
  return typeof value === "bigint" || typeof value === "function" || typeof value === "symbol"
    ? typeof value
    : value;
}

const ARGUMENTS = new Set([
  "tracking",
  "orderId",
  "currency",
  "value",
  "items",
  "eventTime",
  "contentType",
  "contentIds",
  "numItems",
  "extraPayload",
  "rounding",
  "extraCurrencies",
  "now",
]);
/** The wire's own names, where they differ: the package's are the ones in camel case. */
const OF_THE_PAYLOAD = new Set([
  "order_id",
  "event_time",
  "content_type",
  "content_ids",
  "num_items",
  "contents",
]);

type Members = Record<string, unknown>;

/** A name that is not known goes where the wire does not know it either. */
function unknownMembers(input: object, document: Members, payload: Members): void {
  for (const name in input) {
    if (!ARGUMENTS.has(name) && (input as Members)[name] !== undefined) {
      (OF_THE_PAYLOAD.has(name) ? document : payload)[name] = true;
    }
  }
}

function contents(items: unknown, payload: Members): unknown {
  if (!Array.isArray(items)) {
    return container(items);
  }
  return items.map((item: unknown) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) {
      return container(item);
    }
    const { id, quantity, itemPrice } = item as Partial<Item>;
    const line: Members = { id: leaf(id), quantity: leaf(quantity), item_price: leaf(itemPrice) };
    for (const name in item) {
      if (name === "item_price") {
        payload[name] = true;
      } else if (name !== "itemPrice" && !(name in line) && (item as Members)[name] !== undefined) {
        line[name] = true;
      }
    }
    return line;
  });
}

/** The document of an event's arguments. */
export function documentOf(
  eventName: "Purchase" | "ViewContent",
  tracking: TrackingParams | undefined,
  input: EventInput,
): string {
  const { contentIds, extraPayload } = input;
  const payload: Members = {
    currency: leaf(input.currency),
    value: leaf(input.value),
    order_id: leaf(input.orderId),
    content_type: leaf(input.contentType),
    content_ids: Array.isArray(contentIds) ? contentIds.map(leaf) : container(contentIds),
    num_items: leaf(input.numItems),
    event_time: leaf(input.eventTime),
  };
  payload.contents = contents(input.items, payload);
  const document: Members = {
    cnct_tracking_id: tracking?.cnctTrackingId,
    event_name: eventName,
    sendout_id: tracking?.sendoutId,
    attribution: { meta_ctwa: { ctwa_clid: tracking?.ctwaClid, ad_id: tracking?.adId } },
    payload,
    captured_at: tracking?.capturedAt,
    extra_payload: container(extraPayload),
  };
  unknownMembers(input, document, payload);
  return extraPayload === undefined || extraPayload === null
    ? JSON.stringify(document)
    : textOf("extraPayload", document);
}

/** Any value as JSON text, in which nothing is lost unseen. */
export function textOf(name: string, value: unknown): string {
  const faithful = function (this: Members, key: string, written: unknown): unknown {
    const original = this[key];
    return original instanceof Date && Number.isNaN(original.getTime()) ? leaf(original) : scalar(written);
  };
  let text: string | undefined;
  try {
    text = JSON.stringify(value, faithful);
  } catch (error) {
    if (error instanceof TypeError) {
      // It refers to itself.
      invalidArgument(name, `values that JSON can carry are needed (${error.message})`);
    }
    throw error;
  }
  return text ?? "null";
}

function scalar(value: unknown): unknown {
  return typeof value === "object" ? value : leaf(value);
}
