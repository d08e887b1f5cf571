/**
 * Writes the input document that the core reads. Names are translated here and nothing else:
 * which values are right is the core's to say, so everything reaches it, misspelt names included.
 */

import { invalidArgument } from "./arguments.js";
import type { EventInput, Item } from "./event.js";
import type { TrackingParams } from "./tracking.js";
import type { Writer } from "./writer.js";

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
  const isAbsent = value === undefined || value === null;
  return isAbsent || (typeof value === "object" && !(value instanceof Date)) ? value : typeof value;
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

/** Adds a leaf; `undefined` is absent, as it is for `JSON.stringify`. */
function member(writer: Writer, name: string, value: unknown): void {
  if (value === undefined) {
    return;
  }
  if (typeof value === "string") {
    writer.name(name);
    writer.string(value);
  } else if (typeof value === "number" && Number.isFinite(value)) {
    writer.name(name);
    writer.raw(String(value));
  } else {
    json(writer, name, leafText(value));
  }
}

function json(writer: Writer, name: string, text: string | undefined): void {
  if (text !== undefined) {
    writer.name(name);
    writer.json(text);
  }
}

function leafText(value: unknown): string | undefined {
  const written = leaf(value);
  return written === undefined ? undefined : textOf("input", written);
}

/** Adds members that the core does not know under these names, so that it refuses them. */
function refused(writer: Writer, names: readonly string[]): void {
  if (names.length === 0) {
    return;
  }
  for (const name of new Set(names)) {
    writer.name(",");
    writer.json(`${JSON.stringify(name)}:true`);
  }
}

function contents(writer: Writer, items: unknown, misplaced: string[]): void {
  if (!Array.isArray(items)) {
    json(writer, ',"contents":', items === undefined ? undefined : textOf("items", container(items)));
    return;
  }
  writer.name(',"contents":[');
  for (let index = 0; index < items.length; index++) {
    if (index > 0) {
      writer.raw(",");
    }
    line(writer, items[index], misplaced);
  }
  writer.raw("]");
}

function line(writer: Writer, item: unknown, misplaced: string[]): void {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    writer.json(textOf("items", container(item)));
    return;
  }
  const { id, quantity, itemPrice } = item as Partial<Item>;
  writer.raw("{");
  member(writer, ',"id":', id);
  member(writer, ',"quantity":', quantity);
  member(writer, ',"item_price":', itemPrice);
  for (const name in item) {
    if (name === "id" || name === "quantity" || name === "itemPrice") {
      continue;
    }
    if (name === "item_price") {
      misplaced.push(name);
    } else if ((item as Members)[name] !== undefined) {
      refused(writer, [name]);
    }
  }
  writer.raw("}");
}

function ids(writer: Writer, contentIds: unknown): void {
  const text = Array.isArray(contentIds)
    ? `[${Array.from(contentIds, (id) => leafText(id) ?? "null").join()}]`
    : contentIds === undefined
      ? undefined
      : textOf("contentIds", container(contentIds));
  json(writer, ',"content_ids":', text);
}

/** Writes the document of an event's arguments. */
export function writeDocument(
  writer: Writer,
  eventName: "Purchase" | "ViewContent",
  tracking: TrackingParams | undefined,
  input: EventInput,
): void {
  const misplaced: string[] = [];
  const misspelt: string[] = [];
  for (const name in input) {
    if (!ARGUMENTS.has(name) && (input as unknown as Members)[name] !== undefined) {
      // A name that is not known goes where the wire does not know it either.
      (OF_THE_PAYLOAD.has(name) ? misplaced : misspelt).push(name);
    }
  }
  writer.raw('{"event_name":"');
  writer.raw(eventName);
  writer.raw('"');
  member(writer, ',"cnct_tracking_id":', tracking?.cnctTrackingId);
  member(writer, ',"sendout_id":', tracking?.sendoutId);
  writer.raw(',"attribution":{"meta_ctwa":{');
  member(writer, ',"ctwa_clid":', tracking?.ctwaClid);
  member(writer, ',"ad_id":', tracking?.adId);
  writer.raw("}}");
  member(writer, ',"captured_at":', tracking?.capturedAt);
  writer.raw(',"payload":{');
  member(writer, ',"currency":', input.currency);
  member(writer, ',"value":', input.value);
  member(writer, ',"order_id":', input.orderId);
  member(writer, ',"content_type":', input.contentType);
  ids(writer, input.contentIds);
  member(writer, ',"num_items":', input.numItems);
  member(writer, ',"event_time":', input.eventTime);
  contents(writer, input.items, misspelt);
  refused(writer, misspelt);
  writer.raw("}");
  const { extraPayload } = input;
  if (extraPayload !== undefined && extraPayload !== null) {
    json(writer, ',"extra_payload":', textOf("extraPayload", container(extraPayload)));
  }
  refused(writer, misplaced);
  writer.raw("}");
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
      invalidArgument(name, `a value that JSON can carry (${error.message})`);
    }
    throw error;
  }
  return text ?? "null";
}

function scalar(value: unknown): unknown {
  return typeof value === "object" ? value : leaf(value);
}
