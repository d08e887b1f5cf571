/** What becomes of an order that a shop reports. The core decides; a checkout never fails of it. */

import { invalidArgument, millisecondsOf, nowOf, optionsOf, stringsOf, textOption } from "./arguments.js";
import { call } from "./calling.js";
import type { OMISSIONS } from "./codes.js";
import { orderOf } from "./document.js";
import { variable } from "./environment.js";
import type { OrderInput } from "./input.js";
import { textOf } from "./json.js";
import type { NativeOutbox } from "./native.js";
import type { Issue } from "./records.js";
import { TrackingParams } from "./tracking.js";

/** Why an order is deliberately not reported. */
export type Omission = (typeof OMISSIONS)[number];

/** What a shop reports. */
export interface ReportOptions {
  /** What is reported of the total: all of it unless given. `net` is without tax and shipping. */
  readonly value?: "total" | "without_tax" | "without_shipping" | "net" | null | undefined;
  /** Whether orders that are not paid are reported. */
  readonly reportUnpaid?: boolean | null | undefined;
  /** Whether orders of the value 0 are reported. */
  readonly reportZero?: boolean | null | undefined;
  /** Whether renewals of subscriptions are reported. */
  readonly reportRenewals?: boolean | null | undefined;
  /** Asked whether an order is left out, such as one of staff or a test: `true`, or why. */
  skipIf?(order: OrderInput): Excluded | Promise<Excluded>;
  /** Throws what goes wrong, instead of returning `failed`. */
  readonly strict?: boolean | null | undefined;
}

type Excluded = boolean | string | null | undefined;

/** What became of an order. */
export type Report =
  /** It is stored and will be sent. */
  | { readonly result: "queued"; readonly id: number }
  /** It is stored, and waits for a time or for `release`. */
  | { readonly result: "held"; readonly id: number }
  /** The order was there before and stays as it was; `conflict`: this report has another content. */
  | { readonly result: "duplicate"; readonly id: number; readonly conflict: boolean }
  /** The customer did not come from an ad, as far as is known. The ledger has the order. */
  | { readonly result: "not_attributed" }
  /** It is deliberately not reported, and the ledger says so: an {@link Omission} or the shop's word. */
  | { readonly result: "skipped"; readonly reason: Omission | (string & {}) }
  /** The event breaks a rule; every problem. It is kept as a dead letter, to be repaired. */
  | { readonly result: "invalid"; readonly issues: readonly Issue[] }
  /** Nothing is known to be stored, and why. */
  | { readonly result: "failed"; readonly error: unknown };

/** As the core tells it. */
interface Reported {
  readonly result: Exclude<Report["result"], "failed">;
  readonly id: number;
  readonly conflict: boolean;
  readonly reason: string;
  readonly issues: readonly Issue[];
}

const POLICY = ["value", "reportUnpaid", "reportZero", "reportRenewals"];
const OPTIONS = [...POLICY, "skipIf", "strict"];

/** Reports an order. It rejects only where the options are `strict`. */
export async function reportPurchase(
  outbox: NativeOutbox,
  order: OrderInput,
  options: ReportOptions | undefined,
): Promise<Report> {
  try {
    return reportOf(await write(outbox, order, options));
  } catch (error) {
    if (options?.strict === true) {
      throw error;
    }
    process.emitWarning(`order ${order?.orderId} could not be reported: ${messageOf(error)}`);
    return { result: "failed", error };
  }
}

async function write(
  outbox: NativeOutbox,
  order: OrderInput,
  options: ReportOptions | undefined,
): Promise<Reported> {
  const { skipIf, strict: _, ...policy } = optionsOf<ReportOptions>(options, OPTIONS);
  const excluded = await skipIf?.(order);
  const members = orderOf(order, typeof excluded === "string" ? excluded || null : excluded ? true : null);
  const tracking = storedOf(order.tracking);
  const settings = textOf("options", {
    ...policy,
    rounding: order.rounding,
    extraCurrencies:
      stringsOf("extraCurrencies", order.extraCurrencies) ?? variable("CONNECTLY_EXTRA_CURRENCIES"),
    now: nowOf(order.now),
  });
  const { holdUntil } = order;
  const hold = holdUntil === "release" ? holdUntil : millisecondsOf("holdUntil", holdUntil);
  const trace = textOption("traceparent", order.traceparent);
  return await call<Reported>((bridge, id) =>
    outbox.report(bridge, id, members, tracking, settings, hold, trace),
  );
}

/** The stored form of an order's params. */
function storedOf(tracking: OrderInput["tracking"]): string | undefined {
  if (tracking === undefined || tracking === null || tracking === "null") {
    // `JSON.stringify` made a text of nothing.
    return undefined;
  }
  if (typeof tracking === "string") {
    return tracking;
  }
  if ("then" in tracking) {
    invalidArgument("tracking", "a TrackingParams or its stored form, not a promise of it (await it first)");
  }
  return tracking instanceof TrackingParams ? tracking.toString() : textOf("tracking", tracking);
}

function reportOf({ result, id, conflict, reason, issues }: Reported): Report {
  switch (result) {
    case "queued":
    case "held":
      return { result, id };
    case "duplicate":
      return { result, id, conflict };
    case "not_attributed":
      return { result };
    case "skipped":
      return { result, reason };
    case "invalid":
      return { result, issues };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
