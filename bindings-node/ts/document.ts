/**
 * Makes the input document that the core reads. Names are translated here and nothing else: which
 * values are right is the core's to say, so everything reaches it, misspelt names included.
 */

import { invalidArgument, optionsOf } from "./arguments.js";
import type { EventInput, Item, OrderInput } from "./input.js";
import { leafOf, momentOf, textOf, textOfLeaves } from "./json.js";
import type { TrackingParams } from "./tracking.js";

type Members = Record<string, unknown>;

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
const ORDER = [
  ...[...ARGUMENTS].filter((name) => name !== "eventTime"),
  "paid",
  "paidAt",
  "tax",
  "shipping",
  "renewal",
  "holdUntil",
  "traceparent",
];
const OF_AN_ITEM = new Set(["id", "quantity", "itemPrice"]);
/** The wire's own names, where they differ: the package's are the ones in camel case. */
const OF_THE_PAYLOAD = new Set([
  "order_id",
  "event_time",
  "content_type",
  "content_ids",
  "num_items",
  "contents",
]);

/** The names that are given and not known; `undefined` is absent, as it is for `JSON.stringify`. */
function unknownOf(given: object, known: ReadonlySet<string>): string[] {
  const unknown: string[] = [];
  for (const name in given) {
    if (!known.has(name) && (given as Members)[name] !== undefined) {
      unknown.push(name);
    }
  }
  return unknown;
}

/** Adds members that the core does not know under these names, so that it refuses them. */
function refuse(members: Members, names: readonly string[]): Members {
  for (const name of names) {
    // Not by assignment: one of them may be `__proto__`.
    Object.defineProperty(members, name, { value: true, enumerable: true, configurable: true });
  }
  return members;
}

/** Where only an object or an array will do, anything else is told by its kind. */
function containerOf(value: unknown): unknown {
  const isAbsent = value === undefined || value === null;
  return isAbsent || (typeof value === "object" && !(value instanceof Date)) ? value : typeof value;
}

function listOf(list: unknown, element: (value: unknown) => unknown): unknown {
  // `Array.from` does not skip holes.
  return Array.isArray(list) ? Array.from(list, element) : containerOf(list);
}

function lineOf(item: unknown, misplaced: string[]): unknown {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    return containerOf(item);
  }
  const { id, quantity, itemPrice } = item as Partial<Item>;
  const line = { id: leafOf(id), quantity: leafOf(quantity), item_price: leafOf(itemPrice) };
  const unknown = unknownOf(item, OF_AN_ITEM);
  if (unknown.includes("item_price")) {
    // Only beside the items the core does not know it.
    misplaced.push("item_price");
  }
  return refuse(
    line,
    unknown.filter((name) => name !== "item_price"),
  );
}

/** What an event and an order have in common, in the wire's names. */
function membersOf(input: Omit<EventInput, "tracking">, misplaced: string[]): Members & { items: unknown } {
  return {
    currency: leafOf(input.currency),
    value: leafOf(input.value),
    order_id: leafOf(input.orderId),
    content_type: leafOf(input.contentType),
    content_ids: listOf(input.contentIds, (id) => leafOf(id) ?? null),
    num_items: leafOf(input.numItems),
    items: listOf(input.items, (item) => lineOf(item, misplaced)),
  };
}

function extraOf({ extraPayload }: Pick<EventInput, "extraPayload">): unknown {
  return extraPayload === undefined || extraPayload === null
    ? undefined
    : JSON.parse(textOf("extraPayload", containerOf(extraPayload)));
}

/** The document of an event's arguments, as JSON text. */
export function documentOf(
  eventName: "Purchase" | "ViewContent",
  tracking: TrackingParams | undefined,
  input: EventInput,
): string {
  const ofItems: string[] = [];
  const { items: contents, ...members } = membersOf(input, ofItems);
  const payload: Members = { ...members, event_time: momentOf(input.eventTime), contents };
  const unknown = unknownOf(input, ARGUMENTS);
  const document: Members = {
    event_name: eventName,
    cnct_tracking_id: tracking?.cnctTrackingId,
    sendout_id: tracking?.sendoutId,
    attribution: { meta_ctwa: { ctwa_clid: tracking?.ctwaClid, ad_id: tracking?.adId } },
    captured_at: tracking?.capturedAt,
    payload,
    extra_payload: extraOf(input),
  };
  // A name that is not known goes where the wire does not know it either.
  refuse(payload, [...ofItems, ...unknown.filter((name) => !OF_THE_PAYLOAD.has(name))]);
  refuse(
    document,
    unknown.filter((name) => OF_THE_PAYLOAD.has(name)),
  );
  return textOfLeaves("input", document);
}

/** The members of an order, as JSON text; `excluded` is why the shop's own rule leaves it out. */
export function orderOf(order: OrderInput, excluded: string | true | null): string {
  if (typeof order !== "object" || order === null) {
    invalidArgument("order", "an object");
  }
  optionsOf(order, ORDER);
  const ofItems: string[] = [];
  const members = {
    ...membersOf(order, ofItems),
    event_time: momentOf(order.paidAt),
    extra_payload: extraOf(order),
    tax: leafOf(order.tax),
    shipping: leafOf(order.shipping),
    paid: leafOf(order.paid),
    renewal: leafOf(order.renewal),
    excluded,
  };
  // Where it stands the core would take it: what is wrong is that it is not the package's name.
  optionsOf(Object.fromEntries(ofItems.map((name) => [name, true])), [...OF_AN_ITEM]);
  return textOfLeaves("order", members);
}
