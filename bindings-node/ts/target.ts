import { invalidArgument } from "./arguments.js";

/** The event of an order; its Purchase unless the name is given. */
export interface OfOrder {
  readonly orderId: string | number;
  readonly eventName?: "Purchase" | "ViewContent" | null | undefined;
}

/** The event that `enqueue` gave this id; what `enqueue` and `status` give is one. */
export interface OfId {
  readonly id: number;
}

/**
 * Which event is meant: the Purchase of the order with this id, or an object that says more. A bare
 * number is refused: it could be an order's id or the outbox's.
 */
export type OutboxTarget = string | OfOrder | OfId;

/** Every event of a customer: the landing's `cnct_tracking_id`. */
export interface OfTracking {
  readonly trackingId: string;
}

/** Which dead letters are replayed: one, also a cancelled one; those with a code; all. */
export type ReplayTarget = OutboxTarget | { readonly code: string } | { readonly all: true };

/** As the native half reads it. */
type Meant =
  | { readonly order: { readonly orderId: string; readonly eventName: string | null } }
  | { readonly id: number }
  | { readonly tracking: string };

const NEEDED = "an order id as text, { orderId, eventName } or { id }";

/** The text of an order's id. */
export function orderIdOf(name: string, given: unknown): string {
  if (typeof given !== "string" && !Number.isSafeInteger(given)) {
    invalidArgument(name, "a text or a whole number");
  }
  return String(given);
}

/** The event that is meant. */
export function meant(given: OutboxTarget): Meant {
  if (typeof given === "string") {
    return { order: { orderId: given, eventName: null } };
  }
  if (typeof given !== "object" || given === null) {
    invalidArgument("target", NEEDED);
  }
  if ("id" in given) {
    if (!Number.isSafeInteger(given.id)) {
      invalidArgument("id", "a whole number");
    }
    return { id: given.id };
  }
  if (!("orderId" in given)) {
    invalidArgument("target", NEEDED);
  }
  return { order: { orderId: orderIdOf("orderId", given.orderId), eventName: eventNameOf(given.eventName) } };
}

/** The events that are meant, also those of a customer. */
export function meantToForget(given: OutboxTarget | OfTracking): Meant {
  if (typeof given === "object" && given !== null && "trackingId" in given) {
    if (typeof given.trackingId !== "string") {
      invalidArgument("trackingId", "a string");
    }
    return { tracking: given.trackingId };
  }
  return meant(given);
}

/** The dead letters that are meant. */
export function meantToReplay(
  target: ReplayTarget,
): "all" | { readonly code: string } | { readonly one: Meant } {
  if (typeof target !== "object" || target === null || "id" in target) {
    return { one: meant(target as OutboxTarget) };
  }
  if ("all" in target) {
    return target.all === true ? "all" : invalidArgument("all", "true");
  }
  if ("code" in target) {
    return typeof target.code === "string" ? { code: target.code } : invalidArgument("code", "a string");
  }
  return { one: meant(target) };
}

/** An event's name, if it is given. */
export function eventNameOf(given: unknown): string | null {
  if (given !== undefined && given !== null && typeof given !== "string") {
    invalidArgument("eventName", '"Purchase" or "ViewContent"');
  }
  return given ?? null;
}
